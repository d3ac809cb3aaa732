"""The dossier's frame and its doors: tabs, summary panels, head warnings, quick actions, sections of the print.

An app above puts its own part in from its module `dossier`, found when the apps are ready; the frame names none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.addresses import address
from common.expressions import COUNT_CAP, CappedCount
from common.lists import Action, ListPage
from common.phones import national
from common.registry import Registry
from counterparties import facts
from counterparties.kinds import Kind
from counterparties.models import Counterparty

EVERY_KIND = tuple(Kind)
GROUPS = {
    "general": gettext_lazy("General"),
    "client": gettext_lazy("Client"),
    "supplier": gettext_lazy("Supplier"),
    "money": gettext_lazy("Money"),
    "other": gettext_lazy("Other"),
}


class DossierTab:
    """One tab. Subclasses say slug, title, group, order, kinds, permission and the app's own list page.

    `narrow` brings the list down to one party; by default the rows whose `party` it is.
    """

    slug: str = ""
    title: Any = ""
    group = "general"
    order = 100
    kinds: Iterable[Kind] = EVERY_KIND
    permission_required = ""
    list_page: type[ListPage] | None = None
    counted = True

    def narrow(self, queryset: QuerySet[Any], party: Any) -> QuerySet[Any]:
        return queryset.filter(party=party)

    def is_open_for(self, party: Counterparty, user: Any) -> bool:
        """Whether this party has the tab and this user may see it."""
        fits = any(kind in self.kinds for kind in party.kinds)
        return fits and (not self.permission_required or user.has_perm(self.permission_required))

    def url(self, party: Counterparty) -> str:
        return address("counterparties:counterparty_tab", party.pk, self.slug)

    def show(self, request: HttpRequest, frame: DossierFrame) -> Any:
        """Answer the tab: by its list. A tab without a list page must say how."""
        if self.list_page is None:
            raise Http404
        return self.list_page.as_view(frame=frame, page_title=self.title)(request)

    def all_rows(self) -> QuerySet[Any]:
        assert self.list_page is not None
        assert self.list_page.model is not None
        return self.list_page.model._default_manager.all()

    def count_expression(self, party: Counterparty, user: Any) -> CappedCount | None:
        if self.list_page is None or not self.counted:
            return None
        rows = self.list_page.counted_rows(self.all_rows().visible_to(user))  # type: ignore[attr-defined]
        return CappedCount(self.narrow(rows, party))

    def holds_rows(self, party: Counterparty) -> bool:
        """Whether the party has rows in this tab, whoever asks; archived ones too."""
        return self.list_page is not None and self.narrow(self.all_rows(), party).exists()


tabs: Registry[DossierTab] = Registry("tab")


def register(tab: type[DossierTab]) -> type[DossierTab]:
    """Hang a tab on the dossier (use as a decorator of its class)."""
    tabs.register(tab())
    return tab


class Warning(NamedTuple):
    """A sentence in the head. `level` is danger, warning or info."""

    level: str
    text: Any
    url: str = ""


@dataclass(frozen=True)
class HeadWarning:
    """A source of warnings. `expression(party, user)` is asked in the frame's one query; `words` tells its value.

    A source that needs no query leaves `expression` out and gets None as value.
    """

    slug: str
    words: Callable[[Counterparty, Any, Any], Iterable[Warning]]
    expression: Callable[[Counterparty, Any], Any] | None = None
    permission: str = ""
    order: int = 100


@dataclass(frozen=True)
class QuickAction:
    """A deed offered in the head. `action(party, user)` gives None when it does not fit the party or the user.

    The few that are used every day stand as buttons (`menu=False`), the others in the menu.
    """

    slug: str
    action: Callable[[Counterparty, Any], Action | None]
    permission: str = ""
    order: int = 100
    menu: bool = True


@dataclass(frozen=True)
class Panel:
    """A card on the Summary. `context(party, user)` gives None when there is nothing to show.

    `expression(party, user)`, asked in the frame's one query, saves the trouble of asking further when it is false; a
    panel `with_value` asks nothing further at all: its `context(party, user, value)` reads what the expression brought.
    `width` is "wide" or "half".
    """

    slug: str
    title: Any
    template: str
    context: Callable[..., dict[str, Any] | None]
    permission: str = ""
    order: int = 100
    width: str = "half"
    expression: Callable[[Counterparty, Any], Any] | None = None
    with_value: bool = False


@dataclass(frozen=True)
class BookletSection:
    """A part of the dossier's printed sheet."""

    slug: str
    title: Any
    template: str
    context: Callable[[Counterparty, Any], dict[str, Any] | None]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True)
class FirstStep:
    """What a new dossier suggests to do first, as long as the `tab` it leads to holds no rows."""

    slug: str
    label: Any
    url: Callable[[Counterparty], str]
    tab: str
    text: Any = ""
    icon: str = ""
    permission: str = ""
    order: int = 100
    htmx: bool = True


