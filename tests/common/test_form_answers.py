"""What a form and a saved view answer, and where a form may lead back to."""

from unittest.mock import patch

import pytest
from django import forms
from django.db import IntegrityError

from common.forms import PlainForm
from common.forms_view import saved
from common.views import back
from tests.people import browser_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https:///evil.example",
        " //evil.example",
        "/\t/evil.example",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
        "",
        "index",
        "about/",
        "\0",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_form_leads_away_from_this_site(rf, target, method):
    request = getattr(rf, method)("/", {"next": target})

    assert back(request) == "/"


@pytest.mark.parametrize("target", ["/counterparties/?q=а&page=2", "/", "http://testserver/about/"])
def test_a_form_leads_back_to_where_it_was_opened(rf, target):
    assert back(rf.post("/", {"next": target})) == target


@pytest.mark.parametrize("address", ["/views/save/?list=x", "/lists/columns/?list=x", "/profile/appearance/"])
def test_the_views_that_go_back_go_back_home_when_sent_elsewhere(address):
    answer = browser_of("counterparties.view_client").post(address, {"name": "x", "next": "//evil.example/"})

    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


class Form(PlainForm):
    name = forms.CharField(max_length=10)

    def save(self) -> str:
        return "row"


def test_a_form_that_loses_a_race_says_so_and_gives_no_row():
    form = Form({"name": "x"})
    assert form.is_valid()

    with patch.object(Form, "save", side_effect=IntegrityError):
        assert saved(form) is None

    assert form.non_field_errors()


def test_a_form_that_wins_gives_its_row():
    assert saved(Form({"name": "x"})) == "row"


def test_text_is_cleaned_before_its_length_is_judged():
    form = Form({"name": "  Алфа \u200b  Бета "})

    assert form.is_valid()
    assert form.cleaned_data["name"] == "Алфа Бета"
