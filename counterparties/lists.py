"""The lists of parties: one of all, one per kind. Apps above add columns and filters by registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common.lists import Action, BulkAction, Column, Empty, ListPage
from common.phones import international_text, national_text
from common.registry import Registry
from counterparties.filters import CounterpartyFilter
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from users.models import User


@dataclass(frozen=True)
class ListFilter:
    """A filter that an upper app adds to the lists of parties.

    `make(request)` gives a django-filter Filter; `kinds` are the lists it stands in.
    """

    name: str
    make: Callable[[HttpRequest], Any]
    permission: str = ""
    kinds: tuple[Kind, ...] = tuple(Kind)
    order: int = 100


columns: Registry[Column] = Registry("column of parties")
filters: Registry[ListFilter] = Registry("filter of parties")
bulk_actions: Registry[BulkAction] = Registry("bulk action on parties")


@lru_cache(maxsize=256)
def tone(color: str, text: Any) -> SafeString:
    return format_html('<span class="tone tone-dot tone-{}">{}</span>', color, text)


def draw_name(party: Counterparty) -> SafeString | str:
    if party.short_name and party.short_name != party.full_name:
        return format_html('{} <span class="muted">{}</span>', party.short_name, party.full_name)
    return party.full_name


def draw_kinds(party: Counterparty) -> SafeString:
    return kind_badges(tuple(party.kinds), get_language())


@cache
def kind_badges(kinds: tuple[Kind, ...], language: str | None) -> SafeString:
    return format_html_join(" ", '<span class="kind kind-{}">{}</span>', ((kind.value, kind.label) for kind in kinds))


def draw_phone(party: Any) -> SafeString | str:
    return format_html('<span class="number">{}</span>', national_text(party.phone_text)) if party.phone_text else ""


def draw_status(party: Counterparty) -> SafeString | str:
    return tone(party.status.color, str(party.status)) if party.status else ""


for column in (
    Column("name", gettext_lazy("Name"), "full_name", sort=["sort_name"], html=draw_name, order=10),
    Column(
        "kinds",
        gettext_lazy("Kinds"),
        lambda party: ", ".join(str(kind.label) for kind in party.kinds),
        html=draw_kinds,
        order=20,
    ),
    Column(
        "number",
        gettext_lazy("EIK / number"),
        "number",
        sort=["registration_number"],
        order=30,
        css="is-code",
        export=lambda party: party.registration_number,
    ),
    Column(
        "vat_number",
        gettext_lazy("VAT no."),
        "vat_number_shown",
        sort=["vat_number"],
        order=40,
        css="is-code",
        export=lambda party: party.vat_number,
        default=False,
    ),
    Column(
        "status", gettext_lazy("Status"), "status", sort=["status__order", "status__name"], html=draw_status, order=50
    ),
    Column("trader", gettext_lazy("Trader"), "trader_name", sort=["trader__first_name", "trader__last_name"], order=60),
    Column(
        "client_type",
        gettext_lazy("Client type"),
        "client_type",
        sort=["client_type__name"],
        order=70,
        default=False,
        annotate=lambda parties, user: parties.select_related("client_type"),
    ),
    Column(
        "supplier_type",
        gettext_lazy("Supplier type"),
        "supplier_type",
        sort=["supplier_type__name"],
        order=71,
        default=False,
        annotate=lambda parties, user: parties.select_related("supplier_type"),
    ),
    Column(
        "phone",
        gettext_lazy("Phone"),
        "phone_text",
        html=draw_phone,
        export=lambda party: international_text(party.phone_text),
        order=80,
    ),
    Column("email", gettext_lazy("E-mail"), "email", sort=["email"], order=90, default=False),
    Column("country", gettext_lazy("Country"), "country.name", sort=["country"], order=110, default=False),
    Column(
        "payment_term",
        gettext_lazy("Payment term, days"),
        "payment_term_days",
        sort=["payment_term_days"],
        order=120,
        numeric=True,
        default=False,
    ),
    Column("created_at", gettext_lazy("Added"), "created_at", sort=["created_at"], order=130, default=False),
    Column("archive_reason", gettext_lazy("Reason for archiving"), "archive_reason", order=140, default=False),
):
    columns.register(column)


def archive_many(request: HttpRequest, parties: QuerySet[Counterparty]) -> str:
    """Archive the chosen parties that the user may archive; say how many were and how many were left."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise ValidationError(_("Say why the party is archived."))
    allowed = parties.current().changeable_by(request.user, "archive")  # type: ignore[attr-defined]
    asked = parties.current().count()  # type: ignore[attr-defined]
    done = 0
    for party in allowed:
        party.archive(request.user, reason)
        done += 1
    words = ngettext("%(count)d party is archived.", "%(count)d parties are archived.", done) % {"count": done}
    if asked > done:
        words += " " + ngettext(
            "%(count)d was left: you may not archive it.",
            "%(count)d were left: you may not archive them.",
            asked - done,
        ) % {"count": asked - done}
    return words


