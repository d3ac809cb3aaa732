import datetime
import time

import pytest
from django.utils import timezone

from counterparties.vies import ViesAnswer, ViesRefused, ViesUnavailable, check_vat_number, split_address
from tests import local_vies


@pytest.fixture
def vies(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with local_vies.LocalVies() as server:
        settings.VIES_URL = server.url
        settings.VIES_TIMEOUT = 0.5
        yield server


def test_a_valid_number_comes_with_name_address_and_consultation_number(vies):
    before = timezone.now()

    answer = check_vat_number("BG 175 074 752", requester="BG131071587")

    assert answer == ViesAnswer(
        valid=True,
        name=local_vies.NAME,
        address=local_vies.ADDRESS,
        consultation_number=local_vies.CONSULTATION_NUMBER,
        asked_at=answer.asked_at,
        country="BG",
        number="175074752",
    )
    assert answer.vat_number == "BG175074752"
    assert before <= answer.asked_at <= timezone.now()
    assert vies.questions == [
        {
            "countryCode": "BG",
            "vatNumber": "175074752",
            "requesterMemberStateCode": "BG",
            "requesterNumber": "131071587",
        }
    ]


def test_without_our_own_number_there_is_no_consultation_number(vies):
    answer = check_vat_number("GR094259216")

    assert answer.consultation_number == ""
    assert vies.questions == [{"countryCode": "EL", "vatNumber": "094259216"}]


def test_an_invalid_number_is_an_answer_not_an_error(vies):
    vies.behaviour = "invalid"

    answer = check_vat_number("BG175074752")

    assert (answer.valid, answer.name, answer.address) == (False, "", "")


def test_what_the_member_state_does_not_disclose_is_empty(vies):
    vies.behaviour = "undisclosed"

    answer = check_vat_number("DE136695976", requester="BG131071587")

    assert (answer.valid, answer.name, answer.address) == (True, "", "")


def test_a_deceiving_name_is_made_harmless(vies):
    vies.name = "  ПРИМЕР\n\u202eДОО\x07 "

    assert check_vat_number("BG175074752").name == "ПРИМЕР ДОО"


@pytest.mark.parametrize("told_in", ["", "user:"])
@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("MS_UNAVAILABLE", ViesUnavailable, "member state is not available"),
        ("TIMEOUT", ViesUnavailable, "in time"),
        ("SERVICE_UNAVAILABLE", ViesUnavailable, "does not answer"),
        ("MS_MAX_CONCURRENT_REQ", ViesUnavailable, "overloaded"),
        ("GLOBAL_MAX_CONCURRENT_REQ", ViesUnavailable, "overloaded"),
        ("VOW-ERR-1", ViesUnavailable, "does not answer"),
        ("INVALID_INPUT", ViesRefused, "does not accept this number"),
        ("INVALID_REQUESTER_INFO", ViesRefused, "our own VAT number"),
        ("IP_BLOCKED", ViesRefused, "this server"),
    ],
)
def test_a_refusal_is_told_in_words_and_never_as_an_invalid_number(vies, told_in, code, error, words):
    vies.behaviour = told_in + code

    with pytest.raises(error, match=words) as caught:
        check_vat_number("BG175074752")

    assert caught.value.code == code


@pytest.mark.parametrize(
    "behaviour",
    ["slow", "trickle", "garbage", "nested", "list", "empty", "closed", "cut", "huge", "redirect", "server_error"],
)
def test_whatever_else_happens_vies_is_unavailable_and_soon(vies, behaviour):
    vies.behaviour = behaviour
    started = time.monotonic()

    with pytest.raises(ViesUnavailable, match="later"):
        check_vat_number("BG175074752")

    assert time.monotonic() - started < 2
    assert len(vies.questions) == 1  # no redirect was followed


def test_a_service_that_is_not_there_is_unavailable(settings):
    settings.VIES_URL = "http://127.0.0.1:1"
    settings.VIES_TIMEOUT = 0.5

    with pytest.raises(ViesUnavailable):
        check_vat_number("BG175074752")


def test_a_number_from_outside_the_eu_is_not_asked_about(vies):
    with pytest.raises(ViesRefused, match="member states"):
        check_vat_number("CHE123456788")

    assert vies.questions == []


@pytest.mark.parametrize(
    ("address", "street", "district", "kind", "settlement", "postal_code"),
    [
        ("ул.ШИПКА №34 обл.СОФИЯ, гр.СОФИЯ 1000", "ул.ШИПКА №34", "София", "гр.", "София", "1000"),
        ("ИСКЪР №2 обл.СТАРА ЗАГОРА, гр.СТАРА ЗАГОРА 6000", "ИСКЪР №2", "Стара Загора", "гр.", "Стара Загора", "6000"),
        ("жк  ж.к. Люлин бл.305 обл.СОФИЯ, гр.СОФИЯ 1336", "жк ж.к. Люлин бл.305", "София", "гр.", "София", "1336"),
        ("ПЪРВА №1 обл.ВРАЦА, с.Бутан 3313", "ПЪРВА №1", "Враца", "с.", "Бутан", "3313"),
        ("гр.БАНСКО", "", "", "гр.", "Банско", ""),
        ("Hauptstraße 1\n10115 Berlin", "Hauptstraße 1 10115 Berlin", "", "", "", ""),
        ("", "", "", "", "", ""),
    ],
)  # fmt: skip
def test_a_bulgarian_address_is_parted_as_well_as_it_goes(address, street, district, kind, settlement, postal_code):
    assert split_address(address) == {
        "street": street,
        "district": district,
        "kind": kind,
        "settlement": settlement,
        "postal_code": postal_code,
    }


def test_the_moment_of_the_question_is_in_a_time_zone(vies):
    assert check_vat_number("BG175074752").asked_at.utcoffset() == datetime.timedelta(0)
