"""What happens with a party: calls, meetings, e-mails, tasks, notes; planned, done, cancelled."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.addresses import address
from common.dates import SOFIA
from common.history import tracked
from common.text import fold
from contacts.models.reference import CodedReference
from events.querysets import EventQuerySet, ReminderQuerySet

SUBJECT_LENGTH = 200


class EventType(CodedReference):
    """Call, meeting, e-mail, task, note, and what an office adds."""

    class Color(models.TextChoices):
        BLUE = "blue", _("blue")
        GREEN = "green", _("green")
        AMBER = "amber", _("amber")
        VIOLET = "violet", _("violet")
        RED = "red", _("red")
        GREY = "grey", _("grey")

    icon = models.SlugField(_("icon"), default="calendar-event", help_text=_("Name of a bootstrap icon in use here."))
    color = models.CharField(_("colour"), max_length=10, choices=Color, default=Color.BLUE)
    minutes = models.PositiveSmallIntegerField(
        _("usual length, minutes"), null=True, blank=True, help_text=_("Proposed as the end of a new event.")
    )

    class Meta(CodedReference.Meta):
        verbose_name = _("type of event")
        verbose_name_plural = _("types of events")
        constraints = [models.UniqueConstraint(fields=["code"], name="event_type_code", condition=~Q(code=""))]

    @classmethod
    def named(cls, code: str) -> EventType:
        """The type of the code; another one where an office has taken it away, for an event must have some."""
        types = cls.objects.order_by("-is_active", "order", "pk")
        found = types.filter(code=code).first() or types.first()
        return found or cls.objects.create(code=code, name=code, name_en=code)


@tracked(
    exclude=["search_text", "sequence", "uid", "created_at", "updated_at"],
    # The history of a dossier, newest first: the event table holds more rows than any other.
    meta={"indexes": [models.Index(fields=["party", "-pgh_created_at", "-pgh_id"], name="event_history_by_party")]},
)
class Event(models.Model):
    """Something that happened or is to happen. Whether it is overdue is derived; done and cancelled are moments."""

    class State(models.TextChoices):
        """Derived from the moments and the clock."""

        PLANNED = "planned", _("planned")
        OVERDUE = "overdue", _("overdue")
        DONE = "done", pgettext_lazy("event", "done")
        CANCELLED = "cancelled", pgettext_lazy("event", "cancelled")

    type = models.ForeignKey(EventType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="dossier_events")
    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="dossier_events",
        # `event_by_party` serves it; an index of the party alone would be taken where the order is wanted too.
        db_index=False,
    )
    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    all_day = models.BooleanField(_("all day"), default=False)
    place = models.CharField(_("place"), max_length=200, blank=True)
    is_private = models.BooleanField(
        _("private"), default=False, help_text=_("Seen only by its author and those who take part.")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="authored_events"
    )
    participants = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("participants"),
        through="EventParticipant",
        related_name="dossier_events",
        blank=True,
    )
    contacts = models.ManyToManyField(
        "contacts.ContactPerson",
        verbose_name=_("contact persons"),
        through="EventContact",
        related_name="dossier_events",
        blank=True,
    )
    files = models.ManyToManyField(
        "documents.File", verbose_name=_("attachments"), through="EventFile", related_name="dossier_events", blank=True
    )
    outcome = models.TextField(_("outcome"), max_length=5000, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    follows = models.ForeignKey(
        "self",
        verbose_name=_("follows"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
        help_text=_("The event whose next step this is."),
    )
    # What it is about: any object of the dossier.
    about_type = models.ForeignKey(
        ContentType, verbose_name=_("about, kind"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    about_id = models.BigIntegerField(_("about, key"), null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    remind_before = models.PositiveIntegerField(_("remind, minutes before"), null=True, blank=True)
    remind_by_email = models.BooleanField(_("remind by e-mail too"), default=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(pgettext_lazy("event", "cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Names of those who take part, of contact persons and of attachments, as `settle` found them: lists read them, and
    # the history shows them before and after.
    participant_names = models.CharField(_("participants"), max_length=1000, blank=True, editable=False)
    contact_names = models.CharField(_("contact persons"), max_length=1000, blank=True, editable=False)
    file_names = models.CharField(_("attachments"), max_length=2000, blank=True, editable=False)
    # For calendars: one name for ever, and a number that grows with each change.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    search_text = models.TextField(editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "-pk"]
        default_permissions = ("view", "add", "change")
        permissions = [("export_event", "Can export events")]
        constraints = [
            models.CheckConstraint(
                name="event_ends_after_it_begins",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                violation_error_message=_("The end is before the beginning."),
            ),
            models.CheckConstraint(
                name="event_done_or_cancelled",
                condition=Q(done_at__isnull=True) | Q(cancelled_at__isnull=True),
                violation_error_message=_("What is done cannot be cancelled."),
            ),
        ]
        indexes = [
            # The tab and the timeline, newest first, by key; its exact total without a look at the rows.
            models.Index(
                fields=["party", "-starts_at", "-id"], name="event_by_party", include=["is_private", "author"]
            ),
            # The list across parties and the calendar.
            models.Index(fields=["-starts_at", "-id"], name="event_by_time"),
            # My day, overdue, warnings: the few that are still open.
            models.Index(
                fields=["starts_at"],
                name="event_open",
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.Index(
                fields=["party", "starts_at"],
                name="event_open_by_party",
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.Index(fields=["about_type", "about_id"], name="event_by_about", condition=Q(about_id__isnull=False)),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="event_search_trgm"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return address("events:event_detail", self.pk)

    @property
    def state(self) -> State:
        return self.state_at(timezone.now())

    def state_at(self, now: dt.datetime) -> State:
        """Cancelled, done, overdue or planned, by the clock given."""
        if self.cancelled_at is not None:
            return self.State.CANCELLED
        if self.done_at is not None:
            return self.State.DONE
        over = self.ends_at or self.starts_at
        if self.all_day:
            past = over.astimezone(SOFIA).date() < now.astimezone(SOFIA).date()
        else:
            past = over < now
        return self.State.OVERDUE if past else self.State.PLANNED

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.cancelled_at is None

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The end is before the beginning.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if self.pk is not None and not self._state.adding:
            self.sequence += 1
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text", "sequence", "updated_at"}
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        """Fill the search text; bulk writers call it for themselves."""
        pieces = (self.subject, self.text, self.outcome, self.next_step, self.place)
        self.search_text = " ".join(fold(piece) for piece in pieces if piece)

    # -- Deeds -----------------------------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def log(cls, type: EventType, words: str, *, by: Any, party: Any = None, person: Any = None) -> Event:
        """Write down what has just happened, in one go: done now, by this user, perhaps with a contact person."""
        now = timezone.now()
        subject = words if len(words) <= SUBJECT_LENGTH else f"{words[: SUBJECT_LENGTH - 1].rstrip()}…"
        text = "" if subject == words else words
        made = cls(type=type, party=party, subject=subject, text=text, starts_at=now, author=by)
        made.done_at, made.done_by = now, by
        made.save()
        EventParticipant.objects.create(event=made, user=by)
        if person is not None:
            EventContact.objects.create(event=made, person=person)
        made.settle()
        return made

    def may_be_seen_by(self) -> list[int] | None:
        """Keys of the users to whom a private event is open; None for a public one."""
        if not self.is_private:
            return None
        return sorted({self.author_id, *EventParticipant.objects.filter(event=self).values_list("user", flat=True)})

    @transaction.atomic
    def settle(self) -> None:
        """Bring along what follows from the event: names, reminders, and who sees its attachments.

        Called after the event and those who take part, contact persons and attachments were saved.
        """
        self.share_files()
        self.fill_names()
        self.plan_reminders()

    def share_files(self) -> None:
        """What came with the event is as private as it is; other events with such a file name it anew, or no more."""
        from documents.models import File

        audience = self.may_be_seen_by()
        files = File.objects.filter(pk__in=EventFile.objects.filter(event=self, came_with_it=True).values("file"))
        changed = [pk for pk, before in files.values_list("pk", "audience") if before != audience]
        if changed:
            File.objects.filter(pk__in=changed).update(audience=audience)
            for other in Event.objects.filter(file_links__file__in=changed).exclude(pk=self.pk).distinct():
                other.fill_names()

    def fill_names(self) -> None:
        """Those who take part, contact persons and attachments in words, as all who see the event may read them."""
        readers = self.may_be_seen_by()
        people = [str(link.user) for link in self.participant_links.select_related("user").order_by("pk")]
        contacts = [str(link.person) for link in self.contact_links.select_related("person").order_by("pk")]
        files = [
            str(link.file)
            for link in self.file_links.select_related("file").order_by("pk")
            if link.file.audience is None or (readers is not None and set(readers) <= set(link.file.audience))
        ]
        names = {
            "participant_names": ", ".join(people)[:1000],
            "contact_names": ", ".join(contacts)[:1000],
            "file_names": ", ".join(files)[:2000],
        }
        if any(getattr(self, field) != value for field, value in names.items()):
            for field, value in names.items():
                setattr(self, field, value)
            type(self).objects.filter(pk=self.pk).update(**names)

    def plan_reminders(self) -> None:
        """Reminders of an open event: one for each participant, else for the author. What was told stays told."""
        wanted: set[tuple[int, dt.datetime]] = set()
        if self.is_open and self.remind_before is not None:
            at = self.starts_at - dt.timedelta(minutes=self.remind_before)
            people = list(EventParticipant.objects.filter(event=self).values_list("user", flat=True))
            wanted = {(user, at) for user in people or [self.author_id]}
        here = {(one.user_id, one.at): one for one in Reminder.objects.filter(event=self)}
        gone = [one.pk for key, one in here.items() if key not in wanted and one.told_at is None]
        Reminder.objects.filter(pk__in=gone, told_at__isnull=True).delete()
        missing = wanted - set(here)
        Reminder.objects.bulk_create(
            [Reminder(event=self, user_id=user, at=at) for user, at in missing], ignore_conflicts=True
        )

    @transaction.atomic
    def finish(self, by: Any, outcome: str = "", next_step: str = "") -> None:
        """Mark the event as done. Raises ValidationError when it is done or cancelled already."""
        self._lock_open()
        self.done_at, self.done_by = timezone.now(), by
        self.outcome, self.next_step = outcome or self.outcome, next_step or self.next_step
        self.save(update_fields=["done_at", "done_by", "outcome", "next_step"])
        self.plan_reminders()

    @transaction.atomic
    def cancel(self, by: Any, reason: str = "") -> None:
        """Call the event off. Raises ValidationError when it is done or cancelled already."""
        self._lock_open()
        self.cancelled_at, self.cancelled_by, self.cancel_reason = timezone.now(), by, reason
        self.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
        self.plan_reminders()

    @transaction.atomic
    def reopen(self) -> None:
        """Make a done or cancelled event a planned one again."""
        self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update())
        self.done_at = self.done_by = self.cancelled_at = self.cancelled_by = None
        self.cancel_reason = ""
        self.save(update_fields=["done_at", "done_by", "cancelled_at", "cancelled_by", "cancel_reason"])
        self.plan_reminders()

    def _lock_open(self) -> None:
        self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update())
        if self.done_at is not None:
            raise ValidationError(_("The event is already done."))
        if self.cancelled_at is not None:
            raise ValidationError(_("The event is already cancelled."))


class EventParticipant(models.Model):
    """A member of staff who takes part in an event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="participant_links")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("participant"), on_delete=models.PROTECT, related_name="event_links"
    )

    class Meta:
        verbose_name = _("participant of an event")
        verbose_name_plural = _("participants of events")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="event_participant_unique")]
        indexes = [models.Index(fields=["user", "event"], name="event_by_participant")]

    def __str__(self) -> str:
        return str(self.user)


