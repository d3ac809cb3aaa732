"""The mailbox: read from a real IMAP server, each letter once, whatever is wrong with one of them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.urls import reverse
from imap_tools import MailBoxUnencrypted

from events import mailbox, receiving
from events.letters import raw_bytes
from events.models import Email, Mailbox
from tests.events.test_receiving import eml, known
from tests.factories.counterparties import ClientFactory
from tests.factories.users import UserFactory
from tests.people import browser_of

pytestmark = pytest.mark.django_db
USER, PASSWORD, FOLDER = "office@example.org", "p@ss/w:rd", "Входящи"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def imap_server(folder: Path) -> Iterator[int]:
    """pymap, in a process of its own, with its letters in memory."""
    port = free_port()
    program = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--no-service",
               "admin", "--no-service", "managesieve", "dict", "--demo-data", "--demo-user", USER,
               "--demo-password", PASSWORD]  # fmt: skip
    with (folder / "pymap.log").open("w") as log:
        process = subprocess.Popen(program, stdout=log, stderr=log, cwd=folder)
        try:
            end = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < end, (folder / "pymap.log").read_text()
                    assert process.poll() is None, (folder / "pymap.log").read_text()
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait(10)


class Box:
    """The office's mailbox: the tests put letters in, the product reads it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.client = MailBoxUnencrypted("127.0.0.1", port=port, timeout=10).login(USER, PASSWORD)
        self.make()

    @property
    def url(self) -> str:
        login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
        return f"imap://{login}@127.0.0.1:{self.port}/{quote(FOLDER)}"

    def make(self) -> None:
        self.client.folder.create(FOLDER)

    def anew(self) -> None:
        """The same folder, made again: its numbers begin anew and mean other letters."""
        self.client.folder.set("INBOX")
        self.client.folder.delete(FOLDER)
        self.make()

    def put(self, *letters: bytes) -> None:
        for letter in letters:
            self.client.append(letter, FOLDER, dt=None)

    def read(self) -> int:
        return mailbox.read(self.url)


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    with imap_server(tmp_path_factory.mktemp("imap")) as port:
        yield port


@pytest.fixture
def box(port) -> Iterator[Box]:
    made = Box(port)
    yield made
    made.client.folder.set("INBOX")
    made.client.folder.delete(FOLDER)
    made.client.logout()


def letter(number: int, **fields) -> bytes:
    return eml(message_id=f"<{number}@example.com>", subject=f"Писмо {number}", **fields)


def test_letters_come_in_once_in_their_order_and_stay_on_the_server(box):
    link = known(party=ClientFactory(trader=UserFactory()))
    box.put(letter(1), letter(2, sender="unknown@example.net"))

    assert [box.read(), box.read()] == [2, 0]

    box.put(letter(3))
    assert box.read() == 1
    assert set(link.party.dossier_events.values_list("subject", flat=True)) == {"Писмо 1", "Писмо 3"}
    assert list(Email.objects.in_inbox().values_list("subject", flat=True)) == ["Писмо 2"]
    box.client.folder.set(FOLDER)
    flags = [one.flags for one in box.client.fetch(mark_seen=False)]
    assert len(flags) == 3
    assert not any("\\Seen" in one for one in flags)


def test_a_server_that_counts_anew_is_read_from_the_beginning_and_nothing_comes_twice(box):
    box.put(letter(1), letter(2))
    box.read()
    before = Mailbox.objects.get().uid_validity

    box.anew()
    box.put(letter(2), letter(3))
    assert box.read() == 1

    row = Mailbox.objects.get()
    assert row.uid_validity != before
    assert sorted(Email.objects.values_list("subject", flat=True)) == ["Писмо 1", "Писмо 2", "Писмо 3"]


def test_a_letter_that_nobody_can_read_waits_as_it_is_and_does_not_stop_the_others(box):
    broken = b"\x00\x01 this is no letter at all"
    box.put(letter(1), broken, letter(2))

    assert box.read() == 3

    kept = Email.objects.exclude(error="").get()
    assert b"this is no letter" in raw_bytes(kept)
    assert Email.objects.count() == 3
    assert box.read() == 0


def test_an_error_of_ours_with_one_letter_keeps_it_and_goes_on(box, monkeypatch):
    take_in = receiving.take_in

    def stumbling(data, **fields):
        if b"<1@example.com>" in data:
            raise RuntimeError("bug")
        return take_in(data, **fields)

    monkeypatch.setattr(mailbox, "take_in", stumbling)
    box.put(letter(1), letter(2))

    assert box.read() == 2

    assert Email.objects.filter(subject="Писмо 2").exists()
    assert b"<1@example.com>" in raw_bytes(Email.objects.exclude(error="").get())


def test_what_was_read_stays_when_the_reading_breaks_off(box, monkeypatch):
    facts = mailbox._facts
    calls = []

    def breaking(client, uid):
        calls.append(uid)
        if len(calls) == 2:
            raise OSError("connection lost")
        return facts(client, uid)

    monkeypatch.setattr(mailbox, "_facts", breaking)
    box.put(letter(1), letter(2))
    box.read()
    assert "connection lost" in Mailbox.objects.get().error

    monkeypatch.setattr(mailbox, "_facts", facts)
    assert box.read() == 1
    assert Mailbox.objects.get().error == ""
    assert Email.objects.count() == 2


def test_of_a_letter_that_is_too_large_only_the_headers_come(box, monkeypatch):
    monkeypatch.setattr(mailbox, "LARGEST", 2000)
    box.put(letter(1, text="дума " * 2000))

    box.read()

    email = Email.objects.get()
    assert email.error
    assert len(raw_bytes(email)) < 2000


@pytest.mark.parametrize("wrong", ["password", "folder", "port"])
def test_what_is_wrong_with_the_mailbox_is_told_on_the_page_of_the_inbox(box, settings, wrong):
    settings.LANGUAGE_CODE = "en"
    settings.IMAP_URL = {
        "password": box.url.replace(quote(PASSWORD, safe=""), "other"),
        "folder": box.url.replace(quote(FOLDER), "Nowhere"),
        "port": box.url.replace(str(box.port), str(free_port())),
    }[wrong]
    mailbox.read_mailbox(timestamp=0)

    page = browser_of("events.handle_inbox", "events.view_event").get(reverse("events:inbox")).content.decode()

    words = {"password": "did not accept", "folder": "There is no folder", "port": "could not be reached"}[wrong]
    assert words in page
    assert "other" not in page.partition("is not being read")[2][:300]


def test_without_a_mailbox_nothing_is_read(settings):
    settings.IMAP_URL = ""

    mailbox.read_mailbox(timestamp=0)

    assert not Mailbox.objects.exists()
    page = browser_of("events.handle_inbox").get(reverse("events:inbox")).content.decode()
    assert "No mailbox is read on this machine." in page


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://a%40b.bg:p%2Fq@mail.example/", (True, "mail.example", 993, "a@b.bg", "p/q", "INBOX")),
        ("imap://u:p@[::1]:1143/Work/New", (False, "::1", 1143, "u", "p", "Work/New")),
    ],
)
def test_the_address_of_a_mailbox(url, expected):
    one = mailbox.Address(url)

    assert (one.secure, one.host, one.port, one.user, one.password, one.folder) == expected
    assert one.password not in one.name.split("@")
