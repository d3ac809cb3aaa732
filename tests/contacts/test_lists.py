"""The lists as tabs and across all parties: filters, archived rows, exports, the same cost for any number, labels."""

import datetime as dt
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from common.jobs import RunningJob
from common.models import Job
from contacts import labels
from contacts.models import ContactArea, ContactRole
from contacts.views import labels as labels_view
from tests.factories.contacts import (
    AddressFactory,
    BankAccountFactory,
    ContactLinkFactory,
    PersonEmailFactory,
    PersonPhoneFactory,
)
from tests.factories.counterparties import BankFactory, ClientFactory, SupplierFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

VIEW = (*SEE_ALL, "contacts.view_contactperson", "contacts.view_address", "contacts.view_bankaccount")
EXPORT = (*VIEW, "contacts.export_contactperson", "contacts.export_address", "contacts.export_bankaccount")


def contact(party, **values):
    link = ContactLinkFactory(party=party, role=ContactRole.objects.get(code="mol"), **values)
    link.areas.add(ContactArea.objects.get(code="orders"))
    PersonPhoneFactory(person=link.person)
    PersonEmailFactory(person=link.person)
    return link


def address(party, **values):
    return AddressFactory(party=party, settlement_id="68134", district_id="SOF", **values)


def account(party, **values):
    return BankAccountFactory(party=party, bank=BankFactory(), **values)


def pks(answer) -> list[int]:
    return [row.pk for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("/counterparties/{party}/contacts/", contact),
        ("/counterparties/{party}/addresses/", address),
        ("/counterparties/{party}/bank-accounts/", account),
        ("/counterparties/{party}/", contact),
        ("/contacts/persons/", contact),
        ("/contacts/addresses/", address),
        ("/counterparties/?columns=name&columns=town&columns=main_contact", contact),
    ],
)
def test_three_rows_cost_as_many_queries_as_one(path, make, django_assert_num_queries):
    party = ClientFactory()
    browser = signed_in(superuser())
    url = path.format(party=party.pk)
    make(party)
    browser.get(url)
    with CountedQueries() as one:
        browser.get(url)

    make(party)
    make(party)

    with django_assert_num_queries(one.count):
        assert browser.get(url).status_code == 200


class CountedQueries:
    """How many queries are asked inside the block."""

    def __enter__(self):
        self.captured = CaptureQueriesContext(connection)
        self.captured.__enter__()
        return self

    def __exit__(self, *args):
        self.captured.__exit__(*args)
        self.count = len(self.captured)


def test_a_tab_counts_what_it_shows():
    party = ClientFactory()
    address(party)
    address(party).archive(worker())

    page = browser_of(*VIEW).get(f"/counterparties/{party.pk}/addresses/")

    counts = {tab.slug: tab.count for _group, tabs in page.context["head"].tabs for tab in tabs}
    assert (counts["addresses"], page.context["total"]) == ("1", 1)


@pytest.mark.parametrize(
    "query",
    [
        {"q": "Щерева"},
        {"q": "shtereva"},
        {"q": "0888123456"},
        {"q": "Алфа"},
        {"role": "mol"},
        {"area": "orders"},
        {"party_kind": "client"},
        {"main": "yes"},
        {"receives": "invoices"},
        {"language": "en"},
        {"period": "now", "q": "Щерева"},
    ],
)
def test_contact_persons_across_all_parties_are_filtered(query):
    wanted = contact(
        ClientFactory(name="Алфа"),
        person__family_name="Щерева",
        person__language="en",
        is_primary=True,
        receives_invoices=True,
    )
    PersonPhoneFactory(person=wanted.person, number="+359888123456")
    ContactLinkFactory(party=SupplierFactory(name="Бета"))
    reference: dict[str, Any] = {"role": ContactRole, "area": ContactArea}
    query = {
        name: reference[name].objects.get(code=value).pk if name in reference else value
        for name, value in query.items()
    }

    assert pks(browser_of(*VIEW).get("/contacts/persons/", query)) == [wanted.pk]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "Шипка"},
        {"q": "sofia"},
        {"q": "Алфа"},
        {"kind": "delivery"},
        {"district": "SOF"},
        {"settlement": "софия"},
        {"settlement": "100"},
        {"party_kind": "client"},
        {"abroad": "no", "kind": ["delivery", "site"]},
        {"period": "ended"},
    ],
)
def test_the_address_report_is_filtered(query):
    wanted = address(
        ClientFactory(name="Алфа"),
        kind="delivery",
        street="ул. „Шипка“",
        postal_code="1000",
        valid_to=dt.date(2020, 1, 1),
    )
    AddressFactory(party=SupplierFactory(name="Бета"), country="DE", foreign_text="Berlin", settlement_name="")

    assert pks(browser_of(*VIEW).get("/contacts/addresses/", query)) == [wanted.pk]


