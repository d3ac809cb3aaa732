"""Pages of an import: upload, columns, dry run, import, file of errors, undo."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from common.dates import format_moment
from common.exports import FORMATS, export_response
from common.forms_view import show_form
from common.importing.plans import outcome_words
from common.lists import Action, Column, Empty, ListPage, draw
from common.models import Notification
from contacts.access import demand
from contacts.forms.imports import MappingForm, StartForm
from contacts.importing import columns, jobs, process, sample
from contacts.importing.reading import UnreadableFile
from contacts.models import ImportMapping, ImportRow, PartyImport
from counterparties.models import Counterparty

PERMISSION = "counterparties.import_counterparties"
OUTCOME_TONES = {"created": "green", "updated": "blue", "skipped": "grey", "failed": "red"}
STATE_TONES = {"uploaded": "grey", "planned": "blue", "applied": "green", "undone": "amber"}


def tone(color: str, text: Any) -> SafeString:
    return format_html('<span class="tone tone-{}">{}</span>', color, text)


def crumbs(made: PartyImport | None = None) -> list[tuple[Any, str]]:
    path: list[tuple[Any, str]] = [(_("Imports"), reverse("contacts:import_list"))]
    return [*path, (made.file_name, made.get_absolute_url())] if made is not None else path


def import_of(request: HttpRequest, pk: int) -> PartyImport:
    """The import that the user may see (else 404), once the right to import is shown (else 403)."""
    demand(request, PERMISSION)
    return get_object_or_404(PartyImport.objects.visible_to(request.user).select_related("job", "user"), pk=pk)


# -- The list of imports ----------------------------------------------------------------------------


class ImportFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=PartyImport.State.choices)

    class Meta:
        model = PartyImport
        fields = ["state"]


class ImportList(ListPage):
    """The user's imports, the latest first."""

    model = PartyImport
    filterset_class = ImportFilter
    permission_required = PERMISSION
    page_title = gettext_lazy("Imports of counterparties")
    default_sort = "-uploaded"
    tie_break = ("-pk",)
    empty = Empty(
        gettext_lazy("Nothing has been imported yet"),
        gettext_lazy("Counterparties with their addresses, accounts and contact persons come here from CSV and XLSX."),
    )
    add_label = gettext_lazy("Import a file")
    add_as_page = True
    columns = [
        Column("file", gettext_lazy("File"), "file_name", sort=["file_name"], order=10),
        Column(
            "uploaded",
            gettext_lazy("Uploaded"),
            "created_at",
            sort=["created_at"],
            html=lambda made: format_moment(made.created_at),
            order=20,
        ),
        Column(
            "state",
            gettext_lazy("State"),
            "get_state_display",
            sort=["state"],
            html=lambda made: tone(STATE_TONES[made.state], made.get_state_display()),
            order=30,
        ),
        Column("created", gettext_lazy("Created"), "created_count", numeric=True, order=40),
        Column("updated", gettext_lazy("Updated"), "updated_count", numeric=True, order=50),
        Column("skipped", gettext_lazy("Skipped"), "skipped_count", numeric=True, order=60),
        Column("failed", gettext_lazy("Failed"), "failed_count", numeric=True, order=70),
    ]

    def get_add_url(self) -> str:
        return reverse("contacts:import_start")


# -- Upload and columns -----------------------------------------------------------------------------


@login_required
def import_start(request: HttpRequest) -> HttpResponse:
    """Take a file; when all its columns are known, the dry run begins at once."""
    demand(request, PERMISSION)
    form = StartForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made = process.upload(form.content, file.name, request.user, update=form.cleaned_data["update"])
        if process.needs_mapping(made, process.table_of(made, limit=1)):
            return redirect("contacts:import_map", made.pk)
        jobs.start(made, request.user, jobs.PLAN)
        return redirect(made)
    context = {
        "form": form,
        "page_title": _("Import of counterparties"),
        "crumbs": crumbs(),
        "submit_label": _("Upload and check"),
        "cancel_url": reverse("contacts:import_list"),
        "fields": columns.FIELDS.values(),
    }
    return show_form(request, context, "contacts/import_start.html")


