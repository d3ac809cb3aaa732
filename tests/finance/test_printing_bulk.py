"""Many documents as one file: by the filter of the list or chosen in it, made by the worker."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from common import jobs
from common.dates import today
from common.models import Job
from finance.models import FinancialDocument
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.finance import draft, entered, issued
from tests.factories.users import UserFactory
from tests.finance.prints import pages_of
from tests.people import SEE_ALL, signed_in, worker

pytestmark = pytest.mark.django_db
RIGHTS = (
    *SEE_ALL,
    "finance.view_financialdocument",
    "finance.print_financialdocument",
    "finance.export_financialdocument",
)


def printed(user, query="") -> tuple[Job, bytes]:
    """The job that the address starts, done, and its file."""
    answer = signed_in(user).get(f"{reverse('finance:document_bulk_print')}{query}")
    job = Job.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    jobs.run_job(job.pk)
    job.refresh_from_db()
    return job, job.file.read() if job.file else b""


def test_those_of_the_filter_stand_in_one_file_each_with_a_bookmark():
    firm, client = OwnFirmFactory(), ClientFactory(name="Алфа")
    ours = [issued(own_firm=firm, party=client) for _number in range(3)]
    ours[1].cancel(UserFactory(), "грешка")
    draft(own_firm=firm, party=client)
    entered(own_firm=firm)
    issued(own_firm=firm)

    job, data = printed(worker(*RIGHTS), f"?party={client.pk}&page=2&sort=-date")

    pages = pages_of(data)
    marks = [mark.title for mark in PdfReader(io.BytesIO(data)).outline]
    assert job.state == Job.State.DONE
    assert [f"№ {document.number}" in page for document, page in zip(ours, pages, strict=True)] == [True, True, True]
    assert marks == [f"Фактура № {document.number}" for document in ours]
    assert ["АНУЛИРАНА" in page for page in pages] == [False, True, False]
    assert "3 documents" in job.message


def test_originals_that_were_missing_are_kept_by_it():
    invoice = issued()

    printed(worker(*RIGHTS))

    assert FinancialDocument.objects.get(pk=invoice.pk).original is not None


@pytest.mark.slow
def test_a_hundred_invoices_are_one_file():
    firm, client = OwnFirmFactory(), ClientFactory()
    for _number in range(100):
        issued(own_firm=firm, party=client)

    job, data = printed(worker(*RIGHTS))

    assert job.state == Job.State.DONE
    assert len(PdfReader(io.BytesIO(data)).pages) == 100


def test_only_what_the_user_sees_is_printed():
    issued(party=ClientFactory(trader=UserFactory()))
    mine = worker(*RIGHTS, parties="mine")
    own = issued(party=ClientFactory(trader=mine))

    _job, data = printed(mine)

    assert [own.party_copy["name"] in page for page in pages_of(data)] == [True]


def test_a_right_that_was_taken_meanwhile_is_missed():
    issued()
    user = worker(*RIGHTS)
    answer = signed_in(user).get(reverse("finance:document_bulk_print"))
    job = Job.objects.get()
    user.groups.clear()

    jobs.run_job(job.pk)

    job.refresh_from_db()
    assert answer.status_code == 302
    assert (job.state, bool(job.file)) == (Job.State.FAILED, False)


def test_when_there_is_nothing_no_job_is_made():
    draft()

    answer = signed_in(worker(*RIGHTS)).get(reverse("finance:document_bulk_print"), follow=True)

    assert "There is nothing to print" in answer.content.decode()
    assert not Job.objects.exists()


def test_chosen_rows_are_printed_from_the_list():
    chosen, other = issued(), issued()
    browser = signed_in(worker(*RIGHTS))

    answer = browser.post(
        reverse("finance:financialdocument_list"), {"action": "print", "selected": [chosen.pk]}, follow=True
    )
    job = Job.objects.get()
    jobs.run_job(job.pk)

    job.refresh_from_db()
    pages = pages_of(job.file.read())
    assert "The print is being made" in answer.content.decode()
    assert (len(pages), chosen.party_copy["name"] in pages[0]) == (1, True)
    assert FinancialDocument.objects.get(pk=other.pk).original is None


def test_the_list_offers_the_print_of_its_filter():
    issued(date=today())

    page = signed_in(worker(*RIGHTS)).get(reverse("finance:financialdocument_list") + "?kind=invoice").content.decode()

    assert f"{reverse('finance:document_bulk_print')}?kind=invoice" in page


def test_without_the_rights_it_is_refused():
    issued()
    rights = [*SEE_ALL, "finance.view_financialdocument", "finance.print_financialdocument"]

    assert signed_in(worker(*rights)).get(reverse("finance:document_bulk_print")).status_code == 403
