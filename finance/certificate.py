"""The numbering certificate as a tax inspector reads it: in Bulgarian, plain text, one section for each series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone, translation

from common.dates import SOFIA
from finance.numbering import Named, SeriesReport

WIDTH = 100
NAMES = {
    "tax": "фактури, дебитни и кредитни известия",
    "tax-notes": "дебитни и кредитни известия",
    "tax-protocols": "протоколи по чл. 117 ЗДДС",
}


def lines_of(reports: Iterator[SeriesReport]) -> Iterator[str]:
    """The certificate line by line; cancelled documents are read while it is written."""
    moment = timezone.now().astimezone(SOFIA)
    yield "УДОСТОВЕРЕНИЕ ЗА НОМЕРАЦИЯТА НА ДАНЪЧНИТЕ ДОКУМЕНТИ"
    yield "(ЗДДС, чл. 112 – 117; ППЗДДС, чл. 78)"
    yield f"Съставено на {moment:%d.%m.%Y} г. в {moment:%H:%M} ч. от записите в програмата."
    count = 0
    with translation.override("bg"):
        for report in reports:
            count += 1
            yield ""
            yield "=" * WIDTH
            yield from section(report)
    if not count:
        yield ""
        yield "Няма поредици с издадени данъчни документи."


def section(report: SeriesReport) -> Iterator[str]:
    firm = report.own_firm
    yield f"Фирма: {firm.full_name}"
    yield f"ЕИК: {firm.registration_number or '–'}   ИН по ЗДДС: {firm.vat_number or '–'}"
    yield f"Поредица: {NAMES.get(report.code, report.label)}"
    for one in report.ranges:
        end = one.written(one.last_number) if one.last_number is not None else "без край"
        yield f"Диапазон: {one.written(one.first_number)} – {end}"
    if not report.count:
        yield "Издадени документи: няма"
    else:
        yield f"Първи номер: {report.first} от {day(report.first_day)}"
        yield f"Последен номер: {report.last} от {day(report.last_day)}"
        yield f"Издадени документи: {report.count}, от тях анулирани: {report.cancelled}"
    yield f"Следващ номер: {report.next_number or 'диапазонът е изчерпан'}"
    yield from named("Липсващи номера", report.missing)
    yield from named("Повторени номера", report.repeated)
    yield from named("Документи, чиято дата е преди датата на предходния номер", report.out_of_order)
    yield from named("Номера, които не отговарят на изискванията", report.unfit)
    yield f"Анулирани документи: {report.cancelled or 'няма'}"
    for row in report.cancelled_rows() if report.cancelled else ():
        yield (
            f"    {row['number']} от {day(row['date'])}, анулиран на {day(row['cancelled_on'])}: {row['cancel_reason']}"
        )
    if report.is_clean:
        yield "Заключение: номерата са поредни, без пропуски и без повторения, по реда на датите."
    else:
        yield "Заключение: ИМА НЕСЪОТВЕТСТВИЯ, изброени по-горе."


def named(title: str, found: Named) -> Iterator[str]:
    yield f"{title}: {found.count or 'няма'}"
    yield from (f"    {one}" for one in found.named)
    if found.count and len(found.named) < found.count and len(found.named) >= 1000:
        yield "    … и други"


def day(value: dt.date | None) -> str:
    return f"{value:%d.%m.%Y} г." if value else "–"
