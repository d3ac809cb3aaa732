"""Exchange rates from files of the ECB: over a real server on this machine, from disk, and what is no such file."""

from __future__ import annotations

import datetime as dt
import io
import threading
import time
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from tests.people import signed_in, superuser
from trade import ecb
from trade.models import ExchangeRate

pytestmark = pytest.mark.django_db
XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
                 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time="2026-11-20">
      <Cube currency="USD" rate="1.1523"/><Cube currency="JPY" rate="181.02"/><Cube currency="BGN" rate="1.9558"/>
    </Cube>
    <Cube time="2026-11-19"><Cube currency="USD" rate="1.1517"/></Cube>
  </Cube>
</gesmes:Envelope>"""
CSV = "Date,USD,JPY,BGN,CYP,\n2026-11-20,1.1523,181.02,1.9558,N/A,\n2026-11-19,1.1517,N/A,1.9558,N/A,\n"
DAILY_CSV = "Date, USD, JPY, \n20 November 2026, 1.1523, 181.02, \n"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "1">]>'
    '<a><Cube time="2026-11-20"><Cube currency="USD" rate="&b;"/></Cube></a>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a><Cube time="2026-11-20">'
    '<Cube currency="USD" rate="1"/></Cube></a>'
)
GOOD = {(dt.date(2026, 11, 20), "USD"): Decimal("1.1523"), (dt.date(2026, 11, 19), "USD"): Decimal("1.1517")}


def zipped(*names: str, content: str = CSV) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


class Server:
    """Serves what it is told to; remembers how often it was asked."""

    def __init__(self) -> None:
        self.content, self.status, self.trickles, self.asked = XML.encode(), 200, False, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "http://169.254.169.254/")
                self.send_header("Content-Length", str(len(outer.content)))
                self.end_headers()
                for at in range(len(outer.content)) if outer.trickles else ():
                    self.wfile.write(outer.content[at : at + 1])
                    time.sleep(0.02)
                if not outer.trickles:
                    self.wfile.write(outer.content)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self.http.server_port}/eurofxref.xml"


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    thread = threading.Thread(target=served.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield served
    served.http.shutdown()
    served.http.server_close()
    thread.join()


def stored() -> dict[Any, Decimal]:
    return {(row.on, row.currency): row.rate for row in ExchangeRate.objects.all()}


@pytest.mark.parametrize(
    "content", [XML.encode(), CSV.encode(), b"\xef\xbb\xbf" + CSV.encode(), zipped("eurofxref-hist.csv")]
)
def test_a_file_is_fetched_and_stored_once(server: Server, content: bytes) -> None:
    server.content = content

    for _time in range(2):
        call_command("load_rates", server.url)

    rates = stored()
    assert GOOD.items() <= rates.items()
    assert len(rates) == 3
    assert {currency for _day, currency in rates} == {"USD", "JPY"}
    assert ExchangeRate.objects.rate_of("USD", dt.date(2026, 11, 22)) == (Decimal("1.1523"), dt.date(2026, 11, 20))


def test_the_csv_of_one_day_writes_its_day_in_words(tmp_path: Path) -> None:
    path = tmp_path / "eurofxref.csv"
    path.write_text(DAILY_CSV)

    call_command("load_rates", str(path))

    assert stored()[dt.date(2026, 11, 20), "JPY"] == Decimal("181.02")


def test_a_corrected_rate_takes_the_place_of_the_first(server: Server) -> None:
    call_command("load_rates", server.url)
    server.content = XML.replace("1.1523", "1.1999").encode()

    call_command("load_rates", server.url)

    assert stored()[dt.date(2026, 11, 20), "USD"] == Decimal("1.1999")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Not found</body></html>",
        BOMB.encode(),
        OUTSIDE.encode(),
        b"<a><Cube time='2026-11-20'>",
        b"PK\x03\x04 and no more",
        zipped("a.csv", "b.csv"),
        zipped("a.txt"),
        XML.replace("1.1523", "0").encode(),
        XML.replace("1.1523", "-1").encode(),
        XML.replace("1.1523", "1e9").encode(),
        XML.replace("1.1523", "٣").encode(),
        XML.replace("2026-11-20", "2126-11-20").encode(),
        XML.replace("2026-11-20", "yesterday").encode(),
        XML.replace('"USD"', '"US$"').encode(),
        CSV.replace("Date", "Day").encode(),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_file_of_rates_is_refused_and_nothing_is_stored(server: Server, content: bytes) -> None:
    server.content = content

    with pytest.raises(CommandError):
        call_command("load_rates", server.url)

    assert stored() == {}


@pytest.mark.parametrize("status", [302, 404, 500])
def test_another_answer_than_the_file_is_refused(server: Server, status: int) -> None:
    server.status = status

    with pytest.raises(CommandError, match=str(status)):
        call_command("load_rates", server.url)


def test_a_server_that_trickles_is_not_waited_for(server: Server, settings: Any) -> None:
    server.trickles, settings.ECB_RATES_TIMEOUT = True, 0.3
    began = time.monotonic()

    with pytest.raises(CommandError, match=r"0\.3 seconds"):
        call_command("load_rates", server.url)

    assert time.monotonic() - began < 3


def test_a_file_too_large_is_not_kept(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ecb, "MOST_BYTES", 100)
    path = tmp_path / "rates.xml"
    path.write_text(XML)

    for source in (server.url, str(path)):
        with pytest.raises(CommandError, match="too large"):
            call_command("load_rates", source)
    with pytest.raises(ecb.RatesRefused, match="too large"):
        ecb.unpacked(zipped("a.csv", content=CSV * 2))


@pytest.mark.parametrize(
    "source", ["http://127.0.0.1:9/x.xml", "ftp://example.com/x.xml", "file:///etc/passwd", "/no/such"]
)
def test_a_place_without_a_file_is_told_in_words(source: str) -> None:
    with pytest.raises(CommandError):
        call_command("load_rates", source)


class TestNightly:
    def test_it_loads_what_the_address_gives(self, server: Server, settings: Any) -> None:
        settings.ECB_RATES_URL = server.url

        ecb.load_nightly(0)

        assert GOOD.items() <= stored().items()

    def test_without_an_address_nobody_is_asked(self, server: Server, settings: Any) -> None:
        settings.ECB_RATES_URL = ""

        ecb.load_nightly(0)

        assert server.asked == 0
        with pytest.raises(CommandError, match="ECB_RATES_URL"):
            call_command("load_rates")

    def test_a_night_without_an_answer_is_no_failure(self, server: Server, settings: Any, caplog: Any) -> None:
        settings.ECB_RATES_URL, server.status = server.url, 503

        ecb.load_nightly(0)

        assert "503" in caplog.text

    def test_it_is_on_the_clock(self) -> None:
        assert "trade.load_rates" in {one.task.name for one in app.periodic_registry.periodic_tasks.values()}


class TestRates:
    def test_a_rate_of_the_fixed_ones_is_never_stored(self) -> None:
        for currency in ("EUR", "BGN"):
            with pytest.raises(IntegrityError), transaction.atomic():
                ExchangeRate.objects.create(currency=currency, on=dt.date(2026, 11, 20), rate=1)

    def test_an_old_rate_is_no_rate_of_the_day(self) -> None:
        ExchangeRate.objects.create(currency="USD", on=dt.date(2026, 11, 1), rate="1.15")

        assert ExchangeRate.objects.rate_of("USD", dt.date(2026, 11, 11)).on == dt.date(2026, 11, 1)
        with pytest.raises(ValidationError) as refusal:
            ExchangeRate.objects.rate_of("USD", dt.date(2026, 11, 12))
        assert refusal.value.code == "rate"

    def test_a_typed_rate_is_kept_with_its_currency_checked(self) -> None:
        browser = signed_in(superuser())
        row = {"currency": "rsd", "on": "2026-11-20", "rate": "117.2", "source": ""}

        browser.post("/admin/trade/exchangerate/add/", row)
        refused = browser.post("/admin/trade/exchangerate/add/", row | {"currency": "XXY"})
        fixed = browser.post("/admin/trade/exchangerate/add/", row | {"currency": "BGN"})

        assert ExchangeRate.objects.get().currency == "RSD"
        assert "currency" in refused.context["adminform"].form.errors
        assert fixed.context["adminform"].form.errors