class EventContact(models.Model):
    """A contact person with whom an event was or is to be."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="contact_links")
    person = models.ForeignKey(
        "contacts.ContactPerson",
        verbose_name=_("contact person"),
        on_delete=models.PROTECT,
        related_name="event_links",
    )

    class Meta:
        verbose_name = _("contact person of an event")
        verbose_name_plural = _("contact persons of events")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="event_contact_unique")]

    def __str__(self) -> str:
        return str(self.person)


class EventFile(models.Model):
    """A file of the dossier that is attached to an event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="file_links")
    file = models.ForeignKey(
        "documents.File", verbose_name=_("file"), on_delete=models.PROTECT, related_name="event_links"
    )
    # Uploaded with the event, and so as private as it is; a file that was there before stays what it was.
    came_with_it = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("attachment of an event")
        verbose_name_plural = _("attachments of events")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "file"], name="event_file_unique")]

    def __str__(self) -> str:
        return str(self.file)


class Reminder(models.Model):
    """That one user is to be told of one event at one moment. `told_at` is set in the transaction that tells."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "user", "at"], name="reminder_unique")]
        # The worker asks every minute what is due.
        indexes = [models.Index(fields=["at"], name="reminder_due", condition=Q(told_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%d.%m.%Y %H:%M}"


class CalendarFeed(models.Model):
    """A user's private calendar address. Only the hash of its secret is kept: the address is shown once."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
