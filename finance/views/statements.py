"""Bank statements: read a file, say what its columns are, confirm line by line what each one is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from common.forms import ReasonForm
from common.forms_view import ask, done, show_form
from common.money import format_money
from contacts.access import demand, seen
from counterparties.models import Counterparty
from documents.models import FileContent
from finance import matching
from finance.bank_import import file_statement, keep_file
from finance.forms.statements import BookForm, ColumnsForm, FileForm, TransferForm
from finance.models import BankStatement, BankStatementLine
from finance.statements import StatementError, read_statements, sniff_columns

PAGE_ROWS = 50
# How long one may take to say what the columns of a table are.
TOKEN_SECONDS = 24 * 3600
SALT = "finance.statement"


def crumbs(statement: BankStatement | None = None) -> list[tuple[Any, str]]:
    path: list[tuple[Any, str]] = [(_("Bank statements"), reverse("finance:bankstatement_list"))]
    return [*path, (str(statement), statement.get_absolute_url())] if statement is not None else path


def words_of(refusal: ValidationError) -> str:
    return " ".join(str(message) for message in refusal.messages)


# -- Reading ---------------------------------------------------------------------------------------


@login_required
def statement_add(request: HttpRequest) -> HttpResponse:
    """Take a file. A table whose columns are not all known is asked about on the next page."""
    demand(request, "finance.add_bankstatement")
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["file"].name or ""
        try:
            return take(request, read_statements(form.content, name), form.content, name)
        except ValidationError as refusal:
            if getattr(refusal, "code", "") in ASKED_ON and is_table(form.content, name):
                try:
                    return ask_columns(request, form.content, name)
                except ValidationError as not_kept:
                    refusal = not_kept
            form.add_error("file", words_of(refusal))
    context = {
        "form": form,
        "page_title": _("Read a bank statement"),
        "crumbs": crumbs(),
        "intro": _("The same statement may be read as often as you like: what is here already is not doubled."),
        "submit_label": _("Read"),
        "cancel_url": reverse("finance:bankstatement_list"),
    }
    return show_form(request, context)


# What the user can put right by saying what the columns are, or what the table leaves out.
ASKED_ON = ("mapping", "currency", "balance", "account", "number", "date", "entry")


def is_table(data: bytes, name: str) -> bool:
    try:
        return len(sniff_columns(data, name).headers) > 1
    except ValidationError:
        return False


def ask_columns(request: HttpRequest, data: bytes, name: str) -> HttpResponse:
    """Keep the file and go on to the page of its columns; the way there is signed for this user."""
    user: Any = request.user
    content = keep_file(data, name)
    token = signing.dumps({"content": content.pk, "user": user.pk, "name": name[:200]}, salt=SALT)
    return redirect("finance:bankstatement_columns", token)


@login_required
def statement_columns(request: HttpRequest, token: str) -> HttpResponse:
    demand(request, "finance.add_bankstatement")
    user: Any = request.user
    try:
        kept = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature as wrong:
        raise Http404 from wrong
    content = FileContent.objects.filter(pk=kept["content"]).first()
    if kept["user"] != user.pk or content is None:
        raise Http404
    with content.file.open("rb") as stored:
        data = stored.read()
    form = ColumnsForm(sniff_columns(data, kept["name"]), request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            found = read_statements(data, kept["name"], mapping=form.mapping, told=form.told)
            return take(request, found, data, kept["name"])
        except ValidationError as refusal:
            form.add_error(None, words_of(refusal))
    context = {
        "form": form,
        "file_name": kept["name"],
        "page_title": _("Columns of the statement"),
        "crumbs": crumbs(),
        "submit_label": _("Read"),
        "cancel_url": reverse("finance:bankstatement_list"),
    }
    return show_form(request, context, "finance/statement_columns.html")


def take(request: HttpRequest, statements: list[Any], data: bytes, name: str) -> HttpResponse:
    """Store what was read, all of it or nothing, and say what became of it. Raises ValidationError in words."""
    if not statements:
        raise StatementError(_("The file holds no statement."), "kind")
    with transaction.atomic():
        content = keep_file(data, name)
        filed = [file_statement(statement, request.user, content, name) for statement in statements]
    new, known = sum(one.new for one in filed), sum(one.known for one in filed)
    words = [ngettext("%(count)d new line", "%(count)d new lines", new) % {"count": new}]
    if known:
        words.append(
            ngettext("%(count)d line was here already", "%(count)d lines were here already", known) % {"count": known}
        )
    (messages.success if new else messages.info)(request, ", ".join(words) + ".")
    if len(filed) == 1:
        return redirect(filed[0].statement)
    return redirect("finance:bankstatement_list")


# -- One statement -----------------------------------------------------------------------------------

SHOWN = ("waiting", "booked", "ignored")


@login_required
@require_safe
def statement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines with what each is likely to be; those that wait come first asked for."""
    rows = BankStatement.objects.select_related("account", "own_firm", "own_firm__legal_form", "read_by")
    statement: BankStatement = seen(request, rows, pk, "finance.view_bankstatement")
    counts = dict.fromkeys(SHOWN, 0)
    for state in statement.lines.values_list("state", flat=True):
        counts[state] += 1
    shown = request.GET.get("show", "")
    if shown not in (*SHOWN, "all"):
        shown = "waiting" if counts["waiting"] else "all"
    lines = statement.lines.select_related("statement").order_by("position", "pk")
    if shown != "all":
        lines = lines.filter(state=shown)
    page = Paginator(lines.prefetch_related("payments__party"), PAGE_ROWS).get_page(request.GET.get("page"))
    found = list(page.object_list)
    may_book = request.user.has_perm("finance.match_bankstatementline")
    waiting = [line for line in found if line.state == BankStatementLine.State.WAITING]
    for line in waiting:
        line.statement = statement
    proposals = matching.propose(waiting, request.user) if may_book else {}
    context = {
        "statement": statement,
        "rows": [(line, proposals.get(line.pk)) for line in found],
        "page_obj": page,
        "shown": shown,
        "tabs": [
            ("waiting", _("Waiting"), counts["waiting"]),
            ("booked", _("Booked"), counts["booked"]),
            ("ignored", _("Set aside"), counts["ignored"]),
            ("all", _("All"), sum(counts.values())),
        ],
        "sure": sum(proposal.is_sure for proposal in proposals.values()),
        "may_book": may_book,
        "page_title": _("Bank statement %s") % (statement.number or statement.account.number),
        "crumbs": crumbs(),
    }
    return render(request, "finance/statement_detail.html", context)


