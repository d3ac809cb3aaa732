"""Letters about something: an app above says whom a letter about its row goes to, with what words and attachments.

The writing of an e-mail is opened with `?about=<slug>:<key>`. What is made for the letter (a print, an e-invoice) is
filed in the dossier when the letter is sent, and once only, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404

from common.registry import Registry
from documents.models import File, FileContent


@dataclass(frozen=True)
class MadeFile:
    """An attachment that is made for the letter: `make` gives its stored content, each time the same."""

    key: str
    name: str
    make: Callable[[], FileContent]
    chosen: bool = True

    def filed(self, *, party: Any, by: Any, audience: list[int] | None) -> File:
        """The file in the party's dossier that holds it; filed now, unless an earlier letter did so."""
        content = self.make()
        known = File.objects.current().filter(party=party, content=content, origin=File.Origin.SYSTEM)
        found = known.filter(audience=audience).order_by("pk").first()
        if found is not None:
            return found
        fields = {"origin": File.Origin.SYSTEM, "audience": audience}
        return File.file_content(content, self.name, party=party, by=by, **fields)


@dataclass(frozen=True)
class LetterAbout:
    """With what a letter about a row begins. `audience`: who alone may see the letter; None when everyone may."""

    row: Any
    party: Any
    subject: str
    text: str
    own_firm: Any = None
    people: Iterable[int] = ()
    attachments: list[MadeFile] = field(default_factory=list)
    audience: list[int] | None = None


@dataclass(frozen=True)
class MailAbout:
    """A kind of row that letters are about. `find(key, user)` checks that the user may see it and send it.

    It returns None for what he may not see, and raises PermissionDenied when he may not send it.
    """

    slug: str
    find: Callable[[int, Any], Any]
    letter: Callable[[Any, Any], LetterAbout]


mail_abouts: Registry[MailAbout] = Registry("kind of what a letter is about")


def asked_letter(told: str, user: Any) -> LetterAbout | None:
    """What `?about=` of the address means; None when it is not there, 404 when it is nothing that the user sees."""
    if not told:
        return None
    slug, _colon, key = told.partition(":")
    kind = next((kind for kind in mail_abouts if kind.slug == slug), None)
    if kind is None or not key.isdecimal() or len(key) > 18 or (row := kind.find(int(key), user)) is None:
        raise Http404
    return kind.letter(row, user)
