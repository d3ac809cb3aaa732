"""Who may do what, as one table: every address of ours × every delivered role, and nobody out of scope.

A new address fails the test until it stands in the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from counterparties.models import OwnFirmAccess
from tests import access_world as w
from tests.access_finance import FINANCE
from tests.access_reports import REPORTS_OF_NO_PARTY
from tests.access_trade import TRADE, TRADE_OF_NO_PARTY
from tests.access_world import ROLES, World
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.users import TeamFactory, UserFactory
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def kind(slug: str) -> Callable[[World, Any], list[Any]]:
    return lambda world, user: [slug]


# Address, method, its arguments, and the status that each role gets, in the order of ROLES:
# administrator, manager, seller, buyer, accountant, warehouse, viewer, auditor. The anonymous go to the log-in page.
# All objects are in the scope of all eight: what is told here are rights alone.
TABLE = [
    *FINANCE,
    *TRADE,
    ("common:about", "get", None, "200 200 200 200 200 200 200 200"),
    ("common:job_detail", "get", w.own_job, "200 200 200 200 200 200 200 200"),
    ("common:job_file", "get", w.own_job, "200 200 200 200 200 200 200 200"),
    ("common:notification_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("common:notification_latest", "get", None, "302 302 302 302 302 302 302 302"),
    ("common:notification_poll", "get", None, "302 302 302 302 302 302 302 302"),
    ("common:notification_read_all", "post", None, "302 302 302 302 302 302 302 302"),
    ("common:notification_open", "get", w.own_notification, "302 302 302 302 302 302 302 302"),
    ("common:saved_view_save", "post", None, "302 302 302 302 302 302 302 302"),
    ("common:saved_view_delete", "post", w.own_view, "302 302 302 302 302 302 302 302"),
    ("common:list_columns", "post", None, "302 302 302 302 302 302 302 302"),
    ("users:profile", "get", None, "200 200 200 200 200 200 200 200"),
    ("users:appearance", "post", None, "302 302 302 302 302 302 302 302"),
    ("users:own_firm_in_force", "post", None, "302 302 302 302 302 302 302 302"),
    ("users:session_end", "post", w.own_session, "302 302 302 302 302 302 302 302"),
    ("counterparties:search", "get", None, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_kind_list", "get", kind("clients"), "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_kind_list", "get", kind("banks"), "200 200 200 200 200 403 200 200"),
    ("counterparties:personal_number_log", "get", None, "200 403 403 403 403 403 403 200"),
    ("counterparties:counterparty_add", "get", None, "200 200 200 200 200 403 403 403"),
    ("counterparties:counterparty_picker", "get", None, "200 200 200 200 200 200 200 200"),
    ("counterparties:duplicate_hints", "get", None, "200 200 200 200 200 403 403 403"),
    ("counterparties:vies_fill", "post", None, "200 200 200 200 200 403 403 403"),
    ("counterparties:characteristic_file", "get", w.value, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_detail", "get", w.party, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_edit", "get", w.party, "200 200 200 403 200 403 403 403"),
    ("counterparties:counterparty_archive", "get", w.party, "200 200 403 403 403 403 403 403"),
    ("counterparties:counterparty_restore", "get", w.archived, "200 200 403 403 403 403 403 403"),
    ("counterparties:counterparty_print", "get", w.party, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_requisites", "get", w.party, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_comment", "get", w.party, "200 200 200 200 200 403 403 403"),
    ("counterparties:personal_number_reveal", "get", w.person_party, "200 200 403 403 200 403 403 403"),
    ("counterparties:relation_add", "get", w.party, "200 200 200 403 200 403 403 403"),
    ("counterparties:relation_edit", "get", w.relation, "200 200 200 403 200 403 403 403"),
    ("counterparties:relation_delete", "post", w.relation, "302 302 302 403 302 403 403 403"),
    ("counterparties:counterparty_tab", "get", w.tab("contacts"), "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("addresses"), "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("bank-accounts"), "200 200 200 200 200 404 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("history"), "200 200 200 200 200 200 200 200"),
    ("documents:letter_list", "get", None, "200 200 200 200 200 403 200 200"),
    ("documents:letter_add", "get", None, "200 200 200 200 200 403 403 403"),
    ("documents:letter_picker", "get", None, "200 200 200 200 200 403 200 200"),
    ("documents:letter_print", "get", None, "200 200 200 200 200 403 200 200"),
    ("documents:letter_detail", "get", w.letter, "200 200 200 200 200 403 200 200"),
    ("documents:letter_edit", "get", w.letter, "200 200 200 200 200 403 403 403"),
    ("documents:letter_cancel", "get", w.letter, "200 200 403 403 200 403 403 403"),
    ("contacts:contactperson_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("contacts:contactperson_add", "get", None, "200 200 200 200 200 403 403 403"),
    ("contacts:contactperson_picker", "get", None, "200 200 200 200 200 200 200 200"),
    ("contacts:contactperson_detail", "get", w.contact, "200 200 200 200 200 200 200 200"),
    ("contacts:contactperson_edit", "get", w.contact, "200 200 200 200 200 403 403 403"),
    ("contacts:contactperson_archive", "post", w.contact, "302 302 302 302 302 403 403 403"),
    ("contacts:contactperson_restore", "post", w.contact, "302 302 302 302 302 403 403 403"),
    ("contacts:contactlink_edit", "get", w.link, "200 200 200 200 200 403 403 403"),
    ("contacts:contactlink_primary", "post", w.link, "302 302 302 302 302 403 403 403"),
    ("contacts:contactlink_archive", "post", w.link, "302 302 302 302 302 403 403 403"),
    ("contacts:contactlink_restore", "post", w.link, "302 302 302 302 302 403 403 403"),
    ("contacts:address_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("contacts:address_add", "get", None, "200 200 200 200 200 403 403 403"),
    ("contacts:address_labels", "get", None, "200 200 403 403 200 403 403 200"),
    ("contacts:address_edit", "get", w.address, "200 200 200 200 200 403 403 403"),
    ("contacts:address_archive", "post", w.address, "302 302 302 302 302 403 403 403"),
    ("contacts:address_restore", "post", w.address, "302 302 302 302 302 403 403 403"),
    ("contacts:bankaccount_add", "get", None, "200 200 403 200 200 403 403 403"),
    ("contacts:bankaccount_edit", "get", w.account, "200 200 403 200 200 403 403 403"),
    ("contacts:bankaccount_confirm", "get", w.account, "302 302 403 403 302 403 403 403"),
    ("contacts:bankaccount_default", "post", w.account, "302 302 403 302 302 403 403 403"),
    ("contacts:bankaccount_archive", "post", w.account, "302 302 403 302 302 403 403 403"),
    ("contacts:bankaccount_restore", "post", w.account, "302 302 403 302 302 403 403 403"),
    ("contacts:settlement_picker", "get", None, "200 200 200 200 200 200 200 200"),
    ("contacts:bank_picker", "get", None, "200 200 200 200 200 200 200 200"),
    ("contacts:import_list", "get", None, "200 200 403 403 200 403 403 403"),
    ("contacts:import_start", "get", None, "200 200 403 403 200 403 403 403"),
    ("contacts:import_sample", "get", None, "200 200 403 403 200 403 403 403"),
    ("contacts:import_review", "get", w.own_import, "200 200 403 403 200 403 403 403"),
    ("contacts:import_map", "get", w.own_import, "200 200 403 403 200 403 403 403"),
    ("contacts:import_plan", "post", w.own_import, "302 302 403 403 302 403 403 403"),
    ("contacts:import_apply", "post", w.own_import, "302 302 403 403 302 403 403 403"),
    ("contacts:import_undo", "post", w.own_import, "302 302 403 403 302 403 403 403"),
    ("contacts:import_errors", "get", w.own_import, "200 200 403 403 200 403 403 403"),
    ("documents:file_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("documents:file_upload", "get", None, "200 200 200 200 200 200 403 403"),
    ("documents:file_detail", "get", w.file, "200 200 200 200 200 200 200 200"),
    ("documents:file_edit", "get", w.file, "200 200 200 200 200 403 403 403"),
    ("documents:file_preview", "get", w.file, "302 302 302 302 302 302 302 302"),
    ("documents:file_delete", "post", w.file, "302 302 403 403 302 403 403 403"),
    ("documents:file_restore", "post", w.file, "302 302 403 403 302 403 403 403"),
    ("documents:file_download", "get", w.file, "200 200 200 200 200 200 200 200"),
    ("documents:file_inline", "get", w.file, "200 200 200 200 200 200 200 200"),
    ("documents:file_picture", "get", w.file, "200 200 200 200 200 200 200 200"),
    ("documents:fileversion_add", "get", w.file, "200 200 200 200 200 403 403 403"),
    ("documents:fileversion_download", "get", w.file_version, "200 200 200 200 200 200 200 200"),
    ("documents:fileversion_restore", "post", w.file_version, "302 302 302 302 302 403 403 403"),
    ("counterparties:counterparty_tab", "get", w.tab("files"), "200 200 200 200 200 200 200 200"),
    ("documents:file_picker", "get", None, "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("personal-documents"), "200 200 404 404 200 404 404 200"),
    ("documents:personaldocument_add", "get", None, "200 200 403 403 200 403 403 403"),
    ("documents:personaldocument_log", "get", None, "200 403 403 403 403 403 403 200"),
    ("documents:strayscan_list", "get", None, "200 200 403 403 403 403 403 403"),
    ("documents:personaldocument_edit", "get", w.paper, "200 200 403 403 200 403 403 403"),
    ("documents:personaldocument_reveal", "get", w.paper, "200 200 403 403 200 403 403 403"),
    ("documents:personaldocument_scan", "get", w.paper, "302 302 403 403 302 403 403 403"),
    ("documents:personaldocument_erase", "get", w.paper, "200 200 403 403 403 403 403 403"),
    ("events:my_day", "get", None, "200 200 200 200 200 200 200 200"),
    ("events:event_list", "get", None, "200 200 200 200 200 200 200 200"),
    ("events:calendar", "get", None, "200 200 200 200 200 200 200 200"),
    ("events:event_add", "get", None, "200 200 200 200 200 200 403 403"),
    ("events:event_log", "get", None, "200 200 200 200 200 200 403 403"),
    ("events:event_choices", "get", None, "200 200 200 200 200 200 403 403"),
    ("events:event_detail", "get", w.event, "200 200 200 200 200 200 200 200"),
    ("events:event_edit", "get", w.event, "200 200 200 200 200 200 403 403"),
    ("events:event_done", "get", w.event, "200 200 200 200 200 200 403 403"),
    ("events:event_cancel", "get", w.event, "200 200 200 200 200 200 403 403"),
    ("events:event_ics", "get", w.event, "200 200 200 200 200 200 200 200"),
    ("events:feed", "get", None, "200 200 200 200 200 200 200 200"),
    ("events:feed_make", "post", None, "200 200 200 200 200 200 200 200"),
    ("events:feed_revoke", "post", None, "302 302 302 302 302 302 302 302"),
    ("events:preferences", "get", None, "200 200 200 200 200 200 200 200"),
    ("events:email_compose", "get", None, "200 200 200 200 200 403 403 403"),
    ("events:email_text", "post", None, "302 302 302 302 302 403 403 403"),
    ("events:email_drop", "get", None, "200 200 200 200 200 200 403 403"),
    ("events:email_detail", "get", w.email, "200 200 200 200 200 200 200 200"),
    ("events:email_state", "get", w.email, "302 302 302 302 302 302 302 302"),
    ("events:email_raw", "get", w.email, "200 200 200 200 200 200 200 200"),
    ("events:email_retry", "get", w.email, "200 200 200 200 200 403 403 403"),
    ("events:email_file", "get", w.waiting_email, "200 200 404 404 200 404 404 404"),
    ("events:email_attachment", "get", w.waiting_attachment, "200 200 404 404 200 404 404 404"),
    ("events:email_dismiss", "post", w.waiting_email, "302 302 404 404 302 404 404 404"),
    ("events:email_restore", "post", w.waiting_email, "302 302 404 404 302 404 404 404"),
    ("events:inbox", "get", None, "200 200 403 403 200 403 403 403"),
    ("events:event_reopen", "post", w.event, "302 302 302 302 302 302 403 403"),
    ("counterparties:counterparty_tab", "get", w.tab("events"), "200 200 200 200 200 200 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("prices"), "200 200 200 200 200 404 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("financial-documents"), "200 200 200 200 200 404 200 200"),
    ("counterparties:counterparty_tab", "get", w.tab("payments"), "200 200 200 200 200 404 200 200"),
    ("documents:form_choose", "get", w.party, "200 200 200 200 200 403 403 403"),
    ("documents:form_fill", "get", w.form_to_fill, "200 200 200 200 200 403 403 403"),
    ("documents:formvalue_edit", "get", w.form_value, "200 200 200 200 200 403 403 403"),
    ("counterparties:counterparty_tab", "get", w.tab("form-fields"), "200 200 200 200 200 404 200 200"),
]  # fmt: skip

# What these show or change belongs to no party: it is open by the right alone.
OF_NO_PARTY = {
    *TRADE_OF_NO_PARTY,
    *REPORTS_OF_NO_PARTY,
    "counterparties:counterparty_kind_list",
    "events:email_file",
    "events:email_attachment",
    "events:email_dismiss",
    "events:email_restore",
}

# Addresses that ask nobody who he is, and what the anonymous get there.
PUBLIC = {"health": ("get", 200), "set_language": ("post", 302), "users:confirm_email": ("get", 404)}
PUBLIC["events:feed_ics"] = ("get", 404)  # by its secret alone; this one opens nothing
# These go to another address, whoever asks, which then asks for itself.
REDIRECTS = {"users:account": "/profile/", "users:account_email": "/profile/"}
# The log-in library and the admin site check access themselves; one row each shows that they are closed.
LIBRARIES = ("admin:", "account_", "mfa_", "usersessions_")


def addresses(resolver: Any, namespace: str = "") -> Iterator[str]:
    """Full names of all addresses of the product; an address without a name is an error."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        elif isinstance(one, URLPattern) and not namespace.startswith("admin:"):
            assert one.name, f"{namespace}{one.pattern} has no name"
            yield f"{namespace}{one.name}"


