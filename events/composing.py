"""Writing an e-mail: what is offered, what a text with placeholders becomes, and the event that logs it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.dates import format_moment
from contacts.models import ContactLink, ContactPerson
from counterparties.models import Counterparty
from documents.models import File
from documents.placeholders import PATTERN, FillContext, value_of
from events.mail_about import LetterAbout, MadeFile
from events.models import Email, Event, EventContact, EventFile, EventParticipant, EventType, MailTemplate
from events.sending import queue

# Made up for a received letter that had no Message-ID of its own: nobody else knows it.
MADE_UP = "@without-message-id.invalid>"


def addresses_of(party: Counterparty, user: Any) -> list[dict[str, Any]]:
    """The e-mails of the party and of those who serve it today: `key`, `name`, `email`, `person`, `note`, `is_main`."""
    found: list[dict[str, Any]] = []
    if user.has_perm("contacts.view_contactperson"):
        links = ContactLink.objects.in_force().filter(party=party, person__archived_at__isnull=True)
        links = links.select_related("person", "role").prefetch_related("person__emails")
        for link in links.order_by("-is_primary", "person__sort_name", "pk"):
            for one in link.person.emails.all():
                found.append(
                    {
                        "key": str(one.pk),
                        "name": link.person.name,
                        "email": one.email,
                        "person": link.person,
                        "note": link.position or (str(link.role) if link.role else ""),
                        "is_main": link.is_primary,
                    }
                )
    if party.email:
        firm = {"name": party.display_name, "email": party.email, "note": _("the firm's")}
        found.append({"key": "party", "person": None, "is_main": False, **firm})
    return found


# -- Texts with placeholders ---------------------------------------------------------------------


def fill_in(text: str, context: FillContext) -> str:
    """The text with what is known put in; what is not known stays as a placeholder, so that it is seen."""
    return PATTERN.sub(lambda match: value_of(match[1], context) or match[0], text)


def filled(template: MailTemplate, *, party: Any, own_firm: Any, contact: Any, user: Any) -> tuple[str, str]:
    """Subject and text of a template for one contact person (or none)."""
    context = FillContext(party, own_firm=own_firm, contact=contact, user=user, language=template.language)
    return fill_in(template.subject, context), fill_in(template.text, context)


def mark_of(subject: str, text: str) -> str:
    """By which it is known later whether what a template filled in was changed by hand."""
    words = "\0".join(" ".join(part.split()) for part in (subject, text))
    return hashlib.sha256(words.encode()).hexdigest()[:32]


# -- Answers -------------------------------------------------------------------------------------


def answer_to(email: Email) -> dict[str, Any]:
    """Subject, quoted text and addresses of an answer. One's own letter is answered to those who got it."""
    subject = email.subject if email.subject.lower().startswith(("re:", "отн:")) else f"Re: {email.subject}"
    lines = "\n".join(f"> {line}".rstrip() for line in email.text[:15_000].split("\n"))
    head = _("On %(when)s %(who)s wrote:") % {"when": format_moment(email.dated_at), "who": email.sender}
    to = [one["email"] for one in email.addresses("to")] if email.is_outgoing else [email.sender_email]
    return {"subject": subject[:200], "text": f"\n\n{head}\n{lines}\n", "to": [one for one in to if one]}


# -- Sending -------------------------------------------------------------------------------------


def id_of_draft(draft: str, parts: list[str]) -> str:
    """The Message-ID that a letter of these parts out of a draft gets, whoever is faster; "" without a draft."""
    if not draft:
        return ""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(chr(0).join([draft, *parts]).encode()).hexdigest()[:40]}@{domain}>"


@transaction.atomic
def post(
    *,
    party: Counterparty,
    by: Any,
    recipients: list[dict[str, Any]],
    people: list[ContactPerson],
    subject: str,
    text: str,
    files: list[File],
    uploads: list[Any],
    answers: Email | None = None,
    about: LetterAbout | None = None,
    made: Sequence[MadeFile] = (),
    draft: str = "",
) -> Email:
    """Log the letter as an event that is done, with its people and attachments, and queue it: all of it or nothing.

    The same words to the same people out of the same `draft` are posted once. `made` are those of the attachments made
    for what it is `about` that go with it. Raises ValidationError in words when an upload is refused.
    """
    attached = [*(f"file:{file.pk}" for file in files), *(f"upload:{one.name}:{one.size}" for one in uploads)]
    attached += [f"made:{one.key}" for one in made]
    to = [f"{one['way']}:{one['email']}" for one in recipients]
    message_id = id_of_draft(draft, [str(by.pk), str(party.pk), *to, *attached, subject, text])
    if message_id:
        with connection.cursor() as cursor:  # the second of two clicks waits for the first
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [message_id])
        if posted := Email.objects.filter(message_id=message_id).select_related("event").first():
            return posted
    if about is not None:
        files = [*files, *(one.filed(party=party, by=by, audience=about.audience) for one in made)]
    now = timezone.now()
    answered = answers.event if answers is not None else None
    # The whole letter is kept, with what is attached: it is as private as what it answers and what it holds.
    circles = [set(file.audience) for file in files if file.audience is not None]
    if answered is not None and (readers := answered.may_be_seen_by()) is not None:
        circles.append(set(readers))
    if about is not None and about.audience is not None:
        circles.append(set(about.audience))
    event = Event.objects.create(
        type=EventType.named("email"),
        party=party,
        subject=subject,
        text=text,
        starts_at=now,
        is_private=bool(circles),
        author=by,
        follows=answered,
        about=about.row if about is not None else None,
        done_at=now,
        done_by=by,
    )
    if circles:
        users = set.intersection(*circles)
        EventParticipant.objects.bulk_create(EventParticipant(event=event, user_id=pk) for pk in sorted(users))
    EventContact.objects.bulk_create(EventContact(event=event, person=person) for person in people)
    new = [File.file_away(one, party=party, by=by, description="", audience=event.may_be_seen_by()) for one in uploads]
    EventFile.objects.bulk_create(
        [EventFile(event=event, file=file, came_with_it=False) for file in files]
        + [EventFile(event=event, file=file, came_with_it=True) for file in new]
    )
    event.settle()
    email = Email.outgoing(
        recipients=recipients,
        subject=subject,
        text=text,
        author=by,
        event=event,
        in_reply_to=answers.message_id if answers is not None and not answers.message_id.endswith(MADE_UP) else "",
    )
    email.message_id = message_id or email.message_id
    email.save()
    email.files.set([*files, *new])
    return queue(email)
