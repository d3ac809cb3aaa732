"""The messages script: what it finds, keeps and refuses."""

import messages
import pytest

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
plain = _("Add a client")
plural = ngettext("%(n)s file", "%(n)s files", 3)
context = pgettext("month", "May")
"""
TEMPLATE = """{% load i18n %}
  {% if x %}
      <p title="it's">{% translate "Save" %}</p>
    {% blocktranslate trimmed count n=rows|length %}
      one row
    {% plural %}
      {{ n }} rows
    {% endblocktranslate %}
  {% endif %}
{% include "common/_x.html" with label=_("Close") %}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of one app and one template, with an empty translation."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "models.py").write_text(PYTHON)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    return tmp_path


def translate(project, english, bulgarian):
    path = messages.po_path("bg")
    path.write_text(
        path.read_text().replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{bulgarian}"')
    )


def test_messages_of_code_and_templates_are_found(project):
    found = {messages.key(message) for message in messages.extract() if message.id}

    assert found == {
        ("", "Add a client"),
        ("", "%(n)s file"),
        ("month", "May"),
        ("", "Save"),
        ("", "one row"),
        ("", "Close"),
    }


def test_an_update_keeps_what_is_translated_and_writes_the_same_file_again(project):
    messages.update("bg")
    translate(project, "Save", "Запис")
    before = messages.po_path("bg").read_text()

    messages.update("bg")

    assert messages.po_path("bg").read_text() == before
    assert 'msgstr "Запис"' in before


def test_an_untranslated_message_is_a_fault(project):
    messages.update("bg")

    assert "untranslated: 'Save'" in list(messages.faults("bg"))


def test_a_message_that_left_the_sources_is_a_fault_until_the_next_update(project):
    messages.update("bg")
    (project / "templates" / "page.html").write_text("")

    assert "no longer in the sources: 'Save'" in list(messages.faults("bg"))

    messages.update("bg")

    assert "no longer in the sources: 'Save'" not in list(messages.faults("bg"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello %(name)s, %(n)d of %(n)d", ["%(n)s", "%(name)s"]),
        ("%s of %s", ["%s", "%s"]),
        ("100% sure, 50%% off", []),
        ("until {date}", ["{date}"]),
        ("a lone { brace", []),
    ],
)
def test_placeholders_are_found(text, expected):
    assert messages.placeholders(text) == expected


def test_a_translation_with_another_placeholder_is_a_fault(project):
    (project / "app" / "models.py").write_text(PYTHON + 'hello = _("Hello %(name)s")\n')
    messages.update("bg")
    translate(project, "Hello %(name)s", "Здравей, %(ime)s")

    assert "other placeholders than its original: 'Hello %(name)s'" in list(messages.faults("bg"))


def test_compiling_writes_a_file_that_gettext_reads(project):
    import gettext

    messages.update("bg")
    translate(project, "Save", "Запис")
    messages.compile_messages("bg")

    catalog = gettext.translation("django", project / "locale", ["bg"])

    assert catalog.gettext("Save") == "Запис"
