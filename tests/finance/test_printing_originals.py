"""The kept original: made once, never again, by whoever comes first; and its addresses."""

from __future__ import annotations

import hashlib
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from common.dates import today
from documents.clearing import clear_contents
from documents.models import FileContent
from finance.models import FinancialDocument
from finance.printing import keep_original, original_pdf
from finance.printing.originals import OriginalDamaged, make_original
from tests.factories.counterparties import ClientFactory, SupplierFactory
from tests.factories.finance import PaymentFactory, draft, entered, issued
from tests.factories.users import UserFactory
from tests.finance.prints import text_of
from tests.people import SEE_ALL, browser_of

RIGHTS = (*SEE_ALL, "finance.view_financialdocument", "finance.print_financialdocument")


def anew(document) -> FinancialDocument:
    return FinancialDocument.objects.get(pk=document.pk)


def pdf(document, query="") -> str:
    return reverse("finance:financialdocument_pdf", args=[document.pk]) + query


@pytest.mark.django_db
class TestKeeping:
    def test_it_is_stored_by_its_hash_and_never_changes(self):
        client = ClientFactory(name="Старо име")
        invoice = issued(party=client)
        first = original_pdf(invoice)
        client.name = "Ново име"
        client.save()

        later = original_pdf(anew(invoice))

        assert first == later
        assert "Старо име" in text_of(later)
        assert anew(invoice).original.sha256 == hashlib.sha256(first).hexdigest()
        assert anew(invoice).original_at is not None

    def test_a_copy_too_shows_what_was_copied_at_issue(self):
        client = ClientFactory(name="Старо име")
        invoice = issued(party=client)
        client.name = "Ново име"
        client.save()

        browser = browser_of(*RIGHTS)

        assert "Старо име" in text_of(browser.get(pdf(invoice, "?copy=1")).content)

    def test_issuing_lets_the_worker_make_it(self):
        invoice = issued()
        waiting = ProcrastinateJob.objects.filter(task_name="finance.make_original", args={"pk": invoice.pk})
        assert waiting.count() == 1

        make_original(invoice.pk)

        assert anew(invoice).original is not None

    def test_what_was_received_and_drafts_have_none(self):
        received = entered(party=SupplierFactory())

        assert not ProcrastinateJob.objects.filter(task_name="finance.make_original").exists()
        for document in (received, draft()):
            make_original(document.pk)
            assert anew(document).original is None
            with pytest.raises(ValueError, match="original"):
                keep_original(document)

    def test_what_is_cancelled_keeps_the_original_without_the_stamp(self):
        invoice = issued()
        invoice.cancel(UserFactory(), "грешка")

        text = text_of(original_pdf(anew(invoice)))

        assert "ОРИГИНАЛ" in text
        assert "АНУЛИРАНА" not in text

    def test_the_nightly_clearing_leaves_it(self):
        invoice = issued()
        content = keep_original(invoice)
        FileContent.objects.update(created_at="2020-01-01T00:00:00Z")

        clear_contents()

        assert FileContent.objects.filter(pk=content.pk).exists()

    def test_damage_is_noticed_and_told(self):
        invoice = issued()
        content = keep_original(invoice)
        with open(content.file.path, "ab") as file:
            file.write(b"x")

        with pytest.raises(OriginalDamaged):
            original_pdf(anew(invoice))
        answer = browser_of(*RIGHTS).get(pdf(invoice))
        assert answer.status_code == 302
        assert answer.headers["Location"] == invoice.get_absolute_url()

    def test_missing_ones_are_made_by_the_command(self, capsys):
        made, missing = issued(), issued()
        keep_original(made)

        call_command("make_originals")

        assert "1 of 1 originals made" in capsys.readouterr().out
        assert anew(missing).original is not None


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_open_it_first_keep_one():
    invoice = issued()
    seen: list[bytes] = []

    def look() -> None:
        try:
            seen.append(original_pdf(FinancialDocument.objects.get(pk=invoice.pk)))
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(seen) == 4
    assert len(set(seen)) == 1
    assert hashlib.sha256(seen[0]).hexdigest() == FinancialDocument.objects.get(pk=invoice.pk).original.sha256


