"""The frame's one query, put together once for all who have the same rights: that costs more than to answer it.

It is put together for a stand-in of the party and of the user, whose keys are then replaced by the real ones. The
stand-in of the party knows its key and its kinds, and no more.
"""

from __future__ import annotations

import copy
import datetime as dt
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language

from common.dates import today
from common.prepared import MARKS, PreparedQuery
from counterparties.kinds import Kind
from counterparties.models import Counterparty

logger = logging.getLogger(__name__)

ANY_PARTY, ANY_USER = MARKS
KEPT = 500


class Prepared(NamedTuple):
    """A query put together for the stand-ins, and how to read each of its columns."""

    query: PreparedQuery
    names: list[str]
    readers: list[tuple[Any, list[Any]]]


_prepared: OrderedDict[Hashable, Prepared | None] = OrderedDict()


def ask(
    party: Counterparty, user: Any, asked: Hashable, expressions: Callable[[Counterparty, Any], dict[str, Any]]
) -> dict[str, Any]:
    """The values of the expressions for a party and a user. `asked` tells these expressions from others.

    They may differ only by the party's kinds, the user's rights, the language and the day; the present moment is the
    database's own (`Now()`). Those that break this are put together each time anew.
    """
    key = (asked, tuple(party.kinds), rights_of(user))
    if key in _prepared:
        prepared = _prepared[key]
        _prepared.move_to_end(key)
    else:
        prepared = _prepared[key] = prepare(party, user, expressions)
        while len(_prepared) > KEPT:
            _prepared.popitem(last=False)
    if prepared is None:
        return query(party, expressions(party, user)).get()
    (row,) = prepared.query.ask(party.pk, user.pk)
    values = {}
    for name, value, (expression, readers) in zip(prepared.names, row, prepared.readers, strict=True):
        for read in readers:
            value = read(value, expression, connection)
        values[name] = value
    return values


def rights_of(user: Any) -> Hashable:
    """All by which the queries of two users differ, but for their keys; and language and day."""
    return (user.is_active, user.is_superuser, user.team_id, user.rights, get_language(), today())


def stand_in_of(user: Any) -> Any:
    """Somebody with the same rights, whose key is a mark."""
    somebody = copy.copy(user)
    somebody.pk = ANY_USER
    return somebody


def query(party: Counterparty, expressions: dict[str, Any]) -> Any:
    return Counterparty.objects.filter(pk=party.pk).order_by().values(**expressions)


def prepare(
    party: Counterparty, user: Any, expressions: Callable[[Counterparty, Any], dict[str, Any]]
) -> Prepared | None:
    """The query for the stand-ins; None when it cannot be the same for others."""
    flags = [kind.flag for kind in Kind]
    anyone = Counterparty.from_db(None, ["id", *flags], [ANY_PARTY, *(getattr(party, flag) for flag in flags)])
    try:
        compiler = query(anyone, expressions(anyone, stand_in_of(user))).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
    except Counterparty.DoesNotExist:
        logger.warning("An expression of a dossier reads more of the party than its key and kinds.")
        return None
    if any(isinstance(value, dt.datetime) for value in flat(params)):
        logger.warning("An expression of a dossier names a moment; the present one is Now().")
        return None
    readers = [
        (column[0], [*connection.ops.get_db_converters(column[0]), *column[0].get_db_converters(connection)])
        for column in compiler.select
    ]
    return Prepared(PreparedQuery(sql, params), [column[2] for column in compiler.select], readers)


def flat(values: Any) -> Any:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from flat(value)
        else:
            yield value
