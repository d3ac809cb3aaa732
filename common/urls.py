from django.urls import path

from common import bell, views

app_name = "common"

urlpatterns = [
    path("about/", views.about, name="about"),
    path("jobs/<int:pk>/", views.job_detail, name="job_detail"),
    path("jobs/<int:pk>/file/", views.job_file, name="job_file"),
    path("notifications/", bell.NotificationList.as_view(), name="notification_list"),
    path("notifications/latest/", bell.notification_latest, name="notification_latest"),
    path("notifications/poll/", bell.notification_poll, name="notification_poll"),
    path("notifications/read-all/", bell.notification_read_all, name="notification_read_all"),
    path("notifications/<int:pk>/open/", bell.notification_open, name="notification_open"),
    path("views/save/", views.saved_view_save, name="saved_view_save"),
    path("views/<int:pk>/delete/", views.saved_view_delete, name="saved_view_delete"),
    path("lists/columns/", views.list_columns, name="list_columns"),
]
