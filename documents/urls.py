from django.urls import URLPattern, path

from documents.views import file_pickers

app_name = "documents"

urlpatterns: list[URLPattern] = [
    path("files/picker/", file_pickers.file_picker, name="file_picker"),
]
