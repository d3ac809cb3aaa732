"""What files hang on the dossier: tab, panel, warnings, first step, quick action; search and the sidebar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.addresses import address
from common.context_processors import MenuEntry, menu, new_menu
from common.dates import format_date
from common.expressions import CappedCount
from common.lists import Action
from contacts.access import tab_url
from counterparties import dossier, search
from counterparties.dossier import DossierTab
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from documents.file_kinds import kind_of
from documents.lists.files import FileList
from documents.models import File
from documents.models.files import SOON_DAYS

SHOWN = 5
SHORTEST = 3  # characters that a search needs
KINDS = (Kind.CLIENT, Kind.SUPPLIER, Kind.BANK, Kind.STATE_BODY, Kind.OWN_FIRM)


@dossier.register
class FilesTab(DossierTab):
    slug = "files"
    title = gettext_lazy("Files and documents")
    order = 50
    kinds = KINDS
    permission_required = "documents.view_file"
    list_page = FileList


def has_tab(party: Counterparty) -> bool:
    return any(kind in KINDS for kind in party.kinds)


def files_of(party: Counterparty, user: Any) -> QuerySet[Any]:
    return File.objects.visible_to(user).filter(party=party).current()


# -- What ends ---------------------------------------------------------------------------------------


def expiring(party: Counterparty, user: Any) -> QuerySet[Any]:
    files = files_of(party, user)
    return files.ended() | files.ending_within(SOON_DAYS)  # type: ignore[attr-defined]


def expiring_panel(party: Counterparty, user: Any) -> dict[str, Any] | None:
    files = list(expiring(party, user).select_related("content", "category").order_by("valid_until", "pk")[:SHOWN])
    return {"files": files, "url": f"{tab_url(party, 'files')}?sort=valid_until"} if files else None


dossier.panels.register(
    dossier.Panel(
        "expiring_files",
        gettext_lazy("Files that expire"),
        "documents/_panel_expiring.html",
        expiring_panel,
        permission="documents.view_file",
        order=55,
        expression=lambda party, user: Exists(expiring(party, user)),
    )
)


def say_ended(party: Counterparty, count: Any, user: Any) -> Iterable[dossier.Warning]:
    if count:
        words = ngettext("%(count)d file is no longer valid", "%(count)d files are no longer valid", count)
        yield dossier.Warning("warning", words % {"count": count}, f"{tab_url(party, 'files')}?validity=ended")


def say_ending(party: Counterparty, count: Any, user: Any) -> Iterable[dossier.Warning]:
    if count:
        words = ngettext("%(count)d file ends within %(days)d days", "%(count)d files end within %(days)d days", count)
        yield dossier.Warning(
            "info", words % {"count": count, "days": SOON_DAYS}, f"{tab_url(party, 'files')}?validity=soon"
        )


dossier.warnings.register(
    dossier.HeadWarning(
        "files_ended",
        say_ended,
        lambda party, user: CappedCount(files_of(party, user).ended()),  # type: ignore[attr-defined]
        permission="documents.view_file",
        order=60,
    )
)
dossier.warnings.register(
    dossier.HeadWarning(
        "files_ending",
        say_ending,
        lambda party, user: CappedCount(files_of(party, user).ending_within(SOON_DAYS)),  # type: ignore[attr-defined]
        permission="documents.view_file",
        order=61,
    )
)


# -- Upload ------------------------------------------------------------------------------------------


def uploading(party: Counterparty) -> str:
    return f"{address('documents:file_upload')}?party={party.pk}"


def upload_files(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Upload files"), uploading(party), icon="upload", htmx=True) if has_tab(party) else None


dossier.quick_actions.register(
    dossier.QuickAction("upload_files", upload_files, permission="documents.add_file", order=40)
)
dossier.first_steps.register(
    dossier.FirstStep(
        "file",
        gettext_lazy("Add the first file"),
        uploading,
        tab="files",
        text=gettext_lazy("A contract, a certificate, a price list."),
        icon="folder2-open",
        permission="documents.add_file",
        order=40,
    )
)


# -- Search and sidebar ------------------------------------------------------------------------------


def find_files(text: str, user: Any, limit: int) -> list[search.Hit]:
    """Files by words of their names and descriptions."""
    if len(text.strip()) < SHORTEST:
        return []
    files = File.objects.visible_to(user).current().matching(text)
    files = files.select_related("content", "category", "party__legal_form").defer("search_text")
    return [
        search.Hit(
            file.party,
            file.name,
            " · ".join(
                str(part)
                for part in (file.category, file.description, file.party.display_name, format_date(file.created_at))
                if part
            ),
            file.get_absolute_url(),
            icon=kind_of(file.content.content_type).icon,
        )
        for file in files.order_by("-created_at", "-pk")[:limit]
    ]


search.sources.register(
    search.SearchSource("files", gettext_lazy("Files"), find_files, permission="documents.view_file", order=60)
)
menu.register(
    MenuEntry(
        "documents.files",
        gettext_lazy("Files"),
        "/documents/files/",
        icon="folder2-open",
        visible=lambda user: user.has_perm("documents.view_file"),
        order=70,
    )
)
new_menu.register(
    MenuEntry(
        "documents.file",
        gettext_lazy("Files"),
        "/documents/files/upload/",
        icon="upload",
        visible=lambda user: user.has_perm("documents.add_file"),
        order=70,
    )
)
