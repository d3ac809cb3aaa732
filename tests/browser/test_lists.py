"""A list worked with: live filter, chips, sort, pages, columns, saved views, deeds on many rows, export, real links."""

import re

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from counterparties.models import Counterparty, Status
from tests.browser.steps import row, say_yes
from tests.factories.contacts import AddressFactory
from tests.factories.counterparties import ClientFactory, SupplierFactory, eik
from tests.factories.users import UserFactory

NAMES = ".list-table tbody .row-link"


@pytest.fixture
def parties(manager):
    active, watched = Status.objects.order_by("order")[:2]
    return [
        ClientFactory(name="Алфа Трейд", registration_number=eik(1), identifier_type="eik", status=active),
        ClientFactory(name="Бета Строй", status=watched, email="beta@example.com"),
        ClientFactory(name="Гама Фуудс", status=active, trader=manager),
    ]


def open_list(page: Page, query: str = "") -> None:
    page.goto(f"/counterparties/clients/{query}")


def open_menu(page: Page) -> None:
    page.locator(".list-menu > summary").click()


def test_the_list_is_filtered_while_one_types(page: Page, parties):
    open_list(page)
    expect(page.locator(NAMES)).to_have_text(["Алфа Трейд", "Бета Строй", "Гама Фуудс"])
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()

    page.locator("#filter_q").press_sequentially("beta", delay=30)

    expect(page.locator(NAMES)).to_have_text(["Бета Строй"])
    expect(page.locator("#filter_q")).to_be_focused()
    expect(page.locator(".list-total")).to_have_text(re.compile("1 row"))
    expect(page).to_have_url(re.compile(r"\?q=beta|sort=.*q=beta"))
    page.reload()
    expect(page.locator(NAMES)).to_have_text(["Бета Строй"])
    page.locator("#filter_q").fill("няма такъв")
    expect(page.locator(".empty")).to_contain_text("Nothing matches the filter")
    page.locator(".empty").get_by_role("link", name="Clear the filter").click()
    expect(page.locator(NAMES)).to_have_count(3)


def test_each_chip_takes_away_its_own_filter(page: Page, parties):
    open_list(page)
    page.locator("#filter-status input").first.check()
    expect(page.locator(NAMES)).to_have_text(["Алфа Трейд", "Гама Фуудс"])
    page.locator("#filter_q").fill("гама")
    expect(page.locator(NAMES)).to_have_text(["Гама Фуудс"])
    expect(page.locator(".chip")).to_have_count(2)

    page.locator(".chip", has_text="гама").click()

    expect(page.locator(NAMES)).to_have_text(["Алфа Трейд", "Гама Фуудс"])
    expect(page.locator("#filter_q")).to_have_value("")
    expect(page.locator("#filter-status input").first).to_be_checked()
    page.locator(".chip").click()
    expect(page.locator(NAMES)).to_have_count(3)
    page.go_back()
    expect(page.locator(NAMES)).to_have_text(["Алфа Трейд", "Гама Фуудс"])


def test_a_column_sorts_both_ways(page: Page, parties):
    open_list(page)
    head = page.locator("th", has_text="Status")

    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    page.locator("th", has_text="Name").get_by_role("link").click()
    expect(page.locator("th", has_text="Name")).to_have_attribute("aria-sort", "ascending")
    page.locator("th", has_text="Name").get_by_role("link").click()
    expect(page.locator(NAMES)).to_have_text(["Гама Фуудс", "Бета Строй", "Алфа Трейд"])


def test_pages_are_numbered_and_their_size_is_chosen(page: Page, manager):
    manager.page_size = 25
    manager.save()
    ClientFactory.create_batch(60)
    open_list(page)
    expect(page.locator(NAMES)).to_have_count(25)
    expect(page.locator(".pager-total")).to_have_text(re.compile("1–25 of 60"))

    page.locator(".pager-pages").get_by_role("link", name="3", exact=True).click()
    expect(page.locator(".pager-total")).to_have_text(re.compile("51–60 of 60"))
    expect(page.locator(NAMES)).to_have_count(10)
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator(".pager-total")).to_have_text(re.compile("26–50 of 60"))
    page.locator(".pager-sizes").get_by_role("link", name="100").click()
    expect(page.locator(NAMES)).to_have_count(60)


def test_columns_are_chosen_and_remembered(page: Page, parties):
    open_list(page)
    expect(page.locator("th", has_text="VAT no.")).to_have_count(0)
    open_menu(page)
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="VAT no.").check()
    page.get_by_role("checkbox", name="Status").uncheck()
    page.get_by_role("button", name="Show these").click()

    expect(page.locator("th", has_text="VAT no.")).to_be_visible()
    expect(page.locator("th", has_text="Status")).to_have_count(0)
    open_list(page)
    expect(page.locator("th", has_text="VAT no.")).to_be_visible()
    open_menu(page)
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("button", name="As delivered").click()
    expect(page.locator("th", has_text="VAT no.")).to_have_count(0)
    expect(page.locator("th", has_text="Status")).to_be_visible()


