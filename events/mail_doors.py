"""Where an e-mail is begun: the head of a dossier, a contact person, a file; and the inbox in the menu."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.context_processors import MenuEntry, menu, new_menu
from common.lists import Action
from contacts.link_actions import LinkAction, link_actions
from contacts.models import ContactLink
from counterparties import dossier
from counterparties.models import Counterparty
from documents.file_actions import FileAction, file_actions
from documents.models import File
from events import mail_block  # noqa: F401  (registers itself)

SEND = "events.send_email"


def compose_url(**query: Any) -> str:
    return f"{address('events:email_compose')}?{urlencode(query)}"


def from_party(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Write an e-mail"), compose_url(party=party.pk), icon="envelope")


def from_link(link: ContactLink, user: Any) -> Action | None:
    if not link.person.emails.all():
        return None
    return Action(_("Write an e-mail"), compose_url(party=link.party_id, person=link.person_id), icon="envelope")


def from_file(file: File, user: Any) -> Action | None:
    if file.is_deleted:
        return None
    return Action(_("Send by e-mail"), compose_url(party=file.party_id, file=file.pk), icon="envelope")


dossier.quick_actions.register(dossier.QuickAction("write_email", from_party, permission=SEND, order=6, menu=False))
link_actions.register(LinkAction("write_email", from_link, permission=SEND, order=10))
file_actions.register(FileAction("send_by_email", from_file, permission=SEND, order=30))
menu.register(
    MenuEntry(
        "events.inbox",
        gettext_lazy("Inbox"),
        "/events/inbox/",
        icon="inbox",
        parent="events",
        visible=lambda user: user.has_perm("events.handle_inbox"),
        order=60,
    )
)
new_menu.register(
    MenuEntry(
        "email",
        gettext_lazy("E-mail"),
        "/events/emails/new/",
        icon="envelope",
        visible=lambda user: user.has_perm(SEND),
        order=7,
    )
)
