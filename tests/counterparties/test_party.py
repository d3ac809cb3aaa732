"""The rules of the record, asked of the model; what the database refuses by itself is asked of the database."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from common.lists import Column, ListPage
from counterparties import dossier
from counterparties.kinds import Kind
from counterparties.models import Counterparty, IdentifierType, LegalForm, PersonKind, Relation, VatRegistration
from tests.factories.counterparties import (
    BankFactory,
    ClientFactory,
    NaturalPersonFactory,
    OwnFirmFactory,
    ServingFirmFactory,
    StatusFactory,
    SupplierFactory,
    egn,
    eik,
)
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


def party(**fields):
    """A legal client that is not saved yet."""
    return Counterparty(**({"name": "Алфа", "is_client": True} | fields))


def refusals(one) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        one.full_clean()
    return caught.value.message_dict


# -- What must be filled in ------------------------------------------------------------------------


def test_a_party_needs_a_name_and_a_kind_and_nothing_more():
    refused = refusals(party(name="", is_client=False))

    assert (refused["name"], refused["kinds"]) == (["Write the name."], ["Choose at least one kind."])
    party().full_clean()


@pytest.mark.parametrize("fields", [{"is_client": False}, {"name": ""}])
def test_the_database_too_refuses_a_party_without_kind_or_name(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        party(**fields).save()


def test_a_party_may_be_all_six_kinds_at_once():
    one = party()
    one.kinds = list(Kind)

    one.full_clean()
    one.save()

    assert Counterparty.objects.get(pk=one.pk).kinds == list(Kind)


@pytest.mark.parametrize(
    ("given", "fathers", "family", "name"),
    [("Иван", "Петров", "Иванов", "Иван Петров Иванов"), ("Мария", "", "Кюри", "Мария Кюри"), ("Шер", "", "", "Шер")],
)
def test_the_name_of_a_natural_person_is_composed(given, fathers, family, name):
    one = party(
        person_kind=PersonKind.NATURAL, name="нещо друго", given_name=given, fathers_name=fathers, family_name=family
    )

    one.full_clean()

    assert one.name == name


def test_a_natural_person_without_any_name_is_refused_at_the_given_name():
    assert refusals(party(person_kind=PersonKind.NATURAL, name="Алфа"))["given_name"] == ["Write the name."]


@pytest.mark.parametrize(
    ("typed", "name", "form"),
    [
        ("Алфа Трейд ООД", "Алфа Трейд", "ООД"),
        ("Алфа оод", "Алфа", "ООД"),
        ("ЕТ Иван Петров", "Иван Петров", "ЕТ"),
        ("ООД", "ООД", None),
        ("Алфа ЕТ", "Алфа ЕТ", None),
        ("ООД Алфа", "ООД Алфа", None),
    ],
)
def test_a_legal_form_is_split_off_the_name_where_it_belongs(typed, name, form):
    one = party(name=typed)

    one.full_clean()

    assert (one.name, one.legal_form.name if one.legal_form else None) == (name, form)


def test_a_chosen_legal_form_is_not_overruled_by_the_name():
    limited = LegalForm.objects.get(name="АД")
    one = party(name="Алфа ООД", legal_form=limited)

    one.full_clean()

    assert (one.name, one.legal_form) == ("Алфа ООД", limited)


def test_a_natural_person_keeps_no_legal_form_and_a_legal_one_no_given_name():
    form = LegalForm.objects.get(name="ООД")
    person = party(person_kind=PersonKind.NATURAL, given_name="Иван", legal_form=form)
    firm = party(given_name="Иван", family_name="Иванов")

    person.full_clean()
    firm.full_clean()

    assert person.legal_form is None
    assert (firm.given_name, firm.family_name) == ("", "")


# -- Numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"identifier_type": "eik", "registration_number": " 175 074 752 "}, ("175074752", "")),
        ({"identifier_type": "foreign", "registration_number": " HRB  12345 ", "country": "DE"}, ("HRB 12345", "")),
        ({"identifier_type": "egn", "personal_number": egn(70)}, ("", egn(70))),
        ({"identifier_type": "egn", "personal_number": egn(70), "registration_number": "175074752"}, ("", egn(70))),
        ({"identifier_type": "eik", "personal_number": egn(70), "registration_number": "175074752"}, ("175074752", "")),
    ],
)
def test_numbers_are_kept_in_canonical_form_each_in_its_own_field(fields, kept):
    one = party(**fields)

    one.full_clean()

    assert (one.registration_number, one.personal_number) == kept


def test_a_type_without_a_number_is_dropped_and_a_number_without_a_type_refused():
    typed_only = party(identifier_type=IdentifierType.EIK)

    typed_only.full_clean()

    assert typed_only.identifier_type == ""
    assert "identifier_type" in refusals(party(registration_number="175074752"))


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"identifier_type": "eik", "registration_number": "175074753"}, "registration_number", "last digit"),
        ({"identifier_type": "eik", "registration_number": "12"}, "registration_number", "9 or 13 digits"),
        ({"identifier_type": "egn", "personal_number": "7513010000"}, "personal_number", "birth date"),
        ({"vat_number": "BG123"}, "vat_number", "9 or 10 digits"),
        ({"vat_number": "DE136695976"}, "vat_number", "begins with BG"),
        (
            {"identifier_type": "eik", "registration_number": "175074752", "country": "DE"},
            "identifier_type",
            "foreign party",
        ),
    ],
)
def test_a_malformed_number_is_refused_at_its_field_with_what_is_wrong(fields, field, words):
    assert words in refusals(party(**fields))[field][0]


def test_a_vat_number_implies_a_registration():
    one = party(vat_number="bg 175074752")

    one.full_clean()

    assert (one.vat_number, one.vat_registration) == ("BG175074752", VatRegistration.FULL)


def test_the_vat_number_of_a_person_is_a_flag_so_that_the_egn_is_written_once():
    one = party(
        person_kind=PersonKind.NATURAL,
        given_name="Иван",
        identifier_type=IdentifierType.EGN,
        personal_number=egn(70),
        vat_number=f"BG{egn(70)}",
    )

    one.full_clean()
    one.save()

    kept = Counterparty.objects.filter(pk=one.pk).values().get()
    assert [name for name, value in kept.items() if egn(70) in str(value)] == ["personal_number"]
    assert one.vat_number_shown == f"BG{one.masked_personal_number}"


def test_a_record_with_an_egn_keeps_its_vat_number_once_even_when_it_says_legal_person():
    one = party(identifier_type=IdentifierType.EGN, personal_number=egn(71), vat_number=f"BG{egn(71)}")

    one.full_clean()
    one.save()

    kept = Counterparty.objects.filter(pk=one.pk).values().get()
    assert [name for name, value in kept.items() if egn(71) in str(value)] == ["personal_number"]


def test_a_persons_vat_number_must_be_his_own():
    natural = {"person_kind": PersonKind.NATURAL, "given_name": "Иван"}

    other = party(**natural, identifier_type="egn", personal_number=egn(70), vat_number=f"BG{egn(71)}")
    without = party(**natural, vat_number=f"BG{egn(70)}")

    assert "the EGN, LNCh or service number above" in refusals(other)["vat_number"][0]
    assert "enter the EGN or LNCh above" in refusals(without)["vat_number"][0]


@pytest.mark.parametrize(
    "fields",
    [
        {"identifier_type": "eik", "registration_number": "175074752"},
        {"identifier_type": "egn", "personal_number": egn(70)},
        {"vat_number": "BG175074752"},
    ],
)
@pytest.mark.parametrize("archived", [False, True])
def test_a_number_is_given_once_archived_bearers_included(fields, archived):
    bearer = ClientFactory(**fields)
    if archived:
        bearer.archive(UserFactory(), "стар")

    (message,) = {words for listed in refusals(party(**fields)).values() for words in listed}

    assert message == "This number is taken."
    with pytest.raises(IntegrityError), transaction.atomic():
        party(**fields).save()


def test_the_same_national_number_in_two_countries_is_two_parties():
    fields = {"identifier_type": "foreign", "registration_number": "12345"}
    ClientFactory(country="DE", **fields)

    party(country="AT", **fields).full_clean()


def test_no_record_holds_a_public_and_a_personal_number_at_once():
    with pytest.raises(IntegrityError), transaction.atomic():
        party(identifier_type="eik", registration_number="175074752", personal_number=egn(70)).save()


# -- Other fields ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"insolvency": "insolvency"}, "insolvency_source"),
        ({"vat_registered_on": dt.date(2026, 1, 2), "vat_deregistered_on": dt.date(2026, 1, 1)}, "vat_deregistered_on"),
        ({"payment_term_days": 366}, "payment_term_days"),
        ({"payment_term_days": -1}, "payment_term_days"),
        ({"email": "не е поща"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"country": "XX"}, "country"),
        ({"person_kind": "robot"}, "person_kind"),
    ],
)
def test_fields_that_contradict_are_refused_at_the_field(fields, field):
    assert field in refusals(party(**fields))


@pytest.mark.parametrize(
    ("registration", "on", "in_force"),
    [
        (VatRegistration.NONE, dt.date(2026, 6, 1), False),
        (VatRegistration.FULL, dt.date(2025, 12, 31), False),
        (VatRegistration.FULL, dt.date(2026, 1, 1), True),
        (VatRegistration.FULL, dt.date(2026, 12, 31), True),
        (VatRegistration.FULL, dt.date(2027, 1, 1), False),
    ],
)
def test_a_vat_registration_is_in_force_from_its_first_to_its_last_day(registration, on, in_force):
    one = party(
        vat_registration=registration,
        vat_registered_on=dt.date(2026, 1, 1),
        vat_deregistered_on=dt.date(2026, 12, 31),
    )

    assert one.vat_in_force(on) is in_force


def test_a_status_changes_only_as_its_transitions_allow():
    good, bad, end = StatusFactory(), StatusFactory(), StatusFactory()
    good.next_statuses.add(bad)
    one = ClientFactory(status=good)

    one.status = end
    assert "may not change" in refusals(one)["status"][0]
    one.status = None
    assert "status" in refusals(one)
    one.status = bad
    one.full_clean()
    one.save()
    one.status = end  # `bad` names no transitions: every other status is allowed
    one.full_clean()


def test_requisites_hold_the_full_name_and_the_numbers_but_never_a_personal_one():
    firm = ClientFactory(
        name="Алфа",
        legal_form=LegalForm.objects.get(name="ООД"),
        identifier_type="eik",
        registration_number="175074752",
        vat_number="BG175074752",
    )
    person = NaturalPersonFactory(identifier_type="egn", personal_number=egn(70))

    assert firm.requisites == "Алфа ООД\nEIK: 175074752\nVAT no.: BG175074752"
    assert egn(70) not in person.requisites


# -- Kinds that hold something -----------------------------------------------------------------------


@pytest.fixture
def supplier_tab():
    """A tab that only suppliers have, whose rows are the party's serving firms."""

    class Rows(ListPage):
        from counterparties.models import ServingFirm as model  # noqa: N813

        columns = [Column("own_firm", "Firm")]

    class OnlySuppliers(dossier.DossierTab):
        slug = "only-suppliers"
        title = "Deliveries"
        kinds = [Kind.SUPPLIER]
        list_page = Rows
        counted = False

    tab = OnlySuppliers()
    dossier.tabs.register(tab)
    yield tab
    dossier.tabs.unregister("only-suppliers")


