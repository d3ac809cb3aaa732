"""What financial documents hang on the dossier, the timeline, the search, the menus and My day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.columns import Action
from common.context_processors import MenuEntry, menu, new_menu
from common.dates import SOFIA, format_date
from common.expressions import DayBegins
from common.money import format_money
from counterparties import dossier, search
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from events.about import AboutKind, about_kinds
from events.my_day import DayPanel, day_panels, some
from events.timeline import Entry, Mark, TimelineSource, Wanted, sources
from finance import documents_history  # noqa: F401  (registers the history)
from finance.cells import PAYMENT_TONES, STATE_TONES, state_text
from finance.kinds import PARTNERS, Direction, DocumentKind
from finance.lists.documents import DocumentList
from finance.models import FinancialDocument
from finance.models.choices import PaymentState
from finance.offered import Offer

VIEW, ADD = "finance.view_financialdocument", "finance.add_financialdocument"
LIST = "/finance/documents/"


@dossier.register
class FinancialDocumentsTab(dossier.DossierTab):
    """The party's documents; at an own firm those that it issued or received."""

    slug = "financial-documents"
    title = gettext_lazy("Financial documents")
    group = "money"
    order = 220
    kinds = PARTNERS
    permission_required = VIEW
    list_page = DocumentList

    def narrow(self, queryset: QuerySet[Any], party: Any) -> QuerySet[Any]:
        return queryset.filter(own_firm=party) if party.is_own_firm else queryset.filter(party=party)


# -- Quick actions ----------------------------------------------------------------------------------


def beginning(party: Counterparty, kind: Kind, offer: Offer, words: Any, icon: str) -> Action | None:
    """A deed that begins a document, for parties of a kind that are in use."""
    if party.is_archived or kind not in party.kinds:
        return None
    return Action(words, offer.url(party=party.pk), icon=icon)


def new_invoice(party: Counterparty, user: Any) -> Action | None:
    offer = Offer(DocumentKind.INVOICE, Direction.INCOME, False)
    return beginning(party, Kind.CLIENT, offer, _("New invoice"), "receipt")


def enter_invoice(party: Counterparty, user: Any) -> Action | None:
    offer = Offer(DocumentKind.INVOICE, Direction.EXPENSE, True)
    return beginning(party, Kind.SUPPLIER, offer, _("Enter an invoice"), "box-arrow-in-down")


def new_obligation(party: Counterparty, user: Any) -> Action | None:
    offer = Offer(DocumentKind.OBLIGATION, Direction.EXPENSE, True)
    return beginning(party, Kind.STATE_BODY, offer, _("Enter an obligation"), "building-check")


def bank_advice(party: Counterparty, user: Any) -> Action | None:
    offer = Offer(DocumentKind.BANK_ADVICE, Direction.EXPENSE, True)
    return beginning(party, Kind.BANK, offer, _("Enter a bank advice"), "bank")


def other_document(party: Counterparty, user: Any) -> Action | None:
    if party.is_archived or not set(PARTNERS) & set(party.kinds) or party.kinds == [Kind.OWN_FIRM]:
        return None
    return Action(_("New financial document"), f"{LIST}add/?{urlencode({'party': party.pk})}", icon="receipt")


for slug, action, menu_entry, order in (
    ("new_invoice", new_invoice, False, 5),
    ("enter_invoice", enter_invoice, False, 6),
    ("enter_obligation", new_obligation, False, 7),
    ("enter_bank_advice", bank_advice, False, 8),
    ("other_document", other_document, True, 50),
):
    dossier.quick_actions.register(dossier.QuickAction(slug, action, permission=ADD, order=order, menu=menu_entry))

dossier.first_steps.register(
    dossier.FirstStep(
        "invoice",
        gettext_lazy("Make the first document"),
        lambda party: f"{LIST}add/?{urlencode({'party': party.pk})}",
        tab="financial-documents",
        text=gettext_lazy("An invoice, a proforma, or what they sent us."),
        icon="receipt",
        permission=ADD,
        order=60,
        htmx=False,
    )
)


# -- Search -----------------------------------------------------------------------------------------


def find_documents(text: str, user: Any, limit: int) -> list[search.Hit]:
    """Documents by number, first those whose whole number it is, with or without its zeros."""
    number = text.strip()
    rows: Any = FinancialDocument.objects.visible_to(user).select_related("party__legal_form")
    rows = rows.defer("firm_copy", "party_copy", "account_copy", "search_text")
    whole = [number] + ([number.zfill(10)] if number.isdecimal() and len(number) < 10 else [])
    # The trigram index finds them, the number itself decides.
    found = [one for text_of in whole for one in rows.matching(text_of).filter(number=text_of)[:limit]]
    if not found and len(number) >= 3:
        found = list(rows.matching(text).order_by("-date", "-pk")[:limit])
    return [
        search.Hit(
            document.party,
            str(document),
            f"{format_date(document.date)} · {format_money(document.gross, document.currency)} · "
            f"{document.party.display_name}",
            document.get_absolute_url(),
            icon="receipt",
        )
        for document in found
    ]


