"""The button "fill": what VIES says goes into empty fields, what was typed stays, and the answer is kept as proof."""

import pytest
from django.urls import reverse

from counterparties.models import Counterparty, ViesCheck
from tests import local_vies
from tests.counterparties.test_forms import ADD, record
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, OwnFirmFactory, egn, eik
from tests.people import SEE_ALL, browser_of, signed_in, superuser

pytestmark = pytest.mark.django_db

FILL = "/counterparties/vies/"


@pytest.fixture
def vies(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with local_vies.LocalVies() as server:
        settings.VIES_URL = server.url
        settings.VIES_TIMEOUT = 0.5
        yield server


@pytest.fixture
def client():
    return signed_in(superuser())


def typed(**changes) -> dict[str, object]:
    return record(name="", number="175 074 752") | changes


def values(answer) -> dict[str, object]:
    form = answer.context["form"]
    return {name: form[name].value() for name in ("name", "legal_form", "number", "vat_number", "vat_registration")}


def test_an_eik_brings_name_form_and_vat_number(vies, client):
    answer = client.post(FILL, typed())

    assert answer.status_code == 200
    filled = values(answer)
    assert (filled["name"], filled["vat_number"], filled["vat_registration"]) == ("ПРИМЕР", "BG175074752", "full")
    assert filled["number"] == "175 074 752"  # as it was typed
    page = answer.content.decode()
    assert "VIES: the number is valid." in page
    assert local_vies.ADDRESS in page


def test_a_vat_number_alone_brings_the_eik_too(vies, client):
    answer = client.post(FILL, typed(number="", vat_number="bg175074752"))

    assert values(answer)["number"] == "175074752"


def test_nothing_that_was_typed_is_overwritten_or_lost(vies, client):
    answer = client.post(FILL, typed(name="Моето име", note="бележка", email="не е поща", kinds=["bank", "client"]))

    form = answer.context["form"]
    kept = {name: form[name].value() for name in ("name", "note", "email", "kinds")}
    assert kept == {"name": "Моето име", "note": "бележка", "email": "не е поща", "kinds": ["bank", "client"]}
    assert not form.errors  # the user is not done yet
    assert not Counterparty.objects.exists()


def test_the_answer_is_kept_with_who_when_and_consultation_number(vies, client):
    OwnFirmFactory(identifier_type="eik", registration_number=eik(1), vat_number=f"BG{eik(1)}")

    answer = client.post(FILL, typed())

    check = ViesCheck.objects.get()
    assert (check.vat_number, check.is_valid, check.name, check.address) == (
        "BG175074752",
        True,
        local_vies.NAME,
        local_vies.ADDRESS,
    )
    assert check.consultation_number == local_vies.CONSULTATION_NUMBER
    assert check.asked_by is not None
    assert vies.questions[0]["requesterNumber"] == eik(1)
    assert local_vies.CONSULTATION_NUMBER in answer.content.decode()


def test_the_proof_is_tied_to_the_party_when_it_is_saved_and_shown_in_its_dossier(vies, client):
    form = client.post(FILL, typed()).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"kinds": ["client"], "serving_firms": []}

    answer = client.post(ADD, sent)

    assert answer.status_code == 302
    party = Counterparty.objects.get()
    assert ViesCheck.objects.get().party == party
    assert "VIES, " in client.get(party.get_absolute_url()).content.decode()


def test_somebody_elses_proof_is_not_taken(vies, client):
    other = signed_in(superuser())
    check = other.post(FILL, typed()).context["form"]["vies_check"].value()

    client.post(ADD, record(vies_check=check))

    assert ViesCheck.objects.get().party is None


def test_a_number_that_is_not_valid_is_said_and_kept(vies, client):
    vies.behaviour = "invalid"

    answer = client.post(FILL, typed(name="Моето име"))

    assert "VIES says: this VAT number is not valid." in answer.content.decode()
    assert values(answer)["vat_number"] in (None, "")
    assert ViesCheck.objects.get().is_valid is False


@pytest.mark.parametrize(
    "behaviour",
    ["slow", "garbage", "huge", "closed", "server_error", "MS_UNAVAILABLE", "user:TIMEOUT", "INVALID_INPUT"],
)
@pytest.mark.parametrize("scripts", [True, False])
def test_whatever_vies_does_the_form_stays_usable_with_all_that_was_typed(vies, client, behaviour, scripts):
    vies.behaviour = behaviour

    answer = client.post(FILL, typed(name="Моето име"), headers={"HX-Request": "true"} if scripts else {})

    assert answer.status_code == 200
    assert answer.context["notice"]
    assert str(answer.context["notice"]) in answer.content.decode().replace("&#x27;", "'")
    assert values(answer)["name"] == "Моето име"
    assert not ViesCheck.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": ""}, "Type the EIK or the VAT number first."),
        ({"number": "123"}, "9 or 13 digits"),
        ({"vat_number": "BG1"}, "9 or 10 digits"),
        ({"number": "9" * 1_000_000}, "9 or 13 digits"),
        ({"vat_number": "a\x00b"}, ""),
        ({"country": "\x00"}, ""),
    ],
)
def test_a_number_that_cannot_be_asked_about_is_said_without_asking(vies, client, changes, words):
    answer = client.post(FILL, typed(**changes))

    assert answer.status_code == 200
    assert words in str(answer.context["notice"])
    assert vies.questions == [] or not words


def test_without_scripts_the_whole_page_comes_back_and_saves_to_the_record(vies, client):
    party = ClientFactory(name="Алфа")

    page = client.post(f"{FILL}?party={party.pk}", typed())

    text = page.content.decode()
    assert "<html" in text
    assert f'action="{reverse("counterparties:counterparty_edit", args=[party.pk])}"' in text
    assert 'formaction="/counterparties/vies/?party=' in text
    assert ViesCheck.objects.get().party == party


def test_with_scripts_only_the_fields_come_back(vies, client):
    answer = client.post(FILL, typed(), headers={"HX-Request": "true", "HX-Target": "form-fields"})

    assert "<html" not in answer.content.decode()
    assert 'name="vat_number"' in answer.content.decode()


def test_a_persons_vat_number_is_kept_only_masked(vies, client):
    client.post(FILL, record(person_kind="natural", given_name="Иван", vat_number=f"BG{egn(70)}", identifier_type=""))

    assert egn(70) not in ViesCheck.objects.get().vat_number


def test_a_record_with_an_egn_that_says_legal_person_keeps_the_proof_masked_too(vies, client):
    person = NaturalPersonFactory(identifier_type="egn", personal_number=egn(70))

    client.post(f"{FILL}?party={person.pk}", typed(vat_number=f"BG{egn(70)}", identifier_type="egn", number=egn(70)))

    assert egn(70) not in ViesCheck.objects.get().vat_number


def test_asking_is_for_those_who_add_or_change_parties(vies):
    party = ClientFactory()

    assert browser_of(*SEE_ALL).post(FILL, typed()).status_code == 403
    assert browser_of(*SEE_ALL).post(f"{FILL}?party={party.pk}", typed()).status_code == 403
    assert browser_of("counterparties.view_bank").post(f"{FILL}?party={party.pk}", typed()).status_code == 404
    assert browser_of("counterparties.add_client").post(FILL, typed()).status_code == 200
