"""The pages that are measured, and their limits."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.test import Client, override_settings

from bench import life, money, prints
from bench.data import BIG
from counterparties.models import Counterparty
from events.models import Event
from users.models import User

ROUNDS = 25
BASE = "/about/"


@dataclass(frozen=True)
class Page:
    """A page and how many times `/about/`, or the page `beside`, it may cost; no limit is only told."""

    title: str
    path: str
    limit: float | None = None
    beside: str = ""


def pages() -> list[Page]:
    last = (Counterparty.objects.current().count() - 1) // User.PageSize.MIDDLE + 1
    return [
        Page("list, first page", "/counterparties/", 3),
        Page("list, last page", f"/counterparties/?page={last}", 3),
        Page("list of clients, first page", "/counterparties/clients/", 3),
        Page("list, by part of a name", "/counterparties/?q=вектор"),
        Page("search, many hits", "/search/?q=вектор", 3),
        Page("search, part of a number", "/search/?q=1000123", 3),
        Page("dossier", f"/counterparties/{BIG // 2}/", 3),
        Page("dossier with much in it", f"/counterparties/{BIG}/"),
        Page("tab with 200 contacts", f"/counterparties/{BIG}/contacts/"),
        Page("history", f"/counterparties/{BIG}/history/"),
        Page("form for a new party", "/counterparties/add/"),
        Page("picker", "/counterparties/picker/?q=пирин"),
        Page("documents of all parties", "/finance/documents/"),
        Page("payments of all parties", "/finance/payments/"),
        *grown(),
        *with_money(),
        Page("kept print of an invoice", prints.kept(), 3),
    ]


# How many times a page of a small dossier the same page of a fifty times larger one may cost.
GROWN = 1.2


def grown() -> list[Page]:
    """Pages of the two dossiers with much life, the small one's first."""
    made = []
    tails = {party: f"?show=timeline&before={far_back(party)}" for party in life.SIZES}
    for title, tail, limit in (
        ("Summary", "", GROWN),
        ("timeline", "events/?show=timeline", GROWN),
        ("timeline, far back", "events/{far}", GROWN),
        ("list of events", "events/", None),
        ("list of events, last page", "events/?page=99999", None),
        ("files", "files/", None),
        ("history", "history/", GROWN),
    ):
        small, big = (f"/counterparties/{party}/{tail.format(far=tails[party])}" for party in (life.SMALL, life.BIG))
        made.append(Page(f"{title}: 200 events", small))
        made.append(Page(f"{title}: 10,000 events", big, limit, small))
    return made


def with_money() -> list[Page]:
    """Pages of the two dossiers with many and with few financial documents; each shows a full page of rows."""
    made = []
    for title, tail in (
        ("Summary", ""),
        ("documents", "financial-documents/"),
        ("documents, last page", "financial-documents/?page=99999"),
        ("payments", "payments/"),
        ("payments, last page", "payments/?page=99999"),
    ):
        small, big = (f"/counterparties/{party}/{tail}" for party in (money.SMALL, money.BIG))
        made.append(Page(f"{title}: 100 papers", small))
        made.append(Page(f"{title}: 40,000 papers", big, GROWN, small))
    return made


def far_back(party: int) -> str:
    """The key of an entry of which most are newer."""
    events = Event.objects.filter(party=party).order_by("starts_at", "pk")
    event = events[events.count() // 4]
    return quote(f"{event.starts_at.isoformat()}~events~{event.pk}")


def client() -> Client:
    made = Client()
    made.force_login(User.objects.get(username="bench"), backend=settings.AUTHENTICATION_BACKENDS[0])
    return made


def once(asker: Client, path: str) -> float:
    started = time.perf_counter()
    response = asker.get(path)
    took = time.perf_counter() - started
    if response.status_code != 200:
        raise SystemExit(f"{path}: answered {response.status_code}")
    return took


def bare_page() -> float:
    """Median of a Django page with session, log-in and one line of template."""
    middleware = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    with override_settings(ROOT_URLCONF="bench.urls", MIDDLEWARE=middleware):
        asker = client()
        once(asker, "/bare/")
        return statistics.median(once(asker, "/bare/") for _round in range(ROUNDS * 2))


def measure() -> int:
    """Print each page's median as a multiple of the base page; return 1 when one costs more than it may."""
    plain_files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain_files}):
        asker, wanted = client(), pages()
        taken: dict[str, list[float]] = {BASE: [], **{page.path: [] for page in wanted}}
        for path in taken:
            once(asker, path)
        # Round by round, so that a busy moment of the machine falls on all pages alike.
        for _round in range(ROUNDS):
            for path, times in taken.items():
                times.append(once(asker, path))
    bare = bare_page()
    base = statistics.median(taken[BASE])
    print(f"{'page':34} {'median':>9} {'× /about/':>10} {'× bare':>8}  limit")
    print(f"{'bare Django page':34} {bare * 1000:7.1f} ms {bare / base:9.2f}× {1:7.2f}×")
    print(f"{BASE:34} {base * 1000:7.1f} ms {1:9.2f}× {base / bare:7.2f}×")
    exceeded = []
    for page in wanted:
        median = statistics.median(taken[page.path])
        ratio, limit = median / base, f"{page.limit:g}×" if page.limit else ""
        line = f"{page.title:34} {median * 1000:7.1f} ms {ratio:9.2f}× {median / bare:7.2f}×  "
        if page.beside:
            # Round by round: the two were asked one after the other.
            pairs = zip(taken[page.path], taken[page.beside], strict=True)
            ratio = statistics.median(big / small for big, small in pairs)
            print(f"{line}{ratio:.2f} times the one above" + (f" (at most {limit})" if limit else ""))
        else:
            print(line + limit)
        if page.limit and ratio > page.limit:
            exceeded.append(page.title)
    if exceeded:
        print("Over the limit: " + ", ".join(exceeded))
    return 1 if exceeded else 0
