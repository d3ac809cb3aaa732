"""Rows that any app may need: work done in the background and views of lists that users saved."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


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
