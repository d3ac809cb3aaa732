"""What personal documents hang on the dossier: the tab, the warning of an end, the history, entries of the sidebar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Value
from django.db.models.fields.json import JSONField
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common.context_processors import MenuEntry, menu
from common.dates import today
from contacts.access import tab_url
from counterparties import dossier, history
from counterparties.dossier import DossierTab
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from documents import personal_scans  # noqa: F401  (tells the change of keys what is encrypted)
from documents.lists.personal import PersonalDocumentList
from documents.models import PersonalDocument
from documents.models.personal import ENDING_DAYS

SLUG = "personal-documents"
VIEW = "documents.view_personaldocument"
WARNED = 3  # documents that the head names; the tab has them all


@dossier.register
class PersonalDocumentsTab(DossierTab):
    slug = SLUG
    title = gettext_lazy("Personal documents")
    order = 60
    kinds = (Kind.CLIENT, Kind.SUPPLIER)
    permission_required = VIEW
    list_page = PersonalDocumentList


# -- The head's warning ------------------------------------------------------------------------------


def ending(party: Counterparty, user: Any) -> Any:
    """The documents that have ended or soon will, as far as no newer one has come in their place."""
    if not party.is_client and not party.is_supplier:
        return Value(None, output_field=JSONField())
    documents = PersonalDocument.objects.visible_to(user).filter(
        party=party, valid_until__lte=today() + dt.timedelta(days=ENDING_DAYS)
    )
    told = JSONObject(
        type=F("type__name"), type_en=F("type__name_en"), person=F("person__name"), valid_until=F("valid_until")
    )
    documents = documents.not_replaced().order_by("valid_until", "pk")
    return ArraySubquery(documents.values_list(told)[: WARNED + 1])


def say_ending(party: Counterparty, found: Any, user: Any) -> Iterable[dossier.Warning]:
    url = tab_url(party, SLUG)
    for one in (found or [])[:WARNED]:
        english = get_language() == "en" and one["type_en"]
        whose = {
            "type": capfirst(one["type_en"] if english else one["type"]),
            "person": one["person"] or party.display_name,
        }
        left = (dt.date.fromisoformat(one["valid_until"]) - today()).days
        if left < 0:
            yield dossier.Warning("danger", _("%(type)s of %(person)s has expired") % whose, url)
        elif left == 0:
            yield dossier.Warning("warning", _("%(type)s of %(person)s expires today") % whose, url)
        else:
            words = ngettext(
                "%(type)s of %(person)s expires in %(days)d day",
                "%(type)s of %(person)s expires in %(days)d days",
                left,
            )
            yield dossier.Warning("warning", words % (whose | {"days": left}), url)
    if len(found or []) > WARNED:
        yield dossier.Warning("warning", _("More personal documents have expired or soon will"), url)


dossier.warnings.register(dossier.HeadWarning("personal_documents", say_ending, ending, permission=VIEW, order=60))


# -- History -----------------------------------------------------------------------------------------

# An event holds keys alone; the names stand beside it.
NAMES = """jsonb_build_object(
    'person_name', (SELECT p.name FROM contacts_contactperson p WHERE p.id = e.person_id),
    'type_name', (SELECT t.name FROM documents_personaldocumenttype t WHERE t.id = e.type_id),
    'type_name_en', (SELECT t.name_en FROM documents_personaldocumenttype t WHERE t.id = e.type_id))"""


def title(values: dict[str, Any]) -> str:
    kind = (get_language() == "en" and values.get("type_name_en")) or values.get("type_name")
    return ", ".join(str(part) for part in (kind, values.get("person_name")) if part)


history.register(
    PersonalDocument,
    lambda events, party: events.filter(party_id=party.pk),
    permission=VIEW,
    title=title,
    also=NAMES,
    # Left out of tracking as it is; said once more, so that nobody brings them here by a slip.
    hidden=frozenset({"number", "scan", "scan_name", "scan_type", "added_by"}),
    order=130,
)

menu.register(
    MenuEntry(
        "personal_document_log",
        gettext_lazy("Accesses to personal documents"),
        "/documents/personal-documents/log/",
        icon="eye",
        visible=lambda user: user.has_perm("documents.view_personaldocument_log"),
        parent="counterparties",
        order=91,
    )
)
