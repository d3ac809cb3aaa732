"""Log-in and permissions: allauth's checks, with all rights of a user read in the query that loads the user."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model


class RightsBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> Any:
        user = get_user_model().objects.with_rights().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        # By the address the user has now; the library's own table may still hold an old one.
        for user in get_user_model().objects.filter(email=email.lower()):
            if self._check_password(user, password):
                return user
        return None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return user_obj.rights.perms

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions(user_obj))
