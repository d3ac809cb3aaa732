"""Rows that any app may need: work done in the background, views of lists that users saved, notifications."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from common.notifications import COUNT_CAP, MOST_AGE_OF_NOTICE, MOST_TAKEN, TAKE, TELL, Words, is_local, kinds, said


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> JobQuerySet:
        """A job is its owner's alone."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Job(models.Model):
    """Slow work that the worker does for a user, with its progress and its result."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    language = models.CharField(max_length=5, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    # Where the result is looked at; filled by the task.
    result_url = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="jobs", blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("common:job_detail", args=[self.pk])

    @property
    def key(self) -> str:
        """By which its end is told to its owner."""
        return f"job:{self.pk}"

    @property
    def running(self) -> bool:
        """Whether the worker is still to do it or doing it."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def failed(self) -> bool:
        return self.state == self.State.FAILED

    @property
    def error(self) -> str:
        return self.message if self.failed else ""

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Any) -> SavedViewQuerySet:
        """One's own views and those that others share."""
        return self.filter(models.Q(user=user) | models.Q(is_shared=True)) if user.is_authenticated else self.none()


class SavedView(models.Model):
    """A list's filter, sort and columns under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    list_key = models.CharField(max_length=100)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.JSONField(default=list)
    is_shared = models.BooleanField(_("for everyone"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = [("share_savedview", "Can share saved views with everyone")]
        constraints = [models.UniqueConstraint(fields=["user", "list_key", "name"], name="saved_view_unique")]

    def __str__(self) -> str:
        return self.name


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> NotificationQuerySet:
        """A notification is its user's alone."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def unseen(self) -> NotificationQuerySet:
        """Not read, and not yet shown as a notice on a page either."""
        return self.filter(read_at=None, shown_at=None)

    def tell(
        self,
        users: Any,
        *,
        kind: str,
        key: str,
        title: Words,
        text: Words = "",
        url: str = "",
        level: str = "info",
    ) -> int:
        """Tell a user (or each of several) something once: what has this key already is left as it is.

        Words are kept in the language of the user: give a function, or a lazily translated text. Returns how many
        are new.
        """
        if url and not is_local(url):
            raise ValueError("a notification leads to a page of our own")
        # In one order always, so that two workers that tell the same wait for each other instead of blocking.
        told = sorted({user.pk: user for user in ([users] if hasattr(users, "pk") else users)}.items())
        if not told:
            return 0
        rows = []
        for pk, user in told:
            with translation.override(user.language or settings.LANGUAGE_CODE):
                rows.append((pk, said(title, 200), said(text, 500)))
        pks, titles, texts = zip(*rows, strict=True)
        with connection.cursor() as cursor:
            # Not bulk_create(): it does not say how many of the rows are new.
            cursor.execute(TELL, [kind, key, url, level, timezone.now(), list(pks), list(titles), list(texts)])
            return cursor.rowcount

    def take_unseen(self, user: Any, page: str = "") -> list[Notification]:
        """Take what is to be shown on the user's page now, newest first. Of requests at the same time one gets it.

        What leads to the page that is open, and what is older than a day, is not worth a notice.
        """
        now = timezone.now()
        taken = self.raw(TAKE, [user.pk, now - MOST_AGE_OF_NOTICE, page, MOST_TAKEN, now])
        return sorted(taken, key=lambda one: (one.created_at, one.pk), reverse=True)

    def mark_shown(self) -> int:
        """They have been seen without being opened: no notice is needed any more."""
        return self.filter(shown_at=None).update(shown_at=timezone.now())

    def capped(self) -> int:
        """How many there are; of more than the bell says it does not matter how many more."""
        return len(self.order_by().values_list("pk")[: COUNT_CAP + 1])

    def settle(self, user: Any, *keys: str) -> None:
        """The user has before him what these keys tell: nothing of it needs to be told any more."""
        read = self.visible_to(user).filter(key__in=keys).mark_read()
        if read and user.unread_notifications <= COUNT_CAP:
            user.unread_notifications -= read  # the bell of the page that is being made

    def mark_read(self) -> int:
        """Mark as read what is not yet; it need not be shown any more either. Returns how many were unread."""
        now = timezone.now()
        return self.unread().update(read_at=now, shown_at=Coalesce("shown_at", Value(now)))


class Notification(models.Model):
    """Something that a user is told once: in the bell of the top bar, and as a notice on the page that is open."""

    class Level(models.TextChoices):
        INFO = "info", _("information")
        SUCCESS = "success", _("success")
        WARNING = "warning", _("warning")
        DANGER = "danger", _("danger")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # What it is about ("job", "reminder"); apps name theirs in common.notifications.kinds.
    kind = models.CharField(_("kind"), max_length=30)
    title = models.CharField(_("title"), max_length=200)
    text = models.CharField(_("text"), max_length=500, blank=True)
    url = models.CharField(max_length=300, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.INFO)
    # The same thing is told to a user once.
    key = models.CharField(max_length=150)
    created_at = models.DateTimeField(_("time"), default=timezone.now)
    shown_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(_("read"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_key_unique")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_of_user"),
            models.Index(
                fields=["user", "-created_at", "-id"], name="notification_unread", condition=models.Q(read_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Opening it there marks it as read and leads to what it is about."""
        return reverse("common:notification_open", args=[self.pk])

    @property
    def icon(self) -> str:
        kind = kinds.get(self.kind)
        return kind.icon if kind is not None else "bell"

    @property
    def notice_level(self) -> str:
        """The level as notices on a page call it."""
        return "error" if self.level == self.Level.DANGER else self.level

    @property
    def target(self) -> str:
        """Where it leads; only ever a page of our own."""
        return self.url if is_local(self.url) else reverse("common:notification_list")
