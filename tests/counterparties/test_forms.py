"""The form of the record under bad input: a clear sentence at the field, never a 500, nothing typed is lost."""

import datetime as dt
from unicodedata import normalize
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils.html import escape

from counterparties.forms import CounterpartyForm
from counterparties.models import Counterparty, LegalForm
from tests.factories.counterparties import (
    ClientFactory,
    LegalFormFactory,
    OwnFirmFactory,
    PartyTypeFactory,
    StatusFactory,
    egn,
    eik,
)
from tests.factories.users import UserFactory
from tests.people import CHANGE_ALL, SEE_ALL, browser_of, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

ADD = "/counterparties/add/"
HUGE = str(10**30)


def record(**changes) -> dict[str, object]:
    """What a browser sends for the smallest legal client."""
    return {
        "kinds": ["client"],
        "person_kind": "legal",
        "name": "Алфа",
        "country": "BG",
        "vat_registration": "none",
        "identifier_type": "eik",
    } | changes


@pytest.fixture
def client():
    return signed_in(superuser())


def refused(client, typed, address=ADD) -> dict[str, list[str]]:
    """Send a form that must be refused; give back the messages. What was typed must be on the page again."""
    answer = client.post(address, typed)
    assert answer.status_code == 422
    form = answer.context["form"]
    for name, value in typed.items():
        if name in form.fields and isinstance(value, str):
            assert form[name].value() == value
    return {name: list(errors) for name, errors in form.errors.items()}


def test_a_party_is_added_with_all_that_was_typed(client):
    form, status, kind_of_client = LegalForm.objects.get(name="ООД"), StatusFactory(), PartyTypeFactory()
    trader, firm = UserFactory(), OwnFirmFactory()

    answer = client.post(
        ADD,
        record(
            name="  Алфа   Трейд ",
            legal_form=form.pk,
            number="175 074 752",
            vat_number="bg175074752",
            client_type=kind_of_client.pk,
            status=status.pk,
            trader=trader.pk,
            serving_firms=[firm.pk],
            email="office@example.com",
            phone="0888 123 456",
            payment_term_days="14",
            e_invoice_consent_on="03.11.2026",
            note="първи ред\r\nвтори ред",
        ),
    )

    party = Counterparty.objects.get(is_client=True)
    assert answer.headers["Location"] == party.get_absolute_url()
    assert (party.full_name, party.registration_number, party.vat_number) == (
        "Алфа Трейд ООД",
        "175074752",
        "BG175074752",
    )
    assert (party.client_type, party.status, party.trader) == (kind_of_client, status, trader)
    assert list(party.serving_firms.all()) == [firm]
    assert (party.email, party.phone.as_e164, party.payment_term_days) == ("office@example.com", "+359888123456", 14)
    assert party.e_invoice_consent_on == dt.date(2026, 11, 3)
    assert party.note == "първи ред\nвтори ред"
    assert party.created_by is not None


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Write the name."),
        ({"kinds": []}, "kinds", "This field is required."),
        ({"kinds": ["robot"]}, "kinds", "not one of the available choices"),
        ({"person_kind": "natural"}, "given_name", "Write the name."),
        ({"person_kind": ""}, "person_kind", "required"),
        ({"person_kind": "robot"}, "person_kind", "not one of the available choices"),
        ({"number": "175074753"}, "number", "The last digit does not match"),
        ({"number": "17507475x"}, "number", "digits only"),
        ({"number": "BG175074752"}, "number", "leave out “BG”"),
        ({"number": "175074752", "identifier_type": ""}, "identifier_type", "what kind of number"),
        ({"number": "1" * 41}, "number", "at most 40 characters"),
        ({"number": "7001010700", "identifier_type": "egn"}, "number", "last digit"),
        ({"vat_number": "BG12"}, "vat_number", "9 or 10 digits"),
        ({"email": "не е поща"}, "email", "valid email"),
        ({"phone": "12"}, "phone", "phone number"),
        ({"payment_term_days": "1e5"}, "payment_term_days", "whole number"),
        ({"payment_term_days": "-1"}, "payment_term_days", "greater than or equal to 0"),
        ({"payment_term_days": "400"}, "payment_term_days", "less than or equal to 365"),
        ({"e_invoice_consent_on": "31.02.2026"}, "e_invoice_consent_on", "valid date"),
        ({"e_invoice_consent_on": "вчера"}, "e_invoice_consent_on", "valid date"),
        ({"country": "ZZ"}, "country", "not one of the available choices"),
        ({"status": "0"}, "status", "not one of the available choices"),
        ({"trader": "abc"}, "trader", "not one of the available choices"),
        ({"insolvency": "insolvency"}, "insolvency_source", "known from"),
        ({"note": "н" * 5001}, "note", "at most 5000 characters"),
    ],
)
def test_a_wrong_value_is_named_at_its_field(client, changes, field, words):
    errors = refused(client, record(**changes))

    assert list(errors) == [field]
    assert words in errors[field][0]
    assert not Counterparty.objects.exists()


