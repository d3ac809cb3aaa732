"""What is kept beside the documents for speed, counted anew from them: settled amounts, turnover, cash in the desks.

Each count is one statement of SQL, whatever the number of rows: it answers the rows that differ, and with `repair` it
writes what was counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from finance.kinds import FACTS

SETTLED = """
    SELECT s.id, SUM(s.amount) AS settled, SUM(s.eur) AS settled_eur FROM (
        SELECT debit_{what}_id AS id, debit_amount AS amount, debit_eur AS eur
        FROM finance_settlement WHERE ended_on IS NULL AND debit_{what}_id IS NOT NULL
        UNION ALL
        SELECT credit_{what}_id, credit_amount, credit_eur
        FROM finance_settlement WHERE ended_on IS NULL AND credit_{what}_id IS NOT NULL
    ) s GROUP BY s.id
"""
SETTLED_DIFFERS = """
    SELECT d.id, d.number, d.currency, d.settled, d.settled_eur,
           COALESCE(c.settled, 0) AS counted, COALESCE(c.settled_eur, 0) AS counted_eur
    FROM {table} d LEFT JOIN ({counted}) c ON c.id = d.id
    WHERE d.settled <> COALESCE(c.settled, 0) OR d.settled_eur <> COALESCE(c.settled_eur, 0)
"""
TURNOVER = """
    SELECT party_id, own_firm_id, currency, direction,
           date_trunc('month', COALESCE(tax_event_date, date))::date AS month,
           SUM({sign} * net) AS net, SUM({sign} * net_eur) AS net_eur
    FROM finance_financialdocument WHERE state = 'issued' AND kind = ANY(%(kinds)s)
    GROUP BY 1, 2, 3, 4, 5
"""
TURNOVER_DIFFERS = """
    SELECT party_id, own_firm_id, currency, direction, month, COALESCE(t.net, 0) AS net,
           COALESCE(t.net_eur, 0) AS net_eur, COALESCE(c.net, 0) AS counted, COALESCE(c.net_eur, 0) AS counted_eur
    FROM finance_turnover t FULL JOIN ({counted}) c USING (party_id, own_firm_id, currency, direction, month)
    WHERE COALESCE(t.net, 0) <> COALESCE(c.net, 0) OR COALESCE(t.net_eur, 0) <> COALESCE(c.net_eur, 0)
"""
CASH = """
    SELECT desk, SUM(change) AS lies FROM (
        SELECT desk_id AS desk, CASE WHEN direction = 'in' THEN amount ELSE -amount END AS change
        FROM finance_payment WHERE state = 'issued' AND desk_id IS NOT NULL
        UNION ALL
        SELECT other_desk_id, COALESCE(other_amount, amount)
        FROM finance_payment WHERE state = 'issued' AND other_desk_id IS NOT NULL
    ) moves GROUP BY desk
"""
CASH_DIFFERS = """
    SELECT d.id, d.name, d.currency, d.balance, COALESCE(c.lies, 0) AS counted
    FROM finance_cashdesk d LEFT JOIN ({counted}) c ON c.desk = d.id WHERE d.balance <> COALESCE(c.lies, 0)
"""
SETTLED_REPAIR = """
    UPDATE {table} SET settled = x.counted, settled_eur = x.counted_eur FROM ({found}) x WHERE x.id = {table}.id
"""
TURNOVER_REPAIR = """
    INSERT INTO finance_turnover (party_id, own_firm_id, currency, direction, month, net, net_eur)
    SELECT party_id, own_firm_id, currency, direction, month, counted, counted_eur FROM ({found}) x
    ON CONFLICT (party_id, direction, month, own_firm_id, currency)
    DO UPDATE SET net = EXCLUDED.net, net_eur = EXCLUDED.net_eur
"""
CASH_REPAIR = "UPDATE finance_cashdesk SET balance = x.counted FROM ({found}) x WHERE x.id = finance_cashdesk.id"


@dataclass(frozen=True)
class Difference:
    """A stored figure that is not what is counted."""

    what: str
    row: str
    stored: str
    counted: str

    def __str__(self) -> str:
        return f"{self.what} {self.row}: stored {self.stored}, counted {self.counted}"


def differences() -> Iterator[Difference]:
    """All stored figures that differ from a count. Read row by row: any number of them takes no memory."""
    for table, what in (("finance_financialdocument", "document"), ("finance_payment", "payment")):
        for row in rows(SETTLED_DIFFERS.format(table=table, counted=SETTLED.format(what=what))):
            yield Difference(
                f"settled of {what}",
                f"{row['number'] or '–'} (key {row['id']}), {row['currency']}",
                f"{row['settled']} / {row['settled_eur']} EUR",
                f"{row['counted']} / {row['counted_eur']} EUR",
            )
    for row in rows(TURNOVER_DIFFERS.format(counted=turnover_sql()), turnover_kinds()):
        yield Difference(
            "turnover",
            f"of party {row['party_id']} with own firm {row['own_firm_id']}, {row['month']:%m.%Y}, {row['direction']}, "
            f"{row['currency']}",
            f"{row['net']} / {row['net_eur']} EUR",
            f"{row['counted']} / {row['counted_eur']} EUR",
        )
    for row in rows(CASH_DIFFERS.format(counted=CASH)):
        place = f"{row['name']} (key {row['id']}), {row['currency']}"
        yield Difference("cash desk", place, str(row["balance"]), str(row["counted"]))


@transaction.atomic
def repair() -> int:
    """Write what is counted; returns how many rows it changed. Nobody writes these tables meanwhile."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE finance_financialdocument, finance_payment, finance_cashdesk, finance_settlement, "
            "finance_turnover IN SHARE ROW EXCLUSIVE MODE"
        )
        for table, what in (("finance_financialdocument", "document"), ("finance_payment", "payment")):
            found = SETTLED_DIFFERS.format(table=table, counted=SETTLED.format(what=what))
            cursor.execute(SETTLED_REPAIR.format(table=table, found=found))
            changed += cursor.rowcount
        cursor.execute(
            TURNOVER_REPAIR.format(found=TURNOVER_DIFFERS.format(counted=turnover_sql())),
            turnover_kinds(),
        )
        changed += cursor.rowcount
        cursor.execute(CASH_REPAIR.format(found=CASH_DIFFERS.format(counted=CASH)))
        changed += cursor.rowcount
    return changed


def turnover_sql() -> str:
    return TURNOVER.format(sign="CASE WHEN kind = ANY(%(lessening)s) THEN -1 ELSE 1 END")


def turnover_kinds() -> dict[str, list[str]]:
    counted = [str(kind) for kind, facts in FACTS.items() if facts.turnover]
    return {"kinds": counted, "lessening": [kind for kind in counted if FACTS[kind].sign < 0]}


def rows(sql: str, values: Any = None) -> Iterator[dict[str, Any]]:
    """Answer of a query as dictionaries, fetched in portions from the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        names: list[str] = []
        while portion := cursor.fetchmany(1000):
            names = names or [column[0] for column in cursor.description]
            for one in portion:
                yield dict(zip(names, one, strict=True))
