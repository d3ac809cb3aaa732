"""Reference rates of the European Central Bank: its files read, and stored by day.

It publishes them on working days about 16:00 CET as XML and as CSV (alone or in a ZIP): one day, 90 days, or all since
1999. What comes from the net is read as what it may be: too long, not XML, or meant to burst.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import logging
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

import requests
import urllib3
from defusedxml import DefusedXmlException, ElementTree
from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from common.dates import today
from trade.models import ExchangeRate
from trade.models.rates import FIXED

logger = logging.getLogger(__name__)
MOST_BYTES = 40 * 1024 * 1024  # all days since 1999 are some 8 MB of XML
AT_ONCE = 2000
# Day, currency, units for one euro.
DayRate = tuple[dt.date, str, Decimal]
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class RatesRefused(Exception):
    """The file cannot be fetched, or is no file of rates; in words."""


@dataclass(frozen=True)
class Loaded:
    """What came of a file: how many rates of how many days, and the newest of these."""

    rates: int
    days: int
    newest: dt.date

    def __str__(self) -> str:
        return f"{self.rates} rates of {self.days} days, the newest of {self.newest:%d.%m.%Y}"


def load(source: str) -> Loaded:
    """Store the rates of the file at a path or an http(s) address. Raises RatesRefused; then nothing is stored."""
    data = fetch(source) if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", source) else from_disk(Path(source))
    return store(read(data))


def from_disk(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RatesRefused(f"{path} is too large to be a file of rates.")
        return path.read_bytes()
    except OSError as problem:
        raise RatesRefused(f"{path} cannot be read: {problem.strerror}.") from problem


def fetch(url: str) -> bytes:
    """The file at the address, within the time and the size that are set."""
    if not url.startswith(("https://", "http://")):
        raise RatesRefused("Rates are fetched over http or https.")
    timeout = settings.ECB_RATES_TIMEOUT
    deadline = time.monotonic() + timeout
    body = bytearray()
    try:
        with requests.get(
            url, timeout=timeout, stream=True, allow_redirects=False, headers={"Accept-Encoding": "identity"}
        ) as response:
            if response.status_code != 200:
                raise RatesRefused(f"The server answered {response.status_code} instead of the file.")
            while chunk := response.raw.read1(65536):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise RatesRefused("The file is too large to be a file of rates.")
                if time.monotonic() > deadline:
                    raise RatesRefused(f"The file did not arrive within {timeout:g} seconds.")
    except (requests.RequestException, OSError, urllib3.exceptions.HTTPError) as problem:
        raise RatesRefused(f"The rates could not be fetched ({type(problem).__name__}).") from problem
    return bytes(body)


# -- Reading ----------------------------------------------------------------------------------------


def read(data: bytes) -> Iterator[DayRate]:
    """Day, currency and rate of a file: XML, CSV, or a ZIP that holds one CSV. The kind is seen by the content."""
    if data.startswith(b"PK\x03\x04"):
        data = unpacked(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return from_xml(data)
    return from_csv(data)


def unpacked(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith((".csv", ".xml"))]
            if len(names) != 1:
                raise RatesRefused("The archive does not hold one file of rates.")
            with archive.open(names[0]) as file:
                content = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
        raise RatesRefused("The archive cannot be opened.") from problem
    if len(content) > MOST_BYTES:
        raise RatesRefused("The file is too large to be a file of rates.")
    return content


def from_xml(data: bytes) -> Iterator[DayRate]:
    day = None
    try:
        for _event, element in ElementTree.iterparse(
            io.BytesIO(data), events=("start",), forbid_dtd=True, forbid_entities=True, forbid_external=True
        ):
            if element.tag.rpartition("}")[2] != "Cube":
                continue
            if time_ := element.get("time"):
                day = day_of(time_)
            elif (currency := element.get("currency")) and day is not None:
                yield day, currency_of(currency), rate_of(element.get("rate", ""))
    except (ElementTree.ParseError, DefusedXmlException) as problem:
        raise RatesRefused("This is no XML file of rates.") from problem


def from_csv(data: bytes) -> Iterator[DayRate]:
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        header = [cell.strip() for cell in next(lines, [])]
        if not header or header[0] != "Date":
            raise RatesRefused("This is no file of rates of the ECB.")
        for line in lines:
            if not line or not line[0].strip():
                continue
            day = day_of(line[0])
            for currency, cell in zip(header[1:], line[1:], strict=False):
                if currency and (value := cell.strip()) not in ("", "N/A"):
                    yield day, currency_of(currency), rate_of(value)
    except (UnicodeDecodeError, csv.Error) as problem:
        raise RatesRefused("This is no file of rates of the ECB.") from problem


def day_of(text: str) -> dt.date:
    """2026-11-20, or 20 November 2026 as in the CSV of one day."""
    text = text.strip()
    try:
        if named := re.fullmatch(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", text, re.ASCII):
            day = dt.date(int(named[3]), MONTHS.index(named[2]) + 1, int(named[1]))
        else:
            day = dt.date.fromisoformat(text)
    except ValueError:
        raise RatesRefused(f"“{text[:40]}” is no day.") from None
    if not dt.date(1999, 1, 1) <= day <= today() + dt.timedelta(days=1):
        raise RatesRefused(f"There are no rates of {day:%d.%m.%Y}.")
    return day


def currency_of(text: str) -> str:
    text = text.strip()
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise RatesRefused(f"“{text[:40]}” is no currency.")
    return text


def rate_of(text: str) -> Decimal:
    text = text.strip()
    rate = Decimal(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,8})?", text) else None
    if not rate:
        raise RatesRefused(f"“{text[:40]}” is no rate.")
    return rate


# -- Storing ----------------------------------------------------------------------------------------


@transaction.atomic
def store(rates: Iterable[DayRate]) -> Loaded:
    """Write the rates; those that are here already are brought up to date. The fixed ones are never stored."""
    count = 0
    days: set[dt.date] = set()
    wanted = (one for one in rates if one[1] not in FIXED)
    for portion in iter(lambda: tuple(islice(wanted, AT_ONCE)), ()):
        rows = {(day, currency): ExchangeRate(on=day, currency=currency, rate=rate) for day, currency, rate in portion}
        ExchangeRate.objects.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=["currency", "on"], update_fields=["rate", "source"]
        )
        count += len(rows)
        days.update(day for day, _currency in rows)
    if not days:
        raise RatesRefused("There is no rate in the file.")
    return Loaded(count, len(days), max(days))


@app.periodic(cron="20 2 * * *", periodic_id="load_rates")
@app.task(name="trade.load_rates", queueing_lock="load_rates")
def load_nightly(timestamp: int) -> None:
    """Every night: the rates that were published since. Without an address nothing is asked of anybody."""
    if not settings.ECB_RATES_URL:
        return
    try:
        logger.info("Exchange rates loaded: %s", load(settings.ECB_RATES_URL))
    except RatesRefused as refusal:
        logger.warning("Exchange rates were not loaded: %s", refusal)
