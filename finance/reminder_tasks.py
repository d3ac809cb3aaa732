"""Reminders for many parties at once, by the worker: one PDF of them all, or an e-mail to each."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import jobs
from common.exports import file_name
from contacts.models import ContactLink
from counterparties.models import Counterparty
from events import composing, sending
from events.mail_about import LetterAbout
from finance.printing.accounts import reminder_context, reminder_pdf, reminders_pdf
from finance.reminders import Reminder, overdue_documents


def reminders_for(running: jobs.RunningJob) -> list[Reminder]:
    """A reminder for each of the parties and own firms, of all that is overdue between the two."""
    user: Any = type(running.user).objects.with_rights().get(pk=running.user.pk)
    keys = running.arguments["parties"]
    found: dict[tuple[int, int], Reminder] = {}
    documents = overdue_documents(keys, running.arguments.get("own_firm") or None, user)
    related = ("party__legal_form", "own_firm__legal_form")
    for document in documents.select_related(*related).order_by("party__sort_name", "party", "own_firm", "payable_by"):
        key = (document.party_id, document.own_firm_id)
        if key not in found:
            found[key] = Reminder(document.party, document.own_firm, [])
        found[key].documents.append(document)
    if not found:
        raise jobs.JobRefused(_("Nothing is overdue any more."))
    return list(found.values())


@jobs.task("finance.reminders_pdf")
def print_reminders(running: jobs.RunningJob) -> None:
    """One file with a reminder for each; each is remembered in its dossier, though its paper is in the file alone."""
    made = []
    reminders = reminders_for(running)
    for number, reminder in enumerate(reminders):
        running.progress(number, len(reminders))
        made.append(reminder_context(reminder, running.user))
        reminder.note(running.user)
    running.attach(file_name(_("Payment reminders"), "pdf"), reminders_pdf(made))
    words = ngettext("%(count)d reminder in one file.", "%(count)d reminders in one file.", len(made))
    running.finish(words % {"count": len(made)})


def recipients_of(party: Counterparty, user: Any) -> tuple[list[dict[str, str]], list[Any]]:
    """Who gets reminders of a party: the persons marked so, else its own address."""
    links = ContactLink.objects.in_force().filter(
        party=party, receives_reminders=True, person__archived_at__isnull=True
    )
    people, found = [], []
    for link in links.select_related("person").prefetch_related("person__emails").order_by("-is_primary", "pk"):
        if (email := next(iter(link.person.emails.all()), None)) is not None:
            people.append(link.person)
            found.append({"name": link.person.name, "email": email.email, "way": "to"})
    if not found and party.email:
        found.append({"name": party.display_name, "email": party.email, "way": "to"})
    return found, people


@jobs.task("finance.reminders_mail")
def mail_reminders(running: jobs.RunningJob) -> None:
    """A letter with its reminder to each party that has an address for it; those without one are named."""
    if not sending.is_set_up():
        raise jobs.JobRefused(_("Sending of e-mail is not set up."))
    reminders, sent, without = reminders_for(running), 0, []
    user: Any = type(running.user).objects.with_rights().get(pk=running.user.pk)
    if not user.has_perm("events.send_email"):
        raise jobs.JobRefused(_("You may not send e-mail any more."))
    for number, reminder in enumerate(reminders):
        running.progress(number, len(reminders))
        recipients, people = recipients_of(reminder.party, user)
        if not recipients:
            without.append(reminder.party.display_name)
            continue
        pdf = reminder_pdf(reminder, user)
        name = file_name(f"pokana {reminder.own_firm.display_name}", "pdf")
        composing.post(
            party=reminder.party,
            by=user,
            recipients=recipients,
            people=people,
            subject=reminder.letter_subject,
            text=reminder.letter_text(user),
            files=[],
            uploads=[SimpleUploadedFile(name, pdf, "application/pdf")],
            about=LetterAbout(None, reminder.party, "", "", own_firm=reminder.own_firm, audience=reminder.audience),
            draft=f"reminder-{running.job.pk}-{reminder.party.pk}-{reminder.own_firm.pk}",
        )
        reminder.note(user)
        sent += 1
    words = ngettext("%(count)d reminder is on its way.", "%(count)d reminders are on their way.", sent)
    message = words % {"count": sent}
    if without:
        message += " " + _("Without an e-mail address: %(names)s.") % {"names": ", ".join(without[:20])}
    running.finish(message)