def test_addresses_of_archived_parties_are_left_out_until_asked_for():
    made = address(ClientFactory())
    made.party.archive(worker(), "закрита")
    browser = browser_of(*VIEW)

    assert pks(browser.get("/contacts/addresses/")) == []
    assert pks(browser.get("/contacts/addresses/", {"archived": "with"})) == [made.pk]


@pytest.mark.parametrize("query", [{"q": "UNCR"}, {"currency": "EUR"}, {"state": "waiting"}])
def test_accounts_of_a_tab_are_filtered(query):
    wanted = BankAccountFactory(party=SupplierFactory())
    other = BankAccountFactory(party=wanted.party, iban="DE89370400440532013000", currency="USD")
    other.added_by = worker()
    other.confirm(worker(), other.iban)

    assert pks(browser_of(*VIEW).get(f"/counterparties/{wanted.party_id}/bank-accounts/", query)) == [wanted.pk]


def test_the_report_is_exported_as_it_is_filtered():
    address(ClientFactory(name="Алфа"), kind="delivery", street="ул. „Шипка“", number="34")
    address(ClientFactory(name="Бета"))

    answer = browser_of(*EXPORT).get("/contacts/addresses/", {"kind": "delivery", "export": "xlsx"})

    sheet: Any = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert len(rows) == 2
    assert rows[1][:3] == ("delivery", "Алфа", "ул. „Шипка“ № 34, София")


# -- Labels -------------------------------------------------------------------------------------------


def text_of(content: bytes) -> tuple[int, str]:
    document = pypdfium2.PdfDocument(content)
    return len(document), "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.parametrize(("sheet", "pages"), [("3x8", 1), ("2x7", 2)])
def test_labels_of_the_filtered_addresses_are_printed_in_cyrillic(sheet, pages):
    for number in range(14):
        address(ClientFactory(name=f"Щъркел {number} ЕООД"), kind="delivery", street="ул. „Шипка“", number="34")
    address(ClientFactory(name="Друга"), kind="site")

    answer = browser_of(*EXPORT).post("/contacts/addresses/labels/?kind=delivery", {"sheet": sheet, "start": 3})

    count, text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    assert (count, text.count("ул. „Шипка“ № 34")) == (pages, 14)
    assert "Щъркел 13 ЕООД" in text
    assert "Друга" not in text


def test_chosen_addresses_lead_to_their_labels():
    one, other = address(ClientFactory()), address(ClientFactory())
    browser = browser_of(*VIEW)

    answer = browser.post("/contacts/addresses/", {"action": "labels", "selected": [one.pk]})
    page = browser.get(answer["Location"])

    assert answer["Location"] == f"/contacts/addresses/labels/?selected={one.pk}"
    assert "1 address will be printed." in page.content.decode()
    assert list(labels.chosen_addresses(worker(*VIEW), f"selected={one.pk},{other.pk},x")) == [one, other]


def test_labels_of_a_whole_list_need_the_right_to_export():
    assert browser_of(*VIEW).get("/contacts/addresses/labels/").status_code == 403
    assert browser_of(*VIEW).get(f"/contacts/addresses/labels/?party={AddressFactory().party_id}").status_code == 200


@pytest.mark.parametrize("query", ["", "?selected=0", "?q=няма"])
def test_labels_without_any_address_say_that_there_is_nothing_to_print(query):
    answer = browser_of(*EXPORT).get(f"/contacts/addresses/labels/{query}", follow=True)

    assert answer.redirect_chain
    assert "There is no address to print" in answer.content.decode()


def test_labels_are_never_of_unseen_parties():
    hidden = address(ClientFactory())
    user = worker(*VIEW, parties="mine")

    assert not labels.chosen_addresses(user, f"selected={hidden.pk}").exists()
    assert not labels.chosen_addresses(user, "").exists()


def test_a_place_beyond_the_sheet_is_refused():
    AddressFactory()

    answer = browser_of(*EXPORT).post("/contacts/addresses/labels/", {"sheet": "2x7", "start": 15})

    assert list(answer.context["form"].errors) == ["start"]


def test_many_labels_are_made_by_the_worker(monkeypatch):
    monkeypatch.setattr(labels_view, "AT_ONCE", 1)
    user = worker(*EXPORT)
    for number in range(2):
        address(ClientFactory(name=f"Много {number}"))

    answer = signed_in(user).post("/contacts/addresses/labels/?q=sofia", {"sheet": "3x8", "start": 1})
    job = Job.objects.get(user=user)
    run_work(job)

    job.refresh_from_db()
    assert answer["Location"] == job.get_absolute_url()
    assert "Много 1" in text_of(job.file.read())[1]


def run_work(job: Job) -> None:
    """The work of a job without its outer transaction and its progress from another connection."""
    running = RunningJob(job)
    running.progress = lambda done, total: None  # type: ignore[method-assign]
    labels.make_labels(running)
    job.save()
