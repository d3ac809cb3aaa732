"""Pages of events, e-mails, letters and notices, each with something on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from common.models import Notification
from counterparties.models import Counterparty
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.documents import LetterFactory
from tests.factories.events import EmailFactory, EventFactory


def communication_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """What was said to a party and by it, with long words, and what the house says to the user."""
    ContactLinkFactory(party=party, person__given_name="Светлана", person__family_name="Владиславова")
    letter = LetterFactory(own_firm=OwnFirmFactory(), party=party, subject=words, senders_number="12-345/2026")
    for level in Notification.Level.values:
        Notification.objects.tell(user, kind="job", key=level, title=words, text=party.note, url="/", level=level)
    for days in (-400, -1, 0, 2):
        EventFactory(party=party, subject=words, text=party.note, author=user, starts_at=now() + timedelta(days=days))
    letter_out = EmailFactory(
        event=EventFactory(party=party, subject=words, author=user, done_at=now()),
        direction="out",
        state="unsure",
        error=words,
        recipients=[{"name": words, "email": party.email, "way": way} for way in ("to", "cc", "bcc")],
    )
    letter_in = EmailFactory(
        subject=words, sender_name=words, sender_email=party.email, text=party.note, attachment_names=f"{words}.pdf"
    )
    dossier = party.get_absolute_url()
    return {
        "first page": "/",
        "dossier with events": dossier,
        "timeline": f"{dossier}events/?show=timeline",
        "events tab": f"{dossier}events/",
        "writing an e-mail": f"/events/emails/new/?party={party.pk}",
        "answering an e-mail": f"/events/emails/new/?answers={letter_out.pk}",
        "e-mail perhaps sent": f"/events/{letter_out.event_id}/",
        "e-mail": letter_out.get_absolute_url(),
        "sending once more": f"{letter_out.get_absolute_url()}retry/",
        "filing of e-mails": f"/events/emails/drop/?party={party.pk}",
        "inbox": "/events/inbox/",
        "received e-mail": letter_in.get_absolute_url(),
        "filing of a received e-mail": f"{letter_in.get_absolute_url()}file/",
        "all events": "/events/",
        "calendar of a month": "/events/calendar/",
        "calendar of a week": f"/events/calendar/?week={now():%Y-%m-%d}&whose=all",
        "form of an event": f"/events/add/?party={party.pk}",
        "log of a call": f"/events/log/?party={party.pk}",
        "correspondence": "/documents/letters/",
        "letter": letter.get_absolute_url(),
        "letter form": f"/documents/letters/add/?answers={letter.pk}",
        "notifications": "/notifications/",
    }