@dataclass(frozen=True)
class Requisites:
    """Lines of the requisites that are copied as text: `lines(party, user)`."""

    slug: str
    lines: Callable[[Counterparty, Any], list[str]]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True)
class ViesReceiver:
    """What becomes of an answer of VIES that filled a form, once the party is saved: `receive(party, check, user)`.

    `promise` tells the user beforehand.
    """

    slug: str
    promise: Any
    receive: Callable[[Counterparty, Any, Any], None]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True)
class KindGuard:
    """A reason why a kind cannot be taken from a party: `refusal(party)` gives the sentence, or ""."""

    slug: str
    kind: Kind
    refusal: Callable[[Counterparty], Any]
    order: int = 100


warnings: Registry[HeadWarning] = Registry("head warning")
quick_actions: Registry[QuickAction] = Registry("quick action")
panels: Registry[Panel] = Registry("summary panel")
booklet_sections: Registry[BookletSection] = Registry("booklet section")
first_steps: Registry[FirstStep] = Registry("first step")
requisites: Registry[Requisites] = Registry("requisites")
vies_receivers: Registry[ViesReceiver] = Registry("receiver of VIES answers")
kind_guards: Registry[KindGuard] = Registry("kind guard")


def refusals_to_remove_kinds(party: Counterparty) -> list[Any]:
    """Why kinds that were just taken from the party cannot be: what only they open still holds rows."""
    flags = Counterparty.objects.filter(pk=party.pk).values(*(kind.flag for kind in Kind)).first()
    if flags is None:
        return []
    before = {kind for kind in Kind if flags[kind.flag]}
    now = set(party.kinds)
    refusals = []
    for kind in before - now:
        for tab in tabs:
            closes = kind in tab.kinds and not now & set(tab.kinds)
            if closes and tab.holds_rows(party):
                refusals.append(
                    _("The kind “%(kind)s” cannot be removed: the tab “%(tab)s”, which it opens, holds rows.")
                    % {"kind": kind.label, "tab": tab.title}
                )
        refusals += [words for guard in kind_guards if guard.kind == kind and (words := guard.refusal(party))]
    return refusals


@dataclass
class ShownTab:
    slug: str
    title: Any
    url: str
    count: str
    active: bool
    alarming: bool = False


@dataclass
class Head:
    """All that the top of a dossier shows."""

    party: Counterparty
    badges: list[tuple[Any, str]]
    status: Any
    numbers: list[dict[str, Any]]
    warnings: list[Warning]
    quick_actions: list[Action]
    actions: list[Action]
    tabs: list[tuple[Any, list[ShownTab]]] = field(default_factory=list)

    @property
    def trader(self) -> Any:
        return self.party.trader

    @property
    def phone(self) -> Any:
        return self.party.phone

    @property
    def phone_shown(self) -> str:
        return national(self.party.phone)

    @property
    def email(self) -> str:
        return self.party.email


