"""The house keeps its shape: rows point downwards, pages hold nothing inline, every model can name itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.urls import NoReverseMatch

from counterparties import dossier, history

ROOT = Path(settings.BASE_DIR)
# From the ground up; an app may point at its own rows and at those below it.
FLOORS = ["common", "users", "counterparties", "contacts", "documents", "events", "trade", "finance", "config"]
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in FLOORS]
WRITTEN = [model for model in OUR_MODELS if not model.__name__.endswith("Event")]  # events are made by pghistory

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
PICTURES = sorted((ROOT / "static" / "img").rglob("*.svg"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_foreign_keys_point_downwards_only():
    floors = {label: floor for floor, label in enumerate(FLOORS)}
    user = get_user_model()

    upward = [
        f"{model.__name__}.{field.name} → {field.related_model.__name__}"
        for model in OUR_MODELS
        for field in model._meta.get_fields()
        if isinstance(field, (models.ForeignKey, models.ManyToManyField))
        and field.related_model is not user
        and floors.get(field.related_model._meta.app_label, -1) > floors[model._meta.app_label]
    ]

    assert upward == []


def test_the_floors_are_those_of_the_import_contract():
    contract = (ROOT / "pyproject.toml").read_text()
    block = contract[contract.index("layers = [") :]

    lines = re.findall(r'^    "(.+)",$', block[: block.index("]")], re.MULTILINE)
    # What stands in brackets is still to be built.
    layers = [name for line in lines for name in line.split(" | ") if not name.startswith("(")]

    assert layers == FLOORS[::-1]


def test_the_core_names_no_app_above_it():
    """Not even in words: a string with an upper app's name would be an import by the back door."""
    found = [
        f"{name(path)}: {app}"
        for floor, label in enumerate(FLOORS)
        for path in (ROOT / label).rglob("*.py")
        if "migrations" not in path.parts
        for app in FLOORS[floor + 1 : -1]
        if re.search(rf'["\']{app}[.:]', path.read_text())
    ]

    # The delivered roles name permissions of every app, for they are the table of them.
    assert {one for one in found if not one.startswith("users/roles.py: ")} == set()


def test_no_rule_leans_on_save_signals():
    found = [
        name(path)
        for label in FLOORS
        for path in (ROOT / label).rglob("*.py")
        if re.search(r"\b(pre|post)_(save|delete)\b|m2m_changed", path.read_text())
    ]

    assert found == []


def test_tabs_and_history_stand_in_an_order_of_their_own():
    orders = [tab.order for tab in dossier.tabs]

    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)
    assert {tab.group for tab in dossier.tabs} <= set(dossier.GROUPS)
    assert [source.order for source in history.sources] == sorted(source.order for source in history.sources)


def test_every_tab_says_what_it_needs():
    for tab in dossier.tabs:
        assert tab.slug
        assert tab.title
        assert set(tab.kinds) <= set(dossier.EVERY_KIND)
        assert tab.permission_required or tab.slug == "history", tab.slug
        assert re.fullmatch(r"[a-z-]+", tab.slug)


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_every_model_can_name_itself(model):
    assert model.__str__ is not models.Model.__str__, "write __str__"
    assert model._meta.verbose_name != model._meta.model_name or "verbose_name" in model._meta.original_attrs


# Those with a page of their own; the others are shown in the dossier of their party.
WITH_A_PAGE = ["Counterparty", "Job", "ContactPerson", "PartyImport"]


@pytest.mark.parametrize("label", WITH_A_PAGE)
def test_a_row_with_a_page_knows_its_address(label):
    (model,) = [model for model in WRITTEN if model.__name__ == label]

    try:
        row: Any = model(pk=7)
        address = row.get_absolute_url()
    except NoReverseMatch as error:
        pytest.fail(str(error))

    assert "7" in address


FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=\s*[\"'{]", re.IGNORECASE),
    "handler attribute": re.compile(
        r"\son(?:click|change|submit|load|error|input|key\w+|mouse\w+|focus|blur)\s*=", re.I
    ),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape off"),
    "old translation tag": re.compile(r"{%\s*(?:trans|blocktrans)\s"),
    "address of elsewhere": re.compile(r"(?:src|href)=[\"'](?:https?:)?//"),
    "jumping eval of htmx": re.compile(r"hx-on|hx-vals=[\"']js:|hx-headers=[\"']js:"),
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_holds(rule):
    assert [name(path) for path in TEMPLATES if FORBIDDEN[rule].search(path.read_text())] == []


def test_no_script_of_ours_makes_inline_code_or_evaluates_text():
    forbidden = re.compile(r"\beval\(|new Function|setAttribute\([\"']style|document\.write|\bon[a-z]+=\\?[\"']")

    assert [name(path) for path in SCRIPTS if forbidden.search(path.read_text())] == []


def test_no_picture_of_ours_holds_style_or_script():
    forbidden = re.compile(r"style=|<style|<script|\son\w+=|https?://(?!www\.w3\.org/)")

    assert [name(path) for path in PICTURES if forbidden.search(path.read_text())] == []


def test_no_code_marks_text_as_safe_but_where_it_says_why():
    """`mark_safe` and `SafeString(` of a text that is not a constant need a word at the line."""
    found = [
        f"{name(path)}:{number}"
        for label in FLOORS
        for path in (ROOT / label).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if "mark_safe(" in line and "noqa: S308" not in line
    ]

    assert found == []


def test_no_module_grew_too_long():
    grown = {
        name(path): lines
        for folder in (*FLOORS, "tests", "bin")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 520
    }

    assert grown == {}
