"""Forms of the user's own settings."""

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