def test_every_address_stands_in_the_table():
    ours = {name for name in addresses(get_resolver()) if not name.startswith(LIBRARIES)}
    told = {name for name, *_rest in TABLE} | set(PUBLIC) | set(REDIRECTS)

    assert ours - told == set(), "say who may do this"
    assert told - ours == set(), "these are gone"


@pytest.mark.parametrize("app", sorted({name.split(":")[0] for name, *_rest in TABLE}))
def test_each_role_gets_what_the_table_says(app):
    world = World()
    browsers = {role: signed_in(world.users[role]) for role in ROLES}
    rows = [row for row in TABLE if row[0].startswith(f"{app}:")]

    wrong = []
    for name, method, args, expected in rows:
        for role, status in zip(ROLES, expected.split(), strict=True):
            got = answer(browsers[role], method, name, args, world, world.users[role]).status_code
            if got != int(status):
                wrong.append(f"{name} {args and args(world, world.users[role])}: {role} got {got}, not {status}")

    assert wrong == []


@pytest.mark.parametrize("app", sorted({name.split(":")[0] for name, *_rest in TABLE}))
def test_what_may_not_be_looked_at_may_not_be_sent_either(app):
    """A form that is refused to a role is refused to what the role sends by hand, and changes nothing."""
    world = World()
    browsers = {role: signed_in(world.users[role]) for role in ROLES}

    wrong = []
    for name, _method, args, expected in [row for row in TABLE if row[0].startswith(f"{app}:") and row[1] == "get"]:
        for role, status in zip(ROLES, expected.split(), strict=True):
            if status in ("403", "404"):
                got = answer(browsers[role], "post", name, args, world, world.users[role]).status_code
                if got not in (int(status), 405):
                    wrong.append(f"{name}: {role} got {got}, not {status}")

    assert wrong == []