def assign_trader(request: HttpRequest, parties: QuerySet[Counterparty]) -> str:
    """Give the chosen parties that the user may change one responsible trader."""
    choice = request.POST.get("trader", "")
    trader = User.objects.active().filter(pk=choice).first() if choice.isdecimal() and len(choice) < 19 else None
    if trader is None:
        raise ValidationError(_("Choose a trader."))
    asked = parties.count()
    keys = list(parties.changeable_by(request.user).values_list("pk", flat=True))  # type: ignore[attr-defined]
    done = Counterparty.objects.filter(pk__in=keys).exclude(trader=trader).update(trader=trader)
    words = ngettext(
        "%(trader)s is now responsible for %(count)d more party.",
        "%(trader)s is now responsible for %(count)d more parties.",
        done,
    ) % {"trader": trader, "count": done}
    if asked > len(keys):
        words += " " + ngettext(
            "%(count)d was left: you may not change it.",
            "%(count)d were left: you may not change them.",
            asked - len(keys),
        ) % {"count": asked - len(keys)}
    return words


bulk_actions.register(
    BulkAction(
        "assign_trader",
        gettext_lazy("Assign trader"),
        assign_trader,
        icon="person-check",
        permission="counterparties.assign_trader",
        template="counterparties/_bulk_trader.html",
        context=lambda request: {"traders": User.objects.active()},
        order=10,
    )
)
bulk_actions.register(
    BulkAction(
        "archive",
        gettext_lazy("Archive"),
        archive_many,
        icon="archive",
        template="counterparties/_bulk_reason.html",
        order=20,
    )
)


class CounterpartyList(ListPage):
    """Parties of all kinds, or of one."""

    model = Counterparty
    filterset_class = CounterpartyFilter
    default_sort = "name"
    list_key = "counterparties"
    add_as_page = True
    empty = Empty(
        gettext_lazy("No parties yet"),
        gettext_lazy("Add the first one, or import a file of those you already have."),
    )
    kind: Kind | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if slug := kwargs.get("kind"):
            self.kind = Kind.from_slug(slug)
        return super().dispatch(request, *args, **kwargs)

    def has_permission(self) -> bool:
        user = self.request.user
        kinds = [self.kind] if self.kind else list(Kind)
        return any(user.has_perm(kind.permission("view")) for kind in kinds)

    def may_export(self) -> bool:
        """The list of all is exported by those who may export every kind that they see."""
        user = self.request.user
        kinds = [self.kind] if self.kind else [k for k in Kind if user.has_perm(k.permission("view"))]
        return all(user.has_perm(kind.permission("export")) for kind in kinds)

    @property
    def key(self) -> str:
        return f"counterparties.{self.kind.slug}" if self.kind else self.list_key

    def get_page_title(self) -> Any:
        return self.kind.plural if self.kind else _("Counterparties")

    def get_columns(self) -> list[Column]:
        user = self.request.user
        foreign = {
            "client_type": self.kind not in (None, Kind.CLIENT),
            "supplier_type": self.kind not in (None, Kind.SUPPLIER),
        }
        shown = [c for c in columns if not foreign.get(c.name) and (not c.permission or user.has_perm(c.permission))]
        # In the list of one kind the kind says nothing new; whoever wants to see the others too may choose it.
        return [replace(c, default=False) if self.kind and c.name == "kinds" else c for c in shown]

    @cached_property
    def archived_shown(self) -> str:
        return self.params.get("archived", "")

    def base_queryset(self) -> QuerySet[Any]:
        parties = Counterparty.objects.visible_to(self.request.user).for_list()
        if self.kind:
            parties = parties.of_kind(self.kind)
        match self.archived_shown:
            case "only":
                return parties.archived()
            case "with":
                return parties
        return parties.current()

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"kind": self.kind, "extra": filters}

    def get_bulk_actions(self) -> list[BulkAction]:
        user = self.request.user
        kinds = [self.kind] if self.kind else list(Kind)
        may_archive = any(user.has_perm(kind.permission("archive")) for kind in kinds)
        return [
            action
            for action in bulk_actions
            if (not action.permission or user.has_perm(action.permission)) and (action.slug != "archive" or may_archive)
        ]

    def get_add_url(self) -> str:
        user = self.request.user
        kinds = [self.kind] if self.kind else list(Kind)
        if not any(user.has_perm(kind.permission("add")) for kind in kinds):
            return ""
        address = reverse("counterparties:counterparty_add")
        return f"{address}?kind={self.kind.value}" if self.kind else address

    @property
    def add_label(self) -> Any:
        return (
            {
                Kind.CLIENT: _("Add a client"),
                Kind.SUPPLIER: _("Add a supplier"),
                Kind.BANK: _("Add a bank"),
                Kind.STATE_BODY: _("Add a state body"),
                Kind.OWN_FIRM: _("Add an own firm"),
                Kind.HOLDING: _("Add a holding"),
            }.get(self.kind, _("Add a party"))
            if self.kind
            else _("Add a party")
        )

    def get_actions(self) -> list[Action]:
        return []