search.sources.register(
    search.SearchSource(
        "financial_documents", gettext_lazy("Financial documents"), find_documents, permission=VIEW, order=30
    )
)


# -- Timeline ---------------------------------------------------------------------------------------


def document_keys(party: Any, user: Any, wanted: Wanted) -> QuerySet[Any] | None:
    """Issued and cancelled documents by their day; drafts have not happened yet."""
    if wanted.state or wanted.type is not None:
        return None
    found = FinancialDocument.objects.visible_to(user).filter(party=party).exclude(state="draft")
    found = found.annotate(at=DayBegins("date"))
    if wanted.who is not None:
        found = found.filter(Q(issued_by=wanted.who) | Q(trader=wanted.who))
    return found.matching(wanted.text) if wanted.text else found


def draw_documents(pks: list[int], user: Any) -> dict[int, Entry]:
    found = FinancialDocument.objects.visible_to(user).filter(pk__in=pks).annotate(at=DayBegins("date"))
    found = found.select_related("issued_by").defer("firm_copy", "party_copy", "account_copy", "search_text")
    return {document.pk: entry_of(document) for document in found}


MARKS = {"blue": "info", "green": "success", "red": "danger", "cancelled": "cancelled", "amber": "amber"}


def entry_of(document: Any) -> Entry:
    state = document.payment_state
    tone = PAYMENT_TONES[state] if state != PaymentState.NONE else STATE_TONES[document.state]
    return Entry(
        at=document.at,
        icon="receipt",
        tone="green" if document.direction == Direction.INCOME else "amber",
        label=document.kind_label,
        title=f"№ {document.number} · {format_money(document.gross, document.currency)}",
        url=document.get_absolute_url(),
        text=document.cancel_reason or document.reason,
        who=[str(document.issued_by)] if document.issued_by else [],
        marks=[Mark(MARKS.get(tone, tone), state_text(document))],
        whole_day=True,
    )


def document_brief() -> dict[str, Any]:
    kinds = [When(kind=kind, then=Value(capfirst(str(kind.label)))) for kind in DocumentKind]
    return {
        "title": Concat(Value("№ "), F("number"), output_field=CharField()),
        "label": Case(*kinds, output_field=CharField()),
        "icon": "receipt",
        "tone": Case(When(direction=Direction.INCOME, then=Value("green")), default=Value("amber")),
    }


sources.register(
    TimelineSource(
        "financial_documents",
        gettext_lazy("Financial documents"),
        document_keys,
        draw_documents,
        document_brief,
        lambda pk: address("finance:financialdocument_detail", pk),
        permission=VIEW,
        export_permission="finance.export_financialdocument",
        order=40,
    )
)
about_kinds.register(
    AboutKind(
        "financial_document",
        gettext_lazy("Financial documents"),
        FinancialDocument,
        lambda party, user: (
            FinancialDocument.objects.visible_to(user)
            .filter(party=party)
            .exclude(number="")
            .defer("firm_copy", "party_copy", "account_copy", "search_text")
            .order_by("-date", "-pk")
        ),
        permission=VIEW,
        order=15,
    )
)


# -- Menus and My day -------------------------------------------------------------------------------

menu.register(
    MenuEntry(
        "finance.documents",
        gettext_lazy("Documents"),
        LIST,
        icon="receipt",
        parent="finance",
        visible=lambda user: user.has_perm(VIEW),
        order=10,
    )
)
for place, (kind, words) in enumerate(
    (
        (DocumentKind.INVOICE, gettext_lazy("invoice")),
        (DocumentKind.PROFORMA, gettext_lazy("proforma invoice")),
    )
):
    new_menu.register(
        MenuEntry(
            f"finance.{kind.value}",
            words,
            f"{LIST}add/?kind={kind.value}",
            icon="receipt",
            visible=lambda user: user.has_perm(ADD),
            order=8 + place,
        )
    )
new_menu.register(
    MenuEntry(
        "finance.document",
        gettext_lazy("other financial document"),
        f"{LIST}add/",
        icon="receipt",
        visible=lambda user: user.has_perm(ADD),
        order=10,
    )
)


def my_drafts(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """Drafts that the user began and nobody has issued yet."""
    rows: Any = FinancialDocument.objects.visible_to(user).drafts().filter(created_by=user).for_list()
    return some(rows.order_by("-updated_at", "-pk"), f"{LIST}?state=draft")


def my_overdue(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """Overdue documents of the parties whose trader the user is, the oldest first."""
    day = now.astimezone(SOFIA).date()
    rows: Any = FinancialDocument.objects.visible_to(user).overdue(day).for_list()
    rows = rows.filter(party__trader=user, direction=Direction.INCOME)
    found = some(rows.order_by("payable_by", "pk"), f"{LIST}?{urlencode({'paid': 'overdue', 'trader': user.pk})}")
    return found and found | {"day": day}


ROWS = "finance/_day_documents.html"
day_panels.register(
    DayPanel("drafts", gettext_lazy("My drafts of documents"), ROWS, my_drafts, permission=ADD, order=46)
)
day_panels.register(
    DayPanel("overdue_documents", gettext_lazy("Overdue of my clients"), ROWS, my_overdue, permission=VIEW, order=45)
)
