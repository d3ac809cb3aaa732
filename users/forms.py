"""Forms of the user's own settings, and of the forgotten password."""

from allauth.account.forms import ResetPasswordForm
from django.utils.translation import gettext_lazy as _

from common.forms import RecordForm
from users.models import User


class ProfileForm(RecordForm):
    fieldsets = [
        (_("Name"), [("first_name", "last_name"), "email"]),
        (_("Interface"), [("language", "theme"), "page_size"]),
    ]

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "language", "theme", "page_size"]


class PasswordResetForm(ResetPasswordForm):
    """Send the letter only to the address that the user has now.

    The log-in library keeps a table of addresses of its own, where an old one may remain.
    """

    users: list[User]

    def clean_email(self) -> str:
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email.lower()]
        return email
