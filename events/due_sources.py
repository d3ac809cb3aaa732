"""What falls due below this app: files that end, answers to letters, personal documents that expire."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.dates import format_date
from contacts.access import tab_url
from documents.models import File, Letter, PersonalDocument
from events.due import DAYS_BACK, Due, DueSource, due_sources

# How many days ahead an answer is spoken of, and personal documents: from the last on.
ANSWER_DAYS = 3
EXPIRY_DAYS = (7, 30)


def back_from(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=DAYS_BACK)


# -- Files ----------------------------------------------------------------------------------------------


def files(day: dt.date) -> QuerySet[Any]:
    """Files whose day of reminder has come. One that was private is told to those alone who see it."""
    found = File.objects.current().filter(remind_on__range=(back_from(day), day))
    return found.select_related("party", "party__legal_form").defer("search_text").order_by("-remind_on", "pk")


def say_file(file: File, day: dt.date) -> Due:
    ended = file.has_ended(day)

    def title() -> str:
        words = _("“%(name)s” was valid until %(day)s") if ended else _("“%(name)s” is valid until %(day)s")
        return words % {"name": file.name, "day": format_date(file.valid_until)} if file.valid_until else file.name

    return Due(
        f"file-{file.pk}-{file.valid_until}-{file.remind_on}",
        title,
        text=file.party.display_name,
        url=file.get_absolute_url(),
        level="danger" if ended else "warning",
    )


# -- Letters --------------------------------------------------------------------------------------------


def letters(day: dt.date) -> QuerySet[Any]:
    found: Any = Letter.objects.awaiting_answer()
    found = found.filter(answer_due__range=(back_from(day), day + dt.timedelta(days=ANSWER_DAYS)))
    return found.select_related("party", "party__legal_form").defer("search_text").order_by("-answer_due", "pk")


def say_letter(letter: Letter, day: dt.date) -> Due:
    left = letter.days_left(day) or 0
    stage = "soon" if left > 0 else "overdue" if left < 0 else "today"

    def title() -> str:
        words = {
            "soon": _("Answer by %(day)s: %(letter)s"),
            "today": _("Answer today: %(letter)s"),
            "overdue": _("The answer was due on %(day)s: %(letter)s"),
        }[stage]
        return words % {"day": format_date(letter.answer_due or day), "letter": letter}

    return Due(
        f"letter-{letter.pk}-{letter.answer_due}-{stage}",
        title,
        text=letter.party.display_name,
        url=letter.get_absolute_url(),
        level="danger" if stage == "overdue" else "warning",
    )


# -- Personal documents ---------------------------------------------------------------------------------


def papers(day: dt.date) -> QuerySet[Any]:
    """Those that end, unless a newer one took their place. Their numbers are not even read."""
    found: Any = PersonalDocument.objects.filter(
        valid_until__range=(back_from(day), day + dt.timedelta(days=max(EXPIRY_DAYS)))
    )
    found = found.not_replaced().select_related("type", "person", "party", "party__legal_form").defer("number")
    return found.order_by("valid_until", "pk")


def say_paper(paper: PersonalDocument, day: dt.date) -> Due:
    ends = paper.valid_until or day
    left = (ends - day).days
    stage = "ended" if left < 0 else str(next(days for days in EXPIRY_DAYS if left <= days))

    def title() -> str:
        words = _("%(type)s of %(person)s has expired") if left < 0 else _("%(type)s of %(person)s expires on %(day)s")
        whose = {"type": capfirst(str(paper.type)), "person": paper.holder_name, "day": format_date(ends)}
        return words % whose

    return Due(
        f"personal-{paper.pk}-{ends}-{stage}",
        title,
        text=paper.party.display_name,
        url=tab_url(paper.party, "personal-documents"),
        level="danger" if left < 0 else "warning",
    )


for source in (
    DueSource(
        "files",
        files,
        lambda file: (file.added_by_id, file.party.trader_id),
        say_file,
        permission="documents.view_file",
        order=10,
    ),
    DueSource(
        "letters",
        letters,
        lambda letter: (letter.responsible_id or letter.registered_by_id,),
        say_letter,
        permission="documents.view_letter",
        order=20,
    ),
    DueSource(
        "personal_documents",
        papers,
        lambda paper: (paper.added_by_id, paper.party.trader_id),
        say_paper,
        permission="documents.view_personaldocument",
        order=30,
    ),
):
    due_sources.register(source)