@login_required
def import_sample(request: HttpRequest) -> HttpResponseBase:
    """A small file with the Bulgarian headers, to be filled in."""
    demand(request, PERMISSION)
    form = request.GET.get("format", "xlsx")
    return export_response(form if form in FORMATS else "xlsx", "import", sample.HEADER, sample.ROWS)


@login_required
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what each column is; remembered for the same headers."""
    made = import_of(request, pk)
    if made.is_working or made.state not in (PartyImport.State.UPLOADED, PartyImport.State.PLANNED):
        return redirect(made)
    try:
        # As the file has it: whether its first row is a header is among the questions.
        made.has_header, kept = True, made.has_header
        table = process.table_of(made, limit=50)
        made.has_header = kept
    except (process.ImportRefused, UnreadableFile) as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:import_list")
    has_header = made.has_header and (bool(columns.known_columns(table.header)) or bool(any(made.mapping)))
    initial = MappingForm.initial_of(made.mapping, has_header, made.default_kinds)
    form = MappingForm(table, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made.mapping, made.default_kinds = form.mapping, form.cleaned_data["kinds"]
        made.has_header = form.cleaned_data["has_header"]
        made.save(update_fields=["mapping", "default_kinds", "has_header"])
        if made.has_header:
            ImportMapping.objects.update_or_create(
                header_key=columns.header_key(table.header),
                defaults={"mapping": made.mapping, "default_kinds": made.default_kinds},
            )
        jobs.start(made, request.user, jobs.PLAN)
        return redirect(made)
    context = {
        "form": form,
        "made": made,
        "page_title": _("Columns of the file"),
        "crumbs": crumbs(),
        "submit_label": _("Check the rows"),
        "cancel_url": reverse("contacts:import_list"),
    }
    return show_form(request, context, "contacts/import_map.html")


# -- Review and result ------------------------------------------------------------------------------


class RowFilter(django_filters.FilterSet):
    class Meta:
        model = ImportRow
        fields: list[str] = []


class ImportReview(ListPage):
    """One import: its progress while the worker is at it, then its rows by what becomes, or became, of them."""

    model = ImportRow
    template_name = "contacts/import_review.html"
    filterset_class = RowFilter
    permission_required = PERMISSION
    list_key = "contacts.importrow"
    tie_break = ("number",)
    columns = [
        Column("name", gettext_lazy("Counterparty"), "title", html=lambda row: row.title or "—", order=10),
        Column("number", gettext_lazy("Row"), numeric=True, order=20),
        Column(
            "outcome",
            gettext_lazy("Outcome"),
            lambda row: words_of(row),
            html=lambda row: tone(OUTCOME_TONES[row.outcome], words_of(row)),
            order=30,
        ),
        Column(
            "why",
            gettext_lazy("Why, and what changes"),
            lambda row: said(row),
            html=lambda row: draw("contacts/_import_row.html", row=row) if row.reasons or row.changes else "",
            css="import-why",
            order=40,
        ),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            self.made = import_of(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        made = self.made
        htmx = getattr(request, "htmx", None)
        if htmx and htmx.target == "job":
            # The progress bar asks how far the work is; once it is done the whole page is another one.
            if not made.is_working:
                return HttpResponseClientRefresh()
            return render(request, "common/_job.html", {"job": made.job, "job_url": request.path})
        if made.state == PartyImport.State.UPLOADED and made.job is None:
            return redirect("contacts:import_map", made.pk)
        if made.job is not None and not made.is_working:
            Notification.objects.settle(request.user, made.job.key)
        return super().get(request, *args, **kwargs)

    def base_queryset(self) -> QuerySet[Any]:
        visible = Counterparty.objects.visible_to(self.request.user).filter(pk=OuterRef("party"))
        rows = ImportRow.objects.filter(party_import=self.made).annotate(
            party_seen=Exists(visible), import_state=F("party_import__state")
        )
        return rows.filter(outcome=self.outcome) if self.outcome else rows

    @property
    def outcome(self) -> str:
        asked = self.request.GET.get("outcome", "")
        return asked if asked in ImportRow.Outcome.values else ""

    def row_url(self, obj: Any) -> str:
        seen = obj.party_id is not None and obj.party_seen
        return reverse("counterparties:counterparty_detail", args=[obj.party_id]) if seen else ""

    def get_page_title(self) -> str:
        return self.made.file_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        made = self.made
        job = made.job
        return super().get_context_data(**kwargs) | {
            "crumbs": crumbs(),
            "made": made,
            "job": job,
            "job_url": self.request.path,
            "failure": job.message if job is not None and job.failed else "",
            "tabs": self.tabs(),
            "to_write": made.created_count + made.updated_count,
            "error_forms": list(FORMATS) if made.failed_count and made.file else [],
            "saved_views": [],
        }

    def tabs(self) -> list[dict[str, Any]]:
        """All rows, then those of each outcome, with their counts."""
        counts = self.made.counts
        path = self.request.path
        found = [{"label": _("All"), "count": sum(counts.values()), "url": path, "active": not self.outcome}]
        for outcome in ImportRow.Outcome:
            found.append(
                {
                    "label": outcome_words(outcome, forecast=foretells(self.made.state)),
                    "count": counts[outcome.value],
                    "url": f"{path}?outcome={outcome.value}",
                    "active": self.outcome == outcome.value,
                }
            )
        return found

    def get_actions(self) -> list[Action]:
        made = self.made
        open_states = (PartyImport.State.UPLOADED, PartyImport.State.PLANNED)
        if made.is_working or made.state not in open_states or not made.file:
            return []
        return [
            Action(
                _("Choose the columns"), reverse("contacts:import_map", args=[made.pk]), icon="layout-three-columns"
            ),
            Action(
                _("Check again"), reverse("contacts:import_plan", args=[made.pk]), icon="arrow-repeat", method="post"
            ),
        ]


def foretells(state: str) -> bool:
    """Whether the outcomes of rows are still a forecast."""
    return state in (PartyImport.State.UPLOADED, PartyImport.State.PLANNED)


def words_of(row: Any) -> str:
    """A row's outcome: a forecast after the dry run, a report after the import."""
    return outcome_words(row.outcome, forecast=foretells(row.import_state))


