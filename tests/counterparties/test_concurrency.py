"""Two people at the same record at the same moment, on two connections with real commits."""

import threading
from unittest.mock import patch

import pytest
from django.db import connection

from counterparties.forms import CounterpartyForm
from counterparties.models import Counterparty, RecentParty
from tests.counterparties.test_forms import ADD, record
from tests.factories.counterparties import ClientFactory
from tests.people import signed_in, superuser

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def at_once(*deeds) -> list:
    """Do the deeds in threads of their own; give back their answers in order."""
    answers = [None] * len(deeds)

    def run(number, deed) -> None:
        try:
            answers[number] = deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_two_who_add_the_same_eik_at_once_make_one_party_and_one_clear_refusal():
    browsers = [signed_in(superuser()), signed_in(superuser())]
    both_checked = threading.Barrier(2, timeout=20)
    save = CounterpartyForm.save

    def wait_then_save(form, commit=True):
        both_checked.wait()
        return save(form, commit)

    with patch.object(CounterpartyForm, "save", wait_then_save):
        answers = at_once(
            *(lambda browser=browser: browser.post(ADD, record(number="175074752")) for browser in browsers)
        )

    assert sorted(answer.status_code for answer in answers) == [302, 422]
    (refused,) = [answer for answer in answers if answer.status_code == 422]
    party = Counterparty.objects.get()
    assert party.get_absolute_url() in str(refused.context["form"].errors["number"])


def test_a_dossier_opened_twice_at_once_is_remembered_once():
    user, party = superuser(), ClientFactory()
    browsers = [signed_in(user), signed_in(user)]

    answers = at_once(*(lambda browser=browser: browser.get(party.get_absolute_url()) for browser in browsers))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert RecentParty.objects.filter(user=user, party=party).count() == 1
