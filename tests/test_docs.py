"""The documents say what is: variables, links, commands, targets, and code that is quoted from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
BY_NAME = {str(path.relative_to(ROOT)): path for path in DOCUMENTS}
# Read by docker-compose.yml, not by the settings.
OF_COMPOSE = {"POSTGRES_PASSWORD", "BIND"}

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.M | re.S)
LEFT_OUT = re.compile(r"^\s*# …\s*$", re.M)


def text_of(name: str) -> str:
    return BY_NAME[name].read_text(encoding="utf-8")


def variables_of_the_table() -> dict[str, str]:
    """Variable to what the README says stands when it is not set."""
    rows = re.findall(r"^\| `([A-Z][A-Z_]+)` \| (.*?) \|", text_of("README.md"), re.M)
    return dict(rows)


def variables_of_the_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", "\n".join(lines), re.M))


def variables_of_the_settings() -> set[str]:
    source = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    asked = re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", source)
    declared = re.findall(r"^    ([A-Z_]+)=\(", source.partition("env = environ.Env(")[2].partition("\n)\n")[0], re.M)
    return {*asked, *declared}


def test_readme_and_example_name_exactly_the_variables_that_the_settings_read():
    known = variables_of_the_settings() | OF_COMPOSE

    assert set(variables_of_the_example()) == known
    assert set(variables_of_the_table()) == known


def test_readme_and_example_tell_the_same_numbers():
    example = variables_of_the_example()
    told = {name: text.strip("`") for name, text in variables_of_the_table().items()}

    numbers = {name: value for name, value in told.items() if value.isdecimal() and name != "TRUSTED_PROXY_COUNT"}

    assert numbers
    assert {name: example[name] for name in numbers} == numbers


def test_compose_reads_the_variables_that_are_meant_for_it():
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    assert {name for name in OF_COMPOSE if f"${{{name}:" in compose} == OF_COMPOSE


def links() -> Iterator[tuple[str, str]]:
    for name in BY_NAME:
        for target in LINK.findall(FENCE.sub("", text_of(name))):
            if "://" not in target:
                yield name, target


@pytest.mark.parametrize(("name", "target"), links())
def test_a_link_leads_to_a_file_that_exists(name, target):
    path, _sign, heading = target.partition("#")
    file = (BY_NAME[name].parent / path).resolve() if path else BY_NAME[name]

    assert file.is_relative_to(ROOT)
    assert file.exists()
    if heading:
        headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.M)
        assert heading in {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def said(pattern: str) -> list[tuple[str, str]]:
    """What the documents name, each with the first document that names it."""
    found: dict[str, str] = {}
    for name in BY_NAME:
        for match in re.findall(pattern, text_of(name)):
            found.setdefault(match, name)
    return sorted(found.items())


@pytest.mark.parametrize(("target", "name"), said(r"(?:^    |`|\n)make ([a-z][a-z-]*)"))
def test_a_named_target_of_make_exists(target, name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{target}:", makefile, re.M), f"{name} names `make {target}`"


@pytest.mark.parametrize(("command", "name"), said(r"manage\.py ([a-z_]+)"))
def test_a_named_command_exists(command, name):
    assert command in get_commands(), f"{name} names `manage.py {command}`"


@pytest.mark.parametrize(("path", "name"), said(r"`((?:bin|common|config|contacts|counterparties|users|tests|bench|"
                                                 r"templates|static|locale|requirements)/[\w./-]*)`"))  # fmt: skip
def test_a_named_file_or_folder_exists(path, name):
    made_at_setup = path.startswith("static/vendor")

    assert made_at_setup or (ROOT / path).exists(), f"{name} names {path}"


def quotations() -> Iterator[tuple[str, str, str]]:
    for name in BY_NAME:
        for language, path, code in FENCE.findall(text_of(name)):
            if language == "python" and path:
                for piece in LEFT_OUT.split(code):
                    if piece.strip():
                        yield name, path, piece.strip("\n")


@pytest.mark.parametrize(("name", "path", "piece"), quotations())
def test_quoted_code_stands_in_the_code(name, path, piece):
    assert piece in (ROOT / path).read_text(encoding="utf-8"), f"{name} quotes {path} as it no longer is"
