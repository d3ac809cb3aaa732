"""Payments: record, post, settle, give back, cancel."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.amounts import parse_number
from common.dates import parse_date, today
from common.forms import PlainForm, ReasonForm
from common.forms_view import ask, done
from common.views import back
from contacts.access import asked_party, demand, seen
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from documents.own_firms import usual_own_firm
from documents.views.letters import asked_row
from finance import cash, settling
from finance.forms.payments import PaymentForm, TransferForm
from finance.forms.settling import SettleForm, SettleMoreForm
from finance.lists.payments import settled_state
from finance.models import FinancialDocument, Payment, Settlement
from finance.models.choices import Side
from finance.models.payments import PaymentDirection, PaymentMethod
from finance.payment_deeds import deeds_for
from trade.models.rates import FIXED

IN, OUT, INTERNAL = PaymentDirection.IN, PaymentDirection.OUT, PaymentDirection.INTERNAL


def list_url() -> str:
    return reverse("finance:payment_list")


def crumbs(payment: Payment | None = None) -> list[tuple[Any, str]]:
    made: list[tuple[Any, str]] = []
    if payment is not None and payment.party_id and payment.direction != INTERNAL:
        made.append((payment.party.display_name, payment.party.get_absolute_url()))
    return [*made, (_("Payments"), f"{list_url()}?party={payment.party_id}" if made and payment else list_url())]


# -- Recording --------------------------------------------------------------------------------------


@login_required
def payment_add(request: HttpRequest) -> HttpResponse:
    """A new payment of `?party=`, for `?document=`, or a transfer (`?direction=internal`)."""
    user: Any = request.user
    documents = FinancialDocument.objects.visible_to(user).select_related("party", "party__legal_form", "own_firm")
    document = asked_row(request, "document", documents)
    party = document.party if document else asked_party(request)
    demand(request, "finance.add_payment")
    if document is not None:
        demand(request, "finance.view_financialdocument")
    if not Counterparty.objects.own_firms_of(user).exists():
        messages.warning(request, _("There is no own firm yet whose payment it could be."))
        return redirect(list_url())
    direction = request.GET.get("direction", "")
    if direction == INTERNAL or (party is not None and party.is_own_firm and document is None):
        return edit(request, begin_transfer(party, user))
    if party is None:
        return choose_party(request, _("Record a payment"), "finance:payment_list")
    return edit(request, begin(party, user, direction, document), first=document)


def begin_transfer(party: Any, user: Any) -> Payment:
    """A transfer of the own firm that is asked for, else of the user's first."""
    firms = Counterparty.objects.own_firms_of(user).order_by("sort_name", "pk")
    firm = (firms.filter(pk=party.pk).first() if party is not None else None) or firms.first()
    assert firm is not None  # there is at least one, as was asked before
    return Payment(direction=INTERNAL, own_firm=firm, party=firm)


def begin(party: Any, user: Any, direction: str, document: Any = None) -> Payment:
    """A new payment as it is usually: to a supplier or a state body it goes out, from a client it comes in."""
    if document is not None and document.side:
        way = IN if document.side == Side.DEBIT else OUT
    elif direction in (IN, OUT):
        way = PaymentDirection(direction)
    else:
        way = IN if party.is_client else OUT
    payment = Payment(direction=way, party=party)
    payment.own_firm = document.own_firm if document is not None else firm_for(party, user, way)
    if document is None:
        return payment
    # Levs are not paid any more: what is open of a document of before 2026 is paid in euro.
    payment.currency = "EUR" if document.currency == "BGN" else document.currency
    if payment.currency not in FIXED:
        try:
            payment.take_rate()
        except ValidationError:
            payment.rate = document.rate
    payment.amount = settling.worth(document, payment) or document.open
    payment.reason = document.paper_name
    known = {choice for choice, _label in PaymentMethod.choices if choice != PaymentMethod.OFFSET}
    payment.method = PaymentMethod(document.payment_method if document.payment_method in known else "bank")
    if way == IN and document.bank_account_id and document.bank_account.currency == payment.currency:
        payment.account = document.bank_account
    return payment


