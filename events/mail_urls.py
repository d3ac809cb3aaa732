from django.urls import path

from events.inbox import InboxList
from events.views import mail, received

# Under /events/.
pages = [
    path("emails/new/", mail.email_compose, name="email_compose"),
    path("emails/text/", mail.email_text, name="email_text"),
    path("emails/drop/", received.email_drop, name="email_drop"),
    path("emails/<int:pk>/", mail.email_detail, name="email_detail"),
    path("emails/<int:pk>/state/", mail.email_state, name="email_state"),
    path("emails/<int:pk>/raw/", mail.email_raw, name="email_raw"),
    path("emails/<int:pk>/retry/", mail.email_retry, name="email_retry"),
    path("emails/<int:pk>/file/", received.email_file, name="email_file"),
    path("emails/<int:pk>/attachments/<int:number>/", received.email_attachment, name="email_attachment"),
    path("emails/<int:pk>/dismiss/", received.email_dismiss, name="email_dismiss"),
    path("emails/<int:pk>/restore/", received.email_restore, name="email_restore"),
    path("inbox/", InboxList.as_view(), name="inbox"),
]
