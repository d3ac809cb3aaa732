"""The last day for paying follows the calendar: it moves when a holiday is entered or taken out."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from finance.models import FinancialDocument
from trade.models import NonWorkingDay
from trade.models.calendar import LONGEST_REST, CalendarFollower, calendar_followers

MOVE = """
    WITH moved AS (
        SELECT d.id, x.payable_by FROM finance_financialdocument d
        JOIN unnest(%s::date[], %s::date[]) AS x (due_date, payable_by) ON x.due_date = d.due_date
        WHERE d.state = 'issued' AND d.payable_by IS DISTINCT FROM x.payable_by AND d.payable_by IS NOT NULL
        ORDER BY d.id FOR NO KEY UPDATE OF d
    )
    UPDATE finance_financialdocument d SET payable_by = moved.payable_by FROM moved WHERE moved.id = d.id
"""


@transaction.atomic
def move_last_days(from_day: dt.date) -> int:
    """Bring the last days for paying up to date where the calendar changed; drafts find theirs when they are issued.

    Three queries, whatever the number of documents. Returns how many documents were changed.
    """
    issued = FinancialDocument.objects.issued().filter(payable_by__isnull=False)
    # A day of rest moves the end of every term that ends on it or in the days of rest right before it.
    due = issued.filter(due_date__gte=from_day - dt.timedelta(days=LONGEST_REST))
    days = list(due.order_by().values_list("due_date", flat=True).distinct())
    if not days:
        return 0
    last_days = NonWorkingDay.objects.all().next_working_days(day for day in days if day is not None)
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [list(last_days), list(last_days.values())])
        return int(cursor.rowcount)


def follow(from_day: dt.date) -> None:
    move_last_days(from_day)


calendar_followers.register(CalendarFollower("finance", follow))
