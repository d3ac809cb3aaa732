"""The groups that a file names: those that are here, and, when that was asked for, those that are still to be made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.importing.plans import Outcome
from common.importing.undoing import note
from common.text import fold
from trade.models import ArticleGroup

LONGEST = 100


class Groups:
    """Finds a group by its name, or by its way from the top: „Строителни / Цименти“.

    With `make` a missing one is answered too, not saved yet: `make_groups` writes those that rows really take.
    """

    def __init__(self) -> None:
        self.make = self.may_make = False
        self.named: dict[str, list[ArticleGroup]] = {}
        self.below: dict[tuple[int | None, str], ArticleGroup] = {}
        groups = list(ArticleGroup.objects.all())
        by_key = {group.pk: group for group in groups}
        for group in groups:
            group.parent = by_key[group.parent_id] if group.parent_id is not None else None
        for group in groups:
            self.learn(group)

    def learn(self, group: ArticleGroup) -> None:
        parent = group.parent
        for name in filter(None, (group.name, group.name_en)):
            self.below.setdefault((id(parent) if parent is not None else None, key_of(name)), group)
        for name in {key_of(name) for name in (group.name, group.name_en, way_of(group)) if name}:
            self.named.setdefault(name, []).append(group)

    def find(self, text: str) -> ArticleGroup:
        """The group of a cell. Raises ValidationError."""
        pieces = [piece.strip() for piece in text.replace(">", "/").replace("\\", "/").split("/")]
        found = self.only(self.named.get(key_of("/".join(pieces)), []), text)
        return found if found is not None else self.missing(pieces, text)

    @staticmethod
    def only(found: Sequence[ArticleGroup], text: str) -> ArticleGroup | None:
        if len({id(group) for group in found}) > 1:
            raise ValidationError(_("Several groups are called “%s”: write the ones above it too, with /.") % text[:60])
        return found[0] if found else None

    def missing(self, pieces: list[str], text: str) -> ArticleGroup:
        """A new group, with those above it that are missing too; refused unless it was asked for."""
        if not self.make:
            words = (
                _("There is no group “%s”: correct it, or have the groups that are missing made.")
                if self.may_make
                else _("There is no group “%s”: an administrator adds groups.")
            )
            raise ValidationError(words % text[:60])
        if not all(key_of(piece) and len(piece) <= LONGEST for piece in pieces):
            raise ValidationError(
                _("“%(text)s” names no group: a name has at most %(most)d characters.")
                % {"text": text[:60], "most": LONGEST}
            )
        group = self.only(self.named.get(key_of(pieces[0]), []), pieces[0]) or self.new(None, pieces[0])
        for piece in pieces[1:]:
            group = self.below.get((id(group), key_of(piece))) or self.new(group, piece)
        return group

    def new(self, parent: ArticleGroup | None, name: str) -> ArticleGroup:
        group = ArticleGroup(parent=parent, name=name)
        self.learn(group)
        return group


def key_of(text: str) -> str:
    return fold(text).replace(" ", "")


def with_those_above(group: ArticleGroup | None) -> list[ArticleGroup]:
    """The group and those above it, from the top."""
    found: list[ArticleGroup] = []
    while group is not None and len(found) < 20:
        found.insert(0, group)
        group = group.parent
    return found


def way_of(group: ArticleGroup) -> str:
    return "/".join(one.name for one in with_those_above(group))


def is_new(value: Any) -> bool:
    return isinstance(value, ArticleGroup) and value.pk is None


def taken(planned: Iterable[Any]) -> Iterable[tuple[Any, ArticleGroup]]:
    """Rows that will be written, with each group that is not here yet and stands on the way to theirs."""
    for one in planned:
        if one.outcome in (Outcome.CREATED, Outcome.UPDATED) and one.new_group is not None:
            for group in with_those_above(one.new_group):
                yield one, group


def count_new(planned: Iterable[Any]) -> int:
    return len({id(group) for _one, group in taken(planned) if group.pk is None})


def make_groups(planned: Iterable[Any]) -> None:
    """Write the groups that are missing, each noted in the first row that takes it."""
    for one, group in taken(planned):
        if group.pk is None:
            # Given anew: by now the one above has its key.
            group.parent = group.parent
            group.save()
            note(one, group)
    for one in planned:
        if one.new_group is not None and one.article is not None and one.new_group.pk is not None:
            one.article.group = one.new_group
