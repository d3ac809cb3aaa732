"""A query that is asked all day with other keys alone: the database plans it once for each connection (PREPARE)."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

# Whole numbers that no row has as its key, and any key's column can hold: they mark the places of the real ones.
MARKS = (2**31 - 7, 2**31 - 11)
KEPT = 40  # plans of one connection; the one not asked for longest gives way

_QUOTED = re.compile(r"('(?:[^']|'')*')")
_names: WeakKeyDictionary[psycopg.Connection[Any], OrderedDict[str, None]] = WeakKeyDictionary()


class PreparedQuery:
    """SQL with its parameters, among which the MARKS stand for keys that are told when it is asked."""

    def __init__(self, sql: str, params: Sequence[Any]) -> None:
        connection.ensure_connection()
        text = psycopg.ClientCursor(connection.connection).mogrify(sql, params)
        for place, mark in enumerate(MARKS, start=1):
            text = text.replace(f"'{{{mark}}}'", f"ARRAY[${place}]")
        # Every second piece is a text in quotes.
        pieces = _QUOTED.split(text)
        if any(str(mark) in quoted for quoted in pieces[1::2] for mark in MARKS):
            raise ValueError("A key stands within a text, where none can be put in.")
        for place, mark in enumerate(MARKS, start=1):
            pieces[::2] = [re.sub(rf"(?<![0-9.]){mark}(?![0-9.])", f"${place}", piece) for piece in pieces[::2]]
        text = "".join(pieces)
        self.text = text
        self.name = f"kept_{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    def ask(self, *keys: int) -> list[tuple[Any, ...]]:
        """The rows for these keys."""
        with connection.cursor() as cursor:
            self._prepare()
            cursor.execute(f"EXECUTE {self.name} (%s, %s)", keys)
            return cursor.fetchall()

    def _prepare(self) -> None:
        names = _names.setdefault(connection.connection, OrderedDict())
        if self.name in names:
            names.move_to_end(self.name)
            return
        # Not through Django's cursor, which takes a per cent sign for a parameter and counts what the page asks.
        with connection.wrap_database_errors:
            connection.connection.execute(f"PREPARE {self.name} (bigint, bigint) AS {self.text}".encode())
            names[self.name] = None
            while len(names) > KEPT:
                oldest, _nothing = names.popitem(last=False)
                connection.connection.execute(f"DEALLOCATE {oldest}".encode())
