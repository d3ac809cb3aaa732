"""Errors speak our words in our frame, in both languages, and the worst of them needs nothing to be drawn."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.test import Client
from django.utils import translation
from django.views import defaults

from counterparties.models import Counterparty
from tests.people import browser_of, signed_in, superuser

FRAME = 'class="sidebar'


@pytest.fixture(params=["bg", "en"])
def language(request):
    return request.param


def head(language: str) -> dict[str, str]:
    return {"accept-language": language}


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_told_in_the_frame_with_the_menu(language):
    user = superuser()
    user.language = language
    user.save()

    answer = signed_in(user).get("/няма-такава/")

    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<html lang="{language}"' in page
    assert "/counterparties/" in page  # the menu
    with translation.override(language):
        assert translation.gettext("There is no such page") in page


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_to_a_stranger_too(language):
    answer = Client(headers=head(language)).get("/няма-такава/")

    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<html lang="{language}"' in page
    assert "/counterparties/" not in page


@pytest.mark.django_db
def test_what_is_not_allowed_is_told_in_the_frame():
    answer = browser_of("counterparties.view_client").get("/counterparties/banks/")

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "/counterparties/clients/" in page


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_words(language):
    client = Client(enforce_csrf_checks=True, headers=head(language))
    client.force_login(superuser())

    answer = client.post("/counterparties/add/", {"name": "x"})

    assert answer.status_code == 403
    assert '<html lang="' in answer.content.decode()
    assert "CSRF" not in answer.content.decode().split("</title>")[0]


@pytest.mark.django_db
def test_an_address_that_is_only_posted_to_says_so_in_the_frame(language):
    user = superuser()
    user.language = language
    user.save()

    answer = signed_in(user).get("/profile/own-firm/", headers={"accept": "text/html,application/xhtml+xml"})

    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert f'<html lang="{language}"' in page
    assert FRAME in page
    with translation.override(language):
        assert translation.gettext("This address cannot be opened by itself") in page


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"accept": "application/json"}, {"accept": "text/html", "hx-request": "true"}])
def test_what_is_no_browser_gets_the_bare_refusal(headers):
    answer = signed_in(superuser()).get("/profile/own-firm/", headers=headers)

    assert (answer.status_code, answer.headers["Allow"], answer.content) == (405, "POST", b"")


def test_an_unreadable_request_is_told_without_asking_the_database(rf, language):
    with translation.override(language):
        answer = defaults.bad_request(rf.get("/"), SuspiciousOperation("x"))

    assert answer.status_code == 400
    assert f'<html lang="{language}"' in answer.content.decode()
    assert "x" not in answer.content.decode().split("<title>")[0]


def test_a_crash_is_told_without_asking_the_database(rf, language):
    # No django_db mark: any query would raise.
    with translation.override(language):
        answer = defaults.server_error(rf.get("/"))

        page = answer.content.decode()
        assert answer.status_code == 500
        assert f'<html lang="{language}"' in page
        assert translation.gettext("Something went wrong on our side") in page


@pytest.mark.django_db
def test_a_crash_in_a_view_shows_our_page_and_no_detail(monkeypatch):
    client = browser_of("counterparties.view_client")
    client.raise_request_exception = False

    def crash(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(Counterparty.objects), "visible_to", crash)

    answer = client.get("/counterparties/")

    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert "<html" in answer.content.decode()


@pytest.mark.django_db
def test_without_a_database_the_answer_is_still_our_page(monkeypatch):
    from django.db import OperationalError

    client = browser_of("counterparties.view_client")
    client.raise_request_exception = False

    def gone(*args, **kwargs):
        raise OperationalError("the server has gone away")

    monkeypatch.setattr(connection, "cursor", gone)

    answer = client.get("/counterparties/")

    assert answer.status_code == 500
    assert "<html" in answer.content.decode()
    assert "gone away" not in answer.content.decode()
