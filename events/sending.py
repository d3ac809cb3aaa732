"""E-mail that goes out: queued with its row, marked as being sent before the server is asked, and sent by one alone.

What a killed worker leaves in the middle is never sent again by itself: it becomes *perhaps sent*, and a person
decides.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from common.models import Notification
from common.notifications import NotificationKind, kinds
from events.handing_over import Handover, NotHandedOver
from events.letters import LetterError, build, keep_raw
from events.models import Email

logger = logging.getLogger(__name__)

# First half of the key of the advisory locks; the second is the letter's number. Jobs have 1001.
MAIL_LOCK = 1002
TASK = "events.send_email"
# How long a row may wait, or be in sending, before the minute's round looks whether somebody minds it.
PATIENCE = dt.timedelta(minutes=1)

kinds.register(NotificationKind("mail", gettext_lazy("E-mail"), icon="envelope", order=30))


def is_set_up() -> bool:
    """Whether letters leave the machine; else they are only written to the log."""
    return not settings.EMAIL_BACKEND.startswith("django.core.mail.backends.console")


# -- Into the queue ------------------------------------------------------------------------------


@transaction.atomic
def queue(email: Email) -> Email:
    """Hand a waiting letter to the worker; it is stored when it is new. Row and entry are stored both or neither."""
    if email.pk is None:
        email.save()
    send_email.defer(pk=email.pk)
    return email


@transaction.atomic
def retry(email: Email) -> None:
    """Send again, under the same Message-ID, what failed or was perhaps sent. Raises ValidationError otherwise."""
    email.refresh_from_db(from_queryset=Email.objects.select_for_update())
    if not email.may_be_retried:
        raise ValidationError(_("The e-mail is not one that failed: it is already on its way."))
    email.state, email.error, email.sending_since = Email.State.WAITING, "", None
    email.save(update_fields=["state", "error", "sending_since"])
    queue(email)


# -- Out of the queue ----------------------------------------------------------------------------


@app.task(name=TASK)
def send_email(pk: int) -> None:
    """Send one letter, unless it is being sent, was sent, or failed meanwhile."""
    with held(pk) as mine:
        if mine and (email := take(pk)) is not None:
            language = getattr(email.author, "language", "") or settings.LANGUAGE_CODE
            with translation.override(language):
                send(email)


@contextmanager
def held(pk: int) -> Iterator[bool]:
    """Whether this worker alone has the letter. One that dies lets go by losing its connection to the database."""
    key = [MAIL_LOCK, pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def take(pk: int) -> Email | None:
    """Mark the letter as being sent, and commit that: whatever happens next, nobody else begins with it."""
    with transaction.atomic(durable=True):
        rows = Email.objects.select_for_update(skip_locked=True, of=("self",)).select_related("author")
        email = rows.to_send().filter(pk=pk).first()
        if email is not None:
            email.state, email.sending_since, email.error = Email.State.SENDING, timezone.now(), ""
            email.attempts += 1
            email.save(update_fields=["state", "sending_since", "error", "attempts"])
    return email


def send(email: Email) -> None:
    """Build the letter and hand it over; write down how that went."""
    handover = Handover()
    try:
        message = build(email)
        letter: Any = message.message()
        content = letter.as_bytes(linesep="\r\n")
        email.raw = keep_raw(content)
        email.save(update_fields=["raw"])
        handover.send(message, content)
    except NotHandedOver as failure:
        settle(email, Email.State.UNSURE if failure.unsure else Email.State.FAILED, str(failure))
    except LetterError as failure:
        settle(email, Email.State.FAILED, str(failure))
    except Exception:
        logger.exception("E-mail %s could not be sent", email.pk)
        if handover.begun:
            words = _("Something went wrong while the letter was handed over. It may have arrived.")
            settle(email, Email.State.UNSURE, words)
        else:
            words = _("Something went wrong and nothing was sent. The administrator can read why in the log.")
            settle(email, Email.State.FAILED, words)
    else:
        settle(email, Email.State.SENT, handover.refused_words())


def settle(email: Email, state: str, error: str = "") -> None:
    """Write how the sending ended, and tell the author when it did not end well."""
    email.state, email.error = state, error[:500]
    if state == Email.State.SENT:
        email.dated_at = timezone.now()
    with transaction.atomic():
        # A round of the clock may have taken the row for one left behind; what the sender itself knows wins.
        Email.objects.filter(pk=email.pk, state__in=[Email.State.SENDING, Email.State.UNSURE]).update(
            state=email.state, error=email.error, dated_at=email.dated_at
        )
        if email.error:
            tell_author(email)


def tell_author(email: Email) -> None:
    if email.author is None or email.purpose != Email.Purpose.MESSAGE:
        return
    titles = {
        Email.State.FAILED: gettext_lazy("Not sent: %(subject)s"),
        Email.State.UNSURE: gettext_lazy("Perhaps sent: %(subject)s"),
        Email.State.SENT: gettext_lazy("Not sent to everyone: %(subject)s"),
    }
    title = titles[Email.State(email.state)]
    Notification.objects.tell(
        email.author,
        kind="mail",
        key=f"email:{email.pk}:{email.attempts}:{email.state}",
        title=lambda: title % {"subject": email},
        text=email.error,
        url=email.get_absolute_url(),
        level="danger" if email.state == Email.State.FAILED else "warning",
    )


# -- What was left behind ------------------------------------------------------------------------


@app.periodic(cron="* * * * *", periodic_id="mind_emails")
@app.task(name="events.mind_emails", queueing_lock="mind_emails")
def mind_emails(timestamp: int) -> None:
    """Every minute: letters whose sender died become *perhaps sent*, those without an entry in the queue get one."""
    now = timezone.now()
    give_up_abandoned(now)
    queue_forgotten(now)


def give_up_abandoned(now: dt.datetime) -> int:
    """Say of each letter that was left in the middle that it may have gone out. Returns how many these were."""
    given_up = 0
    left = Email.objects.filter(state=Email.State.SENDING, sending_since__lt=now - PATIENCE)
    for email in left.select_related("author"):
        with held(email.pk) as free:
            if not free:
                continue  # its sender lives; a slow server is no reason
            language = getattr(email.author, "language", "") or settings.LANGUAGE_CODE
            with translation.override(language):
                words = _("The program was stopped while the letter was being sent. It may have arrived.")
            changed = Email.objects.filter(pk=email.pk, state=Email.State.SENDING).update(
                state=Email.State.UNSURE, error=words
            )
            if changed:
                given_up += 1
                email.state, email.error = Email.State.UNSURE, words
                tell_author(email)
    return given_up


def queue_forgotten(now: dt.datetime) -> int:
    """Queue once more the waiting letters that no entry of the queue leads to. Returns how many these were."""
    waiting = list(Email.objects.to_send().filter(created_at__lt=now - PATIENCE).values_list("pk", flat=True)[:1000])
    if not waiting:
        return 0
    entries = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    known: set[Any] = {arguments.get("pk") for arguments in entries.values_list("args", flat=True)}
    forgotten = [pk for pk in waiting if pk not in known]
    for pk in forgotten:
        send_email.defer(pk=pk)
    return len(forgotten)
