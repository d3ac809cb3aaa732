"""Upload of files into a dossier: what goes through, what is refused and how it is told."""

import datetime as dt

import pytest
from django.test import Client

from documents.models import File, FileCategory
from tests.documents.uploads import archive, pdf, png, upload
from tests.factories.counterparties import ClientFactory, HoldingFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db

WORK = (*SEE_ALL, "documents.view_file", "documents.add_file")


@pytest.fixture
def party():
    return ClientFactory(name="Алфа")


def send(browser: Client, party, *uploads, as_json=True, **fields):
    headers = {"accept": "application/json"} if as_json else {}
    address = f"/documents/files/upload/?party={party.pk}"
    return browser.post(address, {"uploads": list(uploads), **fields}, headers=headers)


def test_one_file_is_filed_and_answered_in_json(party):
    answer = send(browser_of(*WORK), party, upload(pdf(), "Договор.pdf"))

    file = File.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"name": "Договор.pdf", "url": f"/documents/files/{file.pk}/", "text": "Filed"}
    assert file.party == party


def test_who_may_change_files_is_led_to_what_can_be_said_of_it(party):
    answer = send(browser_of(*WORK, "documents.change_file"), party, upload())

    assert answer.json()["edit_url"] == f"/documents/files/{File.objects.get().pk}/edit/"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.pdf", b"<!doctype html><script>alert(1)</script>", "HTML"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG"),
        ("empty.txt", b"", "The file is empty."),
        ("picture.pdf", png(), "not what its name says"),
        ("broken.png", png()[:40], "damaged"),
        ("run.exe", b"MZ\x90\x00" + bytes(60), ""),
        ("report.docx", archive(**{"word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"}), "macros"),
    ],
)
def test_what_is_refused_is_refused_in_words_and_leaves_nothing(party, name, content, words):
    answer = send(browser_of(*WORK), party, upload(content, name))

    assert answer.status_code == 422
    assert words in answer.json()["text"]
    assert answer.json()["text"]
    assert not File.objects.exists()


@pytest.mark.parametrize(("more", "status"), [(0, 201), (1, 422)])
def test_a_file_may_be_as_large_as_the_limit_and_no_byte_larger(party, settings, more, status):
    settings.UPLOAD_MAX_BYTES = 2 * 1024 * 1024

    answer = send(browser_of(*WORK), party, upload(b"a" * (settings.UPLOAD_MAX_BYTES + more), "a.txt"))

    assert answer.status_code == status
    assert ("larger than 2 MB" in answer.json()["text"]) == bool(more)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("а" * 300 + ".txt", "а" * 118 + ".txt"),
        ("invoice\u202egpj.txt", "invoicegpj.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\secret.txt", "secret.txt"),
        ("nul.txt", "_nul.txt"),
    ],
)
def test_names_that_deceive_or_break_are_made_plain(party, name, kept):
    assert send(browser_of(*WORK), party, upload(b"text", name)).status_code == 201

    assert File.objects.get().name == kept
    assert "/" not in File.objects.get().versions.get().name


def test_the_same_content_is_told_with_the_present_file(party):
    browser = browser_of(*WORK)
    send(browser, party, upload(b"same", "a.txt"))

    answer = send(browser, party, upload(b"same", "b.txt"))

    present = File.objects.get()
    assert answer.status_code == 422
    assert answer.json()["present"] == {"name": "a.txt", "url": present.get_absolute_url()}
    assert send(browser, party, upload(b"same", "b.txt"), anyway="on").status_code == 201


def test_without_scripts_several_go_in_one_form_and_each_refusal_is_told(party):
    browser, category = browser_of(*WORK), FileCategory.objects.get(code="contract")

    answer = send(
        browser, party, upload(b"one", "a.txt"), upload(b"", "празен.txt"), upload(b"<html></html>", "b.pdf"),
        as_json=False, category=category.pk, description="от клиента",
    )  # fmt: skip

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Filed: a.txt." in page
    assert "празен.txt: The file is empty." in page
    assert "b.pdf: " in page
    assert 'value="от клиента"' in page
    assert [(file.name, file.category, file.description) for file in File.objects.all()] == [
        ("a.txt", category, "от клиента")
    ]


def test_without_scripts_all_are_filed_and_the_tab_follows(party):
    answer = send(
        browser_of(*WORK), party, upload(b"one", "a.txt"), upload(b"two", "b.txt"),
        as_json=False, valid_until="31.12.2027", remind_days="10",
    )  # fmt: skip

    assert answer.headers["Location"] == f"/counterparties/{party.pk}/files/"
    assert set(File.objects.values_list("remind_on", flat=True)) == {dt.date(2027, 12, 21)}


def test_a_wrong_day_is_told_at_its_field_and_nothing_is_filed(party):
    answer = send(browser_of(*WORK), party, upload(), as_json=False, valid_until="31.02.2027", description="опис")

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"valid_until"}
    assert 'value="опис"' in answer.content.decode()
    assert not File.objects.exists()


def test_nothing_chosen_is_said(party):
    answer = send(browser_of(*WORK), party, as_json=False)

    assert "uploads" in answer.context["form"].errors


def test_a_party_whose_kinds_have_no_files_takes_none():
    assert send(browser_of(*WORK), HoldingFactory(), upload()).status_code == 404


def test_without_a_party_it_is_asked_for(party):
    page = browser_of(*WORK).get("/documents/files/upload/")

    assert "whose" in page.context["form"].fields


def test_the_stored_path_says_nothing_of_the_name(party):
    send(browser_of(*WORK), party, upload(b"x", "Поверително.txt"))

    assert "Поверително" not in str(File.objects.get().content.file.name)


def test_out_of_scope_nothing_can_be_filed(party):
    stranger = signed_in(worker(*WORK, parties="team"))

    assert send(stranger, party, upload()).status_code == 404
    assert not File.objects.exists()
