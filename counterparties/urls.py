from django.urls import path, register_converter

from counterparties.access_log import AccessLog
from counterparties.kinds import Kind
from counterparties.lists import CounterpartyList
from counterparties.views import dossier, party, search, vies

app_name = "counterparties"


class KindConverter:
    """The slug of a kind in an address: clients, suppliers, banks…"""

    regex = "|".join(kind.slug for kind in Kind)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KindConverter, "kind")

urlpatterns = [
    path("search/", search.search_results, name="search"),
    path("counterparties/", CounterpartyList.as_view(), name="counterparty_list"),
    path("counterparties/<kind:kind>/", CounterpartyList.as_view(), name="counterparty_kind_list"),
    path("counterparties/personal-numbers/", AccessLog.as_view(), name="personal_number_log"),
    path("counterparties/add/", party.counterparty_add, name="counterparty_add"),
    path("counterparties/picker/", party.counterparty_picker, name="counterparty_picker"),
    path("counterparties/duplicates/", party.duplicate_hints, name="duplicate_hints"),
    path("counterparties/vies/", vies.vies_fill, name="vies_fill"),
    path("counterparties/characteristic-files/<int:pk>/", party.characteristic_file, name="characteristic_file"),
    path("counterparties/<int:pk>/", dossier.counterparty_detail, name="counterparty_detail"),
    path("counterparties/<int:pk>/edit/", party.counterparty_edit, name="counterparty_edit"),
    path("counterparties/<int:pk>/archive/", party.counterparty_archive, name="counterparty_archive"),
    path("counterparties/<int:pk>/restore/", party.counterparty_restore, name="counterparty_restore"),
    path("counterparties/<int:pk>/pdf/", dossier.counterparty_print, name="counterparty_print"),
    path("counterparties/<int:pk>/requisites/", dossier.counterparty_requisites, name="counterparty_requisites"),
    path("counterparties/<int:pk>/comment/", dossier.counterparty_comment, name="counterparty_comment"),
    path("counterparties/<int:pk>/reveal/", dossier.personal_number_reveal, name="personal_number_reveal"),
    path("counterparties/<int:pk>/relations/add/", dossier.relation_add, name="relation_add"),
    path("counterparties/<int:pk>/relations/<int:relation_pk>/", dossier.relation_edit, name="relation_edit"),
    path(
        "counterparties/<int:pk>/relations/<int:relation_pk>/delete/", dossier.relation_delete, name="relation_delete"
    ),
    path("counterparties/<int:pk>/<slug:slug>/", dossier.counterparty_tab, name="counterparty_tab"),
]