TEXT_FIELDS = [
    "name",
    "short_name",
    "name_latin",
    "insolvency_source",
    "note",
    "number",
    "vat_number",
    "email",
    "phone",
]
OTHER_FIELDS = ["payment_term_days", "country", "status", "kinds", "e_invoice_consent_on"]
DECEIVING = {
    "NUL": "Ал\x00фа",
    "control": "Ал\x07фа",
    "bidi": "Алфа\u202eОДО",
    "combining": "а" + "\u0301" * 50,
    "private": "\ue000",
    "noncharacter": "\ufdd0",
    "tag": "\U000e0041",
}
WRITINGS = ["שלום עולם", "شركة", "Zoe\u0308 Café", "Алфа 😀", 'O\'Neil & <Söhne> "x"', "№ 1 %_\\"]


@pytest.mark.parametrize("value", DECEIVING.values(), ids=DECEIVING.keys())
def test_text_that_could_deceive_is_refused_at_the_field(value):
    user = superuser()

    for field in TEXT_FIELDS:
        assert field in CounterpartyForm(record(**{field: value}), user=user).errors


def test_a_refused_text_stands_in_the_page_again(client):
    assert list(refused(client, record(name="Ал\x07фа", note="дълга бележка"))) == ["name"]


@pytest.mark.parametrize("name", WRITINGS)
def test_names_of_every_writing_are_welcome_and_come_back_whole(client, name):
    answer = client.post(ADD, record(name=name), follow=True)

    assert answer.status_code == 200
    assert escape(normalize("NFC", name)) in answer.content.decode()


@pytest.mark.parametrize("field", [*TEXT_FIELDS, *OTHER_FIELDS])
def test_a_megabyte_in_any_field_is_refused_at_the_field(client, field):
    answer = client.post(ADD, record(**{field: "9" * 1_000_000}))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


@pytest.mark.parametrize("field", ["legal_form", "client_type", "supplier_type", "status", "trader", "serving_firms"])
def test_a_key_that_is_no_row_is_refused_at_its_field(field):
    user = superuser()

    for key in (HUGE, "-1", "0", "1.5", "x", "²", "\x00", "9" * 5000):
        typed = record(**{field: [key] if field == "serving_firms" else key})
        assert list(CounterpartyForm(typed, user=user).errors) == [field]


@pytest.mark.parametrize(
    "address",
    [
        "/counterparties/{}/",
        "/counterparties/{}/edit/",
        "/counterparties/{}/archive/",
        "/counterparties/{}/restore/",
        "/counterparties/{}/pdf/",
        "/counterparties/{}/comment/",
        "/counterparties/{}/reveal/",
        "/counterparties/{}/history/",
        "/counterparties/{}/contacts/",
        "/counterparties/{}/relations/add/",
        "/counterparties/{}/relations/{}/",
        "/counterparties/characteristic-files/{}/",
        "/jobs/{}/",
        "/jobs/{}/file/",
    ],
)
def test_a_huge_key_in_an_address_is_a_404(client, address):
    for key in (HUGE, "9" * 19, "9" * 5000):
        assert client.get(address.format(key, key)).status_code == 404


