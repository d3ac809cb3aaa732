"""The own firm in force: chosen in the head of the page, proposed and preset everywhere, and no right by itself."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.own_firms import usual_own_firm
from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory, ServingFirmFactory
from tests.factories.documents import LetterFactory
from tests.factories.users import UserFactory
from tests.people import signed_in
from users.models import User

pytestmark = pytest.mark.django_db
LETTERS = "/documents/letters/"


@pytest.fixture
def firms():
    return OwnFirmFactory(name="Алфа"), OwnFirmFactory(name="Бета")


@pytest.fixture
def user(firms):
    return UserFactory(role="administrator", language="en")


def choose(user, firm):
    browser = signed_in(user)
    browser.post(reverse("users:own_firm_in_force"), {"own_firm": firm.pk if firm else "", "next": "/about/"})
    return browser


def fresh(user):
    return User.objects.with_rights().get(pk=user.pk)


def shown(answer):
    return [row.object for row in answer.context["rows"]]


def test_it_is_chosen_in_the_head_of_the_page_and_stays(user, firms):
    browser = choose(user, firms[0])

    assert "Own firm in force: Алфа" in browser.get("/about/").content.decode()
    assert fresh(user).firm_in_force.pk == firms[0].pk


def test_all_firms_takes_the_choice_back(user, firms):
    choose(user, firms[0])

    choose(user, None)

    assert fresh(user).firm_in_force is None


def test_who_has_one_firm_has_nothing_to_choose():
    firm = OwnFirmFactory(name="Алфа")
    user = UserFactory(role="administrator", language="en")

    assert "own firm in force" not in signed_in(user).get("/about/").content.decode().lower()
    assert usual_own_firm(ClientFactory(), fresh(user)) == firm


def test_a_firm_out_of_scope_cannot_be_chosen(firms):
    seller = UserFactory(role="seller", language="en")
    OwnFirmAccessFactory(user=seller, own_firm=firms[0])

    choose(seller, firms[1])

    assert [firm.pk for firm in fresh(seller).own_firms] == [firms[0].pk]
    assert fresh(seller).firm_in_force is None


def test_a_firm_that_left_the_scope_or_was_archived_is_no_more_in_force(user, firms):
    choose(user, firms[0])

    firms[0].archive(user, "край")

    assert fresh(user).firm_in_force is None


def test_nonsense_changes_nothing(user, firms):
    choose(user, firms[0])

    for nonsense in ("0", "x", "9" * 30):
        signed_in(user).post(reverse("users:own_firm_in_force"), {"own_firm": nonsense})

    assert fresh(user).firm_in_force.pk == firms[0].pk


def test_it_is_proposed_for_what_is_new_unless_others_serve_the_party(user, firms):
    choose(user, firms[1])
    anybodys, theirs = ClientFactory(), ClientFactory()
    ServingFirmFactory(party=theirs, own_firm=firms[0])

    assert usual_own_firm(anybodys, fresh(user)) == firms[1]
    assert usual_own_firm(theirs, fresh(user)) == firms[0]


def test_lists_are_preset_with_it_and_say_so(user, firms):
    ours, others = (LetterFactory(own_firm=firm) for firm in firms)
    browser = choose(user, firms[0])

    answer = browser.get(LETTERS)

    assert shown(answer) == [ours]
    (label, value, url) = answer.context["chips"][0]
    assert (str(label), value) == ("Own firm", "Алфа")
    assert {row.pk for row in shown(browser.get(url))} == {ours.pk, others.pk}


def test_removed_it_stays_away_for_this_visit(user, firms):
    for firm in firms:
        LetterFactory(own_firm=firm)
    browser = choose(user, firms[0])

    all_firms = browser.get(browser.get(LETTERS).context["chips"][0][2])

    sort_url = all_firms.context["columns"][0].sort_url
    assert len(shown(browser.get(sort_url))) == 2
    assert len(shown(browser.get(LETTERS))) == 1


def test_a_link_to_exact_rows_is_not_narrowed(user, firms):
    letter = LetterFactory(own_firm=firms[1])
    browser = choose(user, firms[0])

    assert shown(browser.get(f"{LETTERS}?party={letter.party_id}")) == [letter]


def test_it_neither_widens_nor_narrows_what_one_may_see(firms):
    seller = UserFactory(role="administrator", language="en")
    letters = [LetterFactory(own_firm=firm) for firm in firms]
    browser = choose(seller, firms[0])

    for letter in letters:
        assert browser.get(letter.get_absolute_url()).status_code == 200
    assert type(letters[0]).objects.visible_to(fresh(seller)).count() == 2


def test_it_costs_no_query(user, firms):
    def queries(browser):
        browser.get("/about/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get("/about/")
        return len(seen)

    before = queries(signed_in(user))

    assert queries(choose(user, firms[0])) == before
