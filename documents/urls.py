from django.urls import URLPattern, path

from documents.lists.files import FileList
from documents.lists.letters import LetterList
from documents.lists.personal import StrayScanList
from documents.lists.personal_log import PersonalDocumentAccessLog
from documents.views import blanks, file_pickers, file_serving, file_upload, files, letters, personal

app_name = "documents"

urlpatterns: list[URLPattern] = [
    path("forms/choose/<int:party_pk>/", blanks.form_choose, name="form_choose"),
    path("forms/<int:pk>/fill/<int:party_pk>/", blanks.form_fill, name="form_fill"),
    path("form-values/<int:pk>/edit/", blanks.formvalue_edit, name="formvalue_edit"),
    path("letters/", LetterList.as_view(), name="letter_list"),
    path("letters/add/", letters.letter_add, name="letter_add"),
    path("letters/picker/", letters.letter_picker, name="letter_picker"),
    path("letters/pdf/", letters.letter_print, name="letter_print"),
    path("letters/<int:pk>/", letters.letter_detail, name="letter_detail"),
    path("letters/<int:pk>/edit/", letters.letter_edit, name="letter_edit"),
    path("letters/<int:pk>/cancel/", letters.letter_cancel, name="letter_cancel"),
    path("personal-documents/add/", personal.personaldocument_add, name="personaldocument_add"),
    path("personal-documents/log/", PersonalDocumentAccessLog.as_view(), name="personaldocument_log"),
    path("personal-documents/scans/", StrayScanList.as_view(), name="strayscan_list"),
    path("personal-documents/<int:pk>/edit/", personal.personaldocument_edit, name="personaldocument_edit"),
    path("personal-documents/<int:pk>/reveal/", personal.personaldocument_reveal, name="personaldocument_reveal"),
    path("personal-documents/<int:pk>/scan/", personal.personaldocument_scan, name="personaldocument_scan"),
    path("personal-documents/<int:pk>/erase/", personal.personaldocument_erase, name="personaldocument_erase"),
    path("files/", FileList.as_view(), name="file_list"),
    path("files/upload/", file_upload.file_upload, name="file_upload"),
    path("files/<int:pk>/", files.file_detail, name="file_detail"),
    path("files/<int:pk>/edit/", files.file_edit, name="file_edit"),
    path("files/<int:pk>/preview/", files.file_preview, name="file_preview"),
    path("files/<int:pk>/delete/", files.file_delete, name="file_delete"),
    path("files/<int:pk>/restore/", files.file_restore, name="file_restore"),
    path("files/<int:pk>/download/", file_serving.file_download, name="file_download"),
    path("files/<int:pk>/inline/", file_serving.file_inline, name="file_inline"),
    path("files/<int:pk>/picture/", file_serving.file_picture, name="file_picture"),
    path("files/<int:pk>/versions/add/", files.fileversion_add, name="fileversion_add"),
    path(
        "files/<int:pk>/versions/<int:number>/download/",
        file_serving.fileversion_download,
        name="fileversion_download",
    ),
    path("files/<int:pk>/versions/<int:number>/restore/", files.fileversion_restore, name="fileversion_restore"),
    path("files/picker/", file_pickers.file_picker, name="file_picker"),
]
