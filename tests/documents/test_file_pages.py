"""Pages of files: upload, list, page of one, serving; who sees what."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from common.dates import today
from counterparties import search
from documents.file_actions import FileAction, FileUse, Use, file_actions, file_uses
from documents.models import File, FileCategory
from tests.documents.uploads import pdf, png, upload
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileContentFactory, FileFactory, LetterFactory
from tests.factories.events import EventFileFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser, worker
from users.models import User

pytestmark = pytest.mark.django_db

VIEW = (*SEE_ALL, "documents.view_file")
WORK = (*VIEW, "documents.add_file", "documents.change_file")
ALL = (*WORK, "documents.delete_file", "documents.export_file")


@pytest.fixture
def party():
    return ClientFactory(name="Алфа")


# -- List --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/counterparties/{party}/files/", "/documents/files/", "/documents/files/{file}/"])
def test_three_rows_cost_as_many_queries_as_one(party, path, django_assert_num_queries):
    def make(number: int) -> File:
        category = FileCategory.objects.all()[number]
        of = ClientFactory() if path == "/documents/files/" else party
        file = FileFactory(party=of, added_by=UserFactory(), category=category)
        file.add_version(upload(f"newer {number}".encode()), by=UserFactory())
        return file

    first, browser = make(0), browser_of(*ALL)
    url = path.format(party=party.pk, file=first.pk)
    browser.get(url)
    with CaptureQueriesContext(connection) as one:
        browser.get(url)

    for number in (1, 2):
        make(number)
        first.add_version(upload(f"again {number}".encode()), by=UserFactory())

    with django_assert_num_queries(len(one)):
        browser.get(url)


def names(browser: Client, query: str = "", path: str = "/documents/files/") -> list[str]:
    return [row.object.name for row in browser.get(f"{path}?{query}").context["rows"]]


def test_the_filter_finds_by_text_category_type_validity_and_day(party):
    day, browser = today(), browser_of(*ALL)
    contract = FileCategory.objects.get(code="contract")
    FileFactory(party=party, name="Договор.pdf", content__content_type="application/pdf", category=contract)
    FileFactory(party=party, name="photo.png", content__content_type="image/png", description="склад в Русе")
    FileFactory(party=party, name="old.zip", content__content_type="application/zip",
                valid_until=day - dt.timedelta(days=1), created_at="2025-01-05T12:00:00Z")  # fmt: skip
    FileFactory(party=party, name="soon.csv", content__content_type="text/csv",
                valid_until=day + dt.timedelta(days=30))  # fmt: skip

    assert names(browser, "q=dogovor") == ["Договор.pdf"]
    assert names(browser, "q=РУСЕ") == ["photo.png"]
    assert len(names(browser, "q=алфа")) == 4
    assert names(browser, "q=алфа", f"/counterparties/{party.pk}/files/") == []
    assert names(browser, f"category={contract.pk}") == ["Договор.pdf"]
    assert [names(browser, f"kind={kind}") for kind in ("pdf", "picture", "table", "other", "text")] == [
        ["Договор.pdf"], ["photo.png"], ["soon.csv"], ["old.zip"], [],
    ]  # fmt: skip
    assert names(browser, "validity=ended") == ["old.zip"]
    assert names(browser, "validity=soon") == ["soon.csv"]
    assert names(browser, "since=05.01.2025&until=05.01.2025") == ["old.zip"]
    assert names(browser, "until=04.01.2025&since=01.01.0001") == []
    assert len(names(browser, "until=31.12.9999")) == 4
    assert len(names(browser, "since=nonsense")) == 4


def test_deleted_files_are_seen_only_by_who_may_restore_them(party):
    FileFactory(party=party, name="here.txt")
    deleted = FileFactory(party=party, name="gone.txt")
    deleted.delete_softly(UserFactory())
    restorer, clerk = browser_of(*ALL), browser_of(*WORK)

    assert names(restorer) == ["here.txt"]
    assert names(restorer, "deleted=only") == ["gone.txt"]
    assert names(clerk, "deleted=only") == ["here.txt"]
    assert "deleted" not in clerk.get("/documents/files/").context["filter"].form.fields
    for page in ("", "download/", "inline/", "picture/", "versions/1/download/"):
        assert clerk.get(f"/documents/files/{deleted.pk}/{page}").status_code == 404, page
    assert restorer.get(f"/documents/files/{deleted.pk}/download/").status_code == 200
    tabs = restorer.get(f"/counterparties/{party.pk}/files/").content.decode()
    assert ">1</span>" in tabs.replace(" ", "").replace("\n", "")


def test_a_private_file_is_seen_by_those_it_is_meant_for_alone(party):
    participant = worker(*ALL)
    file = FileFactory(party=party, name="secret.txt", audience=[participant.pk])

    for stranger in (signed_in(superuser()), browser_of(*ALL)):
        assert names(stranger) == []
        for page in ("", "edit/", "preview/", "download/", "inline/", "picture/", "versions/1/download/"):
            assert stranger.get(f"/documents/files/{file.pk}/{page}").status_code == 404, page
        for deed in ("delete/", "restore/", "versions/1/restore/", "versions/add/"):
            assert stranger.post(f"/documents/files/{file.pk}/{deed}").status_code == 404, deed
        assert stranger.get(f"/documents/files/picker/?party={party.pk}").json() == {"results": []}
        user = User.objects.with_rights().get(pk=stranger.session["_auth_user_id"])
        assert search.search("secret", user) == []
    assert names(signed_in(participant)) == ["secret.txt"]
    assert "Private" in signed_in(participant).get(file.get_absolute_url()).content.decode()


def test_the_list_is_exported_by_those_who_may(party):
    FileFactory(party=party, name="=1+1.txt", description="опис", content__data=b"12345")

    book: Any = load_workbook(io.BytesIO(browser_of(*ALL).get("/documents/files/?export=xlsx").content))

    header, row = list(book.active.iter_rows(values_only=True))[-2:]
    assert "Size" in header
    assert dict(zip(header, row, strict=True))["Size"] in (5, "5")
    assert browser_of(*WORK).get("/documents/files/?export=csv").status_code == 403


def test_many_files_get_a_category_or_are_deleted_at_once(party):
    files = FileFactory.create_batch(3, party=party)
    category = FileCategory.objects.get(code="photo")
    chosen = [str(file.pk) for file in files[:2]]
    browser = browser_of(*ALL)

    browser.post("/documents/files/", {"action": "category", "selected": chosen, "category": category.pk})
    browser.post("/documents/files/", {"action": "delete", "selected": chosen[:1]})

    assert File.objects.filter(category=category).count() == 2
    assert [str(file.pk) for file in File.objects.deleted()] == chosen[:1]
    assert browser_of(*WORK).post("/documents/files/", {"action": "delete", "selected": chosen}).status_code == 403


# -- One file ----------------------------------------------------------------------------------------


def test_the_page_shows_versions_and_makes_one_the_newest_again(party):
    file = File.file_away(upload(b"one", "a.txt"), party=party, by=None)
    browser = browser_of(*WORK)

    answer = browser.post(
        f"/documents/files/{file.pk}/versions/add/", {"file": upload(b"two", "b.txt"), "note": "поправен"}
    )
    assert answer.status_code == 302
    page = browser.get(file.get_absolute_url()).content.decode()
    assert "поправен" in page
    assert b"".join(browser.get(f"/documents/files/{file.pk}/versions/1/download/")) == b"one"
    browser.post(f"/documents/files/{file.pk}/versions/1/restore/")

    assert File.objects.get().version == 3
    assert browser.post(f"/documents/files/{file.pk}/versions/9/restore/").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "The file is empty."), (b"one", "same content"), (b"<html>", "HTML")]
)
def test_a_refused_version_is_told_at_its_field(party, content, words):
    file = File.file_away(upload(b"one", "a.txt"), party=party, by=None)

    answer = browser_of(*WORK).post(
        f"/documents/files/{file.pk}/versions/add/", {"file": upload(content, "a.txt"), "note": "защо"}
    )

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors["file"])
    assert "защо" in answer.content.decode()
    assert File.objects.get().version == 1


def test_editing_says_what_the_file_is_and_leaves_its_versions_alone(party):
    file, browser = FileFactory(party=party), browser_of(*WORK)
    form = browser.get(f"/documents/files/{file.pk}/edit/").context["form"]
    File.objects.get(pk=file.pk).add_version(upload(b"newer"), by=None)

    answer = browser.post(
        f"/documents/files/{file.pk}/edit/", {"description": "нов опис", "seen": form.initial["seen"]}
    )
    assert answer.status_code == 422  # a version was added meanwhile: told once
    answer = browser.post(f"/documents/files/{file.pk}/edit/", {"description": "нов опис"})

    file.refresh_from_db()
    assert answer.status_code == 302
    assert (file.description, file.version) == ("нов опис", 2)
    assert names(browser, "q=нов опис") == [file.name]


def test_delete_and_restore_are_for_those_who_may(party):
    file, browser = FileFactory(party=party), browser_of(*ALL)

    answer = browser.post(f"/documents/files/{file.pk}/delete/", follow=True)
    assert f"/counterparties/{party.pk}/files/?deleted=only" in answer.content.decode()
    assert "is already deleted" in browser.post(f"/documents/files/{file.pk}/delete/", follow=True).content.decode()
    assert browser.get(f"/documents/files/{file.pk}/edit/").status_code == 404
    browser.post(f"/documents/files/{file.pk}/restore/")

    assert File.objects.current().get() == file
    assert browser_of(*WORK).post(f"/documents/files/{file.pk}/delete/").status_code == 403


@pytest.mark.parametrize("page", ["download/", "inline/"])
def test_nothing_that_is_served_runs_in_our_name(party, page):
    file = FileFactory(party=party, name="<b>a\r\n.html.txt", content__data=b"<script>alert(1)</script>")

    answer = browser_of(*VIEW).get(f"/documents/files/{file.pk}/{page}")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_pdf_opens_beside_our_page_in_a_sandbox(party):
    file = File.file_away(upload(pdf(), "a.pdf"), party=party, by=None)

    answer = browser_of(*VIEW).get(f"/documents/files/{file.pk}/inline/")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("content", "name"), [(pdf(), "a.pdf"), (png(size=(3000, 20)), "a.png")])
def test_a_small_picture_is_drawn_of_pictures_and_first_pages(party, content, name):
    from PIL import Image

    file = File.file_away(upload(content, name), party=party, by=None)

    answer = browser_of(*VIEW).get(f"/documents/files/{file.pk}/picture/?size=small")

    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert Image.open(io.BytesIO(answer.content)).width <= 320


def test_where_no_picture_can_be_drawn_words_say_so_and_the_download_works(party):
    broken = FileFactory(party=party, content__data=b"%PDF-1.4 broken", content__content_type="application/pdf")
    browser = browser_of(*VIEW)

    answer = browser.get(f"/documents/files/{broken.pk}/picture/")

    assert (answer.status_code, answer.content.decode()) == (404, "No preview can be made of this file.")
    assert browser.get(broken.get_absolute_url()).status_code == 200
    assert browser.get(f"/documents/files/{broken.pk}/download/").status_code == 200


def test_bytes_that_are_gone_from_the_store_are_not_found_and_break_no_page(party):
    file = FileFactory(party=party, content__content_type="image/png")
    file.content.file.delete(save=False)
    browser = browser_of(*VIEW)

    kept = File.objects.get(pk=file.pk)
    answers = [browser.get(f"/documents/files/{kept.pk}/{page}").status_code for page in ("", "download/", "picture/")]

    assert answers == [200, 404, 404]


# -- Doors and the dossier ---------------------------------------------------------------------------


def test_apps_above_add_deeds_and_tell_what_refers_to_a_file(party):
    from common.columns import Action

    file, browser = FileFactory(party=party), browser_of(*VIEW)
    file_actions.register(FileAction("test", lambda file, user: Action(f"Frame {file.name}", "/frame/")))
    file_actions.register(FileAction("closed", lambda file, user: Action("Closed", "/"), permission="auth.add_group"))
    file_uses.register(FileUse("test", lambda file, user, limit: [Use("attached to", "Среща", "/events/1/")]))
    try:
        listed = browser.get("/documents/files/").content.decode()
        page = browser.get(file.get_absolute_url()).content.decode()
    finally:
        file_actions.unregister("test")
        file_actions.unregister("closed")
        file_uses.unregister("test")

    assert f"Frame {file.name}" in listed
    assert "Closed" not in listed
    assert "attached to" in page
    assert '<a href="/events/1/">Среща</a>' in page


def test_the_page_of_a_file_tells_its_letter_and_the_events_that_the_user_may_see(party):
    file = FileFactory(party=party)
    letter = LetterFactory(party=party, file=file, subject="Рекламация")
    EventFileFactory(file=file, event__party=party, event__subject="Среща за договора")
    EventFileFactory(file=file, event__party=party, event__subject="Тайна среща", event__is_private=True)
    rights = ("documents.view_letter", "events.view_event")

    page = browser_of(*VIEW, *rights).get(file.get_absolute_url()).content.decode()

    assert letter.get_absolute_url() in page
    assert "Среща за договора" in page
    assert "Тайна" not in page
    assert "Рекламация" not in browser_of(*VIEW).get(file.get_absolute_url()).content.decode()


def test_the_dossier_warns_of_files_that_end_and_shows_them(party):
    day, browser = today(), browser_of(*VIEW)
    assert "Files that expire" not in browser.get(party.get_absolute_url()).content.decode()
    FileFactory(party=party, name="ended.txt", valid_until=day - dt.timedelta(days=1))
    FileFactory(party=party, name="ends.txt", valid_until=day + dt.timedelta(days=5))
    FileFactory(party=party, name="private.txt", valid_until=day, audience=[])

    page = browser.get(party.get_absolute_url()).content.decode()

    assert "1 file is no longer valid" in page
    assert "1 file ends within 30 days" in page
    assert "Files that expire" in page
    assert "ends.txt" in page
    assert "private.txt" not in page


def test_files_are_found_by_the_one_search_box(party):
    file = FileFactory(party=party, name="Приложение 7.txt")
    FileFactory(name="Приложение 8.txt").delete_softly(None)

    found = search.search("prilozhenie", worker(*VIEW))

    assert [hit.url for group in found for hit in group.hits] == [file.get_absolute_url()]
    assert search.search("prilozhenie", worker(*SEE_ALL)) == []
    assert search.search("пр", worker(*VIEW)) == []


def test_out_of_scope_no_file_exists(party):
    file = FileFactory(party=party)
    stranger = signed_in(worker(*ALL, parties="team"))

    assert stranger.get(file.get_absolute_url()).status_code == 404
    assert names(stranger) == []
    assert stranger.get(f"/documents/files/picker/?party={party.pk}").status_code == 404


def test_the_picker_answers_files_of_one_party_alone(party):
    file = FileFactory(party=party, name="Договор.txt", description="рамков")
    FileFactory(name="Договор на друг.txt")

    found = json.loads(browser_of(*VIEW).get(f"/documents/files/picker/?party={party.pk}&q=dogovor").content)

    assert [(one["id"], one["text"]) for one in found["results"]] == [(file.pk, "Договор.txt")]
    assert "рамков" in found["results"][0]["note"]


@pytest.mark.parametrize("kind", ["text/plain", "text/csv"])
def test_the_page_of_a_text_shows_its_beginning(kind):
    content = FileContentFactory(data="Име;<b>цена</b>\n".encode("cp1251") + b"1\n" * 300, content_type=kind)
    file = FileFactory(content=content)
    browser = browser_of(*SEE_ALL, "documents.view_file")

    in_panel = {"HX-Request": "true", "HX-Target": "panel-body"}
    for page in (file.get_absolute_url(), f"{file.get_absolute_url()}preview/"):
        words = browser.get(page, headers=in_panel if page.endswith("preview/") else {}).content.decode()
        assert "Име;&lt;b&gt;цена&lt;/b&gt;\n1\n" in words
        assert "This is only the beginning" in words


def test_a_text_whose_bytes_are_gone_has_no_preview():
    file = FileFactory()
    file.content.file.delete(save=False)

    page = browser_of(*SEE_ALL, "documents.view_file").get(file.get_absolute_url())

    assert "There is no preview" in page.content.decode()
