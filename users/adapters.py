"""allauth's adapters: accounts are made by administrators, never by sign-up; a demanded second factor stays."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _


class ClosedAccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many failed log-ins. Wait five minutes and try again."),
        "username_password_mismatch": _("The user name or the password is wrong."),
        "email_password_mismatch": _("The e-mail or the password is wrong."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second factor by his role may not take it off; an administrator can (lost phone)."""
        return not authenticator.user.rights.second_factor_required