def firm_for(party: Any, user: Any, way: str) -> Any:
    """The own firm to propose: the usual one, or the one of the oldest open document when there are none with that."""
    usual = usual_own_firm(party, user, else_first=True)
    side = Side.DEBIT if way == IN else Side.CREDIT
    owing = FinancialDocument.objects.visible_to(user).open().filter(party=party, side=side)
    firms = Counterparty.objects.own_firms_of(user)
    if usual is not None and not owing.filter(own_firm=usual).exists():
        oldest = owing.filter(own_firm__in=firms.values("pk")).order_by("payable_by", "pk").first()
        if oldest is not None:
            return oldest.own_firm
    return usual


@login_required
def payment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    payment = seen(request, Payment.objects.for_list(), pk, "finance.change_payment")
    if not payment.is_draft:
        messages.info(request, _("A payment that was posted is not changed any more."))
        return redirect(payment)
    return edit(request, payment)


def edit(request: HttpRequest, payment: Payment, first: Any = None) -> HttpResponse:
    """Show or take the form, and with it what the payment is set against."""
    user: Any = request.user
    form_class: Any = TransferForm if payment.direction == INTERNAL else PaymentForm
    settles = payment.direction != INTERNAL and user.has_perm("finance.settle_payment")
    redraws = request.method == "POST" and (in_body(request) or request.POST.get("deed") == "propose")
    if request.method != "POST" or redraws:
        typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        form = form_class(instance=payment, initial=typed or None, user=user)
        like = as_typed(payment, form) if redraws else payment
        plan = settling.planned(payment, user) if payment.pk and not redraws else None
        settle = SettleForm(like, user=user, first=first, plan=plan) if settles else None
    else:
        form = form_class(request.POST, instance=payment, user=user)
        valid = form.is_valid()
        if valid and (made := form.made_before()) is not None:
            return redirect(made)
        settle = SettleForm(form.instance, request.POST, user=user, first=first) if settles else None
        if (settle is None or settle.is_valid()) and valid:
            post = request.POST.get("deed") == "post" and user.has_perm("finance.issue_payment")
            if (kept := keep(request, form, settle, post=post)) is not None:
                return kept
    form.refresh_on(request.get_full_path())
    return show(request, form, settle)