def test_the_anonymous_are_sent_to_the_log_in_page_from_everywhere():
    world = World()
    stranger = Client()

    wrong = []
    for name, method, args, _expected in TABLE:
        for way in {method, "post"}:
            got = answer(stranger, way, name, args, world, world.users["seller"])
            if got.status_code != 302 or not got.headers["Location"].startswith("/accounts/login/?next=/"):
                wrong.append(f"{way} {name}: {got.status_code}")

    assert wrong == []


def test_out_of_scope_nothing_that_has_a_number_exists():
    """A seller of another team, whatever he may do elsewhere: 404 at every address of a row, by every method."""
    world = World()
    stranger = UserFactory(role="seller", team=TeamFactory(), language="en")
    stranger.user_permissions.set(Permission.objects.all())
    OwnFirmAccess.objects.create(user=stranger, own_firm=OwnFirmFactory())
    browser = signed_in(stranger)

    wrong = []
    for name, method, args, _expected in TABLE:
        if args is None or name in OF_NO_PARTY:
            continue
        for way in {method, "post"}:
            got = answer(browser, way, name, args, world, world.users["seller"]).status_code
            if got not in (404, 405) or (way == method and got == 405):
                wrong.append(f"{way} {name}: {got}")

    assert wrong == []


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_open_to_all_answers_the_anonymous(name):
    method, status = PUBLIC[name]
    paths = {"users:confirm_email": "/accounts/confirm-email/x/", "events:feed_ics": "/events/feed/x.ics"}
    path = paths.get(name) or reverse(name)

    assert getattr(Client(), method)(path).status_code == status


