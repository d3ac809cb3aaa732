"""The inbox: received letters that belong to no dossier yet, with the dossiers that they may belong to."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.dates import format_moment
from common.forms import PlainForm
from common.lists import Action, BulkAction, Column, Empty, ListPage
from contacts.models import ContactLink, PersonEmail
from counterparties.models import Counterparty
from events.mailbox import Address
from events.models import Email, Mailbox

RIGHT = "events.handle_inbox"


# -- Whose a letter may be -----------------------------------------------------------------------


def suggestions(emails: list[Email], user: Any) -> dict[int, list[Counterparty]]:
    """For each letter the dossiers that it may belong to, as far as the user sees them; asked for all at once.

    Those whose letter it answers, whose contact person has the address, whose own address it is.
    """
    visible = Counterparty.objects.visible_to(user).current().select_related("legal_form")
    senders = {email.sender_email.lower() for email in emails if email.sender_email}
    of_address: dict[str, list[int]] = defaultdict(list)
    if senders and user.has_perm("contacts.view_contactperson"):
        people = PersonEmail.objects.alias(small=Lower("email")).filter(small__in=senders)
        addresses: dict[int, set[str]] = defaultdict(set)
        for person, address in people.values_list("person", "email"):
            addresses[person].add(address.lower())
        links = ContactLink.objects.in_force().filter(person__in=list(addresses))
        for person, party in links.order_by("party_id").values_list("person", "party"):
            for address in addresses[person]:
                of_address[address].append(party)
    answered = dict(
        Email.objects.visible_to(user)
        .filter(message_id__in=[email.in_reply_to for email in emails if email.in_reply_to], event__isnull=False)
        .values_list("message_id", "event__party")
    )
    wanted = {*answered.values(), *(party for parties in of_address.values() for party in parties)}
    own = Q(small__in=senders)
    parties = list(visible.alias(small=Lower("email")).filter(Q(pk__in=[key for key in wanted if key]) | own)[:500])
    by_key = {party.pk: party for party in parties}
    for party in parties:
        if party.email:
            of_address[party.email.lower()].append(party.pk)
    found = {}
    for email in emails:
        keys = [answered.get(email.in_reply_to), *of_address.get(email.sender_email.lower(), [])]
        found[email.pk] = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
    return found


def file_url(email: Email, party: Counterparty | None = None) -> str:
    url = reverse("events:email_file", args=[email.pk])
    return f"{url}?{urlencode({'party': party.pk})}" if party is not None else url


# -- The list ------------------------------------------------------------------------------------


class InboxFilter(django_filters.FilterSet):
    primary = ("q", "state")

    q = django_filters.CharFilter(label=gettext_lazy("Sender, subject, text"), method="search", max_length=200)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[("aside", gettext_lazy("put aside"))],
        empty_label=gettext_lazy("waiting"),
        method="by_state",
    )

    class Meta:
        model = Email
        fields: list[str] = []
        form = PlainForm

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            rows = rows.filter(
                Q(subject__icontains=word)
                | Q(sender_email__icontains=word)
                | Q(sender_name__icontains=word)
                | Q(text__icontains=word)
            )
        return rows

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows  # the list itself chose these or those


def draw_sender(email: Email) -> SafeString | str:
    if not email.sender_name:
        return email.sender_email
    return format_html('{} <span class="muted">{}</span>', email.sender_name, email.sender_email)


def draw_subject(email: Email) -> SafeString | str:
    if not email.error:
        return str(email)
    return format_html('{} <span class="tone tone-amber">{}</span>', email, _("could not be read"))


def draw_suggestions(email: Any) -> SafeString | str:
    parties = getattr(email, "suggested", [])
    links = ((file_url(email, party), file_url(email, party), party.display_name) for party in parties)
    return format_html_join(
        SafeString("<br>"), '<a href="{}" hx-get="{}" hx-target="#panel-body" hx-swap="innerHTML">{}</a>', links
    )


def put_aside(request: HttpRequest, rows: QuerySet[Any]) -> str:
    keys = list(rows.filter(dismissed_at__isnull=True).values_list("pk", flat=True))
    count = Email.objects.in_inbox().filter(pk__in=keys).update(dismissed_at=timezone.now(), dismissed_by=request.user)
    words = ngettext("%(count)d letter is put aside.", "%(count)d letters are put aside.", count)
    return words % {"count": count}


def deeds(email: Email, here: str) -> list[Action]:
    """What may be done with a letter that waits or was put aside; `here` is the page to come back to."""
    if email.dismissed_at:
        name, words, icon = "email_restore", _("Bring back"), "arrow-counterclockwise"
    else:
        name, words, icon = "email_dismiss", _("Put aside"), "archive"
    url = f"{reverse(f'events:{name}', args=[email.pk])}?{urlencode({'next': here})}"
    return [
        Action(_("File into a dossier"), file_url(email), icon="folder-plus", primary=True, htmx=True),
        Action(words, url, icon=icon, method="post"),
    ]


class InboxList(ListPage):
    """Letters that wait for somebody to say where they belong."""

    model = Email
    template_name = "events/inbox.html"
    filterset_class = InboxFilter
    permission_required = RIGHT
    page_title = gettext_lazy("Inbox")
    list_key = "events.inbox"
    default_sort = "-date"
    empty = Empty(
        gettext_lazy("Nothing waits in the inbox"),
        gettext_lazy("Letters from addresses that no contact person has wait here until somebody files them."),
    )
    bulk_actions = (
        BulkAction(
            "put_aside",
            gettext_lazy("Put aside"),
            put_aside,
            icon="archive",
            confirm=gettext_lazy("Put the chosen letters aside? They can be brought back."),
        ),
    )
    columns = [
        Column("subject", gettext_lazy("Subject"), "__str__", sort=["subject"], html=draw_subject),
        Column("sender", gettext_lazy("From"), "sender", sort=["sender_email"], html=draw_sender),
        Column("date", gettext_lazy("Date"), lambda email: format_moment(email.dated_at), sort=["dated_at"]),
        Column("attachments", gettext_lazy("Attachments"),
               lambda email: ", ".join(email.attachment_names.splitlines())[:200]),
        Column("suggestions", gettext_lazy("May belong to"),
               lambda email: ", ".join(party.display_name for party in getattr(email, "suggested", [])),
               html=draw_suggestions),
        Column("dismissed", gettext_lazy("Put aside on"),
               lambda email: format_moment(email.dismissed_at) if email.dismissed_at else "", default=False),
    ]  # fmt: skip

    @property
    def aside(self) -> bool:
        return self.params.get("state") == "aside"

    def base_queryset(self) -> QuerySet[Any]:
        letters: Any = Email.objects.filter(direction=Email.Direction.IN, event__isnull=True).defer("text")
        return letters.filter(dismissed_at__isnull=not self.aside)

    def rows(self, objects: Any, columns: Any) -> Any:
        emails = list(objects)
        found = suggestions(emails, self.request.user)
        for email in emails:
            email.suggested = found[email.pk][:3]
        return super().rows(emails, columns)

    def get_bulk_actions(self) -> list[BulkAction]:
        return [] if self.aside else super().get_bulk_actions()

    def row_actions(self, obj: Email) -> list[Action]:
        return deeds(obj, self.request.get_full_path())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailbox = None
        if settings.IMAP_URL:
            name = Address(settings.IMAP_URL).name
            mailbox = Mailbox.objects.filter(name=name).first() or Mailbox(name=name)
        crumbs = [(_("Events"), reverse("events:event_list"))]
        return super().get_context_data(**kwargs) | {"mailbox": mailbox, "crumbs": crumbs}
