"""What stands in the timeline today: events and e-mails, files and their new versions, registered letters."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Left, Now, NullIf
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.addresses import address
from common.expressions import DayBegins
from common.lists import Action
from documents.file_kinds import kind_of
from documents.models import File, FileVersion, Letter
from events.models import Email, Event, EventFile, EventParticipant
from events.querysets import EventQuerySet
from events.timeline import Entry, Mark, TimelineSource, Wanted, sources

SHOWN = 240  # characters of a text


def shortened(*pieces: str) -> str:
    return Truncator(" · ".join(" ".join(piece.split()) for piece in pieces if piece)).chars(SHOWN)


# -- Events, e-mails among them ---------------------------------------------------------------------

STATE_MARKS = {
    Event.State.OVERDUE: "danger",
    Event.State.PLANNED: "info",
    Event.State.CANCELLED: "cancelled",
}
LETTER_MARKS = {
    Email.State.WAITING: "info",
    Email.State.SENDING: "info",
    Email.State.FAILED: "danger",
    Email.State.UNSURE: "amber",
}


def events_of(party: Any, user: Any, wanted: Wanted) -> EventQuerySet:
    """The party's events that the user sees, as the filter wants them."""
    found = Event.objects.visible_to(user).filter(party=party)
    match wanted.state:
        case "open":
            found = found.planned()
        case "overdue":
            found = found.overdue()
        case "done":
            found = found.done()
        case "cancelled":
            found = found.cancelled()
    if wanted.type is not None:
        found = found.filter(type=wanted.type)
    if wanted.who is not None:
        takes_part = EventParticipant.objects.filter(event=OuterRef("pk"), user=wanted.who)
        found = found.filter(Q(author=wanted.who) | Q(done_by=wanted.who) | Exists(takes_part))
    return found.matching(wanted.text) if wanted.text else found


def event_keys(party: Any, user: Any, wanted: Wanted) -> QuerySet[Any]:
    """What has begun or is over; what is still to come stands apart, unless days were asked for."""
    found = events_of(party, user, wanted).annotate(at=F("starts_at"))
    if wanted.happened:
        return found.done()
    if wanted.future or wanted.since is not None or wanted.until is not None:
        return found
    begun = Q(starts_at__lte=Now()) | Q(done_at__isnull=False) | Q(cancelled_at__isnull=False)
    return found.filter(begun)


def upcoming(party: Any, user: Any, wanted: Wanted, limit: int) -> list[Entry]:
    """Planned events that have not begun, the soonest first."""
    days = wanted.since is not None or wanted.until is not None
    if wanted.source not in ("", "events") or wanted.state not in ("", "open") or days:
        return []
    rows = events_of(party, user, wanted).planned().filter(starts_at__gt=Now())
    return [event_entry(event, user) for event in for_timeline(rows).order_by("starts_at", "pk")[:limit]]


def for_timeline(events: Any) -> Any:
    links = EventFile.objects.filter(event=OuterRef("pk")).order_by().values("event")
    return (
        events.select_related("type", "author", "email")
        .defer("search_text", "text", "email__text")
        .annotate(
            short_text=Left("text", 2 * SHOWN),
            file_count=Coalesce(Subquery(links.annotate(number=Count("pk")).values("number")), 0),
        )
    )


def draw_events(pks: list[int], user: Any) -> dict[int, Entry]:
    found = for_timeline(Event.objects.visible_to(user).filter(pk__in=pks))
    return {event.pk: event_entry(event, user) for event in found}


def event_entry(event: Any, user: Any) -> Entry:
    email = getattr(event, "email", None)
    kind = {"label": capfirst(str(event.type)), "icon": event.type.icon} if email is None else email_kind(email)
    return Entry(
        **kind,
        at=event.starts_at,
        tone=event.type.color,
        title=event.subject,
        url=event.get_absolute_url(),
        text=shortened(event.outcome or event.cancel_reason or event.short_text, next_words(event)),
        who=[words for words in (event.contact_names, event.participant_names or str(event.author)) if words],
        marks=event_marks(event, email),
        actions=event_actions(event, user),
        whole_day=event.all_day,
    )


