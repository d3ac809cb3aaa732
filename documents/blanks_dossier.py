"""Forms on the dossier: the tab of kept values, the quick action, the history of values."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.lists import Action
from counterparties import dossier, history
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from documents.field_types import shown
from documents.lists.blanks import FormValueList
from documents.models import FormField, FormTemplate, FormValue


@dossier.register
class FormFieldsTab(dossier.DossierTab):
    slug = "form-fields"
    title = gettext_lazy("Form fields")
    order = 80
    kinds = (Kind.CLIENT, Kind.SUPPLIER)
    permission_required = "documents.view_formvalue"
    list_page = FormValueList


def fill_a_form(party: Counterparty, user: Any) -> Action | None:
    url = address("documents:form_choose", party.pk)
    return Action(_("Fill a form"), url, icon="file-earmark-text", htmx=True)


dossier.quick_actions.register(
    dossier.QuickAction("fill_form", fill_a_form, permission="documents.fill_formtemplate", order=60)
)

LABELS = f"""(SELECT jsonb_build_object('label', f.label, 'form', t.name, 'type', f.type)
    FROM {FormField._meta.db_table} f JOIN {FormTemplate._meta.db_table} t ON t.id = f.template_id
    WHERE f.id = e.field_id)"""  # noqa: S608  (only names of tables)

history.register(
    FormValue,
    lambda events, party: events.filter(party_id=party.pk),
    permission="documents.view_formvalue",
    title=lambda values: ": ".join(str(values[name]) for name in ("form", "label") if values.get(name)),
    hidden=frozenset({"field", "changed_at", "changed_by"}),
    also=LABELS,
    say=lambda field, value, values: shown(values.get("type", ""), value or "") if field == "value" else None,
    order=140,
)
