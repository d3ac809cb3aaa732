"""Files in a real browser: dropped and chosen, each with its progress; preview; versions; delete and restore."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from documents.models import File
from tests.browser.steps import panel, row, row_deed, save_in_panel, say_yes, settled, tab_count
from tests.documents.uploads import pdf, png
from tests.factories.counterparties import ClientFactory

DROP = """
files => {
  const transfer = new DataTransfer();
  for (const [name, bytes, type] of files) transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const place = document.querySelector("[data-upload]");
  for (const name of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
}
"""


@pytest.fixture
def party():
    return ClientFactory(name="Алфа Трейд")


def payload(name: str, content: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=content)


def open_tab(page: Page, party) -> None:
    page.goto(f"/counterparties/{party.pk}/files/")
    settled(page)


def line(page: Page, name: str):
    return page.locator(".upload-lines > li", has_text=name)


def test_two_files_are_dropped_and_stand_in_the_list(page: Page, manager, party):
    open_tab(page, party)

    page.evaluate(DROP, [["договор.pdf", list(pdf()), "application/pdf"], ["склад.png", list(png()), "image/png"]])

    for name in ("договор.pdf", "склад.png"):
        expect(line(page, name)).to_contain_text("Filed")
        expect(row(page, name)).to_be_visible()
    expect(page.locator(".upload progress")).to_have_count(0)
    expect(page.locator(".upload")).not_to_have_class(re.compile("is-over"))
    assert tab_count(page, "Files and documents") == "2"


def test_one_refused_file_is_told_on_its_own_line_and_the_others_go_through(page: Page, manager, party):
    open_tab(page, party)

    page.locator("#upload-files").set_input_files(
        [payload("page.pdf", b"<!doctype html><p>"), payload("a.txt", b"text"), payload("empty.txt", b"")]
    )

    expect(line(page, "page.pdf")).to_contain_text("HTML")
    expect(line(page, "empty.txt")).to_contain_text("The file is empty.")
    expect(line(page, "a.txt")).to_contain_text("Filed")
    expect(page.locator(".list-table tbody tr")).to_have_count(1)


def test_on_a_telephone_the_open_tab_stays_in_sight_when_the_list_is_refreshed(page: Page, manager, party):
    page.set_viewport_size({"width": 375, "height": 800})
    open_tab(page, party)
    expect(page.locator(".tab.is-active")).to_be_in_viewport()

    page.locator("#upload-files").set_input_files(payload("a.txt", b"text"))

    expect(row(page, "a.txt")).to_be_visible()
    expect(page.locator(".tab.is-active .count")).to_have_text("1")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".tab.is-active")).to_be_in_viewport(ratio=0.9)


def test_the_progress_of_a_large_file_is_seen(page: Page, manager, party, settings):
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 1_500_000},
    )
    open_tab(page, party)

    page.locator("#upload-files").set_input_files(payload("large.txt", b"text\n" * 600_000))

    expect(line(page, "large.txt").locator("progress")).to_be_visible()
    expect(line(page, "large.txt").locator(".number")).to_have_text(re.compile(r"^[1-9][0-9]? %$"))
    expect(line(page, "large.txt")).to_contain_text("Filed")


def test_a_file_that_is_too_large_is_not_even_sent(page: Page, manager, party, settings):
    settings.UPLOAD_MAX_BYTES = 1024
    open_tab(page, party)

    page.locator("#upload-files").set_input_files(payload("large.txt", b"a" * 1025))

    expect(line(page, "large.txt")).to_contain_text("larger than what is accepted")
    assert not File.objects.exists()


def test_the_same_content_is_told_and_filed_only_when_it_is_wanted(page: Page, manager, party):
    open_tab(page, party)
    page.locator("#upload-files").set_input_files(payload("a.txt", b"same"))
    expect(row(page, "a.txt")).to_be_visible()

    page.locator("#upload-files").set_input_files(payload("b.txt", b"same"))
    expect(line(page, "b.txt")).to_contain_text("already in this dossier")
    line(page, "b.txt").get_by_role("button", name="File it anyway").click()

    expect(row(page, "b.txt")).to_be_visible()


def test_category_and_description_are_given_right_after_the_upload(page: Page, manager, party):
    open_tab(page, party)
    page.locator("#upload-files").set_input_files(payload("a.txt", b"text"))

    line(page, "a.txt").get_by_role("link", name="Category and description").click()
    panel(page).get_by_label("Description").fill("бележки от срещата")
    panel(page).get_by_label("Category").select_option(label="other")
    save_in_panel(page)

    expect(row(page, "a.txt")).to_contain_text("бележки от срещата")


def test_several_are_uploaded_with_what_is_said_of_them_in_the_panel(page: Page, manager, party):
    open_tab(page, party)

    page.get_by_role("link", name="Upload files").first.click()
    panel(page).get_by_label("Files").set_input_files([payload("a.txt", b"one"), payload("b.txt", b"")])
    panel(page).get_by_label("Valid until").fill("31.12.2030")
    panel(page).get_by_role("button", name="Upload", exact=True).click()
    expect(panel(page)).to_contain_text("b.txt: The file is empty.")
    expect(panel(page)).to_contain_text("Filed: a.txt.")
    expect(panel(page).get_by_label("Valid until")).to_have_value("31.12.2030")
    panel(page).get_by_label("Files").set_input_files([payload("b.txt", b"two")])
    save_in_panel(page, "Upload")

    expect(row(page, "b.txt")).to_contain_text("31.12.2030")
    expect(row(page, "a.txt")).to_be_visible()


def test_a_picture_is_looked_at_in_the_panel(page: Page, manager, party):
    open_tab(page, party)
    page.locator("#upload-files").set_input_files(payload("склад.png", png()))
    expect(row(page, "склад.png")).to_be_visible()

    row_deed(page, "склад.png", "Preview")

    picture = panel(page).locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 40
    page.keyboard.press("Escape")
    expect(page.locator("#panel[open]")).to_have_count(0)


def test_a_new_version_and_the_earlier_one_again(page: Page, manager, party):
    open_tab(page, party)
    page.locator("#upload-files").set_input_files(payload("a.pdf", pdf()))
    row(page, "a.pdf").get_by_role("link", name="a.pdf").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("a.pdf")
    picture = page.locator(".preview img")
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 100

    page.get_by_role("link", name="New version").first.click()
    panel(page).get_by_label("File", exact=False).first.set_input_files(payload("b.txt", b"text"))
    panel(page).get_by_label("What is new in it").fill("само текстът")
    panel(page).get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("b.txt")
    expect(page.locator(".lines", has_text="Version 2")).to_contain_text("само текстът")

    page.get_by_role("button", name="Make newest again").click()
    say_yes(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("a.pdf")
    expect(page.locator(".messages")).to_contain_text("Version 1 is the newest again, as version 3.")
    with page.expect_download() as started:
        page.locator(".lines > li", has_text="Version 2").get_by_role("link", name="Download").click()
    assert started.value.suggested_filename == "b.txt"


def test_a_picture_that_cannot_be_drawn_is_told_in_words(page: Page, manager, party, complaints):
    complaints.expect("404")
    file = File.file_away(_upload(pdf()), party=party, by=manager)
    file.content.file.delete(save=False)

    page.goto(file.get_absolute_url())

    expect(page.locator(".preview-failed")).to_be_visible()
    expect(page.locator(".preview img")).to_be_hidden()


def test_a_file_is_deleted_and_restored(page: Page, manager, party):
    open_tab(page, party)
    page.locator("#upload-files").set_input_files(payload("a.txt", b"text"))
    expect(row(page, "a.txt")).to_be_visible()

    row_deed(page, "a.txt", "Delete")
    say_yes(page)
    page.locator(".messages").get_by_role("link", name="Deleted files").click()
    row_deed(page, "a.txt", "Restore")

    expect(page.locator(".messages")).to_contain_text("“a.txt” is restored.")
    open_tab(page, party)
    expect(row(page, "a.txt")).to_be_visible()


def test_without_scripts_files_are_uploaded_by_a_plain_form(another_browser, manager, party):
    page = another_browser(manager, java_script_enabled=False)
    page.goto(f"/counterparties/{party.pk}/files/")

    page.locator("#upload-files").set_input_files([payload("a.txt", b"one"), payload("b.txt", b"two")])
    page.locator("[data-upload]").get_by_role("button", name="Upload").click()

    expect(page.locator(".messages")).to_contain_text("2 files are filed.")
    expect(page.locator(".list-table tbody tr")).to_have_count(2)


def _upload(content: bytes):
    from tests.documents.uploads import upload

    return upload(content, "a.pdf")