def line_of(request: HttpRequest, pk: int) -> BankStatementLine:
    """The line of a statement that the user sees (else 404) and may book (else 403)."""
    statements = BankStatement.objects.visible_to(request.user)
    rows = BankStatementLine.objects.select_related(
        "statement__account__bank", "statement__own_firm__legal_form", "statement__account__party"
    )
    line: BankStatementLine = get_object_or_404(rows.filter(statement__in=statements), pk=pk)
    demand(request, "finance.view_bankstatement")
    demand(request, "finance.match_bankstatementline")
    return line


@login_required
def line_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or change what a line is: whose it is, and which documents it settles."""
    line = line_of(request, pk)
    if line.state != BankStatementLine.State.WAITING:
        messages.info(request, _("This line is done already."))
        return done(request, line.statement.get_absolute_url())
    proposal = matching.propose([line], request.user)[line.pk]
    asked = request.POST.get("party") or request.GET.get("party")
    party = proposal.party
    if asked:
        party = chosen_party(request, asked)
    pairs = proposal.pairs if party is not None and party == proposal.party else []
    initial = {f"document_{document.pk}": amount for document, amount in pairs}
    # What is open with another counterparty than the one shown has first to be seen.
    changed = request.method == "POST" and request.POST.get("shown") != (str(party.pk) if party else "")
    data = request.POST if request.method == "POST" and not changed else None
    form = BookForm(line, data, user=request.user, party=party, initial=initial)
    if form.is_bound and "show" not in request.POST and form.is_valid():
        try:
            payment = matching.book(line, request.user, form.cleaned_data["party"], form.pairs)
        except ValidationError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, _("%s is posted.") % payment)
            return done(request, line.statement.get_absolute_url())
    context = {
        "form": form,
        "line": line,
        "proposal": proposal,
        "amount": format_money(abs(line.amount), line.statement.currency),
        "page_title": _("Book a line of the statement"),
        "submit_label": _("Book") if party is not None else _("Show what is open"),
        "crumbs": crumbs(line.statement),
        "cancel_url": line.statement.get_absolute_url(),
    }
    return show_form(request, context, "finance/statement_line.html")


def chosen_party(request: HttpRequest, asked: str) -> Counterparty | None:
    parties = Counterparty.objects.visible_to(request.user).current().select_related("legal_form")
    return parties.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None


@login_required
def line_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    line = line_of(request, pk)
    proposal = matching.propose([line], request.user)[line.pk]
    form = TransferForm(line, request.POST or None, user=request.user, initial={"other": proposal.own_account})
    if request.method == "POST" and form.is_valid():
        try:
            matching.book_transfer(line, request.user, form.cleaned_data["other"], form.cleaned_data["arrived"])
        except ValidationError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, _("The transfer is posted."))
            return done(request, line.statement.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Transfer between our accounts"),
        "intro": f"{line} {line.details}"[:300],
        "submit_label": _("Post"),
        "crumbs": crumbs(line.statement),
        "cancel_url": line.statement.get_absolute_url(),
    }
    return show_form(request, context)


def deed(request: HttpRequest, pk: int, act: Any, words: str) -> HttpResponse:
    """One deed on a line, said in a message; a refusal too."""
    line = line_of(request, pk)
    try:
        act(line)
    except ValidationError as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, words)
    return redirect(line.statement)


@login_required
@require_POST
def line_tie(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie the line to the payment that was entered by hand, as proposed."""

    def act(line: BankStatementLine) -> None:
        payment = matching.propose([line], request.user)[line.pk].payment
        if payment is None:
            raise ValidationError(_("There is no payment any more that fits this line."))
        matching.tie(line, request.user, payment)

    return deed(request, pk, act, _("The line is tied to the payment."))