class DossierFrame:
    """One party's dossier as one user sees it; the outer part of each tab."""

    template_name = "counterparties/dossier_tab.html"
    oob_template = "counterparties/_head_parts.html"

    def __init__(self, request: HttpRequest, party: Counterparty, tab: DossierTab | None = None) -> None:
        self.request, self.party, self.tab = request, party, tab
        self.user: Any = request.user

    @classmethod
    def of(cls, request: HttpRequest, pk: int, slug: str = "") -> DossierFrame:
        """Fetch the dossier for the request's user; 404 when the party or the tab is not for him."""
        parties = Counterparty.objects.visible_to(request.user).for_dossier()
        if not slug:
            parties = parties.with_summary()
        party = get_object_or_404(parties, pk=pk)
        if not slug:
            return cls(request, party)
        tab = tabs.get(slug)
        if tab is None or not tab.is_open_for(party, request.user):
            raise Http404
        return cls(request, party, tab)

    def narrow(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        assert self.tab is not None
        return self.tab.narrow(queryset, self.party)

    @property
    def open_tabs(self) -> list[DossierTab]:
        return [tab for tab in tabs if tab.is_open_for(self.party, self.user)]

    def permitted(self, items: Iterable[Any]) -> list[Any]:
        return [item for item in items if not item.permission or self.user.has_perm(item.permission)]

    @property
    def tab_counts(self) -> dict[str, int]:
        """Capped counts of the tabs that have one, by slug."""
        return {tab.slug: self.facts.get(f"count_{tab.slug.replace('-', '_')}") or 0 for tab in self.open_tabs}

    def may_change(self) -> bool:
        return all(self.user.has_perm(kind.permission("change")) for kind in self.party.kinds)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Counts of all tabs and values of all warnings, on the Summary also those of its panels, in one query."""
        open_tabs = [tab for tab in self.open_tabs if tab.list_page is not None and tab.counted]
        sources = [source for source in self.permitted(warnings) if source.expression is not None]
        shown = [panel for panel in self.permitted(panels) if panel.expression is not None and self.tab is None]

        def expressions(party: Counterparty, user: Any) -> dict[str, Any]:
            made = {f"count_{tab.slug.replace('-', '_')}": tab.count_expression(party, user) for tab in open_tabs}
            made |= {f"warn_{one.slug}": one.expression(party, user) for one in sources if one.expression}
            made |= {f"panel_{one.slug}": one.expression(party, user) for one in shown if one.expression}
            return {name: expression for name, expression in made.items() if expression is not None}

        asked = (*open_tabs, *sources, *shown)
        return facts.ask(self.party, self.user, asked, expressions) if asked else {}

    def head(self) -> Head:
        values, party = self.facts, self.party
        offered = [(one.menu, one.action(party, self.user)) for one in self.permitted(quick_actions)]
        said = [
            warning
            for source in self.permitted(warnings)
            for warning in source.words(party, values.get(f"warn_{source.slug}"), self.user)
        ]
        return Head(
            party=party,
            badges=[(kind.label, kind.value) for kind in party.kinds],
            status=party.status,
            numbers=numbers_of(party, self.user),
            warnings=said,
            quick_actions=[action for menu, action in offered if action is not None and not menu],
            actions=[action for menu, action in offered if action is not None and menu],
            tabs=self.shown_tabs(),
        )

    def shown_tabs(self) -> list[tuple[Any, list[ShownTab]]]:
        counts = self.tab_counts
        summary = ShownTab("", _("Summary"), self.party.get_absolute_url(), "", self.tab is None)
        grouped: dict[str, list[ShownTab]] = {"general": [summary]}
        for tab in self.open_tabs:
            count = counts[tab.slug]
            words = f"{COUNT_CAP}+" if count > COUNT_CAP else str(count) if count else ""
            grouped.setdefault(tab.group, []).append(
                ShownTab(tab.slug, tab.title, tab.url(self.party), words, self.tab is tab)
            )
        return [(GROUPS[group], grouped[group]) for group in GROUPS if group in grouped]

    def context(self) -> dict[str, Any]:
        return {
            "party": self.party,
            "head": self.head(),
            "tab": self.tab,
            "frame": self,
            "may_change": self.may_change(),
            "crumbs": [
                (_("Counterparties"), reverse("counterparties:counterparty_list")),
                *(
                    [(kind.plural, reverse("counterparties:counterparty_kind_list", args=[kind.slug]))]
                    if (kind := next(iter(self.party.kinds), None)) and self.user.has_perm(kind.permission("view"))
                    else []
                ),
            ],
        }


def numbers_of(party: Counterparty, user: Any) -> list[dict[str, Any]]:
    """The numbers in the head; a personal number masked, with the address that reveals it for those who may."""
    numbers = []
    if party.number:
        secret = bool(party.personal_number)
        may_reveal = secret and user.has_perm("counterparties.reveal_personal_number")
        numbers.append(
            {
                "label": party.identifier_label,
                "value": party.number,
                "copyable": not secret,
                "reveal_url": address("counterparties:personal_number_reveal", party.pk) if may_reveal else "",
            }
        )
    if party.vat_number_shown:
        secret = party.vat_from_personal_number
        numbers.append(
            {"label": _("VAT no."), "value": party.vat_number_shown, "copyable": not secret, "reveal_url": ""}
        )
    return numbers


def _state_warnings(party: Counterparty, value: Any, user: Any) -> Iterable[Warning]:
    if party.is_archived:
        yield Warning("info", _("Archived: %(reason)s") % {"reason": party.archive_reason})
    if party.insolvency:
        words = str(party.get_insolvency_display())
        since = f", {party.insolvency_on:%d.%m.%Y}" if party.insolvency_on else ""
        yield Warning("danger", f"{words[:1].upper()}{words[1:]} ({party.insolvency_source}{since})")
    if party.status is not None and party.status.effects:
        level = "warning" if party.status.effects == ["warn"] else "danger"
        yield Warning(level, f"{party.status}: {'; '.join(party.status.effect_sentences)}")


warnings.register(HeadWarning("state", _state_warnings, order=10))


def _serves_others(party: Counterparty) -> str:
    count = party.served_links.count()
    if not count:
        return ""
    return ngettext(
        "The kind “own firm” cannot be removed: it serves %(count)d party.",
        "The kind “own firm” cannot be removed: it serves %(count)d parties.",
        count,
    ) % {"count": count}


kind_guards.register(KindGuard("serves_others", Kind.OWN_FIRM, _serves_others))
