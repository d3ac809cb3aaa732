"""A letter from a document: to whom, in which words, with what attached, and what is left of it in the dossier."""

from __future__ import annotations

import pytest
from django.urls import reverse

from common.dates import today
from contacts.models import PersonEmail
from counterparties.models import OwnFirmAccess
from documents.models import File
from events.letters import build
from events.models import Email, Event
from finance.mailing import ENGLISH, readers_of, text_of
from finance.models import FinancialDocument
from finance.printing import original_pdf
from tests.factories.contacts import AddressFactory, BankAccountFactory, ContactLinkFactory
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, OwnFirmFactory, SupplierFactory, egn
from tests.factories.finance import draft, entered, issued
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, give, signed_in, worker

pytestmark = pytest.mark.django_db
RIGHTS = (
    *SEE_ALL,
    "contacts.view_contactperson",
    "documents.view_file",
    "events.view_event",
    "events.send_email",
    "finance.view_financialdocument",
    "finance.print_financialdocument",
)


def own_firm():
    firm = OwnFirmFactory(name="Орион Трейд", vat_number="BG121212121", vat_registration="full")
    AddressFactory(party=firm, kind="registered")
    BankAccountFactory(party=firm, iban="BG80BNBG96611020345678", is_default=True, currency="EUR")
    return firm


def person_at(party, email, **fields):
    link = ContactLinkFactory(party=party, **fields)
    return PersonEmail.objects.create(person=link.person, email=email)


def page(document, slug="financial-document") -> str:
    return f"{reverse('events:email_compose')}?about={slug}:{document.pk}"


def offered(browser, document):
    answer = browser.get(page(document))
    assert answer.status_code == 200
    return answer.context["form"]


def letter(form, **changes):
    names = ("people", "made", "subject", "text", "draft", "further")
    return {name: form[name].value() or "" for name in names if name in form.fields} | changes


class TestOffered:
    def test_it_goes_to_those_who_receive_invoices_with_the_print(self):
        client = ClientFactory(email="office@example.com")
        person_at(client, "boss@example.com", is_primary=True)
        accountant = person_at(client, "accounts@example.com", receives_invoices=True)
        invoice = issued(party=client, own_firm=own_firm())

        form = offered(browser_of(*RIGHTS), invoice)

        assert form["people"].value() == [str(accountant.pk)]
        assert form["made"].value() == ["pdf"]
        assert form["subject"].value().startswith(f"Фактура № {invoice.number} от {today():%d.%m.%Y} г. – Орион Трейд")
        for words in ("Изпращаме Ви фактура № 0000000001", "120,00 EUR", "BG80 BNBG 9661 1020 3456 78",
                      "Срок за плащане"):  # fmt: skip
            assert words in form["text"].value(), words

    def test_without_such_a_person_it_goes_to_the_firm(self):
        invoice = issued(party=ClientFactory(email="office@example.com"))

        assert offered(browser_of(*RIGHTS), invoice)["people"].value() == ["party"]

    def test_the_e_invoice_goes_along_when_the_party_agreed_to_it(self):
        agreed = issued(party=ClientFactory(e_invoice_consent_on=today()))

        assert offered(browser_of(*RIGHTS), agreed)["made"].value() == ["pdf", "ubl"]

    def test_a_bilingual_document_is_sent_in_both_languages(self):
        invoice = issued(print_language="bg+en")

        text = text_of(invoice, UserFactory())

        assert text.index("Здравейте") < text.index("Please find attached invoice No. 0000000001")

    @pytest.mark.parametrize("kind", list(ENGLISH))
    def test_every_kind_of_ours_has_words(self, kind):
        document = FinancialDocument(kind=kind, number="1", date=today(), firm_copy={"name": "Х"}, account_copy={})

        assert "№ 1" in text_of(document, "Иван")


