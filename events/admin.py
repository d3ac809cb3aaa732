"""Reference data of this app: types of events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contacts.admin import CodedReferenceAdmin
from events.icons import TYPE_ICONS
from events.models import EventType


class EventTypeForm(forms.ModelForm):
    """The icon is chosen among those that the pages have."""

    class Meta:
        model = EventType
        fields = "__all__"  # noqa: DJ007  (the admin says which)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.icon, one.label) for one in TYPE_ICONS]
        present = self.instance.icon
        if present and present not in {icon for icon, _label in choices}:
            choices.append((present, present))
        if "icon" in self.fields:
            self.fields["icon"] = forms.ChoiceField(label=_("Icon"), choices=choices)


@admin.register(EventType)
class EventTypeAdmin(CodedReferenceAdmin):
    form = EventTypeForm
    list_display = ["name", "name_en", "code", "icon", "color", "minutes", "order", "is_active"]
