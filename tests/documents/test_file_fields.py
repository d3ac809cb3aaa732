"""Fields that choose files of a dossier: for events, e-mails and letters."""

import pytest
from django.http import QueryDict

from common.forms import PlainForm
from documents.pickers import FilesField, OneFileField
from tests.factories.counterparties import ClientFactory
from tests.factories.documents import FileFactory
from tests.people import SEE_ALL, worker

pytestmark = pytest.mark.django_db
VIEW = (*SEE_ALL, "documents.view_file")


class Form(PlainForm):
    def __init__(self, *args, user, party, kept=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"] = FilesField(user=user, party=party, kept=kept, required=False)
        self.fields["paper"] = OneFileField(user=user, party=party, required=False)


def sent(**values) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, several in values.items():
        data.setlist(name, [str(one) for one in several])
    return data


@pytest.fixture
def user():
    return worker(*VIEW)


@pytest.fixture
def party():
    return ClientFactory()


def test_files_of_the_party_are_chosen_by_key(user, party):
    one, two, three = FileFactory.create_batch(3, party=party)

    form = Form(sent(files=[one.pk, three.pk], paper=[two.pk]), user=user, party=party)

    assert form.is_valid(), form.errors
    assert set(form.cleaned_data["files"]) == {one, three}
    assert form.cleaned_data["paper"] == two


def test_nothing_need_be_chosen(user, party):
    form = Form({}, user=user, party=party)

    assert form.is_valid()
    assert list(form.cleaned_data["files"]) == []
    assert form.cleaned_data["paper"] is None


def test_what_is_not_in_the_dossier_or_not_to_be_seen_cannot_be_chosen(user, party):
    deleted = FileFactory(party=party)
    deleted.delete_softly(user)
    private, elsewhere = FileFactory(party=party, audience=[]), FileFactory()

    for key in (deleted.pk, private.pk, elsewhere.pk, 10**30, "x", "\x00", "²"):
        form = Form(sent(files=[key], paper=[key]), user=user, party=party)
        assert not form.is_valid(), key
        assert set(form.errors) == {"files", "paper"}, key
        assert form.as_p()


def test_a_file_chosen_before_may_stay_though_it_is_deleted(user, party):
    kept = FileFactory(party=party)
    kept.delete_softly(user)

    assert Form(sent(files=[kept.pk]), user=user, party=party, kept=[kept]).is_valid()


def test_who_may_not_see_files_can_choose_none(party):
    file = FileFactory(party=party)

    assert not Form(sent(files=[file.pk]), user=worker(*SEE_ALL), party=party).is_valid()


def test_the_field_holds_what_is_chosen_and_asks_for_the_rest(user, party):
    chosen, other = FileFactory(party=party, name="chosen.txt"), FileFactory(party=party, name="other.txt")

    html = str(Form(initial={"files": [chosen]}, user=user, party=party)["files"])
    select, _mark, without_scripts = html.partition("<noscript>")

    assert f'data-picker-url="/documents/files/picker/?party={party.pk}"' in select
    assert f'<option value="{chosen.pk}" selected>chosen.txt</option>' in select
    assert "other.txt" not in select
    assert f'<option value="{chosen.pk}" selected>' in without_scripts
    assert f'<option value="{other.pk}">' in without_scripts


def test_without_scripts_the_plain_list_says_what_is_chosen(user, party):
    before, now = FileFactory.create_batch(2, party=party)
    plain = {"files-listed": ["1"], "files-plain": [now.pk]}

    form = Form(sent(files=[before.pk], **plain), user=user, party=party)

    assert form.is_valid()
    assert list(form.cleaned_data["files"]) == [now]
