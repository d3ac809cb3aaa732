from django.urls import URLPattern, include, path

from events import mail_urls
from events.lists import EventList
from events.views import calendar, event, feed, my_day, preferences

app_name = "events"

# Everything of the app but the first page stands under /events/.
pages: list[URLPattern] = [
    path("", EventList.as_view(), name="event_list"),
    path("add/", event.event_add, name="event_add"),
    path("log/", event.event_log, name="event_log"),
    path("choices/", event.event_choices, name="event_choices"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("feed/", feed.feed, name="feed"),
    path("feed/make/", feed.feed_make, name="feed_make"),
    path("feed/revoke/", feed.feed_revoke, name="feed_revoke"),
    path("feed/<str:secret>.ics", feed.feed_ics, name="feed_ics"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("<int:pk>/", event.event_detail, name="event_detail"),
    path("<int:pk>/edit/", event.event_edit, name="event_edit"),
    path("<int:pk>/done/", event.event_done, name="event_done"),
    path("<int:pk>/cancel/", event.event_cancel, name="event_cancel"),
    path("<int:pk>/reopen/", event.event_reopen, name="event_reopen"),
    path("<int:pk>/ics/", feed.event_ics, name="event_ics"),
]

urlpatterns = [
    path("", my_day.my_day, name="my_day"),
    path("events/", include(pages)),
    path("events/", include(mail_urls.pages)),
]
