from django.urls import URLPattern, path

from documents.lists.personal import StrayScanList
from documents.lists.personal_log import PersonalDocumentAccessLog
from documents.views import file_pickers, personal

app_name = "documents"

urlpatterns: list[URLPattern] = [
    path("personal-documents/add/", personal.personaldocument_add, name="personaldocument_add"),
    path("personal-documents/log/", PersonalDocumentAccessLog.as_view(), name="personaldocument_log"),
    path("personal-documents/scans/", StrayScanList.as_view(), name="strayscan_list"),
    path("personal-documents/<int:pk>/edit/", personal.personaldocument_edit, name="personaldocument_edit"),
    path("personal-documents/<int:pk>/reveal/", personal.personaldocument_reveal, name="personaldocument_reveal"),
    path("personal-documents/<int:pk>/scan/", personal.personaldocument_scan, name="personaldocument_scan"),
    path("personal-documents/<int:pk>/erase/", personal.personaldocument_erase, name="personaldocument_erase"),
    path("files/picker/", file_pickers.file_picker, name="file_picker"),
]