NASTY = [HUGE, "9" * 5000, "-1", "²", "\x00", "a\x00b@c", "%", "_", "\\", "'\"><script>", "\u202e", "NaN", "1e999"]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/counterparties/", "q status client_type supplier_type trader person_kind vat foreign archived town"),
        ("/counterparties/", "page page_size sort view columns export kind"),
        ("/search/", "q stay"),
        ("/counterparties/picker/", "q kind"),
        ("/counterparties/duplicates/", "party name email phone vat_number number"),
        ("/counterparties/add/", "kind"),
        ("/counterparties/{pk}/history/", "model user since until before"),
        ("/counterparties/{pk}/history/", "before"),
        ("/counterparties/{pk}/", "page"),
    ],
)
def test_no_value_of_a_parameter_breaks_a_page(client, address, names):
    address = address.format(pk=ClientFactory(name="Алфа").pk)

    for value in NASTY:
        typed = dict.fromkeys(names.split(), value) | ({"identifier_type": "foreign"} if "number" in names else {})
        assert client.get(address, typed).status_code in (200, 302), value


@pytest.mark.parametrize(
    "key",
    [
        "~~",
        "x~counterparties.counterparty~1",
        "0001-01-01T00:00:00~counterparties.counterparty~1",
        "9999-12-31T23:59:59.999999-14:00~counterparties.counterparty~1",
        f"2026-01-01T00:00:00+02:00~counterparties.counterparty~{HUGE}",
        f"2026-01-01T00:00:00+02:00~\x00~-{HUGE}",
    ],
)
def test_a_forged_key_of_the_history_breaks_nothing(client, key):
    page = f"/counterparties/{ClientFactory().pk}/history/"

    assert client.get(page, {"before": key}).status_code == 200


@pytest.mark.parametrize("value", NASTY)
def test_no_value_breaks_saved_views_columns_and_bulk_deeds(client, value):
    here = {"list": value}

    for typed in ({"name": value, "query": value}, {"name": "x", "query": f"columns={value}"}):
        assert client.post("/views/save/", typed, query_params=here).status_code == 302
    assert client.post("/lists/columns/", {"columns": [value]}, query_params=here).status_code == 302
    for action in ("archive", "assign_trader"):
        typed = {"action": action, "selected": [value], "reason": value, "trader": value}
        assert client.post("/counterparties/", typed).status_code == 302
    assert client.post("/counterparties/", {"action": value}).status_code == 403
    assert client.get("/counterparties/").status_code == 200


def test_a_view_of_many_cyrillic_letters_is_cut_or_refused_but_not_a_500(client):
    answer = client.post("/views/save/?list=counterparties", {"name": "x", "query": "q=" + "я" * 1900})

    assert answer.status_code == 302


def test_a_legal_form_out_of_use_is_offered_only_where_it_is_chosen(client):
    old = LegalFormFactory(is_active=False)
    with_it, without = ClientFactory(legal_form=old), ClientFactory()

    def offered(party):
        page = client.get(reverse("counterparties:counterparty_edit", args=[party.pk]))
        return [form for form in page.context["form"].fields["legal_form"].queryset if form == old]

    assert (offered(with_it), offered(without)) == ([old], [])


def test_saving_a_record_keeps_a_trader_who_left(client):
    gone = UserFactory(is_active=False)
    party = ClientFactory(trader=gone)

    client.post(reverse("counterparties:counterparty_edit", args=[party.pk]), record(trader=gone.pk))

    party.refresh_from_db()
    assert (party.name, party.trader) == ("Алфа", gone)


def test_only_kinds_that_the_user_may_add_are_accepted():
    seller = signed_in(worker("counterparties.view_client", "counterparties.add_client"))

    assert list(refused(seller, record(kinds=["client", "bank"]))) == ["kinds"]
    assert seller.post(ADD, record()).status_code == 302


def test_a_party_that_leaves_the_users_scope_is_saved_and_the_list_opens():
    user = worker("counterparties.view_client", "counterparties.add_client", parties="mine")

    answer = signed_in(user).post(ADD, record(trader=UserFactory().pk))

    assert answer.headers["Location"] == "/counterparties/"
    assert Counterparty.objects.count() == 1