def test_a_kind_stays_while_a_tab_that_only_it_opens_holds_rows(supplier_tab):
    one = SupplierFactory(is_client=True)
    link = ServingFirmFactory(party=one)

    one.is_supplier = False
    assert refusals(one)["kinds"] == [
        "The kind “supplier” cannot be removed: the tab “Deliveries”, which it opens, holds rows."
    ]
    link.delete()
    one.full_clean()


def test_a_kind_goes_when_another_kind_opens_the_same_tab(supplier_tab):
    supplier_tab.kinds = [Kind.SUPPLIER, Kind.CLIENT]
    one = SupplierFactory(is_client=True)
    ServingFirmFactory(party=one)

    one.is_supplier = False

    one.full_clean()


def test_an_own_firm_that_serves_parties_stays_an_own_firm():
    firm = OwnFirmFactory(is_client=True)
    ServingFirmFactory(own_firm=firm)

    firm.is_own_firm = False

    assert refusals(firm)["kinds"] == ["The kind “own firm” cannot be removed: it serves 1 party."]


# -- Deeds -------------------------------------------------------------------------------------------


def test_archiving_keeps_who_when_and_why_and_restoring_brings_the_party_back():
    one, who = ClientFactory(), UserFactory()

    one.archive(who, "  закрита  ")
    one.refresh_from_db()
    assert (one.is_archived, one.archived_by, one.archive_reason) == (True, who, "закрита")
    assert one not in Counterparty.objects.current()

    one.restore()
    one.refresh_from_db()
    assert (one.is_archived, one.archived_by, one.archive_reason) == (False, None, "")
    assert one in Counterparty.objects.current()


