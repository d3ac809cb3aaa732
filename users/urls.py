from django.urls import path, re_path
from django.views.generic import RedirectView

from users import views

app_name = "users"

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/sessions/<int:pk>/end/", views.session_end, name="session_end"),
    path("profile/appearance/", views.appearance, name="appearance"),
    path("profile/own-firm/", views.own_firm_in_force, name="own_firm_in_force"),
    # The e-mail is changed in the profile, so the log-in library's own list of addresses is not offered.
    path("accounts/", RedirectView.as_view(pattern_name="users:profile"), name="account"),
    re_path(r"^accounts/email/$", RedirectView.as_view(pattern_name="users:profile"), name="account_email"),
    re_path(r"^accounts/confirm-email/.*$", views.not_offered, name="confirm_email"),
]
