"""What an event is about: any object of the dossier. Apps say which of their rows can be chosen.

An app above registers a kind; the form of an event offers its rows of the party, and the event's page leads to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.registry import Registry
from contacts.models import ContactPerson
from documents.models import File, Letter

OFFERED = 50  # of each kind, the newest first


@dataclass(frozen=True)
class AboutKind:
    """Rows of one model that events may be about: `rows(party, user)` gives those of a party that the user sees."""

    slug: str
    title: Any
    model: type[Model]
    rows: Callable[[Any, Any], QuerySet[Any]]
    permission: str = ""
    order: int = 100


about_kinds: Registry[AboutKind] = Registry("kind of what an event is about")


def kinds_for(user: Any) -> list[AboutKind]:
    return [kind for kind in about_kinds if not kind.permission or user.has_perm(kind.permission)]


def key_of(kind: AboutKind, row: Any) -> str:
    return f"{kind.slug}:{row.pk}"


def kind_of(event: Any) -> AboutKind | None:
    """The registered kind of what the event is about."""
    if event.about_type_id is None:
        return None
    model = ContentType.objects.get_for_id(event.about_type_id).model_class()
    return next((kind for kind in about_kinds if kind.model is model), None)


def seen_row(event: Any, user: Any) -> Any:
    """What the event is about, when the user may see it; else None."""
    kind = kind_of(event)
    if kind is None or (kind.permission and not user.has_perm(kind.permission)):
        return None
    return kind.rows(event.party, user).filter(pk=event.about_id).first()


def choices(party: Any, user: Any, event: Any) -> list[tuple[Any, Any]]:
    """What may be chosen, in groups; first what is chosen already, even when it is not to be seen any more."""
    made: list[tuple[Any, Any]] = [("", "—")]
    present = present_key(event)
    listed = set()
    groups: list[tuple[Any, Any]] = []
    if party is not None:
        for kind in kinds_for(user):
            rows = [(key_of(kind, row), str(row)) for row in kind.rows(party, user)[:OFFERED]]
            listed |= {key for key, _label in rows}
            if rows:
                groups.append((kind.title, rows))
    if present and present not in listed:
        row = seen_row(event, user)
        made.append((present, str(row) if row is not None else _("something that you may not see")))
    return made + groups


def present_key(event: Any) -> str:
    kind = kind_of(event)
    return f"{kind.slug}:{event.about_id}" if kind is not None else ""


def find(key: str, party: Any, user: Any) -> Any:
    """The row that the key of a choice means, of the party and seen by the user; else None."""
    slug, _colon, number = key.partition(":")
    kind = next((kind for kind in kinds_for(user) if kind.slug == slug), None)
    if kind is None or party is None or not number.isdecimal() or len(number) > 18:
        return None
    return kind.rows(party, user).filter(pk=number).first()


about_kinds.register(
    AboutKind(
        "file",
        gettext_lazy("Files"),
        File,
        lambda party, user: File.objects.visible_to(user).current().filter(party=party).order_by("-created_at", "-pk"),
        permission="documents.view_file",
        order=10,
    )
)
about_kinds.register(
    AboutKind(
        "letter",
        gettext_lazy("Letters"),
        Letter,
        lambda party, user: Letter.objects.visible_to(user).current().filter(party=party).order_by("-pk"),
        permission="documents.view_letter",
        order=20,
    )
)
about_kinds.register(
    AboutKind(
        "person",
        gettext_lazy("Contact persons"),
        ContactPerson,
        lambda party, user: (
            ContactPerson.objects.visible_to(user).filter(links__party=party).distinct().order_by("sort_name", "pk")
        ),
        permission="contacts.view_contactperson",
        order=30,
    )
)
