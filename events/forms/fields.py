"""Fields of the form of an event: an hour of the day, several uploads, and when to be reminded."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common import uploads
from events import times


class ClockField(forms.Field):
    """An hour of the day, as people write it."""

    widget = forms.TextInput(attrs={"placeholder": _("hh:mm"), "inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> dt.time | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return times.parse_clock(text[:20])
        except ValueError as refusal:
            raise ValidationError(str(refusal), code="time") from refusal

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if hasattr(value, "hour") else value


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """Several files uploaded at once; each is looked at, and what is wrong is said with its name."""

    most = 20

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=SeveralFilesInput(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = [one for one in (data or []) if one]
        if len(sent) > self.most:
            raise ValidationError(_("At most %(most)d files at once."), params={"most": self.most})
        wrong = []
        for upload in sent:
            try:
                super().clean(upload, None)
                uploads.check_upload(upload, uploads.OFFICE_TYPES)
            except ValidationError as refusal:
                wrong.append(f"{uploads.safe_name(upload.name or '')}: {' '.join(refusal.messages)}")
        if wrong:
            raise ValidationError(wrong)
        return sent


REMINDERS = (
    ("", _("none")),
    (0, _("at the beginning")),
    (5, _("5 minutes before")),
    (15, _("15 minutes before")),
    (30, _("30 minutes before")),
    (60, _("1 hour before")),
    (2 * 60, _("2 hours before")),
    (24 * 60, _("1 day before")),
    (2 * 24 * 60, _("2 days before")),
    (7 * 24 * 60, _("1 week before")),
)


def reminder_field(present: int | None) -> forms.TypedChoiceField:
    """When to be reminded; a term that is not among the usual ones stays as it is."""
    choices: list[tuple[Any, Any]] = list(REMINDERS)
    if present is not None and present not in {minutes for minutes, _words in REMINDERS}:
        choices.append((present, _("%(count)d minutes before") % {"count": present}))
    return forms.TypedChoiceField(
        label=_("Reminder"),
        choices=choices,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Each participant is reminded."),
    )