def email_kind(email: Email) -> dict[str, str]:
    if email.direction == Email.Direction.IN:
        return {"label": _("E-mail received"), "icon": "envelope-arrow-down"}
    sent = email.state == Email.State.SENT
    return {"label": _("E-mail sent") if sent else _("E-mail to be sent"), "icon": "envelope-arrow-up"}


def next_words(event: Event) -> str:
    return _("Next: %(step)s") % {"step": event.next_step} if event.next_step else ""


def event_marks(event: Any, email: Email | None) -> list[Mark]:
    marks = []
    if event.is_private:
        marks.append(Mark("", _("private"), icon="lock"))
    if (tone := STATE_MARKS.get(event.state)) is not None:
        marks.append(Mark(tone, event.state.label))
    if email is not None and (tone := LETTER_MARKS.get(Email.State(email.state))) is not None:
        marks.append(Mark(tone, email.get_state_display()))
    if event.file_count:
        marks.append(Mark("", str(event.file_count), icon="paperclip"))
    return marks


def event_actions(event: Event, user: Any) -> list[Action]:
    if not event.is_open or not user.has_perm("events.change_event"):
        return []
    return [Action(_("Mark as done"), address("events:event_done", event.pk), icon="check2-circle", htmx=True)]


def event_brief() -> dict[str, Any]:
    """An e-mail that is not sent, or perhaps not, says so; any other is what its type says."""
    kind: Any = type_name("type__")
    labels = [
        When(email__state=state, then=Concat(kind, Value(f": {state.label}"), output_field=CharField()))
        for state in LETTER_MARKS
    ]
    tones = [When(email__state=state, then=Value(tone)) for state, tone in LETTER_MARKS.items()]
    return {
        "title": F("subject"),
        "label": Case(*labels, default=kind),
        "icon": F("type__icon"),
        "tone": Case(*tones, default=F("type__color")),
    }


def type_name(path: str = "") -> Any:
    """The name of a type in the reader's language, as the database can say it."""
    if get_language() == "en":
        return Coalesce(NullIf(F(f"{path}name_en"), Value("")), F(f"{path}name"))
    return F(f"{path}name")


# -- Files ------------------------------------------------------------------------------------------


def files_of(user: Any, wanted: Wanted) -> Any:
    """Files that did not come with an e-mail: those stand in its own entry."""
    found = File.objects.visible_to(user).current().exclude(origin=File.Origin.EMAIL)
    return found.matching(wanted.text) if wanted.text else found


def asks_for_events(wanted: Wanted) -> bool:
    """Whether the filter asks for what only events have."""
    return wanted.type is not None or bool(wanted.state)


def file_keys(party: Any, user: Any, wanted: Wanted) -> QuerySet[Any] | None:
    if asks_for_events(wanted):
        return None
    found = files_of(user, wanted).filter(party=party).annotate(at=F("created_at"))
    return found.filter(added_by=wanted.who) if wanted.who is not None else found


def draw_files(pks: list[int], user: Any) -> dict[int, Entry]:
    found = File.objects.visible_to(user).filter(pk__in=pks).select_related("content", "category", "added_by")
    return {file.pk: file_entry(file) for file in found.defer("search_text")}


def file_entry(file: Any) -> Entry:
    return Entry(
        at=file.created_at,
        icon=kind_of(file.content.content_type).icon,
        tone="grey",
        label=_("File added"),
        title=file.name,
        url=file.get_absolute_url(),
        text=shortened(str(file.category or ""), file.description),
        who=[str(file.added_by)] if file.added_by else [],
        marks=[Mark("", _("private"), icon="lock")] if file.is_private else [],
    )


def version_keys(party: Any, user: Any, wanted: Wanted) -> QuerySet[Any] | None:
    if asks_for_events(wanted):
        return None
    found = FileVersion.objects.filter(party=party, number__gt=1, file__in=files_of(user, wanted))
    found = found.annotate(at=F("added_at"))
    return found.filter(added_by=wanted.who) if wanted.who is not None else found


