"""E-mail: what was sent and how it went, what was received, and texts with placeholders."""

from __future__ import annotations

from email.utils import make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from contacts.models.reference import CodedReference
from events.models.events import Event
from events.querysets import EmailQuerySet


class MailTemplate(CodedReference):
    """A text for e-mails with placeholders, the same as in forms: {{ party.name }}."""

    class Language(models.TextChoices):
        BULGARIAN = "bg", _("Bulgarian")
        ENGLISH = "en", _("English")

    language = models.CharField(_("language of the text"), max_length=2, choices=Language, default=Language.BULGARIAN)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=20_000)

    class Meta(CodedReference.Meta):
        verbose_name = _("text for e-mails")
        verbose_name_plural = _("texts for e-mails")
        constraints = [models.UniqueConstraint(fields=["code"], name="mail_template_code", condition=~Q(code=""))]


class Email(models.Model):
    """One e-mail. Outgoing: *sending* is committed before the server is asked, so none goes out twice by itself.

    An e-mail of the dossier is logged as an event; a reminder has none; a received one that belongs to no dossier yet
    has neither event nor party.
    """

    class Direction(models.TextChoices):
        OUT = "out", _("sent")
        IN = "in", _("received")

    class Purpose(models.TextChoices):
        MESSAGE = "message", _("message")
        REMINDER = "reminder", _("reminder")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        # The connection broke, or the worker was killed, after the letter had been handed over in part.
        UNSURE = "unsure", _("perhaps sent")
        RECEIVED = "received", _("received")

    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.MESSAGE)
    state = models.CharField(_("state"), max_length=10, choices=State)
    message_id = models.CharField(max_length=255, unique=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    sender_name = models.CharField(_("sender"), max_length=200, blank=True)
    sender_email = models.CharField(_("sender's e-mail"), max_length=254, blank=True)
    # [{"name", "email", "way": "to" | "cc" | "bcc"}]
    recipients = models.JSONField(_("recipients"), default=list)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    # Its own date when received, the moment of handing over when sent.
    dated_at = models.DateTimeField(_("date"), default=timezone.now)
    event = models.OneToOneField(
        Event, verbose_name=_("event"), null=True, blank=True, on_delete=models.PROTECT, related_name="email"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The letter as it came, or as it went out.
    raw = models.ForeignKey("documents.FileContent", null=True, on_delete=models.PROTECT, related_name="+")
    files = models.ManyToManyField("documents.File", verbose_name=_("attachments"), related_name="emails", blank=True)
    # Of a received letter, one in a line: while it waits in the inbox there are no files yet.
    attachment_names = models.TextField(_("attachments"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sending_since = models.DateTimeField(null=True)
    error = models.CharField(_("why it was not sent"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-dated_at", "-pk"]
        default_permissions = ()
        permissions = [
            ("send_email", "Can send e-mails from the dossier"),
            ("handle_inbox", "Can see the inbox and file received e-mails"),
        ]
        indexes = [
            # The worker asks every minute what waits, and what was left in the middle.
            models.Index(fields=["created_at"], name="email_to_send", condition=Q(state__in=["waiting", "sending"])),
            models.Index(
                fields=["-dated_at", "-id"],
                name="email_in_inbox",
                condition=Q(direction="in", event__isnull=True, dismissed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("(no subject)"))

    def get_absolute_url(self) -> str:
        return address("events:email_detail", self.pk)

    @classmethod
    def outgoing(
        cls, *, recipients: list[dict[str, Any]], subject: str, text: str, author: Any = None, **fields: Any
    ) -> Email:
        """A new letter, not saved yet, that waits to be sent; its Message-ID stays the same however often it is tried.

        Save it in one transaction with what belongs to it, and give it to `events.sending.queue`.
        """
        name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return cls(
            direction=cls.Direction.OUT,
            state=cls.State.WAITING,
            message_id=make_msgid(domain=sender.rpartition("@")[2] or "localhost"),
            sender_name=str(author) if author is not None else name,
            sender_email=sender,
            recipients=recipients,
            subject=subject,
            text=text,
            author=author,
            **fields,
        )

    @property
    def is_outgoing(self) -> bool:
        return self.direction == self.Direction.OUT

    @property
    def is_on_its_way(self) -> bool:
        """Whether the worker is still to send it or sending it."""
        return self.state in (self.State.WAITING, self.State.SENDING)

    @property
    def may_be_retried(self) -> bool:
        return self.state in (self.State.FAILED, self.State.UNSURE)

    @property
    def sender(self) -> str:
        """Name and address as they are written, not as they are encoded."""
        return f"{self.sender_name} <{self.sender_email}>" if self.sender_name else self.sender_email

    def addresses(self, way: str) -> list[dict[str, Any]]:
        """The recipients of one way: "to", "cc" or "bcc"."""
        return [one for one in self.recipients if one.get("way", "to") == way]


class Mailbox(models.Model):
    """How far the mailbox has been read: the server's generation of numbers and the last one taken."""

    name = models.CharField(max_length=300, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