@pytest.mark.parametrize("name", REDIRECTS)
def test_an_address_that_only_leads_on_leads_to_its_page(name):
    assert Client().get(reverse(name)).headers["Location"] == REDIRECTS[name]


@pytest.mark.parametrize(
    ("name", "anonymous", "signed_in_status"),
    [
        ("account_login", 200, 302),
        ("account_logout", 302, 200),
        ("account_signup", 200, 302),
        ("account_reset_password", 200, 200),
        ("account_change_password", 302, 200),
        ("mfa_index", 302, 200),
        ("usersessions_list", 302, 200),
    ],
)
def test_the_log_in_library_opens_to_each_what_is_his(name, anonymous, signed_in_status):
    browser = signed_in(UserFactory(role="viewer", language="en"))

    assert Client().get(reverse(name)).status_code == anonymous
    assert browser.get(reverse(name)).status_code == signed_in_status


def test_the_admin_site_opens_to_the_administrator_alone():
    world = World()

    got = {role: signed_in(world.users[role]).get(reverse("admin:index")).status_code for role in ROLES}

    assert got == dict.fromkeys(ROLES, 302) | {"administrator": 200}
    assert Client().get(reverse("admin:index")).status_code == 302


def test_no_row_stands_in_the_table_twice():
    world = World()
    rows = Counter(
        (name, method, tuple(args(world, world.users["seller"])) if args and "own" not in args.__name__ else ())
        for name, method, args, _expected in TABLE
    )

    assert [row for row, times in rows.items() if times > 1] == []


def answer(browser: Client, method: str, name: str, args: Any, world: World, user: Any) -> Any:
    """The answer to one request, whose traces are rolled back."""
    with transaction.atomic():
        path = reverse(name, args=args(world, user) if args else [])
        got = getattr(browser, method)(path)
        transaction.set_rollback(True)
    return got
