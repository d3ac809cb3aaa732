"""Bank accounts: numbers, the bank that follows from them, the default one, and a supplier's that waits for another."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import BankAccount
from tests.factories.contacts import BankAccountFactory, BankCodeFactory, bulgarian_iban
from tests.factories.counterparties import (
    BankFactory,
    ClientFactory,
    OwnFirmAccessFactory,
    OwnFirmFactory,
    SupplierFactory,
)
from tests.people import SEE_ALL, browser_of, fresh, signed_in, worker

pytestmark = pytest.mark.django_db

SEE = (*SEE_ALL, "contacts.view_bankaccount")
WRITE = (*SEE, "contacts.add_bankaccount", "contacts.change_bankaccount", "contacts.archive_bankaccount")
CONFIRM = (*WRITE, "contacts.confirm_bankaccount")
IBAN = bulgarian_iban(1)


def typed(**values):
    return {"iban": IBAN, "currency": "EUR", **values}


def add(browser, party, **values):
    return browser.post(f"/contacts/bank-accounts/add/?party={party.pk}", typed(**values))


def words(answer) -> list[str]:
    return [str(message) for message in answer.wsgi_request._messages]


# -- The number --------------------------------------------------------------------------------------


def test_an_iban_is_kept_canonical_and_shown_in_groups_of_four():
    party = ClientFactory()

    add(browser_of(*WRITE), party, iban=f" {IBAN[:4]} {IBAN[4:].lower()} ")

    account = party.bank_accounts.get()
    assert account.iban == IBAN
    assert account.number.startswith(f"{IBAN[:4]} UNCR ")


@pytest.mark.parametrize(
    "iban",
    ["BG80BNBG96611020345679", "BG80", "XX80BNBG96611020345678", "not a number", "9" * 1_000_000, "BG80\u202eBNBG"],
)
def test_a_wrong_iban_is_refused_at_its_field_and_kept(iban):
    party = ClientFactory()

    answer = add(browser_of(*WRITE), party, iban=iban, note="от договора")

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["iban"]
    assert "от договора" in answer.content.decode()


@pytest.mark.parametrize("currency", ["ZZZ", "XXX", "EU", "", "BGN"])
def test_a_currency_that_nobody_uses_is_refused_at_its_field(currency):
    answer = add(browser_of(*WRITE), ClientFactory(), currency=currency)

    assert list(answer.context["form"].errors) == ["currency"]


def test_the_euro_is_offered_first_and_the_lev_only_where_the_account_has_it():
    old = BankAccountFactory(currency="BGN")
    browser = browser_of(*WRITE)

    new = browser.get(f"/contacts/bank-accounts/add/?party={old.party_id}").context["form"]
    kept = browser.get(f"/contacts/bank-accounts/{old.pk}/edit/").context["form"]

    assert new.fields["currency"].choices[0] == ("EUR", "EUR – Euro")
    assert "BGN" not in dict(new.fields["currency"].choices)
    assert kept["currency"].value() == "BGN"
    assert "BGN" in dict(kept.fields["currency"].choices)


def test_the_model_refuses_a_currency_that_nobody_uses():
    with pytest.raises(ValidationError) as refusal:
        BankAccountFactory.build(party=ClientFactory(), iban=IBAN, currency="ZZZ").full_clean()

    assert "currency" in refusal.value.message_dict


def test_an_account_without_any_number_is_refused_once():
    answer = add(browser_of(*WRITE), ClientFactory(), iban="")

    assert answer.context["form"].errors == {"iban": ["Write the IBAN, or the number of an account that has none."]}


def test_a_foreign_account_may_have_another_number():
    party = SupplierFactory(country="CN")

    add(browser_of(*WRITE), party, iban="", account_number="4000 0212 0900", bank_name="ICBC")

    account = party.bank_accounts.get()
    assert (account.number, account.bank_shown) == ("4000 0212 0900", "ICBC")


def test_the_iban_tells_the_bank_and_another_iban_tells_another():
    ours, other = BankCodeFactory(bic="UNCRBGSF"), BankCodeFactory(bic="UBBSBGSF")
    party = ClientFactory()
    browser = browser_of(*WRITE)

    add(browser, party)
    account = party.bank_accounts.get()
    assert (account.bank, account.bic) == (ours.bank, "UNCRBGSF")

    changed = typed(iban=bulgarian_iban(1, "UBBS"), bank=account.bank_id, bic=account.bic)
    browser.post(f"/contacts/bank-accounts/{account.pk}/edit/", changed)
    account.refresh_from_db()
    assert (account.bank, account.bic) == (other.bank, "UBBSBGSF")


def test_a_party_has_an_iban_once_in_the_form_and_in_the_database():
    account = BankAccountFactory(iban=IBAN)

    answer = add(browser_of(*WRITE), account.party)

    assert answer.context["form"].errors == {"iban": ["The party already has this account."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccountFactory(party=account.party, iban=IBAN)


def test_an_archived_account_is_to_be_restored_not_entered_again():
    account = BankAccountFactory(iban=IBAN)
    account.archive(worker())

    answer = add(browser_of(*WRITE), account.party)

    assert "Restore it instead." in answer.content.decode()


# -- The same number elsewhere -----------------------------------------------------------------------


def test_the_same_iban_at_another_party_is_said_by_name_to_who_may_see_it():
    other = BankAccountFactory(party__name="Бета Груп", iban=IBAN).party

    answer = add(browser_of(*WRITE), ClientFactory())

    assert f"The same IBAN is also that of: {other}." in words(answer)


def test_the_same_iban_out_of_scope_is_said_without_a_name():
    BankAccountFactory(party__name="Бета Груп", iban=IBAN)
    user = worker(*WRITE, parties="mine")
    mine = ClientFactory(trader=user)

    answer = add(signed_in(user), mine)

    assert words(answer)[-1] == "The same IBAN is also that of 1 party that you may not see."
    assert mine.bank_accounts.exists()


# -- The default account -----------------------------------------------------------------------------


def test_the_first_account_in_a_currency_is_the_default_and_a_chosen_one_takes_its_place():
    party = ClientFactory()
    browser = browser_of(*WRITE)

    add(browser, party)
    add(browser, party, iban=bulgarian_iban(2), default="on")
    add(browser, party, iban=bulgarian_iban(3), currency="USD")

    defaults = party.bank_accounts.filter(is_default=True).order_by("currency")
    assert list(defaults.values_list("currency", "iban")) == [("EUR", bulgarian_iban(2)), ("USD", bulgarian_iban(3))]


def test_an_archived_account_is_no_longer_the_default_and_cannot_become_it():
    account = BankAccountFactory(is_default=True)
    browser = browser_of(*WRITE)

    browser.post(f"/contacts/bank-accounts/{account.pk}/archive/")
    browser.post(f"/contacts/bank-accounts/{account.pk}/default/")

    account.refresh_from_db()
    assert (account.is_archived, account.is_default) == (True, False)


# -- Confirmation by a second person -----------------------------------------------------------------


def test_a_suppliers_new_account_cannot_be_paid_until_another_person_confirms_it():
    supplier = SupplierFactory()
    author, second = worker(*CONFIRM), worker(*CONFIRM)

    add(signed_in(author), supplier)
    account = supplier.bank_accounts.get()
    assert (account.needs_confirmation, account.can_be_paid, account.added_by) == (True, False, author)

    signed_in(second).post(f"/contacts/bank-accounts/{account.pk}/confirm/", {"number": account.iban})
    account.refresh_from_db()
    assert (account.can_be_paid, account.confirmed_by) == (True, second)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "panel-body"}])
def test_the_question_carries_the_number_that_is_confirmed(headers):
    account = BankAccountFactory(party=SupplierFactory(), added_by=worker())

    page = browser_of(*CONFIRM).get(f"/contacts/bank-accounts/{account.pk}/confirm/", headers=headers)

    assert f'name="number" value="{account.iban}"' in page.content.decode()


def test_who_entered_the_number_may_not_confirm_it():
    author = worker(*CONFIRM)
    account = BankAccountFactory(party=SupplierFactory(), added_by=author)

    answer = signed_in(author).post(f"/contacts/bank-accounts/{account.pk}/confirm/", {"number": account.iban})

    account.refresh_from_db()
    assert account.confirmed_at is None
    assert "another person has to confirm it" in words(answer)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(confirmed_by=author)


def test_who_changes_the_number_becomes_its_author_and_the_confirmation_is_gone():
    first, second = worker(*CONFIRM), worker(*CONFIRM)
    account = BankAccountFactory(party=SupplierFactory(), added_by=first)
    account.confirm(second, account.iban)

    signed_in(second).post(f"/contacts/bank-accounts/{account.pk}/edit/", typed(iban=bulgarian_iban(77)))

    account.refresh_from_db()
    assert (account.added_by, account.confirmed_by, account.can_be_paid) == (second, None, False)
    with pytest.raises(ValidationError):
        account.confirm(second, account.iban)
    account.confirm(first, account.iban)
    assert account.can_be_paid


def test_a_change_of_anything_but_the_number_leaves_the_confirmation():
    account = BankAccountFactory(party=SupplierFactory(), added_by=worker())
    account.confirm(worker(), account.iban)

    browser_of(*WRITE).post(
        f"/contacts/bank-accounts/{account.pk}/edit/", typed(iban=account.iban, note="нова бележка")
    )

    account.refresh_from_db()
    assert (account.note, account.can_be_paid) == ("нова бележка", True)


def test_a_number_that_changed_since_it_was_read_is_not_confirmed():
    account = BankAccountFactory(party=SupplierFactory(), added_by=worker())

    answer = browser_of(*CONFIRM).post(
        f"/contacts/bank-accounts/{account.pk}/confirm/", {"number": bulgarian_iban(999)}
    )

    account.refresh_from_db()
    assert account.confirmed_at is None
    assert "changed in the meantime" in words(answer)[0]


def test_a_clients_account_needs_no_confirmation_until_he_becomes_a_supplier():
    account = BankAccountFactory()
    assert account.can_be_paid

    account.party.is_supplier = True
    account.party.save()

    assert not BankAccount.objects.get(pk=account.pk).can_be_paid
    assert BankAccount.objects.unconfirmed().get() == account


@pytest.mark.parametrize(("rights", "status"), [(WRITE, 403), (CONFIRM, 200)])
def test_confirming_is_a_right_of_its_own(rights, status):
    account = BankAccountFactory(party=SupplierFactory(), added_by=worker())

    assert browser_of(*rights).get(f"/contacts/bank-accounts/{account.pk}/confirm/").status_code == status


def test_the_head_of_the_dossier_warns_of_an_unconfirmed_account():
    account = BankAccountFactory(party=SupplierFactory())
    browser = browser_of(*SEE)

    head = browser.get(f"/counterparties/{account.party_id}/").context["head"]

    assert "waits for confirmation" in str(head.warnings[0].text)
    assert browser.get(head.warnings[0].url).context["total"] == 1


# -- Own firms and banks -----------------------------------------------------------------------------


def test_accounts_of_own_firms_are_seen_only_by_who_works_for_them():
    ours, theirs = BankAccountFactory(party=OwnFirmFactory()), BankAccountFactory(party=OwnFirmFactory())
    user = worker(*WRITE, firms="assigned")
    OwnFirmAccessFactory(user=user, own_firm=ours.party)
    browser = signed_in(fresh(user))

    assert list(BankAccount.objects.visible_to(fresh(user))) == [ours]
    assert browser.get(f"/contacts/bank-accounts/{theirs.pk}/edit/").status_code == 404
    assert browser.get(f"/contacts/bank-accounts/add/?party={theirs.party_id}").status_code == 403
    history = browser.get(f"/counterparties/{theirs.party_id}/history/").content.decode()
    assert theirs.iban not in history


def test_a_banks_dossier_shows_our_own_accounts_there_too():
    bank = BankFactory()
    ours = BankAccountFactory(party=OwnFirmFactory(), bank=bank)
    its = BankAccountFactory(party=bank)
    BankAccountFactory(bank=bank)

    page = browser_of(*SEE).get(f"/counterparties/{bank.pk}/bank-accounts/")

    assert {row.pk for row in page.context["rows"]} == {ours.pk, its.pk}
    assert "party" in [column.name for column in page.context["columns"]]