def in_body(request: HttpRequest) -> bool:
    """Whether the form alone is to be drawn anew, because of what was chosen in it."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == "payment-body"


def as_typed(payment: Payment, form: Any) -> Payment:
    """The payment as it stands in the form, as far as that can be read; it is not saved."""
    like = Payment(direction=payment.direction, party=payment.party, own_firm=form.firm or payment.own_firm)
    like.pk, like.amount, like.date, like.currency = None, Decimal("0.00"), today(), payment.currency
    if currency := str(form.initial.get("currency") or ""):
        like.currency = currency[:3]
    try:
        like.amount = parse_number(str(form.initial.get("amount") or "")[:60])
    except ValueError:
        like.amount = payment.amount or Decimal("0.00")
    try:
        like.date = parse_date(str(form.initial.get("date") or "")[:20])
        like.take_rate()
    except (ValueError, ValidationError):
        like.date = today()
    return like


def keep(request: HttpRequest, form: Any, settle: Any, *, post: bool) -> HttpResponse | None:
    """Save and perhaps post what is valid; None when it was refused, or when something is asked first."""
    if post and form.asks_first():
        return None
    new = form.instance.pk is None
    payment = form.keep(settle.pairs if settle is not None else [], post=post)
    if payment is None:
        return None
    if payment.is_draft:
        messages.success(request, _("The draft is saved."))
    else:
        messages.success(request, said_of(payment))
    if new and post and "another" in request.POST:
        return redirect(request.get_full_path())
    return redirect(payment)


def said_of(payment: Payment) -> str:
    """What became of a posted payment, in a sentence."""
    if payment.direction == INTERNAL:
        return _("Posted under № %s.") % payment.number
    if not payment.open:
        return _("Posted under № %s and settled in full.") % payment.number
    if payment.settled:
        return _("Posted under № %s and settled in part; the rest is an advance.") % payment.number
    return _("Posted under № %s; it is an advance until it is settled.") % payment.number


def show(request: HttpRequest, form: Any, settle: Any) -> HttpResponse:
    payment: Payment = form.instance
    user: Any = request.user
    titles = {IN: _("Payment in"), OUT: _("Payment out"), INTERNAL: _("Internal transfer")}
    refused = form.is_bound and (form.errors or form.warnings or (settle is not None and settle.errors))
    other = {IN: OUT, OUT: IN}.get(PaymentDirection(payment.direction))
    query = request.GET.copy()
    if other:
        query["direction"] = other.value
    context = {
        "form": form,
        "settle": settle,
        "payment": payment,
        "page_title": titles[PaymentDirection(payment.direction)],
        "intro": payment.party.display_name if payment.direction != INTERNAL else "",
        "crumbs": crumbs(payment),
        "may_post": user.has_perm("finance.issue_payment"),
        "turn_url": f"{request.path}?{query.urlencode()}" if payment.pk is None and other else "",
        "turn_label": titles[other] if other else "",
        "cancel_url": back(request, payment.get_absolute_url() if payment.pk else list_url()),
    }
    if in_body(request):
        return render(request, "finance/_payment_body.html", context)
    return render(request, "finance/payment_form.html", context, status=422 if refused else 200)


# -- Looking ----------------------------------------------------------------------------------------


@login_required
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    payments = (
        Payment.objects.visible_to(request.user)
        .for_list()
        .select_related(
            "other_account", "other_desk", "party_account", "issued_by", "created_by", "cancelled_by", "offset_document"
        )
    )
    payment = get_object_or_404(payments, pk=pk)
    demand(request, "finance.view_payment")
    user: Any = request.user
    settlements = list(Settlement.objects.of(payment).current().for_list())
    rows = rows_of(settlements, payment, user)
    state_tone, state_words = settled_state(payment)
    context = {
        "payment": payment,
        "rows": rows,
        "planned": settling.planned(payment, user) if payment.is_draft else [],
        "difference": settling.exchange_difference(settlements),
        "invoice_due": settling.invoice_due(payment),
        "today": today(),
        "is_transfer": payment.direction == INTERNAL,
        "state_tone": state_tone,
        "state_words": state_words,
        "actions": deeds_for(payment, user),
        "page_title": str(payment),
        "crumbs": crumbs(payment),
    }
    return render(request, "finance/payment_detail.html", context)


def rows_of(settlements: list[Settlement], payment: Payment, user: Any) -> list[dict[str, Any]]:
    """Settlements as the page of the payment tells them; the other side is named only to who may see it."""
    rows: list[dict[str, Any]] = []
    others: list[Any] = []
    for one in settlements:
        is_debit = one.debit_payment_id == payment.pk
        other = one.credit if is_debit else one.debit
        others.append(other)
        rows.append(
            {
                "settlement": one,
                "other": other,
                "amount": one.debit_amount if is_debit else one.credit_amount,
                "other_amount": one.credit_amount if is_debit else one.debit_amount,
            }
        )
    seen_keys = settling.those_seen(others, user)
    may_settle = user.has_perm("finance.settle_payment")
    for row in rows:
        row["seen"] = (type(row["other"]), row["other"].pk) in seen_keys
        row["may_undo"] = may_settle and row["seen"]
    return rows


# -- Deeds ------------------------------------------------------------------------------------------


class PostForm(PlainForm):
    """What is asked before a draft is posted from its page: a reason, when cash is over the limit."""

    def __init__(self, payment: Payment, *args: Any, **kwargs: Any) -> None:
        from django import forms

        super().__init__(*args, **kwargs)
        self.fields[cash.REASON_FIELD] = forms.CharField(
            label=_("Reason to pay in cash over the limit"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
        )


@login_required
def payment_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a draft from its page, with what it is to settle; first what speaks against it."""
    payment = seen(request, Payment.objects.for_list(), pk, "finance.issue_payment")
    user: Any = request.user
    if not payment.is_draft:
        messages.info(request, _("The payment is posted already."))
        return done(request, payment.get_absolute_url())
    plan = settling.planned(payment, user)
    documents = [other for other, _amount in plan if isinstance(other, FinancialDocument)]
    over = cash.limit_reached(payment, documents)
    asks_why = bool(over) and user.has_perm("finance.pay_over_cash_limit")
    form = PostForm(payment, request.POST or None) if asks_why else None
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data[cash.REASON_FIELD] if form is not None else ""
        try:
            settling.post(payment, user, plan, reason=reason)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, said_of(payment))
        return done(request, payment.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Post the payment"),
        "question": _("It takes its number and is not changed any more; what it settles is settled with it."),
        "details": [*([over] if over else []), *cash.warnings_for(payment)],
        "submit_label": _("Post"),
        "cancel_url": payment.get_absolute_url(),
    }
    return ask(request, context)


