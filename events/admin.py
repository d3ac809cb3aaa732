"""Reference data of this app: types of events, texts for e-mails."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contacts.admin import CodedReferenceAdmin
from documents.placeholders import check_text, placeholders
from events.icons import TYPE_ICONS
from events.models import EventType, MailTemplate
from users.permission_words import describe

describe(
    {
        "events.send_email": _("Send e-mails from the dossier"),
        "events.handle_inbox": _("See the inbox and file received e-mails"),
    }
)


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
    list_display = ["name", "name_en", "code", "icon_words", "color", "minutes", "order", "is_active"]

    @admin.display(description=_("icon"), ordering="icon")
    def icon_words(self, kind: EventType) -> str:
        return str({one.icon: one.label for one in TYPE_ICONS}.get(kind.icon, kind.icon))


class MailTemplateForm(forms.ModelForm):
    """A text whose placeholders are looked at before anybody sends it."""

    class Meta:
        model = MailTemplate
        fields = "__all__"  # noqa: DJ007  (the admin says which)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            names = ", ".join(f"{{{{ {one.slug} }}}}" for one in placeholders)
            self.fields["text"].help_text = _("Placeholders that are filled in: %(names)s") % {"names": names}

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_text(self) -> str:
        return self._checked("text")

    def _checked(self, name: str) -> str:
        check_text(self.cleaned_data[name])
        return str(self.cleaned_data[name])


@admin.register(MailTemplate)
class MailTemplateAdmin(CodedReferenceAdmin):
    form = MailTemplateForm
    list_display = ["name", "name_en", "code", "language", "subject", "order", "is_active"]
    list_filter = ["is_active", "language"]
    search_fields = ["name", "name_en", "subject", "text"]
    fields = ["name", "name_en", "code", "language", "subject", "text", "order", "is_active"]
