"""What the core itself puts through its doors: the record's panels, quick actions, menu, search, the History tab."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.db.models import Exists
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common.addresses import address
from common.context_processors import MenuEntry, menu, new_menu
from common.dates import format_date, today
from common.lists import Action
from common.money import format_money
from common.phones import national
from counterparties import dossier, search
from counterparties.dossier import (
    DossierFrame,
    DossierTab,
    Panel,
    QuickAction,
    booklet_sections,
    first_steps,
    panels,
    quick_actions,
)
from counterparties.figures import figures
from counterparties.kinds import Kind
from counterparties.models import Characteristic, Counterparty, Relation


@dossier.register
class HistoryTab(DossierTab):
    slug = "history"
    title = gettext_lazy("History and comment")
    group = "other"
    order = 900
    counted = False

    def show(self, request: HttpRequest, frame: DossierFrame) -> Any:
        from counterparties.views.dossier import show_history

        return show_history(request, frame)

    def holds_rows(self, party: Counterparty) -> bool:
        return False  # the history of a party is no reason to keep a kind


def days(number: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", number) % {"count": number}


def record_facts(party: Counterparty, user: Any) -> dict[str, Any]:
    """The record's own fields as (label, value, copyable), only those that are filled."""
    secret = bool(party.personal_number)
    facts: list[tuple[Any, Any, bool]] = [
        (_("Full name"), party.full_name, True),
        (_("In Latin letters"), party.name_latin, True),
        (party.identifier_label, party.number, not secret),
        (_("VAT no."), party.vat_number_shown, not party.vat_from_personal_number),
        (
            _("VAT registration"),
            party.get_vat_registration_display() if party.vat_registration != "none" else "",
            False,
        ),
        (_("Country"), getattr(party.country, "name", "") if party.is_foreign else "", False),
        (_("Phone"), national(party.phone), True),
        (_("E-mail"), party.email, True),
        (_("Client type"), party.client_type, False),
        (_("Supplier type"), party.supplier_type, False),
        (
            _("Payment term"),
            days(party.payment_term_days) if party.payment_term_days is not None else "",
            False,
        ),
        (
            _("Consent for e-invoice"),
            format_date(party.e_invoice_consent_on) if party.e_invoice_consent_on else "",
            False,
        ),
    ]
    row: Any = party if hasattr(party, "serving") else Counterparty.objects.with_summary().get(pk=party.pk)
    facts.append((_("Served by"), ", ".join(name.strip() for name in row.serving), False))
    values = [as_json(value) for value in row.characteristics]
    named = {value["party_id"] for value in values} - {None}
    seen = (
        set(Counterparty.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    )
    facts += [characteristic_fact(value) for value in values if value["party_id"] is None or value["party_id"] in seen]
    if check := as_json(row.last_vies):
        words = _("valid") if check["is_valid"] else _("not valid")
        day = format_date(dt.datetime.fromisoformat(check["asked_at"]))
        facts.append((_("VIES, %(day)s") % {"day": day}, " · ".join(filter(None, [words, check["number"]])), False))
    return {
        "facts": [fact for fact in facts if fact[1]],
        "requisites_url": address("counterparties:counterparty_requisites", party.pk),
    }


def as_json(value: Any) -> Any:
    """JSON that the database made, read unless the driver already did."""
    return json.loads(value, parse_float=Decimal) if isinstance(value, str) else value


def characteristic_fact(value: dict[str, Any]) -> tuple[Any, Any, bool]:
    """One characteristic as (label, value, copyable)."""
    label = value["name_en"] if value["name_en"] and get_language() == "en" else value["name"]
    shown: Any
    match value["value_type"]:
        case Characteristic.Type.BOOLEAN:
            shown = _("yes") if value["boolean"] else _("no")
        case Characteristic.Type.DATE:
            shown = format_date(dt.date.fromisoformat(value["date"])) if value["date"] else ""
        case Characteristic.Type.NUMBER:
            shown = "" if value["number"] is None else plain_number(Decimal(str(value["number"])))
        case Characteristic.Type.PARTY:
            shown = value["party"] or ""
        case Characteristic.Type.FILE:
            url = reverse("counterparties:characteristic_file", args=[value["pk"]])
            shown = format_html('<a href="{}">{}</a>', url, value["file_name"])
        case _:
            shown = value["text"]
    return label, shown, False


def plain_number(number: Decimal) -> str:
    """A number without needless zeros, with a decimal comma."""
    return f"{number.normalize():f}".replace(".", ",")


def relation_rows(party: Counterparty, user: Any) -> dict[str, Any] | None:
    """Relations to parties that the user may see."""
    visible = Counterparty.objects.visible_to(user).values("pk")
    relations = (
        Relation.objects.of(party)
        .filter(from_party__in=visible, to_party__in=visible)
        .select_related("from_party__legal_form", "to_party__legal_form")
    )
    may_change = all(user.has_perm(kind.permission("change")) for kind in party.kinds)
    rows = []
    for relation in relations:
        other = relation.other(party)
        share = f"{plain_number(relation.share)} %" if relation.share is not None else ""
        rows.append(
            {
                "label": relation.words_for(party),
                "party": str(other),
                "url": other.get_absolute_url(),
                "note": " · ".join(filter(None, [share, relation.period, relation.source])),
                "edit_url": address("counterparties:relation_edit", party.pk, relation.pk) if may_change else "",
                "delete_url": address("counterparties:relation_delete", party.pk, relation.pk) if may_change else "",
            }
        )
    add_url = address("counterparties:relation_add", party.pk) if may_change else ""
    return {"relations": rows, "add_url": add_url} if rows else None


def latest_changes(party: Counterparty, user: Any) -> dict[str, Any] | None:
    from counterparties import history

    entries, _key = history.page_of(party, user, size=5, values=False)
    if not entries:
        return None
    tab = dossier.tabs.get("history")
    assert tab is not None
    return {"changes": entries, "url": tab.url(party)}


def steps(party: Counterparty, user: Any) -> dict[str, Any] | None:
    """At most three first steps of a dossier that is still nearly empty: most of the tabs they lead to have nothing."""
    if party.is_archived:
        return None
    counts = getattr(party, "tab_counts", {})
    offered, done = [], 0
    for step in first_steps:
        tab = dossier.tabs.get(step.tab)
        if tab is None or not tab.is_open_for(party, user):
            continue
        if counts.get(step.tab):
            done += 1
        elif not step.permission or user.has_perm(step.permission):
            offered.append(
                {"label": step.label, "text": step.text, "url": step.url(party), "icon": step.icon, "htmx": step.htmx}
            )
    return {"steps": offered[:3]} if len(offered) > done else None


def figure_cards(party: Counterparty, user: Any) -> dict[str, Any] | None:
    """The registered figures of this party that no other panel shows, each with the way to what adds up to it."""
    cards = []
    on = today()
    firms = None
    for figure in figures:
        if figure.shown_apart or not figure.visible_for(user, party):
            continue
        sums = figure.totals(Counterparty.objects.filter(pk=party.pk), firms, on, user)
        total = sum((euro for _amount, euro in sums.values()), Decimal(0))
        cards.append(
            {
                "label": figure.label,
                "total": format_money(total, "EUR"),
                "parts": [
                    format_money(amount, currency) for (currency,), (amount, _euro) in sums.items() if currency != "EUR"
                ],
                "url": figure.list_url(party, on),
                "alarming": figure.alarming and total > 0,
            }
        )
    return {"figures": cards} if cards else None


def note_text(party: Counterparty, user: Any) -> dict[str, Any] | None:
    return {"text": party.note} if party.note else None


panels.register(
    Panel("figures", gettext_lazy("Figures"), "counterparties/_panel_figures.html", figure_cards, order=5, width="full")
)
panels.register(
    Panel(
        "first_steps",
        gettext_lazy("First steps"),
        "counterparties/_panel_first_steps.html",
        steps,
        order=10,
        width="full",
    )
)
panels.register(
    Panel("numbers", gettext_lazy("Requisites"), "counterparties/_panel_numbers.html", record_facts, order=35)
)
panels.register(Panel("note", gettext_lazy("Note"), "counterparties/_panel_note.html", note_text, order=60))
panels.register(
    Panel(
        "relations",
        gettext_lazy("Relations"),
        "counterparties/_panel_relations.html",
        relation_rows,
        order=70,
        expression=lambda party, user: Exists(Relation.objects.of(party)),
    )
)
panels.register(
    Panel("changes", gettext_lazy("Latest changes"), "counterparties/_panel_changes.html", latest_changes, order=90)
)

booklet_sections.register(
    dossier.BookletSection("card", gettext_lazy("Card"), "counterparties/print/_card.html", record_facts, order=10)
)


def own_requisites(party: Counterparty, user: Any) -> list[str]:
    lines = party.requisites.splitlines()
    if party.phone:
        lines.append(f"{_('Phone')}: {national(party.phone)}")
    if party.email:
        lines.append(f"{_('E-mail')}: {party.email}")
    return lines


dossier.requisites.register(dossier.Requisites("record", own_requisites, order=10))


def _may(party: Counterparty, user: Any, deed: str) -> bool:
    return all(user.has_perm(kind.permission(deed)) for kind in party.kinds)


def _edit(party: Counterparty, user: Any) -> Action | None:
    url = address("counterparties:counterparty_edit", party.pk)
    return Action(_("Change"), url, icon="pencil") if _may(party, user, "change") else None


def _print(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Print"), address("counterparties:counterparty_print", party.pk), icon="printer")


def _relation(party: Counterparty, user: Any) -> Action | None:
    url = address("counterparties:relation_add", party.pk)
    return Action(_("Add a relation"), url, icon="diagram-3", htmx=True) if _may(party, user, "change") else None


def _archive(party: Counterparty, user: Any) -> Action | None:
    if not _may(party, user, "archive"):
        return None
    if party.is_archived:
        return Action(_("Restore"), address("counterparties:counterparty_restore", party.pk), "arrow-counterclockwise")
    return Action(_("Archive"), address("counterparties:counterparty_archive", party.pk), icon="archive")


quick_actions.register(QuickAction("edit", _edit, order=50, menu=False))
quick_actions.register(QuickAction("print", _print, order=60))
quick_actions.register(QuickAction("relation", _relation, order=70))
quick_actions.register(QuickAction("archive", _archive, order=80))


def sees_any(user: Any) -> bool:
    return any(user.has_perm(kind.permission("view")) for kind in Kind)


menu.register(
    MenuEntry(
        "counterparties", gettext_lazy("Counterparties"), "/counterparties/", icon="people", visible=sees_any, order=20
    )
)
menu.register(
    MenuEntry(
        "settings", gettext_lazy("Settings"), "/admin/", icon="gear", visible=lambda user: user.is_staff, order=900
    )
)
for number, kind in enumerate(Kind):
    menu.register(
        MenuEntry(
            f"counterparties.{kind.slug}",
            kind.plural,
            f"/counterparties/{kind.slug}/",
            icon=kind.icon,
            parent="counterparties",
            visible=lambda user, kind=kind: user.has_perm(kind.permission("view")),  # type: ignore[misc]
            order=20 + number,
        )
    )
    new_menu.register(
        MenuEntry(
            kind.value,
            kind.label,
            f"/counterparties/add/?kind={kind.value}",
            icon=kind.icon,
            visible=lambda user, kind=kind: user.has_perm(kind.permission("add")),  # type: ignore[misc]
            order=20 + number,
        )
    )

search.sources.register(search.SearchSource("parties", gettext_lazy("Counterparties"), search.find_parties, order=10))
search.sources.register(
    search.SearchSource(
        "personal_numbers",
        gettext_lazy("By EGN/LNCh"),
        search.find_personal_number,
        permission="counterparties.reveal_personal_number",
        order=20,
    )
)