class TestSent:
    def test_the_letter_is_logged_about_the_document_with_the_very_original(self):
        client = ClientFactory()
        person_at(client, "accounts@example.com", receives_invoices=True)
        invoice = issued(party=client)
        browser = browser_of(*RIGHTS)

        answer = browser.post(page(invoice), letter(offered(browser, invoice)))

        event, email = Event.objects.get(), Email.objects.get()
        file = File.objects.get()
        assert answer.headers["Location"] == event.get_absolute_url()
        assert (event.about, event.party) == (invoice, client)
        assert (list(email.files.all()), file.origin, file.name) == ([file], "system", "Фактура 0000000001.pdf")
        assert file.content == FinancialDocument.objects.get(pk=invoice.pk).original
        assert build(email).attachments[0].get_payload(decode=True) == original_pdf(invoice)

    def test_sent_twice_it_is_filed_once(self):
        client = ClientFactory(email="office@example.com")
        invoice = issued(party=client)
        browser = browser_of(*RIGHTS)

        for _time in range(2):
            browser.post(page(invoice), letter(offered(browser, invoice)))

        assert Email.objects.count() == 2
        assert File.objects.count() == 1

    def test_what_is_not_ticked_is_not_sent(self):
        invoice = issued(party=ClientFactory(email="office@example.com"))
        browser = browser_of(*RIGHTS)

        browser.post(page(invoice), letter(offered(browser, invoice), made=[]))

        assert Email.objects.get().files.count() == 0
        assert not File.objects.exists()

    def test_an_e_invoice_that_cannot_be_made_is_told_at_its_field_and_all_typed_stays(self):
        firm = OwnFirmFactory(name="Без адрес")
        invoice = issued(own_firm=firm, party=ClientFactory(email="office@example.com"))
        browser = browser_of(*RIGHTS)

        answer = browser.post(page(invoice), letter(offered(browser, invoice), made=["pdf", "ubl"], subject="Мое"))

        assert answer.status_code == 422
        assert answer.context["form"].errors["made"]
        assert answer.context["form"]["subject"].value() == "Мое"
        assert not Email.objects.exists()


class TestRights:
    def test_what_is_not_there_to_send_is_not_found(self):
        cancelled = issued()
        cancelled.cancel(UserFactory(), "грешка")
        browser = browser_of(*RIGHTS)

        for document in (draft(), entered(party=SupplierFactory()), cancelled):
            assert browser.get(page(document)).status_code == 404
        assert browser.get(page(issued(), "nothing")).status_code == 404
        assert browser.get(f"{reverse('events:email_compose')}?about=financial-document:x").status_code == 404

    def test_out_of_scope_is_not_found_and_without_a_right_refused(self):
        invoice = issued(party=ClientFactory(trader=UserFactory()))

        assert browser_of(*RIGHTS, parties="mine").get(page(invoice)).status_code == 404
        for missing in ("finance.print_financialdocument", "events.send_email"):
            rights = [right for right in RIGHTS if right != missing]
            assert browser_of(*rights).get(page(invoice)).status_code == 403

    def test_people_of_other_own_firms_do_not_see_letter_and_file(self):
        invoice = issued(party=ClientFactory(email="office@example.com"))
        sender = worker(*RIGHTS, firms="assigned")
        elsewhere = worker(*RIGHTS, firms="assigned")
        OwnFirmAccess.objects.create(user=elsewhere, own_firm=OwnFirmFactory())
        browser = signed_in(sender)

        browser.post(page(invoice), letter(offered(browser, invoice)))

        file, event = File.objects.get(), Event.objects.get()
        assert signed_in(elsewhere).get(file.get_absolute_url()).status_code == 404
        assert signed_in(elsewhere).get(event.get_absolute_url()).status_code == 404
        assert browser.get(file.get_absolute_url()).status_code == 200

    def test_one_with_a_personal_number_is_for_those_who_may_print_it(self):
        person = NaturalPersonFactory(identifier_type="egn", personal_number=egn(70))
        invoice, plain = issued(party=person), issued()
        printer, viewer = UserFactory(), UserFactory()
        give(printer, *RIGHTS)
        give(viewer, *SEE_ALL, "documents.view_file")

        assert readers_of(plain) is None
        readers = readers_of(invoice)
        assert readers is not None
        assert printer.pk in readers
        assert viewer.pk not in readers
