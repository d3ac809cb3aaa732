from django.urls import URLPattern, include, path

app_name = "events"

# Everything of the app but the first page stands under /events/.
pages: list[URLPattern] = []

urlpatterns = [
    path("events/", include(pages)),
]
