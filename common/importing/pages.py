"""Pages of an import: upload, columns, dry run, import, file of errors, undo. An app says what they are about."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from common.dates import format_moment
from common.exports import FORMATS, export_response
from common.forms_view import show_form
from common.importing.jobs import ImportJobs
from common.importing.plans import Outcome, outcome_words
from common.importing.process import Importer, ImportRefused, error_file, reasons_of
from common.importing.reading import UnreadableFile
from common.lists import Action, Column, ListPage, draw
from common.models import Notification

OUTCOME_TONES = {"created": "green", "updated": "blue", "skipped": "grey", "failed": "red"}
STATE_TONES = {"uploaded": "grey", "planned": "blue", "applied": "green", "undone": "amber"}

signed_in = method_decorator(login_required)
posted = method_decorator(require_POST)


def tone(color: str, text: Any) -> SafeString:
    return format_html('<span class="tone tone-{}">{}</span>', color, text)


class ImportPages:
    """The views of one kind of import. `namespace` is the app's, whose addresses are called `import_start` and so on.

    An app gives the forms, the words and the sample; `may` says who imports, `fields_of` what an upload keeps of its
    form.
    """

    namespace = ""
    importer: Importer
    jobs: ImportJobs
    start_form: Any
    columns_form: Any
    title: Any = ""
    intro: Any = ""

    # -- For the app to say ----------------------------------------------------------------------

    def may(self, user: Any, made: Any = None) -> bool:
        """Whether the user imports at all; of an import that is made, whether he imports such."""
        raise NotImplementedError

    def fields_of(self, form: Any) -> dict[str, Any]:
        return {}

    def sample(self, request: HttpRequest) -> tuple[list[str], list[list[str]]]:
        """Header and rows of the sample file."""
        raise NotImplementedError

    def make_start_form(self, request: HttpRequest) -> Any:
        return self.start_form(request.POST or None, request.FILES or None)

    def start_context(self, form: Any) -> dict[str, Any]:
        """What the page of the upload shows beside the form."""
        return {"fields": self.importer.columns.fields.values(), "lead": self.intro}

    def initial_of(self, made: Any, has_header: bool) -> dict[str, Any]:
        return self.columns_form.initial_of(made.mapping, has_header)

    def take_chosen(self, made: Any, form: Any) -> list[str]:
        """Put what was chosen beside the columns into the import; names of the fields."""
        return []

    # -- What the views share --------------------------------------------------------------------

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.namespace}:import_{name}", args=args)

    def crumbs(self) -> list[tuple[Any, str]]:
        return [(_("Imports"), self.url("list"))]

    def demand(self, request: HttpRequest, made: Any = None) -> None:
        if not self.may(request.user, made):
            raise PermissionDenied

    def import_of(self, request: HttpRequest, pk: int) -> Any:
        """The import that the user may see (else 404), once the right to import is shown (else 403)."""
        self.demand(request)
        rows = self.importer.model.objects.visible_to(request.user).select_related("job", "user")
        made = get_object_or_404(rows, pk=pk)
        self.demand(request, made)
        return made

    # -- Upload and columns ----------------------------------------------------------------------

    @signed_in
    def start(self, request: HttpRequest) -> HttpResponse:
        """Take a file; when all its columns are known, the dry run begins at once."""
        self.demand(request)
        form = self.make_start_form(request)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            made = self.importer.upload(form.content, file.name, request.user, **self.fields_of(form))
            if self.importer.needs_mapping(made, self.importer.table_of(made, limit=1)):
                return redirect(self.url("map", made.pk))
            self.jobs.start(made, request.user, self.jobs.PLAN)
            return redirect(made)
        context = {
            "form": form,
            "page_title": self.title,
            "crumbs": self.crumbs(),
            "submit_label": _("Upload and check"),
            "cancel_url": self.url("list"),
            "sample_url": self.url("sample"),
            **self.start_context(form),
        }
        return show_form(request, context, "common/importing/start.html")

    @signed_in
    def sample_file(self, request: HttpRequest) -> HttpResponseBase:
        """A small file with the Bulgarian headers, to be filled in."""
        self.demand(request)
        form = request.GET.get("format", "xlsx")
        header, rows = self.sample(request)
        return export_response(form if form in FORMATS else "xlsx", "import", header, rows)

    @signed_in
    def map(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose what each column is; remembered for the same headers."""
        made = self.import_of(request, pk)
        if made.is_working or made.state not in (made.State.UPLOADED, made.State.PLANNED):
            return redirect(made)
        try:
            # As the file has it: whether its first row is a header is among the questions.
            made.has_header, kept = True, made.has_header
            table = self.importer.table_of(made, limit=50)
            made.has_header = kept
        except (ImportRefused, UnreadableFile) as refusal:
            messages.error(request, str(refusal))
            return redirect(self.url("list"))
        columns = self.importer.columns_of(made)
        has_header = made.has_header and (bool(columns.known_columns(table.header)) or bool(any(made.mapping)))
        form = self.columns_form(table, columns, request.POST or None, initial=self.initial_of(made, has_header))
        if request.method == "POST" and form.is_valid():
            made.mapping, made.has_header = form.mapping, form.cleaned_data["has_header"]
            made.save(update_fields=["mapping", "has_header", *self.take_chosen(made, form)])
            if made.has_header:
                self.importer.remember(made, table.header)
            self.jobs.start(made, request.user, self.jobs.PLAN)
            return redirect(made)
        context = {
            "form": form,
            "made": made,
            "page_title": _("Columns of the file"),
            "crumbs": self.crumbs(),
            "submit_label": _("Check the rows"),
            "cancel_url": self.url("list"),
        }
        return show_form(request, context, "common/importing/map.html")

    # -- Deeds -----------------------------------------------------------------------------------

    def begin(self, request: HttpRequest, pk: int, task: str) -> HttpResponse:
        """Hand a step to the worker and show its progress."""
        made = self.import_of(request, pk)
        if self.jobs.start(made, request.user, task) is None:
            messages.warning(request, _("The worker is still busy with this import."))
        return redirect(made)

    @signed_in
    @posted
    def plan(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.begin(request, pk, self.jobs.PLAN)

    @signed_in
    @posted
    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.begin(request, pk, self.jobs.APPLY)

    @signed_in
    @posted
    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.begin(request, pk, self.jobs.UNDO)

    @signed_in
    def errors(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows that failed, as they were uploaded, with the reason in a column of its own."""
        made = self.import_of(request, pk)
        form = request.GET.get("format", "csv")
        form = form if form in FORMATS else "csv"
        try:
            table = self.importer.table_of(made)
        except (ImportRefused, UnreadableFile) as refusal:
            messages.error(request, str(refusal))
            return redirect(made)
        reasons = reasons_of(made.rows.filter(outcome=Outcome.FAILED))
        response = HttpResponse(error_file(form, table, reasons), content_type=FORMATS[form])
        response["Content-Disposition"] = f'attachment; filename="import-{made.pk}-errors.{form}"'
        response["Cache-Control"] = "private, no-store"
        return response


# -- Lists -------------------------------------------------------------------------------------------

# Columns of the list of imports, after those that the app may put before them.
IMPORT_COLUMNS = [
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


class ImportListPage(ListPage):
    """The user's imports of one kind, the latest first."""

    pages: ImportPages
    default_sort = "-uploaded"
    tie_break = ("-pk",)
    add_label = gettext_lazy("Import a file")
    add_as_page = True
    columns = IMPORT_COLUMNS

    def has_permission(self) -> bool:
        return self.pages.may(self.request.user)

    def get_add_url(self) -> str:
        return self.pages.url("start")


def review_columns(title: Any) -> list[Column]:
    """The columns of a review; `title` says what the rows are."""
    return [
        Column("name", title, "title", html=lambda row: row.title or "—", order=10),
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
            html=lambda row: draw("common/importing/_row.html", row=row) if row.reasons or row.changes else "",
            css="import-why",
            order=40,
        ),
    ]


class ImportReviewPage(ListPage):
    """One import: its progress while the worker is at it, then its rows by what becomes, or became, of them."""

    pages: ImportPages
    template_name = "common/importing/review.html"
    tie_break = ("number",)

    def has_permission(self) -> bool:
        return self.pages.may(self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            self.made = self.pages.import_of(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        made = self.made
        htmx = getattr(request, "htmx", None)
        if htmx and htmx.target == "job":
            # The progress bar asks how far the work is; once it is done the whole page is another one.
            if not made.is_working:
                return HttpResponseClientRefresh()
            return render(request, "common/_job.html", {"job": made.job, "job_url": request.path})
        if made.state == made.State.UPLOADED and made.job is None:
            return redirect(self.pages.url("map", made.pk))
        if made.job is not None and not made.is_working:
            Notification.objects.settle(request.user, made.job.key)
        return super().get(request, *args, **kwargs)

    def base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.made.rows.annotate(import_state=F(f"{self.link}__state"))
        return rows.filter(outcome=self.outcome) if self.outcome else rows

    @property
    def link(self) -> str:
        """The foreign key of a row to its import."""
        return self.made.rows.field.name

    @property
    def outcome(self) -> str:
        asked = self.request.GET.get("outcome", "")
        return asked if asked in Outcome.values else ""

    def get_page_title(self) -> str:
        return self.made.file_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        made = self.made
        job = made.job
        return super().get_context_data(**kwargs) | {
            "crumbs": self.pages.crumbs(),
            "made": made,
            "job": job,
            "job_url": self.request.path,
            "failure": job.message if job is not None and job.failed else "",
            "tabs": self.tabs(),
            "to_write": made.created_count + made.updated_count,
            "error_forms": list(FORMATS) if made.failed_count and made.file else [],
            "saved_views": [],
            **{f"{name}_url": self.pages.url(name, made.pk) for name in ("apply", "undo", "errors")},
        }

    def tabs(self) -> list[dict[str, Any]]:
        """All rows, then those of each outcome, with their counts."""
        counts = self.made.counts
        path = self.request.path
        found = [{"label": _("All"), "count": sum(counts.values()), "url": path, "active": not self.outcome}]
        for outcome in Outcome:
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
        if made.is_working or not foretells(made.state) or not made.file:
            return []
        return [
            Action(_("Choose the columns"), self.pages.url("map", made.pk), icon="layout-three-columns"),
            Action(_("Check again"), self.pages.url("plan", made.pk), icon="arrow-repeat", method="post"),
        ]


def foretells(state: str) -> bool:
    """Whether the outcomes of rows are still a forecast."""
    return state in ("uploaded", "planned")


def words_of(row: Any) -> str:
    """A row's outcome: a forecast after the dry run, a report after the import."""
    return outcome_words(row.outcome, forecast=foretells(row.import_state))


def said(row: Any) -> str:
    """A row's reasons and changes as one text, for exports."""
    new = row.outcome == Outcome.CREATED
    changes = [
        f"{c['field']}: {c['after']}" if new else f"{c['field']}: {c['before'] or '—'} → {c['after']}"
        for c in row.changes
    ]
    return " ".join([*row.reasons, *changes])