@pytest.mark.django_db
class TestAddresses:
    def test_the_original_is_answered_once_and_then_known_by_its_hash(self):
        invoice = issued()
        browser = browser_of(*RIGHTS)

        first = browser.get(pdf(invoice))
        again = browser.get(pdf(invoice), headers={"if-none-match": first.headers["ETag"]})

        assert (first.status_code, first.headers["Content-Type"]) == (200, "application/pdf")
        assert first.headers["Content-Disposition"] == 'inline; filename="faktura-0000000001.pdf"'
        assert first.headers["ETag"] == f'"{anew(invoice).original.sha256}"'
        assert "private" in first.headers["Cache-Control"]
        assert "no-cache" in first.headers["Cache-Control"]
        assert (again.status_code, again.content) == (304, b"")

    def test_a_kept_one_is_asked_of_the_database_in_few_queries(self, django_assert_max_num_queries):
        invoice = issued()
        keep_original(invoice)
        browser = browser_of(*RIGHTS)
        browser.get(pdf(invoice))

        with django_assert_max_num_queries(4):
            browser.get(pdf(invoice))

    @pytest.mark.parametrize(
        ("query", "words"),
        [("", "ОРИГИНАЛ"), ("?copy=1", "КОПИЕ"), ("?copy=duplicate", "ДУБЛИКАТ"), ("?language=bg%2Ben", "COPY")],
    )
    def test_which_print_is_asked_for(self, query, words):
        assert words in text_of(browser_of(*RIGHTS).get(pdf(issued(), query)).content)

    def test_a_cancelled_one_shows_it_unless_the_original_is_asked_for(self):
        invoice = issued()
        invoice.cancel(UserFactory(), "грешка")
        browser = browser_of(*RIGHTS)

        assert "АНУЛИРАНА" in text_of(browser.get(pdf(invoice)).content)
        assert "АНУЛИРАНА" not in text_of(browser.get(pdf(invoice, "?original=1")).content)
        protocol = reverse("finance:financialdocument_annulment_pdf", args=[invoice.pk])
        assert "за анулиране" in text_of(browser.get(protocol).content)

    def test_what_is_not_annulled_has_no_protocol_of_it(self):
        address = reverse("finance:financialdocument_annulment_pdf", args=[issued().pk])

        assert browser_of(*RIGHTS).get(address).status_code == 404

    def test_a_draft_is_printed_with_its_mark(self):
        assert "ЧЕРНОВА" in text_of(browser_of(*RIGHTS).get(pdf(draft())).content)

    def test_an_unknown_language_is_not_found(self):
        assert browser_of(*RIGHTS).get(pdf(issued(), "?language=de")).status_code == 404

    def test_without_the_right_it_is_refused_and_out_of_scope_not_found(self):
        invoice = issued(party=ClientFactory(trader=UserFactory()))
        invoice.cancel(UserFactory(), "грешка")
        payment = PaymentFactory(party=invoice.party)
        addresses = [
            pdf(invoice),
            reverse("finance:financialdocument_annulment_pdf", args=[invoice.pk]),
            reverse("finance:payment_pdf", args=[payment.pk]),
        ]
        viewer = browser_of(*SEE_ALL, "finance.view_financialdocument", "finance.view_payment")
        outside = browser_of(*RIGHTS, "finance.view_payment", "finance.print_payment", parties="mine")

        assert [viewer.get(one).status_code for one in addresses] == [403, 403, 403]
        assert [outside.get(one).status_code for one in addresses] == [404, 404, 404]

    def test_a_payment_is_printed(self):
        payment = PaymentFactory(date=today())
        browser = browser_of(*SEE_ALL, "finance.view_payment", "finance.print_payment")

        answer = browser.get(reverse("finance:payment_pdf", args=[payment.pk]))

        assert "ПОСТЪПЛЕНИЕ" in text_of(answer.content)
