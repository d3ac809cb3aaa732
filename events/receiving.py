"""Received letters: dated by their own date, matched to contact persons, once each; the unknown wait in the inbox.

Each letter is taken in as a whole or not at all. The letter itself is kept as it came, whatever of it could be read.
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.file_types import EML, ENDINGS, MSG
from common.models import Notification
from common.uploads import content_type_of, safe_name
from contacts.models import ContactLink, ContactPerson, PersonEmail
from counterparties.models import Counterparty
from documents.models import File
from events import reading_mail
from events.letters import keep_raw, raw_bytes
from events.models import Email, Event, EventContact, EventFile, EventParticipant, EventType
from events.reading_mail import Attached, Letter, Unreadable, read_letter

__all__ = ["AlreadyHere", "Unreadable", "file_into", "matches", "take_in", "take_in_unreadable"]

TEXT_OF_EVENT = 20_000


class AlreadyHere(Exception):
    """The letter, by its Message-ID, was taken in or sent before, as `email`."""

    def __init__(self, email: Email) -> None:
        super().__init__(str(email))
        self.email = email


def take_in(
    data: bytes, *, by: Any = None, party: Counterparty | None = None, received_at: dt.datetime | None = None
) -> Email:
    """Take a letter in: into the dossier of the party, else of the one party that it is from, else into the inbox.

    Raises Unreadable, and AlreadyHere for a Message-ID that is known (a letter that waits in the inbox is filed
    instead when a party is given).
    """
    letter = read_letter(data)
    known = Email.objects.filter(message_id=letter.message_id).first()
    if known is None:
        try:
            with transaction.atomic():
                return _store(letter, data, by=by, party=party, received_at=received_at)
        except IntegrityError:  # the same letter came in at the same moment by another way
            known = Email.objects.filter(message_id=letter.message_id).first()
            if known is None:
                raise
    if party is None or known.event_id is not None or known.is_outgoing:
        raise AlreadyHere(known)
    return file_into(known, party, by)


def take_in_unreadable(data: bytes, why: Any, received_at: dt.datetime | None = None) -> Email:
    """Keep in the inbox what the mailbox holds and nobody can read, so that a person looks at it."""
    made_up = reading_mail.made_up_id(data)
    email, _made = Email.objects.get_or_create(
        message_id=made_up,
        defaults={
            "direction": Email.Direction.IN,
            "state": Email.State.RECEIVED,
            "subject": _("A letter that could not be read"),
            "error": str(why)[:500],
            "dated_at": received_at or timezone.now(),
            "raw": keep_raw(data),
        },
    )
    return email


def _store(letter: Letter, data: bytes, *, by: Any, party: Any, received_at: dt.datetime | None) -> Email:
    received = reading_mail.believable(received_at) or timezone.now()
    email = Email(
        direction=Email.Direction.IN,
        state=Email.State.RECEIVED,
        message_id=letter.message_id,
        in_reply_to=letter.in_reply_to,
        sender_name=letter.sender_name,
        sender_email=letter.sender_email,
        recipients=letter.recipients,
        subject=letter.subject,
        text=letter.text,
        dated_at=letter.sent_at or received,
        author=by,
        raw=keep_raw(data, MSG if data.startswith(reading_mail.OLE) else EML),
        attachment_names="\n".join(one.name for one in letter.attachments),
    )
    email.save()
    answered = answered_by(letter)
    if party is None:
        party = party_of(matches(email), answered)
        if party is None and answered is not None and answered.event is not None and answered.event.is_private:
            # The inbox is read by others than those for whom it is meant.
            party = answered.event.party
    if party is not None:
        _file(email, letter, party, by, answered)
    return email


# -- Whose it is ---------------------------------------------------------------------------------


def answered_by(letter: Letter) -> Email | None:
    """The letter of ours, or one filed already, that this one answers."""
    ids = letter.answered_ids[:50]
    known = Email.objects.filter(message_id__in=ids, event__isnull=False).select_related("event", "author")
    return min(known, key=lambda one: ids.index(one.message_id), default=None)


def addresses_to_match(email: Email) -> list[str]:
    """Whose address says where the letter belongs: the sender's; when we wrote it ourselves, the recipients'."""
    if not email.sender_email:
        return []
    user_model = get_user_model()
    ours = user_model.objects.filter(email__iexact=email.sender_email, is_active=True).exists()
    ours = ours or Counterparty.objects.filter(is_own_firm=True, email__iexact=email.sender_email).exists()
    if not ours:
        return [email.sender_email]
    return [one["email"] for one in email.recipients]


def people_at(addresses: list[str]) -> list[ContactLink]:
    """The links in force of the contact persons who have one of the addresses, in any case."""
    small = {address.lower() for address in addresses}
    if not small:
        return []
    emails = PersonEmail.objects.none()
    for address in sorted(small)[:50]:
        emails = emails | PersonEmail.objects.filter(email__iexact=address)
    links = ContactLink.objects.in_force().filter(person__in=emails.values("person"), party__archived_at__isnull=True)
    return list(links.select_related("person", "party", "party__legal_form").order_by("party_id", "pk"))


def matches(email: Email) -> list[Counterparty]:
    """The parties whose contact persons the letter is from; else those whose own address it is."""
    addresses = addresses_to_match(email)
    found = {link.party_id: link.party for link in people_at(addresses)}
    if not found:
        for address in addresses[:50]:
            parties = Counterparty.objects.current().filter(email__iexact=address).select_related("legal_form")
            found |= {party.pk: party for party in parties[:20]}
    return list(found.values())


def party_of(parties: list[Counterparty], answered: Email | None) -> Counterparty | None:
    """The one party; of several the one whose letter is answered; else nobody can say."""
    if len(parties) == 1:
        return parties[0]
    event = answered.event if answered is not None else None
    return next((party for party in parties if event is not None and party.pk == event.party_id), None)


def who_keeps(party: Counterparty, answered: Email | None) -> Any:
    """In whose name a letter is filed that nobody put in by hand: who wrote what it answers, else the trader."""
    users = get_user_model().objects.filter(is_active=True)
    if answered is not None and answered.author is not None and answered.author.is_active:
        return answered.author
    if party.trader_id is not None and (trader := users.filter(pk=party.trader_id).first()):
        return trader
    staff = users.filter(
        groups__permissions__codename="handle_inbox", groups__permissions__content_type__app_label="events"
    )
    return staff.order_by("pk").first() or users.filter(is_superuser=True).order_by("pk").first()


# -- Into a dossier ------------------------------------------------------------------------------


def file_into(email: Email, party: Counterparty, by: Any) -> Email:
    """File a letter that waits in the inbox into a party's dossier. Raises AlreadyHere when it is filed already."""
    with transaction.atomic():
        email = Email.objects.select_for_update(of=("self",)).select_related("raw").get(pk=email.pk)
        if email.event_id is not None:
            raise AlreadyHere(email)
        try:
            letter = read_letter(raw_bytes(email))
        except Unreadable:
            letter = Letter(message_id=email.message_id, subject=email.subject, text=email.error)
        email.dismissed_at = email.dismissed_by = None
        _file(email, letter, party, by, answered_by(letter))
    return email