def said(row: ImportRow) -> str:
    """A row's reasons and changes as one text, for exports."""
    new = row.outcome == ImportRow.Outcome.CREATED
    changes = [
        f"{c['field']}: {c['after']}" if new else f"{c['field']}: {c['before'] or '—'} → {c['after']}"
        for c in row.changes
    ]
    return " ".join([*row.reasons, *changes])


# -- Deeds ------------------------------------------------------------------------------------------


def begin(request: HttpRequest, pk: int, task: str) -> HttpResponse:
    """Hand a step to the worker and show its progress."""
    made = import_of(request, pk)
    if jobs.start(made, request.user, task) is None:
        messages.warning(request, _("The worker is still busy with this import."))
    return redirect(made)


@login_required
@require_POST
def import_plan(request: HttpRequest, pk: int) -> HttpResponse:
    return begin(request, pk, jobs.PLAN)


@login_required
@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    return begin(request, pk, jobs.APPLY)


@login_required
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    return begin(request, pk, jobs.UNDO)


@login_required
def import_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that failed, as they were uploaded, with the reason in a column of its own."""
    made = import_of(request, pk)
    form = request.GET.get("format", "csv")
    form = form if form in FORMATS else "csv"
    try:
        table = process.table_of(made)
    except (process.ImportRefused, UnreadableFile) as refusal:
        messages.error(request, str(refusal))
        return redirect(made)
    reasons = process.reasons_of(made.rows.filter(outcome=ImportRow.Outcome.FAILED))
    response = HttpResponse(process.error_file(form, table, reasons), content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="import-{made.pk}-errors.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