def test_a_filter_is_saved_as_a_view_and_deleted(page: Page, parties):
    open_list(page)
    page.locator("#filter_q").fill("гама")
    expect(page.locator(NAMES)).to_have_count(1)
    open_menu(page)
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Само Гама")
    page.locator(".list-menu").get_by_role("button", name="Save", exact=True).click()

    tab = page.locator(".view-tab", has_text="Само Гама")
    expect(tab).to_be_visible()
    page.locator(".view-tab", has_text="All").click()
    expect(page.locator(NAMES)).to_have_count(3)
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page.locator(NAMES)).to_have_text(["Гама Фуудс"])
    open_menu(page)
    page.get_by_role("button", name="Delete this view").click()
    say_yes(page)
    expect(tab).to_have_count(0)


def test_a_trader_is_assigned_to_the_chosen_rows(page: Page, parties):
    trader = UserFactory(first_name="Петър", last_name="Колев")
    open_list(page)
    bar = page.locator(".bulk-bar")
    expect(bar).to_be_hidden()
    row(page, "Алфа").get_by_role("checkbox").check()
    row(page, "Бета").get_by_role("checkbox").check()
    expect(bar.locator("[data-bulk-count]")).to_have_text("2")
    bar.get_by_label("Responsible trader").select_option("Петър Колев")
    bar.get_by_role("button", name="Assign trader").click()

    expect(page.locator("#messages")).to_contain_text("Петър Колев is now responsible for 2 more parties.")
    expect(row(page, "Алфа")).to_contain_text("Петър Колев")
    assert set(Counterparty.objects.filter(trader=trader)) == set(parties[:2])


def test_the_chosen_rows_are_archived_with_a_reason(page: Page, parties):
    open_list(page)
    page.get_by_role("checkbox", name="Select all rows of the page").check()
    row(page, "Бета").get_by_role("checkbox").uncheck()
    bar = page.locator(".bulk-bar")
    bar.get_by_label("Reason for archiving").fill("закрити")
    bar.get_by_role("button", name="Archive").click()

    expect(page.locator("#messages")).to_contain_text("2 parties are archived.")
    expect(page.locator(NAMES)).to_have_text(["Бета Строй"])
    assert set(Counterparty.objects.archived().values_list("archive_reason", flat=True)) == {"закрити"}


def test_all_rows_found_are_chosen_beyond_the_page(page: Page, manager):
    manager.page_size = 25
    manager.save()
    ClientFactory.create_batch(30)
    SupplierFactory(name="Чужда")
    open_list(page)
    page.get_by_role("checkbox", name="Select all rows of the page").check()
    bar = page.locator(".bulk-bar")
    bar.get_by_label("all 30 rows found").check()
    bar.get_by_label("Reason for archiving").fill("край")
    bar.get_by_role("button", name="Archive").click()

    expect(page.locator("#messages")).to_contain_text("30 parties are archived.")
    assert Counterparty.objects.current().count() == 1


def test_the_export_holds_exactly_what_is_filtered(page: Page, parties, tmp_path):
    Counterparty.objects.filter(pk=parties[2].pk).update(archived_at=timezone.now())
    open_list(page)
    page.locator("#filter_q").fill("алфа")
    expect(page.locator(NAMES)).to_have_text(["Алфа Трейд"])
    open_menu(page)
    with page.expect_download() as started:
        page.locator(".menu-item", has_text="XLSX").click()

    started.value.save_as(tmp_path / "clients.xlsx")
    head, *rows = load_workbook(tmp_path / "clients.xlsx").worksheets[0].iter_rows(values_only=True)
    assert "Name" in head
    assert [line[head.index("Name")] for line in rows] == ["Алфа Трейд"]
    assert rows[0][head.index("EIK / number")] == eik(1)


def test_rows_are_real_links(page: Page, context, parties):
    open_list(page)
    target = parties[1].get_absolute_url()
    expect(row(page, "Бета").locator(".row-link")).to_have_attribute("href", target)

    with context.expect_page() as opened:
        row(page, "Бета").locator(".row-link").click(button="middle")
    expect(opened.value).to_have_url(re.compile(f"{target}$"))
    with context.expect_page() as opened:  # anywhere in the row
        row(page, "Бета").locator("td.is-code").click(button="middle")
    expect(opened.value).to_have_url(re.compile(f"{target}$"))
    with context.expect_page() as opened:
        row(page, "Бета").locator("td.is-code").click(modifiers=["ControlOrMeta"])
    expect(opened.value).to_have_url(re.compile(f"{target}$"))
    expect(page).to_have_url(re.compile("/clients/$"))

    row(page, "Бета").locator("td.is-code").click()
    expect(page).to_have_url(re.compile(f"{target}$"))


def test_labels_of_the_chosen_addresses_come_as_pdf(page: Page, manager, complaints):
    AddressFactory(party__name="Алфа Трейд")
    AddressFactory(party__name="Бета Строй")
    page.goto("/contacts/addresses/")
    row(page, "Алфа Трейд").get_by_role("checkbox").check()
    page.locator(".bulk-bar").get_by_role("button", name="Print labels").click()

    expect(page.locator(".intro")).to_contain_text("1 address will be printed.")
    page.get_by_label("2 × 7 labels").check()
    complaints.expect("404")  # the browser looks for an icon of its own for a page that is a PDF
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Print", exact=True).click()
    assert answered.value.status == 200
    # `headers`, not `header_value()`: of a PDF that Chromium opens in its viewer the latter may wait for ever.
    assert answered.value.headers["content-type"] == "application/pdf"
