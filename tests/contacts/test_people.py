"""Contact persons: names, links to parties, main contact, the combined form, one person at several parties."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import ContactArea, ContactLink, ContactPerson, ContactRole
from tests.factories.contacts import ContactLinkFactory, ContactPersonFactory, PersonEmailFactory, PersonPhoneFactory
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db

SEE = (*SEE_ALL, "contacts.view_contactperson")
WRITE = (*SEE, "contacts.add_contactperson", "contacts.change_contactperson", "contacts.archive_contactperson")
PANEL = {"HX-Request": "true", "HX-Target": "panel-body"}


def typed(phones=(), emails=(), initial=(0, 0), **values):
    """What a browser sends: the person, one row for each phone and e-mail, and an empty row."""
    data = {"language": "bg", **values}
    for prefix, field, rows, kept in (
        ("phones", "number", phones, initial[0]),
        ("emails", "email", emails, initial[1]),
    ):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows) + 1, f"{prefix}-INITIAL_FORMS": kept}
        kind = "mobile" if prefix == "phones" else "work"
        data[f"{prefix}-{len(rows)}-kind"] = kind
        for number, row in enumerate(rows):
            data[f"{prefix}-{number}-kind"] = kind
            data |= (
                {f"{prefix}-{number}-{name}": value for name, value in row.items()}
                if isinstance(row, dict)
                else {f"{prefix}-{number}-{field}": row}
            )
    return data


def add(browser, party, headers=None, **values):
    return browser.post(f"/contacts/persons/add/?party={party.pk}", typed(**values), headers=headers or {})


# -- The person --------------------------------------------------------------------------------------


def test_a_person_needs_one_of_the_three_names():
    with pytest.raises(ValidationError) as refusal:
        ContactPerson().full_clean()

    assert "given_name" in refusal.value.message_dict
    assert ContactPersonFactory(given_name="", family_name="Ли").name == "Ли"


@pytest.mark.parametrize(
    "text", ["щерев", "SHTEREV", "maria", "0888 123 456", "+359888123456", "m.shtereva@example.com"]
)
def test_a_person_is_found_by_name_phone_and_e_mail_in_either_alphabet(text):
    person = ContactPersonFactory(given_name="Мария", family_name="Щерева")
    PersonPhoneFactory(person=person, number="+359888123456")
    PersonEmailFactory(person=person, email="M.Shtereva@example.com")

    assert list(ContactPerson.objects.matching(text)) == [person]


def test_a_removed_phone_no_longer_finds_the_person():
    phone = PersonPhoneFactory(number="+359888123456")

    phone.delete()

    assert not ContactPerson.objects.matching("0888123456").exists()


def test_a_mobile_is_written_as_bulgarians_write_it():
    assert str(PersonPhoneFactory(number="+359888123456", extension="12")) == "0888 123 456 (ext. 12)"


# -- The link ----------------------------------------------------------------------------------------


def test_a_party_has_one_main_contact():
    first = ContactLinkFactory(is_primary=True)
    second = ContactLinkFactory(party=first.party)

    second.make_primary()

    assert ContactLink.objects.get(is_primary=True) == second
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactLink.objects.update(is_primary=True)


def test_only_who_serves_today_can_be_the_main_contact():
    ended = ContactLinkFactory(valid_to=dt.date(2020, 1, 1))

    with pytest.raises(ValidationError):
        ended.make_primary()


def test_an_archived_contact_is_no_longer_the_main_one():
    link = ContactLinkFactory(is_primary=True)

    link.person.archive(worker())

    link.refresh_from_db()
    assert not link.is_primary
    assert not ContactLink.objects.current().exists()


def test_a_contact_that_was_entered_anew_meanwhile_is_not_restored_beside_it():
    old = ContactLinkFactory()
    old.archive(worker())
    ContactLinkFactory(person=old.person, party=old.party)

    with pytest.raises(ValidationError):
        old.restore()


# -- The form ----------------------------------------------------------------------------------------


def test_one_form_adds_person_link_phones_and_e_mails():
    party = ClientFactory()
    mol = ContactRole.objects.get(code="mol")
    areas = ContactArea.objects.filter(code__in=["orders", "invoices"])

    add(
        browser_of(*WRITE),
        party,
        given_name="Иван",
        family_name="Петров",
        role=mol.pk,
        position="управител",
        areas=[area.pk for area in areas],
        receives_invoices="on",
        phones=["0888 123 456", {"number": "02 987 65 43", "kind": "landline", "extension": "12"}],
        emails=["ivan@example.com"],
    )

    link = party.contact_links.get()
    assert (link.person.name, link.role, link.position) == ("Иван Петров", mol, "управител")
    assert (link.receives_invoices, link.receives_reminders, link.is_primary) == (True, False, True)
    assert set(link.areas.all()) == set(areas)
    assert [(p.number.as_e164, p.as_typed, p.extension) for p in link.person.phones.all()] == [
        ("+359888123456", "0888 123 456", ""),
        ("+35929876543", "02 987 65 43", "12"),
    ]
    assert [email.email for email in link.person.emails.all()] == ["ivan@example.com"]


@pytest.mark.parametrize("headers", [{}, PANEL])
def test_a_refused_form_keeps_everything_typed_in_every_row(headers):
    party = ClientFactory()

    answer = add(
        browser_of(*WRITE),
        party,
        headers,
        family_name="Петров",
        position="управител",
        phones=["0888 123 456", "12"],
        emails=["ivan@example.com", "no address"],
    )

    page = answer.content.decode()
    assert answer.status_code == (200 if headers else 422)
    typed_again = ("Петров", "управител", "0888 123 456", 'value="12"', "ivan@example.com", 'value="no address"')
    assert [text for text in typed_again if text not in page] == []
    assert not ContactPerson.objects.exists()


def test_errors_of_the_person_and_of_his_phones_are_shown_at_once():
    answer = add(browser_of(*WRITE), ClientFactory(), phones=["12"])

    assert list(answer.context["form"].errors) == ["given_name", "__all__"]
    assert answer.context["formsets"][0].errors[0]


@pytest.mark.parametrize("bad", ["x" * 1_000_000, "Ив\x00ан", "Иван\u202eвори"])
def test_names_that_could_break_a_page_are_refused(bad):
    answer = add(browser_of(*WRITE), ClientFactory(), given_name=bad)

    assert "given_name" in answer.context["form"].errors


@pytest.mark.parametrize("bad", ["0" * 100_000, "0888\u202e123456", "<script>"])
def test_phones_that_are_none_are_refused(bad):
    answer = add(browser_of(*WRITE), ClientFactory(), given_name="Иван", phones=[bad])

    assert answer.context["formsets"][0].errors[0]["number"]


def test_someone_already_here_is_linked_instead_of_written_again():
    link = ContactLinkFactory()
    party = ClientFactory()
    browser = browser_of(*WRITE)

    both = add(browser, party, existing=link.person_id, given_name="Друг")
    add(browser, party, existing=link.person_id, phones=["0888 123 456"])

    assert "existing" in both.context["form"].errors
    assert ContactPerson.objects.get() == link.person
    assert party.contact_links.get().person == link.person
    assert link.person.phones.count() == 1


def test_someone_of_an_unseen_party_cannot_be_chosen():
    hidden = ContactLinkFactory()
    user = worker(*WRITE, parties="mine")
    mine = ClientFactory(trader=user)
    browser = signed_in(user)

    answer = add(browser, mine, existing=hidden.person_id)

    assert "existing" in answer.context["form"].errors
    assert browser.get("/contacts/persons/picker/", {"q": hidden.person.family_name}).json() == {"results": []}


def test_editing_changes_person_and_link_and_removes_a_phone():
    link = ContactLinkFactory(is_primary=True)
    phone = PersonPhoneFactory(person=link.person)
    PersonEmailFactory(person=link.person, email="old@example.com")
    email = link.person.emails.get()

    browser_of(*WRITE).post(
        f"/contacts/links/{link.pk}/edit/",
        typed(
            initial=(1, 1),
            given_name="Мария",
            family_name="Нова",
            primary="on",
            valid_from="01.02.2026",
            phones=[{"id": phone.pk, "number": str(phone.number), "DELETE": "on"}],
            emails=[{"id": email.pk, "email": "new@example.com"}],
        ),
    )

    link.refresh_from_db()
    assert (link.person.name, link.valid_from, link.is_primary) == ("Мария Нова", dt.date(2026, 2, 1), True)
    assert not link.person.phones.exists()
    assert ContactPerson.objects.matching("new@example.com").exists()


def test_the_same_role_twice_at_one_party_is_refused():
    link = ContactLinkFactory()

    answer = add(browser_of(*WRITE), link.party, existing=link.person_id)

    assert "already has this role" in str(answer.context["form"].errors)


def test_without_a_party_the_form_asks_for_it():
    party = ClientFactory(name="Гама")
    browser = browser_of(*WRITE)

    assert "party" in browser.get("/contacts/persons/add/").context["form"].fields
    browser.post("/contacts/persons/add/", typed(given_name="Иван", party=party.pk))

    assert party.contact_links.get().person.name == "Иван"


# -- The person's page -------------------------------------------------------------------------------


def test_a_persons_page_shows_the_parties_one_may_see():
    user = worker(*WRITE, parties="mine")
    mine = ContactLinkFactory(party=ClientFactory(trader=user, name="Моя Фирма"))
    ContactLinkFactory(person=mine.person, party=ClientFactory(name="Чужда Фирма"))

    page = signed_in(user).get(f"/contacts/persons/{mine.person_id}/")

    assert [link.pk for link in page.context["links"]] == [mine.pk]
    assert "Чужда" not in page.content.decode()


def test_a_person_who_also_serves_an_unseen_party_is_not_archived_as_a_whole():
    user = worker(*WRITE, parties="mine")
    mine = ContactLinkFactory(party=ClientFactory(trader=user))
    ContactLinkFactory(person=mine.person)

    signed_in(user).post(f"/contacts/persons/{mine.person_id}/archive/")

    mine.person.refresh_from_db()
    assert not mine.person.is_archived


def test_a_persons_own_dossier_out_of_sight_is_kept_and_not_named():
    hidden = NaturalPersonFactory(family_name="Скрит")
    user = worker(*WRITE, parties="mine")
    link = ContactLinkFactory(
        party=ClientFactory(trader=user), person=ContactPersonFactory(family_name="Видим", natural_party=hidden)
    )
    browser = signed_in(user)

    page = browser.get(f"/contacts/persons/{link.person_id}/").content.decode()
    form = browser.get(f"/contacts/persons/{link.person_id}/edit/").content.decode()
    browser.post(f"/contacts/persons/{link.person_id}/edit/", typed(family_name="Видим"))

    link.person.refresh_from_db()
    assert "Скрит" not in page + form
    assert link.person.natural_party == hidden


def test_archive_and_restore_of_a_contact():
    link = ContactLinkFactory()
    browser = browser_of(*WRITE)
    tab = f"/counterparties/{link.party_id}/contacts/"

    browser.post(f"/contacts/links/{link.pk}/archive/")
    assert browser.get(tab).context["rows"] == []
    browser.post(f"/contacts/links/{link.pk}/restore/")
    assert [row.pk for row in browser.get(tab).context["rows"]] == [link.pk]
