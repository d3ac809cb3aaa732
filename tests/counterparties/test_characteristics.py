"""Characteristics that administrators add: each type of value, for whom it stands, and its file."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from counterparties.models import CharacteristicValue, Counterparty
from tests.counterparties.test_forms import ADD, record
from tests.factories.counterparties import (
    CharacteristicFactory,
    CharacteristicValueFactory,
    ClientFactory,
    PartyTypeFactory,
)
from tests.people import signed_in, superuser, worker

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    return buffer.getvalue()


PNG = picture()


@pytest.fixture
def client():
    return signed_in(superuser())


def edit_address(party) -> str:
    return reverse("counterparties:counterparty_edit", args=[party.pk])


@pytest.mark.parametrize(
    ("value_type", "typed", "value", "shown"),
    [
        ("text", "  червен  ", "червен", "червен"),
        ("number", "1234,50", Decimal("1234.5"), "1234,5"),
        ("number", "0", Decimal(0), "0"),
        ("date", "3.11.2026", dt.date(2026, 11, 3), "03.11.2026"),
        ("boolean", "1", True, "yes"),
        ("boolean", "0", False, "no"),
        ("choice", "злато", "злато", "злато"),
    ],
)
def test_a_value_of_each_type_is_kept_and_shown(client, value_type, typed, value, shown):
    one = CharacteristicFactory(value_type=value_type, choices="сребро\nзлато", name="Клас")

    answer = client.post(ADD, record(**{f"ch_{one.code}": typed}))

    assert answer.status_code == 302
    kept = CharacteristicValue.objects.get()
    assert (kept.value, kept.shown) == (value, shown)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Клас" in page
    assert shown in page
    # The form shows it again so that saving once more changes nothing.
    form = client.get(edit_address(kept.party)).context["form"]
    assert form[f"ch_{one.code}"].value() not in (None, "")


def test_a_party_is_picked_by_key_number_or_name(client):
    one = CharacteristicFactory(value_type="party")
    other = ClientFactory(name="Фабрика", identifier_type="eik", registration_number="175074752")

    for number, typed in enumerate((str(other.pk), "175074752", "фабрика", "FABRIKA")):
        assert client.post(ADD, record(name=f"Алфа {number}", **{f"ch_{one.code}": typed})).status_code == 302

    assert CharacteristicValue.objects.filter(other_party=other).count() == 4


@pytest.mark.parametrize(
    ("value_type", "typed", "words"),
    [
        ("text", "ч" * 1001, "at most 1000 characters"),
        ("text", "a\x00b", "control character"),
        ("number", "много", "Enter a number"),
        ("number", "NaN", "Enter a number"),
        ("number", "1e999999", "digits"),
        ("number", "9" * 5000, "digits"),
        ("number", "1,23456", "decimal places"),
        ("date", "31.02.2026", "valid date"),
        ("boolean", "може би", "not one of the available choices"),
        ("choice", "платина", "not one of the available choices"),
        ("party", "няма такава", "Nothing that you may choose"),
        ("party", "a\x00b", "Nothing that you may choose"),
        ("party", str(10**30), "Nothing that you may choose"),
    ],
)
def test_a_wrong_value_is_named_at_the_field(client, value_type, typed, words):
    one = CharacteristicFactory(value_type=value_type, choices="сребро\nзлато")

    answer = client.post(ADD, record(**{f"ch_{one.code}": typed}))

    assert answer.status_code == 422
    assert words in answer.context["form"].errors[f"ch_{one.code}"][0]
    assert not Counterparty.objects.exists()


def test_an_unclear_name_of_a_party_tells_the_numbers_to_choose_by(client):
    one = CharacteristicFactory(value_type="party")
    first, second = ClientFactory(name="Бета Изток"), ClientFactory(name="Бета Запад")

    answer = client.post(ADD, record(**{f"ch_{one.code}": "бета"}))

    (message,) = answer.context["form"].errors[f"ch_{one.code}"]
    assert str(first.pk) in message
    assert str(second.pk) in message


def test_an_emptied_value_is_removed(client):
    value = CharacteristicValueFactory(text="червен", party__name="Алфа")

    client.post(edit_address(value.party), record())

    assert not CharacteristicValue.objects.exists()


@pytest.mark.parametrize("archived", [True, False])
def test_a_chosen_party_stays_when_the_record_is_saved_archived_or_not(client, archived):
    other = ClientFactory(name="Друга")
    value = CharacteristicValueFactory(
        characteristic=CharacteristicFactory(value_type="party"), other_party=other, party__name="Алфа"
    )
    if archived:
        other.archive(superuser(), "край")

    form = client.get(edit_address(value.party)).context["form"]
    name = f"ch_{value.characteristic.code}"
    answer = client.post(edit_address(value.party), record(**{name: form[name].value()}))

    assert answer.status_code == 302
    value.refresh_from_db()
    assert value.other_party == other


# -- For whom it stands ------------------------------------------------------------------------------


def test_a_required_characteristic_of_a_kind_is_asked_only_of_that_kind(client):
    one = CharacteristicFactory(kind="supplier", required=True)

    as_client = client.post(ADD, record())
    as_supplier = client.post(ADD, record(name="Бета", kinds=["supplier"]))

    assert as_client.status_code == 302
    assert as_supplier.status_code == 422
    assert as_supplier.context["form"].errors == {f"ch_{one.code}": ["This characteristic is required here."]}


def test_a_characteristic_of_a_type_holds_for_the_types_under_it(client):
    top = PartyTypeFactory()
    below, elsewhere = PartyTypeFactory(parent=top), PartyTypeFactory()
    one = CharacteristicFactory(party_type=top)

    client.post(ADD, record(name="Под", client_type=below.pk, **{f"ch_{one.code}": "да"}))
    client.post(ADD, record(name="Друг", client_type=elsewhere.pk, **{f"ch_{one.code}": "не"}))

    assert [value.text for value in CharacteristicValue.objects.all()] == ["да"]


def test_a_characteristic_out_of_use_is_not_offered(client):
    one = CharacteristicFactory(is_active=False)

    assert f"ch_{one.code}" not in client.get(ADD).context["form"].fields


def test_a_choice_taken_out_of_the_list_stays_where_it_was_chosen(client):
    one = CharacteristicFactory(value_type="choice", choices="сребро")
    value = CharacteristicValueFactory(characteristic=one, text="злато", party__name="Алфа")

    answer = client.post(edit_address(value.party), record(**{f"ch_{one.code}": "злато"}))

    assert answer.status_code == 302


def test_the_help_of_a_characteristic_is_text_and_no_html(client):
    CharacteristicFactory(help_text="<b>Виж</b> & попълни", name="<i>Клас</i>", required=True)

    page = client.get(ADD).content.decode()

    assert "&lt;b&gt;Виж&lt;/b&gt; &amp; попълни Required." in page
    assert "<i>Клас" not in page


# -- Files -------------------------------------------------------------------------------------------


def upload(name: str, content: bytes, content_type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture
def file_kind():
    return CharacteristicFactory(value_type="file", name="Лого")


def test_a_file_is_kept_under_a_path_of_its_own_and_served_as_a_download(client, file_kind):
    client.post(ADD, record(**{f"ch_{file_kind.code}": upload("лого на Алфа.png", PNG)}))

    value = CharacteristicValue.objects.get()
    assert "Алфа" not in str(value.file.name)
    answer = client.get(reverse("counterparties:characteristic_file", args=[value.pk]))
    assert answer.getvalue() == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "лого на Алфа.png" in client.get(value.party.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("лого.png", b"<html><script>alert(1)</script>", "not accepted"),
        ("лого.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not accepted"),
        ("лого.pdf", PNG, "not what its name says"),
        ("лого.png", b"", "empty"),
        ("лого.png", PNG[:40], "damaged"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_at_the_field(client, file_kind, name, content, words):
    answer = client.post(ADD, record(**{f"ch_{file_kind.code}": upload(name, content)}))

    assert answer.status_code == 422
    assert words in answer.context["form"].errors[f"ch_{file_kind.code}"][0]
    assert not CharacteristicValue.objects.exists()


def test_the_file_stays_when_the_record_is_saved_without_a_new_one(client, file_kind):
    client.post(ADD, record(**{f"ch_{file_kind.code}": upload("лого.png", PNG)}))
    value = CharacteristicValue.objects.get()

    assert client.post(edit_address(value.party), record(note="ново")).status_code == 302

    assert CharacteristicValue.objects.get().file.name == value.file.name


def test_the_file_is_closed_to_those_who_do_not_see_the_party(client, file_kind):
    client.post(ADD, record(**{f"ch_{file_kind.code}": upload("лого.png", PNG)}))
    address = reverse("counterparties:characteristic_file", args=[CharacteristicValue.objects.get().pk])

    assert signed_in(worker("counterparties.view_client")).get(address).status_code == 200
    assert signed_in(worker("counterparties.view_bank")).get(address).status_code == 404


def test_a_characteristic_without_a_file_has_no_download(client):
    value = CharacteristicValueFactory(text="текст")

    assert client.get(reverse("counterparties:characteristic_file", args=[value.pk])).status_code == 404
