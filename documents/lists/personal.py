"""The list of personal documents: masked, and cheap to draw; nothing here opens a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.dates import format_date, today
from common.encryption import Undecryptable, decrypt_bytes
from common.forms import PlainForm
from common.lists import Action, BulkAction, Column, Empty, ListPage
from common.text import fold_query
from contacts.cells import party_link, tone
from documents import erasure
from documents.models import PersonalDocument, PersonalDocumentType
from documents.models.personal import ENDING_DAYS, masked


def with_holder_key(documents: QuerySet[Any], user: Any) -> QuerySet[Any]:
    return documents.annotate(
        holder_key=Coalesce("person__sort_name", "party__sort_name", output_field=CharField()),
    )


def with_token(documents: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """The number as it is stored: one that no key opens must not take the whole list with it."""
    return documents.annotate(number_token=Cast("number", models.TextField()))


def masked_token(document: Any) -> str:
    try:
        return masked(decrypt_bytes(document.number_token.encode()).decode())
    except Undecryptable:
        return _("unreadable")


def ending_in_words(day: dt.date | None, on: dt.date | None = None) -> str:
    """How a document stands with its end: nothing while that is far."""
    if day is None:
        return _("without an end")
    left = (day - (on or today())).days
    if left < 0:
        return _("has ended")
    if left == 0:
        return _("ends today")
    if left <= ENDING_DAYS:
        return ngettext("ends in %d day", "ends in %d days", left) % left
    return ""


def valid_until(document: PersonalDocument) -> SafeString | str:
    words = ending_in_words(document.valid_until)
    if document.valid_until is None:
        return words
    day = format_date(document.valid_until)
    if not words:
        return day
    return format_html("{} {}", day, tone("red" if document.has_ended() else "amber", words))


def keep_until(document: PersonalDocument) -> SafeString | str:
    day = format_date(document.keep_until)
    return format_html("{} {}", day, tone("red", _("to be erased"))) if document.keep_until < today() else day


def holder(document: PersonalDocument) -> str:
    return document.holder_name


class PersonalDocumentFilter(django_filters.FilterSet):
    primary = ("q", "type", "state")

    q = django_filters.CharFilter(label=gettext_lazy("Holder"), method="by_holder", max_length=100)
    type = django_filters.ModelChoiceFilter(label=gettext_lazy("Type"), queryset=PersonalDocumentType.objects.all())
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[
            ("valid", gettext_lazy("valid")),
            ("ending", gettext_lazy("ends within 30 days")),
            ("ended", gettext_lazy("has ended")),
        ],
        method="by_state",
    )
    keeping = django_filters.ChoiceFilter(
        label=gettext_lazy("Keeping"),
        choices=[("passed", gettext_lazy("the term has passed")), ("runs", gettext_lazy("the term runs"))],
        method="by_keeping",
    )

    class Meta:
        model = PersonalDocument
        fields: list[str] = []
        form = PlainForm

    def by_holder(self, documents: Any, name: str, value: str) -> Any:
        for token in fold_query(value):
            own = Q(person__isnull=True, party__search_text__contains=token)
            documents = documents.filter(Q(person__search_text__contains=token) | own)
        return documents

    def by_state(self, documents: Any, name: str, value: str) -> Any:
        match value:
            case "ended":
                return documents.expired()
            case "ending":
                return documents.expiring(ENDING_DAYS)
        return documents.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today()))

    def by_keeping(self, documents: Any, name: str, value: str) -> Any:
        return documents.to_be_erased() if value == "passed" else documents.filter(keep_until__gte=today())


class PersonalDocumentList(ListPage):
    """The documents of one party: of the person that it is, or of its contact persons."""

    model = PersonalDocument
    filterset_class = PersonalDocumentFilter
    permission_required: str | Sequence[str] = "documents.view_personaldocument"
    export_permission = "documents.export_personaldocument"
    page_title = gettext_lazy("Personal documents")
    list_key = "documents.personaldocument"
    rows_in_panel = True
    default_sort = "holder"
    tie_break = ("type__order", "-valid_until", "pk")
    add_label = gettext_lazy("Add a personal document")
    empty = Empty(
        gettext_lazy("No personal documents"),
        gettext_lazy("Keep one only when a law or a contract asks for it, and no longer than it does."),
    )
    columns = [
        Column("holder", gettext_lazy("Holder"), holder, sort=["holder_key"], annotate=with_holder_key),
        Column("type", gettext_lazy("Type"), "type", sort=["type__order", "type__name"]),
        Column("number", gettext_lazy("Number"), masked_token, css="number", annotate=with_token),
        Column("country", gettext_lazy("Country"), lambda one: one.country.name, sort=["country"], default=False),
        Column("issuer", gettext_lazy("Issued by"), "issuer", sort=["issuer"]),
        Column("issued_on", gettext_lazy("Issued on"), "issued_on", sort=["issued_on"], default=False),
        Column("valid_until", gettext_lazy("Valid until"), "valid_until", sort=["valid_until"], html=valid_until),
        Column("ground", gettext_lazy("Ground"), "ground", sort=["ground"], css="is-long"),
        Column("purpose", gettext_lazy("Purpose"), "purpose", sort=["purpose"], css="is-long"),
        Column("keep_until", gettext_lazy("Keep until"), "keep_until", sort=["keep_until"], html=keep_until),
        Column("added_by", gettext_lazy("Added by"), "added_by", default=False,
               sort=["added_by__first_name", "added_by__last_name"]),
        Column("scan", gettext_lazy("Scan"), lambda one: bool(one.scan), default=False),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().for_list()  # type: ignore[attr-defined]

    def may(self, deed: str) -> bool:
        return self.request.user.has_perm(f"documents.{deed}_personaldocument")

    def get_add_url(self) -> str:
        if self.frame is None or not self.may("add"):
            return ""
        return f"{reverse('documents:personaldocument_add')}?party={self.frame.party.pk}"

    def row_url(self, obj: PersonalDocument) -> str:
        if self.may("change"):
            return obj.get_absolute_url()
        return reverse("documents:personaldocument_reveal", args=[obj.pk]) if self.may("reveal") else ""

    def row_actions(self, obj: PersonalDocument) -> list[Action]:
        def at(name: str) -> str:
            return reverse(f"documents:personaldocument_{name}", args=[obj.pk])

        actions = []
        if self.may("reveal"):
            actions.append(Action(_("Show the number"), at("reveal"), icon="eye", htmx=True))
            if obj.scan_may_be_opened:
                actions.append(Action(_("Open the scan"), at("scan"), icon="file-earmark-lock"))
        if self.may("change"):
            actions.append(Action(_("Edit"), at("edit"), icon="pencil", htmx=True))
        if self.may("erase"):
            actions.append(Action(_("Erase"), at("erase"), icon="trash", htmx=True))
        return actions

    def export(self, form: str) -> Any:
        """Whatever columns are chosen, no file holds a number, masked or not."""
        self.chosen_columns = [column for column in self.chosen_columns if column.name != "number"]
        return super().export(form)


def erase_scans(request: HttpRequest, documents: QuerySet[Any]) -> str:
    """Erase the scans of the chosen documents, each for itself; the documents stay."""
    reason = _("No law is named any longer that asks for a scan.")
    count = sum(erasure.erase_scan(document, request.user, reason) for document in documents)
    if not count:
        raise ValidationError(_("These scans were erased meanwhile."))
    return ngettext("%d scan is erased.", "%d scans are erased.", count) % count


class StrayScanList(PersonalDocumentList):
    """Scans of documents whose type may no longer have one: nobody can open them, and they wait to be erased."""

    permission_required = ("documents.view_personaldocument", "documents.erase_personaldocument")
    filterset_class = PersonalDocumentFilter
    page_title = gettext_lazy("Scans without a ground")
    list_key = "documents.strayscan"
    empty = Empty(
        gettext_lazy("No scans without a ground"),
        gettext_lazy("When an administrator allows no more scans of a type, those that are stored are listed here."),
    )
    columns = [
        Column("holder", gettext_lazy("Holder"), holder, sort=["holder_key"], annotate=with_holder_key),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=party_link),
        Column("type", gettext_lazy("Type"), "type", sort=["type__order", "type__name"]),
        Column("keep_until", gettext_lazy("Keep until"), "keep_until", sort=["keep_until"], html=keep_until),
    ]  # fmt: skip
    bulk_actions = [
        BulkAction(
            "erase_scans",
            gettext_lazy("Erase the scans"),
            erase_scans,
            icon="trash",
            permission="documents.erase_personaldocument",
            confirm=gettext_lazy("Erase the chosen scans for good? The documents themselves stay."),
        )
    ]

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().with_stray_scan()  # type: ignore[attr-defined]

    def row_url(self, obj: PersonalDocument) -> str:
        tab = reverse("counterparties:counterparty_tab", args=[obj.party_id, "personal-documents"])
        return f"{tab}?{urlencode({'type': obj.type_id})}"

    rows_in_panel = False

    def row_actions(self, obj: PersonalDocument) -> list[Action]:
        return []
