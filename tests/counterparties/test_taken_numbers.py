"""A number that is taken: found by EIK and VAT number alike, and no way to try personal numbers one after another."""

import pytest
from django.urls import reverse

from counterparties.models import Counterparty, PersonalNumberAccess
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, egn, eik
from tests.people import CHANGE_ALL, SEE_ALL, signed_in, superuser, worker

pytestmark = pytest.mark.django_db
ADD = "/counterparties/add/"
ADD_CLIENT = ("counterparties.add_client",)


def typed(**fields):
    return {"kinds": "client", "person_kind": "legal", "country": "BG", "vat_registration": "none"} | fields


def test_a_company_entered_by_its_eik_is_found_by_its_vat_number():
    ClientFactory(name="Носител", identifier_type="eik", registration_number=eik(7))

    answer = signed_in(superuser()).post(ADD, typed(name="Двойник", vat_number=f"BG{eik(7)}"))

    assert answer.status_code == 422
    assert "Носител" in str(answer.context["form"].errors["vat_number"])


def test_a_company_entered_by_its_vat_number_is_found_by_its_eik():
    ClientFactory(name="Носител", vat_number=f"BG{eik(7)}", vat_registration="full")

    answer = signed_in(superuser()).post(ADD, typed(name="Двойник", identifier_type="eik", number=eik(7)))

    assert answer.status_code == 422
    assert "Носител" in str(answer.context["form"].errors["number"])


def test_two_numbers_of_two_others_are_both_told_at_their_fields():
    ClientFactory(name="Първа", identifier_type="eik", registration_number=eik(7))
    ClientFactory(name="Втора", vat_number=f"BG{eik(8)}", vat_registration="full")

    answer = signed_in(superuser()).post(
        ADD, typed(name="Трета", identifier_type="eik", number=eik(7), vat_number=f"BG{eik(8)}")
    )

    errors = answer.context["form"].errors
    assert "Първа" in str(errors["number"])
    assert "Втора" in str(errors["vat_number"])
    assert "constraint" not in str(errors).lower()


def person(**fields):
    return typed(person_kind="natural", identifier_type="egn", number=egn(1)) | fields


def test_a_taken_personal_number_is_not_told_of_a_form_that_could_not_be_saved_anyway():
    NaturalPersonFactory(identifier_type="egn", personal_number=egn(1))

    answer = signed_in(superuser()).post(ADD, person(given_name="", family_name=""))

    assert answer.status_code == 422
    assert "number" not in answer.context["form"].errors
    assert not PersonalNumberAccess.objects.exists()


def test_without_the_reveal_right_it_is_not_told_whose_the_number_is_and_the_try_is_logged():
    bearer = NaturalPersonFactory(given_name="Тайна", identifier_type="egn", personal_number=egn(1))
    user = worker(*SEE_ALL, *CHANGE_ALL, *ADD_CLIENT)

    answer = signed_in(user).post(ADD, person(given_name="Иван", family_name="Петров"))

    words = str(answer.context["form"].errors["number"])
    assert "This number is taken" in words
    assert "Тайна" not in words
    logged = PersonalNumberAccess.objects.get()
    assert (logged.user, logged.party) == (user, bearer)
    assert Counterparty.objects.count() == 1


def test_the_comment_of_another_is_not_overwritten_unseen():
    party = ClientFactory(comment="стар")
    client = signed_in(superuser())
    address = reverse("counterparties:counterparty_comment", args=[party.pk])
    seen = client.get(address).context["form"]["seen"].value()
    Counterparty.objects.filter(pk=party.pk).update(comment="чужд")

    refused = client.post(address, {"comment": "мой", "seen": seen})

    party.refresh_from_db()
    assert party.comment == "чужд"
    form = refused.context["form"]
    assert "чужд" in str(form.errors["comment"])
    assert form["comment"].value() == "мой"
    client.post(address, {"comment": "мой", "seen": form["seen"].value()})
    party.refresh_from_db()
    assert party.comment == "мой"


def test_a_request_without_a_comment_does_not_empty_it():
    party = ClientFactory(comment="стар")

    answer = signed_in(superuser()).post(reverse("counterparties:counterparty_comment", args=[party.pk]), {})

    party.refresh_from_db()
    assert (answer.status_code, party.comment) == (400, "стар")


def test_the_history_is_exported_as_it_is_filtered():
    party = ClientFactory(name="Алфа")
    party.note = "нова"
    party.save()

    answer = signed_in(superuser()).get(f"/counterparties/{party.pk}/history/?export=csv")

    text = answer.getvalue().decode()
    assert "Note;;нова" in text