@login_required
def payment_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    payment = seen(request, Payment.objects.for_list(), pk, "finance.cancel_payment")
    if payment.offset_document_id is not None:
        messages.info(request, _("An offset is cancelled with its protocol."))
        return done(request, payment.get_absolute_url())
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            payment.cancel(request.user, form.cleaned_data["reason"])
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The payment is cancelled; what it paid is open again."))
        return done(request, payment.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Cancel %s") % payment,
        "question": _("The payment keeps its number and stays to be seen; what it settled is open again."),
        "submit_label": _("Cancel the payment"),
        "cancel_url": payment.get_absolute_url(),
        "danger": True,
    }
    return ask(request, context)


@login_required
@require_POST
def payment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    payment = seen(request, Payment.objects.all(), pk, "finance.delete_payment")
    try:
        payment.discard()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(payment)
    messages.success(request, _("The draft is deleted."))
    return redirect(list_url())


@login_required
@require_POST
def payment_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to give back what is left of an advance: a draft of the other direction, to be looked at and posted."""
    payment = seen(request, Payment.objects.for_list(), pk, "finance.add_payment")
    if not settling.may_settle(payment, request.user):
        if payment.is_issued and not request.user.has_perm("finance.settle_payment"):
            raise PermissionDenied
        messages.error(request, _("Nothing of this payment is left to give back."))
        return redirect(payment)
    refund = settling.draft_refund(payment, request.user)
    messages.info(request, _("A draft that gives back the rest. Look at it, and post it once the money is paid."))
    may_edit = request.user.has_perm("finance.change_payment")
    return redirect(reverse("finance:payment_edit", args=[refund.pk]) if may_edit else refund.get_absolute_url())


@login_required
def payment_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle what is left of a posted payment."""
    payment = seen(request, Payment.objects.for_list(), pk, "finance.settle_payment")
    if not settling.may_settle(payment, request.user):
        messages.info(request, _("Nothing of this payment is left to settle."))
        return redirect(payment)
    form = SettleMoreForm(payment, request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            settling.settle_all(payment, form.pairs, request.user, reason=form.reason)
        except ValidationError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, _("Settled."))
            return redirect(payment)
    context = {
        "form": form,
        "settle": form,
        "payment": payment,
        "page_title": _("Settle %s") % payment,
        "crumbs": [*crumbs(payment), (str(payment), payment.get_absolute_url())],
        "cancel_url": payment.get_absolute_url(),
    }
    return render(request, "finance/payment_settle.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def settlement_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a settlement: both sides are open again."""
    user: Any = request.user
    settlement = get_object_or_404(Settlement.objects.visible_to(user).for_list(), pk=pk)
    demand(request, "finance.settle_payment")
    home = settlement.credit_payment or settlement.debit_payment or settlement.debit
    try:
        settlement.end(user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The settlement is undone; both sides are open again."))
    return redirect(back(request, home.get_absolute_url()))