@pytest.mark.parametrize("reason", ["", "   "])
def test_nothing_is_archived_without_a_reason(reason):
    one = ClientFactory()

    with pytest.raises(ValidationError, match="Say why"):
        one.archive(UserFactory(), reason)

    one.refresh_from_db()
    assert not one.is_archived


def test_a_party_is_not_archived_twice():
    one = ClientFactory()
    one.archive(UserFactory(), "първа причина")

    with pytest.raises(ValidationError, match="already archived"):
        one.archive(UserFactory(), "втора")

    one.refresh_from_db()
    assert one.archive_reason == "първа причина"


def test_a_branch_is_related_to_its_head_office_once():
    office = BankFactory(identifier_type="eik", registration_number="175074752")
    branch = BankFactory(identifier_type="eik", registration_number="1750747520016")

    branch.link_to_head_office()
    branch.link_to_head_office()

    (relation,) = Relation.objects.all()
    assert (relation.from_party, relation.kind, relation.to_party) == (branch, Relation.Kind.BRANCH, office)


def test_a_branch_without_its_office_here_and_a_firm_of_nine_digits_have_no_head_office():
    for number in ("1750747520016", eik(1)):
        ClientFactory(identifier_type="eik", registration_number=number).link_to_head_office()

    assert not Relation.objects.exists()


def test_search_text_holds_what_people_type_but_no_personal_number():
    one = NaturalPersonFactory(
        given_name="Мария",
        family_name="Иванова",
        name="Мария Иванова",
        identifier_type="egn",
        personal_number=egn(70),
        vat_from_personal_number=True,
        phone="+359888123456",
        email="maria@example.com",
    )

    for piece in ("maria ivanova", "359888123456", "0888123456", "maria example com"):
        assert piece in one.search_text
    assert egn(70) not in one.search_text
