"""The form of an event: when, with whom, about what, with its attachments; planned, or written down afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import RecordForm
from contacts.forms.later import LaterChangesMixin
from contacts.models import ContactLink, ContactPerson
from counterparties.forms import party_picker
from counterparties.models import Counterparty
from documents.models import File
from documents.pickers import FilesField
from events import about, times
from events.forms.fields import ClockField, UploadsField, reminder_field
from events.models import Event, EventContact, EventFile, EventParticipant, EventType
from users.models import User

# What a form that is open for a while may be behind the clock.
PATIENCE = dt.timedelta(minutes=15)


class EventForm(LaterChangesMixin, RecordForm):
    """The instance comes with its party when that is fixed; `happened` offers to write down what is over."""

    start_day = forms.DateField(label=gettext_lazy("Day"))
    start_time = ClockField(label=gettext_lazy("From"), required=False)
    end_time = ClockField(label=gettext_lazy("To"), required=False)
    end_day = forms.DateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("When it is not the same day.")
    )
    happened = forms.BooleanField(
        label=gettext_lazy("Already happened"),
        required=False,
        help_text=gettext_lazy("It is written down as done, with what came of it."),
    )
    participants = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("Participants"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-enhance-select": ""}),
        help_text=gettext_lazy("Staff who take part. The event is in the day and the calendar of each."),
    )
    contacts = forms.ModelMultipleChoiceField(
        ContactPerson.objects.none(),
        label=gettext_lazy("Contact persons"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-enhance-select": ""}),
    )
    subject_of = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        required=False,
        widget=forms.Select(attrs={"data-enhance-select": ""}),
    )

    class Meta:
        model = Event
        fields = (
            *("type", "subject", "text", "all_day", "place"),
            *("is_private", "remind_by_email", "outcome", "next_step"),
        )
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4}),
            "outcome": forms.Textarea(attrs={"rows": 3}),
        }

    fieldsets = [
        ("", ["type", "subject", "party"]),
        (gettext_lazy("When"), [("start_day", "start_time", "end_time"), ("end_day", "all_day"), "happened"]),
        (gettext_lazy("What came of it"), ["outcome", "next_step"]),
        (gettext_lazy("With whom"), ["participants", "contacts", "place"]),
        (gettext_lazy("Further"), ["text", "subject_of", "uploads", "files"]),
        (gettext_lazy("Reminder and privacy"), ["remind_before", "remind_by_email", "is_private"]),
    ]

    def __init__(self, *args: Any, user: Any, fixed: bool = False, **kwargs: Any) -> None:
        self.user, self.fixed = user, fixed
        super().__init__(*args, **kwargs)
        event: Event = self.instance
        self.is_new = event.pk is None
        fields: dict[str, Any] = self.fields
        types = EventType.objects.filter(Q(is_active=True) | Q(pk=event.type_id))
        fields["type"].queryset, fields["type"].empty_label = types, None
        if self.is_new and not self.is_bound:
            # The type before it is chosen already.
            fields["subject"].widget.attrs["autofocus"] = True
        if not fixed:
            fields["party"] = party_picker(self.user, label=_("Counterparty"), required=False)
            fields["party"].widget.attrs |= brings_choices(event)
            self.initial.setdefault("party", event.party_id)
            if event.party_id and not self.is_new:
                fields["party"].queryset = fields["party"].queryset | Counterparty.objects.filter(pk=event.party_id)
        self.party = self.chosen_party()
        self.offer_people()
        self.offer_files()
        fields["subject_of"].choices = about.choices(self.party, user, event)
        self.initial["subject_of"] = about.present_key(event) or self.initial.get("subject_of", "")
        fields["remind_before"] = reminder_field(event.remind_before)
        self.initial["remind_before"] = "" if event.remind_before is None else event.remind_before
        if not self.is_new:
            self.show_when(event)
            del fields["happened"]
        if not self.is_new and event.done_at is None:
            del fields["outcome"], fields["next_step"]

    # -- What is offered ---------------------------------------------------------------------------

    def chosen_party(self) -> Counterparty | None:
        """The party whose people, files and papers are offered."""
        event: Event = self.instance
        if self.fixed or not self.is_bound:
            return event.party
        try:
            field = self.fields["party"]
            name = self.add_prefix("party")
            return field.clean(field.widget.value_from_datadict(self.data, self.files, name))
        except ValidationError:
            return None

    def offer_people(self) -> None:
        event: Event = self.instance
        fields: dict[str, Any] = self.fields
        taking_part = [] if self.is_new else list(event.participant_links.values_list("user", flat=True))
        fields["participants"].queryset = User.objects.filter(Q(is_active=True) | Q(pk__in=taking_part))
        spoken_to = [] if self.is_new else list(event.contact_links.values_list("person", flat=True))
        people = ContactPerson.objects.filter(pk__in=spoken_to)
        if self.party is not None:
            links = ContactLink.objects.visible_to(self.user).current().filter(party=self.party)
            people = ContactPerson.objects.filter(Q(pk__in=spoken_to) | Q(pk__in=links.values("person")))
        fields["contacts"].queryset = people
        if self.party is None:
            fields["contacts"].help_text = _("Choose the counterparty first.")
        if not self.is_new:
            self.initial["participants"], self.initial["contacts"] = taking_part, spoken_to

    def offer_files(self) -> None:
        fields: dict[str, Any] = self.fields
        if self.user.has_perm("documents.add_file"):
            words = _("They are filed in the dossier.") if self.party else _("Only for an event of a counterparty.")
            fields["uploads"] = UploadsField(label=_("Attach files"), required=False, help_text=words)
        attached: list[File] = []
        if not self.is_new:
            mine = self.instance.file_links.values("file")
            attached = list(File.objects.visible_to(self.user).filter(pk__in=mine).select_related("content"))
        if self.user.has_perm("documents.view_file"):
            fields["files"] = FilesField(
                user=self.user,
                party=self.party,
                kept=attached,
                label=_("Files of the dossier that belong here"),
                required=False,
            )
            self.initial.setdefault("files", [file.pk for file in attached])
        self.attached = attached

    def show_when(self, event: Event) -> None:
        first, last = times.day_of(event.starts_at), times.last_day(event)
        self.initial = {
            **self.initial,
            "start_day": first,
            "start_time": "" if event.all_day else times.clock(event.starts_at),
            "end_time": "" if event.all_day or event.ends_at is None else times.clock(event.ends_at),
            "end_day": None if last == first else times.day_of(event.ends_at) if event.ends_at else None,
        }

    # -- What is wrong -----------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.fixed and "party" not in self.errors:
            self.instance.party = data.get("party")
        self.take_over_times(data)
        self.take_over_about(data)
        self.instance.remind_before = data.get("remind_before")
        if data.get("uploads") and self.party is None:
            self.add_error("uploads", _("Choose the counterparty in whose dossier the files are to be."))
        others = not self.is_new and self.instance.author_id != self.user.pk
        if data.get("is_private") and others and self.user not in (data.get("participants") or []):
            words = _("You would not see it any more: you are neither its author nor a participant.")
            self.add_error("is_private", words)
        return data

    def take_over_times(self, data: dict[str, Any]) -> None:
        """Put beginning and end into the event, or say at the field what is wrong with them."""
        event: Event = self.instance
        day, last = data.get("start_day"), data.get("end_day")
        if day is None or any(name in self.errors for name in ("start_time", "end_time", "end_day")):
            return
        if not (1900 <= day.year <= 2200 and (last is None or 1900 <= last.year <= 2200)):
            self.add_error("start_day", _("The year is too far away."))
            return
        if last is not None and last < day:
            self.add_error("end_day", _("The last day is before the first."))
            return
        starts, ends = self.read_all_day(day, last) if data.get("all_day") else self.read_hours(data, day, last)
        if starts is None or self.errors.keys() & {"start_time", "end_time", "end_day"}:
            return
        if ends is not None and ends < starts:
            self.add_error("end_time", _("The end is before the beginning."))
            return
        self.judge_against_clock(data, starts, ends)
        event.starts_at, event.ends_at = starts, ends

    def read_all_day(self, day: dt.date, last: dt.date | None) -> tuple[dt.datetime, dt.datetime | None]:
        ends = times.moment(last, times.DAY_ENDS) if last is not None and last > day else None
        return times.moment(day, dt.time()), ends

    def read_hours(
        self, data: dict[str, Any], day: dt.date, last: dt.date | None
    ) -> tuple[dt.datetime | None, dt.datetime | None]:
        start, end = data.get("start_time"), data.get("end_time")
        if start is None:
            self.add_error("start_time", _("Write at what time it begins, or choose “all day”."))
            return None, None
        if end is None and last is not None and last > day:
            self.add_error("end_time", _("Write at what time it ends on the last day, or choose “all day”."))
            return None, None
        starts = self.moment_of("start", day, start)
        return starts, self.moment_of("end", last or day, end) if end is not None else None

    def moment_of(self, which: str, day: dt.date, clock: dt.time) -> dt.datetime | None:
        """The moment typed. One that stood there before and was left alone is not judged again."""
        before: dt.datetime | None = None if self.is_new else self.as_it_was[f"{which}s_at"]
        if before is not None and times.day_of(before) == day and times.clock(before) == f"{clock:%H:%M}":
            return before
        try:
            return times.moment(day, clock)
        except ValueError as refusal:
            self.add_error(f"{which}_time", str(refusal))
            return None

    def judge_against_clock(self, data: dict[str, Any], starts: dt.datetime, ends: dt.datetime | None) -> None:
        """What is planned lies ahead, what has happened lies behind; an event that stays where it was is let be."""
        event: Event = self.instance
        moved = self.is_new or (starts, ends) != (self.as_it_was["starts_at"], self.as_it_was["ends_at"])
        now = timezone.now()
        probe = Event(starts_at=starts, ends_at=ends, all_day=bool(data.get("all_day")))
        is_over = probe.state_at(now - PATIENCE) == Event.State.OVERDUE
        done = data.get("happened") or event.done_at is not None
        if done and starts > now + PATIENCE and times.day_of(starts) > times.day_of(now):
            self.add_error("start_day", _("This day is still to come: what has happened lies before now."))
        elif is_over and not done and event.cancelled_at is None and moved:
            words = (
                _("This time has passed. Choose a time to come, or tick “Already happened”.")
                if self.is_new
                else _("This time has passed. Choose a time to come, or mark the event as done.")
            )
            self.add_error("start_day", words)

    def take_over_about(self, data: dict[str, Any]) -> None:
        event: Event = self.instance
        key = data.get("subject_of") or ""
        if key == about.present_key(event) or "subject_of" in self.errors:
            return
        row = about.find(key, self.party, self.user) if key else None
        if key and row is None:
            self.add_error("subject_of", _("This is not in the dossier of the counterparty."))
            return
        event.about_type = ContentType.objects.get_for_model(row) if row is not None else None
        event.about_id = row.pk if row is not None else None

    # -- Saving ------------------------------------------------------------------------------------

    @property
    def as_it_was(self) -> dict[str, Any]:
        if not hasattr(self, "_as_it_was"):
            before = Event.objects.filter(pk=self.instance.pk).values("starts_at", "ends_at").get()
            self._as_it_was: dict[str, Any] = dict(before)
        return self._as_it_was

    @transaction.atomic
    def save(self, commit: bool = True) -> Event:
        event: Event = self.instance
        data = self.cleaned_data
        if self.is_new:
            event.author = self.user
            if data.get("happened"):
                event.done_at, event.done_by = timezone.now(), self.user
        event.save()
        relink(EventParticipant, event, "user", data["participants"])
        relink(EventContact, event, "person", data["contacts"])
        self.attach(event, data)
        event.settle()
        return event

    def attach(self, event: Event, data: dict[str, Any]) -> None:
        """Files chosen, files left out, files uploaded; what the user does not see of them stays."""
        if "files" in self.fields:
            chosen = list(data.get("files") or [])
            gone = {file.pk for file in self.attached} - {file.pk for file in chosen}
            here = set(event.file_links.values_list("file", flat=True))
            event.file_links.filter(file__in=gone).delete()
            EventFile.objects.bulk_create(
                [EventFile(event=event, file=file, came_with_it=False) for file in chosen if file.pk not in here]
            )
        for upload in data.get("uploads") or []:
            made = File.file_away(upload, party=event.party, by=self.user, audience=event.may_be_seen_by())
            EventFile.objects.create(event=event, file=made)

    def those_who_will_not_see_it(self) -> list[str]:
        """Names of participants to whom the party is closed: the event will not be shown to them."""
        event: Event = self.instance
        chosen = [user.pk for user in self.cleaned_data["participants"] if user.pk != self.user.pk]
        users = User.objects.with_rights().filter(pk__in=chosen)
        return [
            str(user)
            for user in users
            if not user.has_perm("events.view_event") or not Event.objects.visible_to(user).filter(pk=event.pk).exists()
        ]


def brings_choices(event: Event) -> dict[str, str]:
    """When another party is chosen, what can be chosen of it comes anew, and the rest of the form stays."""
    url = reverse("events:event_choices")
    return {
        "hx-get": f"{url}?event={event.pk}" if event.pk else url,
        "hx-trigger": "change",
        "hx-target": "this",
        "hx-swap": "none",
        "hx-disabled-elt": "unset",
        "hx-select-oob": "#field-contacts,#field-files,#field-subject_of",
    }


def relink(model: Any, event: Event, name: str, chosen: Any) -> None:
    """Make the links of an event those to the chosen rows; links that stay are not touched."""
    wanted = {row.pk for row in chosen}
    links = model.objects.filter(event=event)
    here = set(links.values_list(name, flat=True))
    links.filter(**{f"{name}__in": here - wanted}).delete()
    order = [row.pk for row in chosen if row.pk not in here]
    model.objects.bulk_create([model(event=event, **{f"{name}_id": pk}) for pk in order])