# -- A number that is taken --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [{"number": eik(7)}, {"vat_number": f"BG{eik(7)}"}, {"number": egn(70), "identifier_type": "egn"}]
)
def test_a_taken_number_leads_to_its_bearer(client, typed):
    bearer = ClientFactory(name="Носител", identifier_type="eik", registration_number=eik(7), vat_number=f"BG{eik(7)}")
    if "identifier_type" in typed:
        bearer = ClientFactory(name="Носител на ЕГН", identifier_type="egn", personal_number=egn(70))

    answer = client.post(ADD, record(**typed))

    assert answer.status_code == 422
    (field,) = answer.context["form"].errors
    assert field == ("vat_number" if "vat_number" in typed else "number")
    page = answer.content.decode()
    assert f'<a href="{bearer.get_absolute_url()}">{bearer.name}</a>' in page
    assert "Restore" not in page


def test_the_number_of_an_archived_party_offers_to_restore_it_to_those_who_may(client):
    bearer = ClientFactory(name="Стар", identifier_type="eik", registration_number=eik(7))
    bearer.archive(UserFactory(), "закрит")
    restore = reverse("counterparties:counterparty_restore", args=[bearer.pk])

    page = client.post(ADD, record(number=eik(7))).content.decode()

    assert f'formaction="{restore}"' in page  # one click, with the form's own token
    assert client.post(restore, record(number=eik(7))).headers["Location"] == bearer.get_absolute_url()
    bearer.refresh_from_db()
    assert not bearer.is_archived


def test_restoring_is_not_offered_without_the_right_to_it():
    bearer = ClientFactory(name="Стар", identifier_type="eik", registration_number=eik(7))
    bearer.archive(UserFactory(), "закрит")
    seller = signed_in(worker("counterparties.view_client", "counterparties.add_client"))

    page = seller.post(ADD, record(number=eik(7))).content.decode()

    assert bearer.get_absolute_url() in page
    assert "/restore/" not in page


def test_out_of_scope_a_taken_number_says_only_whom_to_ask():
    boss = UserFactory(role="administrator", first_name="Ани", last_name="Админ")
    bearer = ClientFactory(name="Тайна", identifier_type="eik", registration_number=eik(7), trader=boss)
    user = worker("counterparties.view_client", "counterparties.add_client", parties="mine")

    errors = refused(signed_in(user), record(number=eik(7)))

    assert errors == {"number": ["This number is taken. Ask Ани Админ."]}
    page = signed_in(user).post(ADD, record(number=eik(7))).content.decode()
    assert "Тайна" not in page
    assert bearer.get_absolute_url() not in page


@pytest.mark.parametrize("typed", [{"number": eik(7)}, {"vat_number": f"BG{eik(7)}"}])
def test_two_who_save_the_same_number_at_once_get_a_message_and_no_500(client, typed):
    ClientFactory(name="Носител", identifier_type="eik", registration_number=eik(7), vat_number=f"BG{eik(7)}")

    # The other one saved after our check and before our save: only the database can tell.
    with (
        patch.object(Counterparty, "bearers_of_numbers", return_value={}),
        patch.object(Counterparty, "validate_constraints"),
    ):
        answer = client.post(ADD, record(name="Втори", **typed))

    assert answer.status_code == 422
    assert "Somebody else" in str(answer.context["form"].errors)
    assert Counterparty.objects.count() == 1


def test_a_change_by_another_meanwhile_is_told_and_what_was_typed_stays():
    party = ClientFactory(name="Алфа", note="стара")
    client = browser_of(*SEE_ALL, *CHANGE_ALL)
    address = reverse("counterparties:counterparty_edit", args=[party.pk])
    shown = client.get(address).context["form"]
    typed = {name: value for name in shown.fields if (value := shown[name].value())} | {"note": "моята"}
    party.refresh_from_db()
    party.note = "чужда"
    party.save()

    refused = client.post(address, typed)

    assert refused.status_code == 422
    assert "стара → чужда" in refused.content.decode()
    form = refused.context["form"]
    assert form["note"].value() == "моята"
    again = client.post(address, typed | {"seen": form["seen"].value()})
    assert again.status_code == 302
    party.refresh_from_db()
    assert party.note == "моята"
