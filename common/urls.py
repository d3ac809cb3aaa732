from django.urls import path

from common import views

app_name = "common"

urlpatterns = [
    path("about/", views.about, name="about"),
    path("jobs/<int:pk>/", views.job_detail, name="job_detail"),
    path("jobs/<int:pk>/file/", views.job_file, name="job_file"),
    path("views/save/", views.saved_view_save, name="saved_view_save"),
    path("views/<int:pk>/delete/", views.saved_view_delete, name="saved_view_delete"),
    path("lists/columns/", views.list_columns, name="list_columns"),
]
