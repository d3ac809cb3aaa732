"""Permissions as people read them: the deed and what it is done to, in the language of the page.

Django keeps their names in the database, in English. Apps above give the words of their own permissions by `describe`.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.forms import ModelMultipleChoiceField
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Any] = {
    "view": _("View"),
    "add": _("Add"),
    "change": _("Change"),
    "delete": _("Delete"),
    "archive": _("Archive and restore"),
    "export": _("Export"),
    "balance": _("See the balance"),
}

_described: dict[str, Any] = {"common.share_savedview": _("Share saved views with everyone")}


def describe(words: dict[str, Any]) -> None:
    """Say what permissions mean, by their full names (`app.codename`)."""
    _described.update(words)


def words_for(permission: Permission) -> str:
    """What a permission allows; its stored name when nobody has words for it."""
    full_name = f"{permission.content_type.app_label}.{permission.codename}"
    if full_name in _described:
        return str(_described[full_name])
    deed = permission.codename.partition("_")[0]
    model = permission.content_type.model_class()
    if deed in DEEDS and model is not None:
        return f"{DEEDS[deed]}: {model._meta.verbose_name}"
    return permission.name


def app_of(permission: Permission) -> str:
    """The name of the app that the permission belongs to."""
    return str(apps.get_app_config(permission.content_type.app_label).verbose_name)


class PermissionField(ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{app_of(obj)} | {words_for(obj)}"