@login_required
@require_POST
def line_charge(request: HttpRequest, pk: int) -> HttpResponse:
    return deed(
        request, pk, lambda line: matching.book_charge(line, request.user), _("Entered as a bank advice and paid.")
    )


@login_required
@require_POST
def line_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    return deed(request, pk, matching.take_back, _("The line waits again."))


@login_required
def line_ignore(request: HttpRequest, pk: int) -> HttpResponse:
    line = line_of(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            matching.set_aside(line, request.user, form.cleaned_data["reason"])
        except ValidationError as refusal:
            messages.error(request, words_of(refusal))
        else:
            messages.success(request, _("The line is set aside."))
        return done(request, line.statement.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Set the line aside"),
        "question": _("Nothing is booked for it. It can be taken up again later."),
        "submit_label": _("Set aside"),
        "cancel_url": line.statement.get_absolute_url(),
    }
    return ask(request, context)


@login_required
@require_POST
def statement_book_sure(request: HttpRequest, pk: int) -> HttpResponse:
    """Book the chosen lines as proposed: those of which IBAN, number and amount agree."""
    rows = BankStatement.objects.select_related("account", "own_firm")
    statement: BankStatement = seen(request, rows, pk, "finance.match_bankstatementline")
    keys = [int(key) for key in request.POST.getlist("line") if key.isdecimal() and len(key) < 19]
    lines = statement.lines.waiting().filter(pk__in=keys).select_related("statement")
    booked, refused = matching.book_sure(list(lines), request.user)
    if booked:
        messages.success(
            request, ngettext("%(count)d line is booked.", "%(count)d lines are booked.", booked) % {"count": booked}
        )
    for words in refused[:10]:
        messages.error(request, words)
    if not booked and not refused:
        messages.info(request, _("No line was chosen of which all agrees."))
    return redirect(statement)
