"""An import from the first click to its undo, the work done by a worker's own process."""

import contextlib
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Error, FilePayload, Page, expect

from counterparties.models import Counterparty
from tests.browser.steps import row, say_yes
from tests.factories.counterparties import ClientFactory, eik

WORK = 60_000


def table(rows: list[list[str]]) -> bytes:
    return "\n".join(";".join(cells) for cells in rows).encode("cp1251")


def upload(page: Page, content: bytes, name: str = "клиенти.csv") -> None:
    page.goto("/counterparties/")
    page.locator("#sidebar").get_by_role("link", name="Import", exact=True).click()
    page.get_by_role("link", name="Import a file").first.click()
    page.locator("[name=file]").set_input_files(FilePayload(name=name, mimeType="text/csv", buffer=content))
    page.get_by_role("button", name="Upload and check").click()


@pytest.mark.usefixtures("worker")
def test_a_file_is_checked_imported_and_undone_before_ones_eyes(page: Page, manager, tmp_path: Path):
    ClientFactory(name="Стара", registration_number=eik(1), identifier_type="eik")
    upload(
        page,
        table(
            [
                ["вид", "име", "ЕИК", "град", "имейл"],
                ["клиент", "Алфа Трейд", eik(2), "Пловдив", "office@alfa.example"],
                ["клиент", "Стара", eik(1), "", ""],
                ["доставчик", "Бета Строй", "123456789", "", ""],
                ["доставчик", "Гама Фуудс", eik(3), "Русе", ""],
            ]
        ),
    )
    expect(page.locator(".import-state")).to_contain_text("This is a dry run, nothing is written yet.", timeout=WORK)
    expect(page.locator(".import-state")).to_contain_text("To be created: 2, updated: 0, skipped: 1, failed: 1.")
    expect(row(page, "Алфа Трейд")).to_contain_text("created")
    assert Counterparty.objects.count() == 1

    page.locator(".view-tab", has_text=re.compile("failed", re.IGNORECASE)).click()
    expect(page.locator(".list-table tbody tr")).to_have_count(1)
    expect(row(page, "Бета Строй")).to_contain_text("EIK")
    with page.expect_download() as started:
        page.get_by_role("link", name="Failed rows (CSV)").click()
    started.value.save_as(tmp_path / "failed.csv")
    assert "Бета Строй" in (tmp_path / "failed.csv").read_text(encoding="utf-8-sig")

    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.locator(".import-state")).to_contain_text("Imported. Created: 2", timeout=WORK)
    expect(page.locator(".list-table tbody tr")).to_have_count(4)
    page.get_by_role("link", name="Алфа Трейд").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Алфа Трейд")
    expect(page.locator(".tile", has_text="Addresses")).to_contain_text("Пловдив")
    page.go_back()

    page.get_by_role("button", name="Undo the import").click()
    say_yes(page)
    expect(page.locator(".import-state")).to_contain_text("This import is undone", timeout=WORK)
    assert [party.name for party in Counterparty.objects.all()] == ["Стара"]


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
def test_the_progress_of_a_large_file_is_seen(page: Page, manager):
    rows = [["клиент", f"Фирма {number}", eik(number)] for number in range(1, 5001)]
    upload(page, table([["вид", "име", "ЕИК"], *rows]))

    seen = steps_seen(page, "To be created: 5000")
    page.get_by_role("button", name="Import 5000 rows").click()
    seen += steps_seen(page, "Created: 5000")
    assert any(re.fullmatch(r"\d+ of (5000|10000)", step) for step in seen), seen
    expect(page.locator(".pager-total")).to_contain_text("of 5000")


def steps_seen(page: Page, result: str) -> list[str]:
    """What the progress says, time after time, until the page with the result stands in its place."""
    seen: list[str] = []
    deadline = time.monotonic() + WORK / 1000
    while page.locator(".import-state", has_text=result).count() == 0:
        assert time.monotonic() < deadline, seen
        with contextlib.suppress(Error):  # the page may be on its way to the next one
            seen += [text.strip() for text in page.locator("#job .number").all_inner_texts()]
        page.wait_for_timeout(50)
    return seen


def test_unknown_columns_are_asked_about_and_remembered(page: Page, manager):
    content = table([["Фирма", "Булстат №"], ["Алфа Трейд", eik(2)]])
    upload(page, content)

    expect(page.get_by_role("heading", level=1)).to_have_text("Columns of the file")
    mapping = page.locator(".import-mapping")
    expect(mapping).to_contain_text("Алфа Трейд")
    mapping.get_by_label("Фирма").select_option("name")
    mapping.get_by_label("Булстат №").select_option("eik")
    page.get_by_role("button", name="Check the rows").click()
    # Without a word on their kind the rows would be of none.
    expect(page.locator("body")).to_contain_text(re.compile("kind", re.IGNORECASE))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "file"),
        (b"PK\x03\x04 not a workbook", "file"),
    ],
    ids=["empty", "picture", "broken workbook"],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(page: Page, manager, content, words):
    upload(page, content)

    expect(page.locator("#field-file .field-errors")).to_contain_text(words)
    expect(page.locator(".error-summary")).to_be_focused()
