from django.urls import path

from events.views import mail

# Under /events/.
pages = [
    path("emails/new/", mail.email_compose, name="email_compose"),
    path("emails/text/", mail.email_text, name="email_text"),
    path("emails/<int:pk>/", mail.email_detail, name="email_detail"),
    path("emails/<int:pk>/state/", mail.email_state, name="email_state"),
    path("emails/<int:pk>/raw/", mail.email_raw, name="email_raw"),
    path("emails/<int:pk>/retry/", mail.email_retry, name="email_retry"),
]
