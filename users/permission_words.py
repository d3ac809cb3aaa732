"""Permissions as people read them: the deed and what it is done to, in the language of the page.

Django keeps their names in the database, in English. Apps above give the words of their own permissions by `describe`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.forms.models import ModelChoiceIterator
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


class ByApp(ModelChoiceIterator):
    """The choices in groups, one for each app, by name."""

    def __iter__(self) -> Iterator[Any]:
        groups: dict[str, list[Any]] = {}
        for permission in self.queryset.select_related("content_type"):
            groups.setdefault(app_of(permission), []).append(self.choice(permission))
        for app, choices in sorted(groups.items()):
            yield app, sorted(choices, key=lambda choice: choice[1])


class PermissionField(ModelMultipleChoiceField):
    iterator = ByApp
    widget = CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return words_for(obj)