def draw_versions(pks: list[int], user: Any) -> dict[int, Entry]:
    found = FileVersion.objects.filter(pk__in=pks, file__in=File.objects.visible_to(user))
    return {
        version.pk: Entry(
            at=version.added_at,
            icon=kind_of(version.content.content_type).icon,
            tone="grey",
            label=_("New version of a file"),
            title=version.name,
            url=version.file.get_absolute_url(),
            text=shortened(_("version %(number)d") % {"number": version.number}, version.note),
            who=[str(version.added_by)] if version.added_by else [],
        )
        for version in found.select_related("file", "content", "added_by").defer("file__search_text")
    }


# -- Letters ----------------------------------------------------------------------------------------


def letter_keys(party: Any, user: Any, wanted: Wanted) -> QuerySet[Any] | None:
    if asks_for_events(wanted):
        return None
    found = Letter.objects.visible_to(user).filter(party=party).annotate(at=DayBegins("registered_on"))
    if wanted.who is not None:
        found = found.filter(Q(registered_by=wanted.who) | Q(responsible=wanted.who))
    return found.matching(wanted.text) if wanted.text else found


LETTER_WORDS = {
    Letter.Direction.INCOMING: gettext_lazy("Incoming letter"),
    Letter.Direction.OUTGOING: gettext_lazy("Outgoing letter"),
    Letter.Direction.INTERNAL: gettext_lazy("Internal letter"),
}
LETTER_STATES = {
    Letter.State.WAITING: "amber",
    Letter.State.OVERDUE: "danger",
    Letter.State.CANCELLED: "cancelled",
}


def draw_letters(pks: list[int], user: Any) -> dict[int, Entry]:
    found = Letter.objects.visible_to(user).filter(pk__in=pks).with_state()
    found = found.annotate(at=DayBegins("registered_on")).select_related("responsible", "contact")
    return {letter.pk: letter_entry(letter) for letter in found.defer("search_text")}


def letter_entry(letter: Any) -> Entry:
    tone = LETTER_STATES.get(letter.state)
    return Entry(
        at=letter.at,
        icon="envelope-paper",
        tone="violet",
        label=str(LETTER_WORDS[letter.direction]),
        title=str(letter),
        url=letter.get_absolute_url(),
        text=shortened(letter.cancel_reason or letter.note),
        who=[str(one) for one in (letter.contact, letter.responsible) if one],
        marks=[Mark(tone, letter.state.label)] if tone is not None else [],
        whole_day=True,
    )


def letter_brief() -> dict[str, Any]:
    words = [When(direction=direction, then=Value(str(said))) for direction, said in LETTER_WORDS.items()]
    marks = [When(direction=direction, then=Value(f"{mark} ")) for direction, mark in Letter.MARKS.items()]
    return {
        "title": Concat(Case(*marks), F("number"), Value(" "), F("subject")),
        "label": Case(*words),
        "icon": "envelope-paper",
        "tone": "violet",
    }


sources.register(
    TimelineSource(
        "events",
        gettext_lazy("Events and e-mails"),
        event_keys,
        draw_events,
        event_brief,
        lambda pk: address("events:event_detail", pk),
        permission="events.view_event",
        export_permission="events.export_event",
        order=10,
    )
)
sources.register(
    TimelineSource(
        "files",
        gettext_lazy("Files"),
        file_keys,
        draw_files,
        lambda: {"title": F("name"), "label": _("File added"), "icon": "file-earmark", "tone": "grey"},
        lambda pk: address("documents:file_detail", pk),
        permission="documents.view_file",
        export_permission="documents.export_file",
        order=20,
    )
)
sources.register(
    TimelineSource(
        "versions",
        gettext_lazy("New versions of files"),
        version_keys,
        draw_versions,
        lambda: {
            "title": F("name"),
            "label": _("New version of a file"),
            "icon": "file-earmark",
            "tone": "grey",
            "target": F("file"),
        },
        lambda pk: address("documents:file_detail", pk),
        permission="documents.view_file",
        export_permission="documents.export_file",
        order=30,
    )
)
sources.register(
    TimelineSource(
        "letters",
        gettext_lazy("Registered letters"),
        letter_keys,
        draw_letters,
        letter_brief,
        lambda pk: address("documents:letter_detail", pk),
        permission="documents.view_letter",
        export_permission="documents.export_letter",
        order=40,
    )
)
