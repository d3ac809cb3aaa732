"""Where a form begins: at its first field, when there is something to be written in it."""

import pytest
from django import forms

from common.forms import PlainForm
from common.forms_view import begin_at_first


class NoteForm(PlainForm):
    fieldsets = [("", ["words", "number"])]

    number = forms.CharField()
    words = forms.CharField()


class KindForm(PlainForm):
    kind = forms.ChoiceField(choices=[("a", "a")])
    words = forms.CharField()


def begins_at(form) -> list[str]:
    begin_at_first(form)
    return [bound.name for bound in form if "autofocus" in str(bound)]


def test_a_new_form_begins_at_the_first_field_that_is_seen():
    assert begins_at(NoteForm()) == ["words"]


@pytest.mark.parametrize(
    "form",
    [NoteForm({"words": ""}), NoteForm(initial={"words": "Договор"}), KindForm()],
    ids=["refused", "filled already", "a choice comes first"],
)
def test_otherwise_nothing_takes_the_focus(form):
    assert begins_at(form) == []


def test_a_form_that_says_where_it_begins_is_let_be():
    form = NoteForm()
    form.fields["number"].widget.attrs["autofocus"] = True

    assert begins_at(form) == ["number"]


def test_a_page_without_a_form_is_no_trouble():
    begin_at_first(None)
