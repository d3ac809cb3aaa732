"""What stands on the paper: every kind in Cyrillic, read back from the PDF, with its lines, words and totals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from common.codes import sepa_qr_svg, sepa_qr_text
from common.dates import format_date, today
from common.money import NBSP
from finance.drafting import draft_offset, draft_protocol
from finance.models import FinancialDocument, FirmSettings
from finance.printing import annulment_pdf, cash_order_pdf, copy_pdf, original_pdf
from finance.printing.originals import for_print, html_of
from finance.printing.sheet import number, sheet_of, transfer_of
from tests.documents.uploads import png
from tests.factories.contacts import AddressFactory, BankAccountFactory
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, OwnFirmFactory, SupplierFactory, egn
from tests.factories.finance import (
    CashDeskFactory,
    FinancialDocumentFactory,
    FinancialDocumentLineFactory,
    PaymentFactory,
    entered,
    issued,
    posted,
)
from tests.factories.trade import ExchangeRateFactory, ground, vat
from tests.factories.users import UserFactory
from tests.finance.prints import pages_of, right_edge, text_of
from tests.finance.test_rules_protocols import foreign

pytestmark = pytest.mark.django_db
IBAN = "BG80BNBG96611020345678"


def firm(**facts):
    made = OwnFirmFactory(name="Орион Трейд", **facts)
    BankAccountFactory(party=made, iban=IBAN, is_default=True, currency="EUR")
    return made


def day(on: dt.date) -> str:
    return f"{format_date(on)} г."


def of_lines(*lines, **facts):
    """An issued document with lines told by their fields."""
    document = FinancialDocumentFactory(**facts)
    for place, line in enumerate(lines):
        FinancialDocumentLineFactory(document=document, position=place, **line)
    document.issue(UserFactory(first_name="Иванка", last_name="Петрова"))
    return document


class TestInvoice:
    def test_it_holds_all_that_the_law_asks_for(self):
        own, client = firm(), ClientFactory(name="Алфа Строй", payment_term_days=30)
        AddressFactory(party=client, kind="registered")
        invoice = of_lines(
            {"description": "Тухла решетъчна", "quantity": Decimal("1250.5"), "unit_price": Decimal("0.654321")},
            {"description": "Транспорт", "unit_price": Decimal(120), "discount_percent": Decimal("12.5")},
            {"description": "Книга", "unit_price": Decimal("19.90"), "vat_rate": vat("S", 9)},
            own_firm=own, party=client, place="гр. Пловдив", recipient="Георги Иванов", note="Благодарим Ви!",
        )  # fmt: skip

        text = text_of(original_pdf(invoice))

        for words in (
            "ФАКТУРА", "№ 0000000001", "ОРИГИНАЛ", "ПОЛУЧАТЕЛ", "ДОСТАВЧИК", invoice.firm_copy["name"],
            invoice.party_copy["name"], invoice.party_copy["number"], invoice.firm_copy["number"],
            invoice.party_copy["address"]["one_line"], "Дата на издаване", "Дата на данъчното събитие", day(today()),
            day(today() + dt.timedelta(days=30)), "гр. Пловдив", "Тухла решетъчна", "1 250,5", "0,654321", "818,23",
            "12,5", "105,00", "Книга", "Данъчна основа 20 % 923,23", "ДДС 20 % 184,65", "Данъчна основа 9 % 19,90",
            "ДДС 9 % 1,79", "Общо без ДДС 943,13", "Общо ДДС 186,44", "Сума за плащане 1 129,57 EUR",
            "Хиляда сто двадесет и девет евро и петдесет и седем цента", "по банков път",
            "BG80 BNBG 9661 1020 3456 78", "Благодарим Ви!", "Получил", "Георги Иванов", "Съставил", "Иванка Петрова",
            "Стр. 1 от 1",
        ):  # fmt: skip
            assert words in text, words
        assert "ОБЩО ДДС" not in text
        assert "ЧЕРНОВА" not in text

    def test_a_price_without_vat_stands_beside_the_one_that_includes_it(self):
        invoice = of_lines({"unit_price": Decimal("19.99"), "quantity": 3}, own_firm=firm(), includes_vat=True)

        text = text_of(original_pdf(invoice))

        assert "16,6583 19,99 20 49,97" in text
        assert "Сума за плащане 59,97 EUR" in text

    def test_in_another_currency_base_and_vat_stand_in_euro_with_the_rate_and_its_day(self):
        ExchangeRateFactory(on=today())
        invoice = of_lines({"unit_price": Decimal(110)}, own_firm=firm(), currency="USD")

        text = text_of(original_pdf(invoice))

        assert "Данъчна основа 20 % 110,00 100,00" in text
        assert "ДДС 20 % 22,00 20,00" in text
        assert f"Курс: 1 EUR = 1,1000 USD към {day(today())}" in text
        assert "QR код" not in text

    def test_the_ground_of_what_is_not_charged_is_told_and_no_rate_is_named(self):
        reverse = ground("AE")
        invoice = of_lines({"vat_rate": vat("AE", 0), "vat_ground": reverse}, own_firm=firm())

        text = text_of(original_pdf(invoice))

        assert reverse.text in text
        assert "Стойност, за която не се начислява ДДС 100,00" in text
        assert "0 %" not in text

    def test_a_bilingual_one_has_every_label_and_line_in_english_too(self):
        invoice = of_lines(
            {"description": "Услуга", "description_en": "Service", "vat_rate": vat("AE", 0)},
            own_firm=firm(), party=ClientFactory(name="Алфа"), print_language="bg+en",
        )  # fmt: skip

        with translation.override("en"):
            text = text_of(original_pdf(invoice))

        for words in ("INVOICE", "Supplier", "Recipient", "Date of issue", "Услуга Service", "One hundred euros",
                      "Сто евро", invoice.party_copy["name_latin"], ground("AE").text_en, "Amount due"):  # fmt: skip
            assert words in text, words

    def test_it_is_bulgarian_whatever_the_reader_speaks(self):
        invoice = of_lines({"unit_price": Decimal(100)}, own_firm=firm())

        with translation.override("en"):
            text = text_of(original_pdf(invoice))

        assert "Supplier" not in text
        assert "Сто и двадесет евро" in text

    def test_a_persons_number_stands_on_his_invoice_and_in_no_copy(self):
        person = NaturalPersonFactory(identifier_type="egn", personal_number=egn(70))
        invoice = of_lines({"unit_price": Decimal(100)}, own_firm=firm(), party=person)

        assert f"ЕГН {egn(70)}" in text_of(original_pdf(invoice))
        assert egn(70) not in str(invoice.party_copy)

    def test_names_and_texts_are_shown_as_typed_and_long_words_do_not_break_the_page(self):
        client = ClientFactory(name="<script>alert(1)</script> & " + "Ъ" * 90)
        invoice = of_lines(
            {"description": "<b>Ж</b>" + "непрекъснато" * 30}, own_firm=firm(), party=client, note="<img src=x>"
        )

        html = html_of(invoice, mark="original")[0]
        data = original_pdf(invoice)

        assert "<script>alert" not in html
        assert "<b>Ж</" in text_of(data)
        assert right_edge(data) < 595 - 38

    def test_the_title_of_the_file_names_the_document(self):
        invoice = of_lines({}, own_firm=firm())

        found = pypdfium2.PdfDocument(original_pdf(invoice)).get_metadata_dict()

        assert found["Title"] == "ФАКТУРА № 0000000001"

    def test_the_logo_of_the_firm_is_printed(self):
        own = firm()
        FirmSettings.objects.create(own_firm=own, logo=SimpleUploadedFile("l.png", png()), foot="Рег. № 77")
        invoice = of_lines({}, own_firm=own)

        data = original_pdf(invoice)

        assert "Рег. № 77" in text_of(data)
        kinds = [thing.type for thing in pypdfium2.PdfDocument(data)[0].get_objects()]
        assert pypdfium2.raw.FPDF_PAGEOBJ_IMAGE in kinds

    @pytest.mark.parametrize(
        ("value", "least", "shown"),
        [
            ("0.654321", 2, "0,654321"), ("12.500000", 2, "12,50"), ("1250.500000", 0, f"1{NBSP}250,5"),
            ("3.000000", 0, "3"), ("3.000000", 2, "3,00"), ("-1", 0, "-1"), ("100.000000", 0, "100"),
        ],
    )  # fmt: skip
    def test_numbers_lose_only_zeros_that_say_nothing(self, value, least, shown):
        assert number(Decimal(value), least=least) == shown


class TestTransferCode:
    def test_it_carries_the_firm_the_account_the_sum_and_the_number(self):
        invoice = of_lines({"unit_price": Decimal(100)}, own_firm=firm())
        told = transfer_of(invoice, invoice.account_copy)[0]

        sheet = sheet_of(for_print(invoice.pk), language="bg")

        assert sepa_qr_text(**told).split("\n")[5:8] == [invoice.firm_copy["name"], IBAN, "EUR120.00"]
        assert sepa_qr_text(**told).endswith("Фактура 0000000001")
        assert sheet["qr"] == sepa_qr_svg(**told, size_mm=26, title="QR код за плащане")

    def test_a_name_too_long_for_the_standard_is_cut_and_the_code_is_there(self):
        own = firm()
        own.name = "Много дълго име на фирма " * 8
        own.save()
        invoice = of_lines({}, own_firm=own)

        assert sheet_of(for_print(invoice.pk), language="bg")["qr"]

    @pytest.mark.parametrize("facts", [{"payment_method": "cash"}, {"kind": "proforma", "payment_method": "card"}])
    def test_what_is_not_paid_by_transfer_has_none(self, facts):
        invoice = of_lines({}, own_firm=firm(), **facts)

        assert sheet_of(for_print(invoice.pk), language="bg")["qr"] == ""

    def test_without_an_account_there_is_none(self):
        invoice = of_lines({}, own_firm=OwnFirmFactory())

        assert sheet_of(for_print(invoice.pk), language="bg")["qr"] == ""


class TestOtherKinds:
    def test_an_advance_invoice_is_a_faktura_for_an_advance(self):
        text = text_of(original_pdf(issued(own_firm=firm(), kind="advance_invoice")))

        assert "ФАКТУРА за аванс № 0000000001" in text
        assert "Дата на плащането" in text

    def test_a_final_invoice_names_the_advance_that_it_deducts(self):
        own, client = firm(), ClientFactory()
        advance = issued(own_firm=own, party=client, kind="advance_invoice", price=500)
        final = of_lines(
            {"unit_price": Decimal(1500)},
            {"unit_price": Decimal(500), "quantity": -1, "deducts": advance, "description": "Приспаднат аванс"},
            own_firm=own, party=client,
        )  # fmt: skip

        text = text_of(original_pdf(final))

        assert f"По фактура за аванс № 0000000001 от {day(today())}" in text
        assert "-500,00" in text
        assert "Сума за плащане 1 200,00 EUR" in text

    def test_a_credit_note_says_to_which_invoice_and_why(self):
        own, client = firm(), ClientFactory()
        invoice = issued(own_firm=own, party=client)
        note = of_lines(
            {"unit_price": Decimal(50)}, own_firm=own, party=client, kind="credit_note", corrects=invoice,
            reason="Връщане на стока",
        )  # fmt: skip

        text = text_of(original_pdf(note))

        for words in (
            "КРЕДИТНО ИЗВЕСТИЕ",
            "№ 0000000002",
            "ОРИГИНАЛ",
            f"Към фактура: № 0000000001 от {day(today())}",
            "Основание за издаване: Връщане на стока",
            "Сума по известието 60,00 EUR",
            "Шестдесет евро",
        ):
            assert words in text, words
        assert "QR код" not in text

    def test_a_debit_note_to_an_invoice_of_elsewhere_names_it_by_its_number(self):
        note = of_lines(
            {"unit_price": Decimal(50)}, own_firm=firm(), kind="debit_note", corrects_number="0000000009",
            corrects_date=dt.date(2025, 12, 1), reason="Увеличена цена",
        )  # fmt: skip

        text = text_of(original_pdf(note))

        assert "ДЕБИТНО ИЗВЕСТИЕ" in text
        assert "Към фактура: № 0000000009 от 01.12.2025 г." in text

    def test_a_proforma_is_no_original(self):
        text = text_of(original_pdf(issued(own_firm=firm(), kind="proforma")))

        assert "ПРОФОРМА ФАКТУРА" in text
        assert "ОРИГИНАЛ" not in text

    def test_a_protocol_names_its_ground_and_the_suppliers_paper(self):
        own = firm()
        protocol = draft_protocol(foreign(own_firm=own), UserFactory())
        protocol.issue(UserFactory())

        text = text_of(original_pdf(protocol))

        for words in (
            "ПРОТОКОЛ по чл. 117, ал. 1 от ЗДДС",
            "Към документ на доставчика: № R-17",
            protocol.reason,
            "ИЗДАТЕЛ И ПОЛУЧАТЕЛ ПО ДОСТАВКАТА",
            "Данъчна основа 20 % 399,99",
            "ДДС 20 % 80,00",
        ):
            assert words in text, words

    def test_an_offset_has_both_lists(self):
        own = firm()
        both = ClientFactory(name="Бета", is_supplier=True)
        invoice = issued(own_firm=own, party=both, price=500)
        theirs = entered(own_firm=own, party=both, price=300, number="0000055555")
        offset = draft_offset(both, own, [invoice], [theirs], UserFactory())
        offset.issue(UserFactory())

        text = text_of(original_pdf(FinancialDocument.objects.get(pk=offset.pk)))

        for words in ("ПРОТОКОЛ ЗА ПРИХВАЩАНЕ", "чл. 103 и чл. 104", f"Вземания на {offset.firm_copy['name']}",
                      f"Вземания на {offset.party_copy['name']}", "0000000001", "0000055555", "600,00 EUR",
                      "360,00", "триста и шестдесет евро"):  # fmt: skip
            assert words in text, words

    def test_what_was_received_is_an_internal_sheet_without_signatures(self):
        text = text_of(copy_pdf(entered(own_firm=firm(), party=SupplierFactory(name="Мелница"))))

        assert "ВЪТРЕШЕН ЛИСТ" in text
        assert "не е първичен счетоводен документ" in text
        assert "Получил " not in text
        assert "IBAN" not in text


class TestStates:
    def test_a_draft_is_marked_and_nothing_of_it_is_saved(self):
        document = FinancialDocumentFactory(own_firm=firm(), with_lines=["59.90"])
        before = FinancialDocument.objects.values().get(pk=document.pk)

        text = text_of(copy_pdf(document))

        assert "ЧЕРНОВА" in text
        assert "без номер" in text
        assert "Сума за плащане 71,88 EUR" in text
        assert FinancialDocument.objects.values().get(pk=document.pk) == before

    @pytest.mark.parametrize(("kind", "word"), [("invoice", "АНУЛИРАНА"), ("debit_note", "АНУЛИРАНО")])
    def test_a_cancelled_one_says_so_with_day_and_reason(self, kind, word):
        more = {"corrects_number": "1", "corrects_date": today(), "reason": "x"} if kind == "debit_note" else {}
        document = issued(own_firm=firm(), kind=kind, **more)
        document.cancel(UserFactory(), "Грешен получател")

        text = text_of(copy_pdf(document, duplicate=False))

        assert f"{word} на {day(today())} Причина: Грешен получател" in text
        assert "QR код" not in text

    def test_the_protocol_of_annulment_names_the_old_and_the_new_document(self):
        own, client = firm(), ClientFactory(name="Гама")
        wrong = issued(own_firm=own, party=client)
        wrong.cancel(UserFactory(), "Грешна цена")
        issued(own_firm=own, party=client, source=wrong)

        text = text_of(annulment_pdf(wrong))

        for words in ("ПРОТОКОЛ", "за анулиране на фактура № 0000000001", "чл. 116, ал. 4", "Грешна цена",
                      f"фактура № 0000000001 от {day(today())}", f"фактура № 0000000002 от {day(today())}",
                      f"За {wrong.party_copy['name']}", "име, подпис"):  # fmt: skip
            assert words in text, words

    def test_a_copy_says_that_it_is_one_and_a_duplicate_too(self):
        invoice = issued(own_firm=firm())

        assert "КОПИЕ" in text_of(copy_pdf(invoice, duplicate=False))
        assert "ДУБЛИКАТ" in text_of(copy_pdf(invoice))
        assert "ОРИГИНАЛ" not in text_of(copy_pdf(invoice))


class TestManyPages:
    @pytest.mark.slow
    def test_three_hundred_lines_repeat_heads_count_pages_and_keep_the_totals_with_lines(self):
        lines = [{"description": f"Стока номер {place}", "unit_price": Decimal("1.10")} for place in range(300)]
        pages = pages_of(original_pdf(of_lines(*lines, own_firm=firm())))

        assert len(pages) > 5
        for place, page in enumerate(pages, start=1):
            assert f"Стр. {place} от {len(pages)}" in page
            assert "Наименование на стоката или услугата" in page
            assert place == 1 or "ФАКТУРА № 0000000001" in page
        assert "Стока номер 299" in pages[-1]
        assert "Сума за плащане 396,00 EUR" in pages[-1]

    @pytest.mark.parametrize("count", range(24, 34))
    def test_totals_are_never_alone_on_a_page(self, count):
        lines = [{"description": f"Стока {place}."} for place in range(count)]
        last = pages_of(original_pdf(of_lines(*lines, own_firm=firm())))[-1]

        assert f"Стока {count - 1}." in last
        assert f"Стока {count - 2}." in last
        assert all(words in last for words in ("Данъчна основа 20 %", "Сума за плащане", "IBAN", "Съставил"))


class TestPayments:
    def test_a_cash_receipt_order_has_its_receipt_below(self):
        own = firm()
        FirmSettings.objects.create(own_firm=own, takes_cash_from_clients=True)
        payment = posted(
            own_firm=own, method="cash", desk=CashDeskFactory(own_firm=own), person="Иван Петров",
            reason="По фактура № 7", receipt_number="00123",
        )  # fmt: skip

        pages = pages_of(cash_order_pdf(payment))

        assert len(pages) == 1
        for words in ("ПРИХОДЕН КАСОВ ОРДЕР № 0000001", "КВИТАНЦИЯ към приходен касов ордер № 0000001",
                      "сто и двадесет евро", "По фактура № 7", "Иван Петров", "120,00 EUR", "Вносител"):  # fmt: skip
            assert words in pages[0], words

    def test_a_cash_payment_order_stands_twice_on_a_page(self):
        own = firm()
        payment = PaymentFactory(
            own_firm=own, party=SupplierFactory(), direction="out", method="cash", desk=CashDeskFactory(own_firm=own)
        )

        pages = pages_of(cash_order_pdf(payment))

        assert len(pages) == 1
        assert pages[0].count("РАЗХОДЕН КАСОВ ОРДЕР") == 2
        assert "ЧЕРНОВА" in pages[0]

    def test_any_other_payment_has_a_sheet_with_what_it_settles(self):
        from finance.models import Settlement

        invoice = issued(own_firm=firm(), price=50)
        payment = posted(own_firm=invoice.own_firm, party=invoice.party)
        Settlement.settle(payment, invoice, by=UserFactory())

        text = text_of(cash_order_pdf(payment))

        for words in ("ПОСТЪПЛЕНИЕ", "банков превод", "120,00 EUR", "фактура", "0000000001", "60,00",
                      "Неотнесен остатък (аванс): 60,00 EUR"):  # fmt: skip
            assert words in text, words