def _file(email: Email, letter: Letter, party: Counterparty, by: Any, answered: Email | None) -> None:
    author = by or who_keeps(party, answered)
    if author is None:
        return  # an installation without users: the letter waits
    before = answered.event if answered is not None else None
    private = before is not None and before.is_private  # it quotes what it answers, in whatever dossier it lies
    event = Event(
        type=EventType.named("email"),
        party=party,
        subject=(email.subject or _("(no subject)"))[:200],
        starts_at=email.dated_at,
        is_private=private,
        author=author,
        follows=before if before is not None and before.party_id == party.pk else None,
        done_at=email.dated_at,
    )
    event.save()
    if private and before is not None:
        users = {before.author_id, *before.participant_links.values_list("user", flat=True)} - {author.pk}
        EventParticipant.objects.bulk_create(EventParticipant(event=event, user_id=pk) for pk in sorted(users))
    people: dict[int, ContactPerson] = {
        link.person_id: link.person for link in people_at(addresses_to_match(email)) if link.party_id == party.pk
    }
    EventContact.objects.bulk_create(EventContact(event=event, person=person) for person in people.values())
    kept, refused = _keep_attachments(letter, party, by, event.may_be_seen_by())
    EventFile.objects.bulk_create(EventFile(event=event, file=file) for file in kept)
    event.text = with_refusals(email.text or email.error, refused, letter.left_in)
    event.save(update_fields=["text"])
    event.settle()
    email.event = event
    email.save(update_fields=["event", "dismissed_at", "dismissed_by"])
    email.files.set(kept)
    if by is None and sees(author, event):
        tell(email, author)


def _keep_attachments(
    letter: Letter, party: Counterparty, by: Any, audience: list[int] | None
) -> tuple[list[File], list[str]]:
    """The attachments as files of the dossier, and a line for each that is refused."""
    kept, refused = [], []
    for one in letter.attachments:
        upload = SimpleUploadedFile(name_for(one), one.data)
        try:
            with transaction.atomic():
                kept.append(File.file_away(upload, party=party, by=by, origin=File.Origin.EMAIL, audience=audience))
        except ValidationError as refusal:
            refused.append(f"{one.name[:150]}: {' '.join(refusal.messages)}")
    return kept, refused


def name_for(one: Attached) -> str:
    """The name of an attachment as a file; an ending that is not that of its content gets the right one behind it."""
    name = safe_name(one.name)
    endings = ENDINGS.get(content_type_of(SimpleUploadedFile(name, one.data))) if one.data else None
    if endings and PurePosixPath(name).suffix.lower() not in endings:
        name = safe_name(f"{name}{endings[0]}")
    return name


def with_refusals(text: str, refused: list[str], left_in: int) -> str:
    """The text of the event, with what of the letter is not among the files."""
    lines = []
    if refused:
        lines += [_("Not kept as files (they are in the whole letter):"), *(f"– {line}" for line in refused[:50])]
    if left_in:
        words = ngettext(
            "%(count)d more attachment is only in the whole letter.",
            "%(count)d more attachments are only in the whole letter.",
            left_in,
        )
        lines.append(words % {"count": left_in})
    if not lines:
        return text[:TEXT_OF_EVENT]
    note = "\n".join(lines)[:8000]
    return f"{text[: TEXT_OF_EVENT - len(note) - 2]}\n\n{note}".strip()


def sees(user: Any, event: Event) -> bool:
    """Whether the dossier is still open to the user: who wrote the letter before may have left it to another."""
    reader = get_user_model().objects.with_rights().get(pk=user.pk)
    return reader.has_perm("events.view_event") and Event.objects.visible_to(reader).filter(pk=event.pk).exists()


def tell(email: Email, user: Any) -> None:
    """Tell whom it concerns that a letter has come into a dossier by itself."""
    title = gettext_lazy("E-mail from %(sender)s: %(subject)s")
    Notification.objects.tell(
        user,
        kind="mail",
        key=f"received:{email.pk}",
        title=lambda: title % {"sender": email.sender_name or email.sender_email, "subject": email},
        url=email.event.get_absolute_url() if email.event is not None else "",
    )
