"""Words that stand on prints: Bulgarian always, with the English ones beside them when the print is bilingual.

They are no part of the user's interface, and so not of its catalogues: a paper is in the language of its reader.
"""

from __future__ import annotations

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from finance.models.choices import PrintLanguage

LABELS: dict[str, tuple[str, str]] = {
    "number": ("№", "No."),
    "draft_number": ("без номер", "no number yet"),
    # -- Marks -------------------------------------------------------------------------------------
    "original": ("Оригинал", "Original"),
    "copy": ("Копие", "Copy"),
    "duplicate": ("Дубликат", "Duplicate"),
    "internal": ("Вътрешен лист", "Internal sheet"),
    "internal_note": (
        "Вътрешен лист: не е първичен счетоводен документ и не замества документа на издателя му.",
        "Internal sheet: it does not stand in place of its sender's document.",
    ),
    "for_advance": ("за аванс", "for an advance payment"),
    "under_117": ("по чл. 117, ал. 1 от ЗДДС", "under Art. 117(1) of the VAT Act"),
    # -- Parties -----------------------------------------------------------------------------------
    "supplier": ("Доставчик", "Supplier"),
    "recipient": ("Получател", "Recipient"),
    "issuer_recipient": ("Издател и получател по доставката", "Issuer and recipient of the supply"),
    "firm": ("Фирма", "Company"),
    "creditor": ("Кредитор", "Creditor"),
    "first_party": ("Първа страна", "First party"),
    "second_party": ("Втора страна", "Second party"),
    "address": ("Адрес", "Address"),
    "eik": ("ЕИК", "Company ID (EIK)"),
    "egn": ("ЕГН", "Personal no. (EGN)"),
    "lnch": ("ЛНЧ", "Personal no. (LNCh)"),
    "nra": ("Служебен № от НАП", "NRA service no."),
    "foreign": ("Идент. №", "ID no."),
    "vat_number": ("ДДС №", "VAT no."),
    "representative": ("МОЛ", "Represented by"),
    # -- Facts -------------------------------------------------------------------------------------
    "date": ("Дата на издаване", "Date of issue"),
    "paper_date": ("Дата на документа", "Date of the document"),
    "tax_event": ("Дата на данъчното събитие", "Date of tax event"),
    "advance_event": ("Дата на плащането", "Date of payment"),
    "due": ("Срок за плащане", "Payable by"),
    "place": ("Място на сделката", "Place of the deal"),
    "to_invoice": ("Към фактура", "To invoice"),
    "to_protocol": ("Към протокол", "To protocol"),
    "to_paper": ("Към документ на доставчика", "To the supplier's document"),
    "from_proforma": ("По проформа фактура", "To proforma invoice"),
    "their_reference": ("Ваш № / поръчка", "Your reference"),
    "reason": ("Основание за издаване", "Reason for issue"),
    "ground": ("Основание", "Ground"),
    "received_on": ("Получен на", "Received on"),
    "period": ("За период", "For the period"),
    "interest": ("В това число лихва", "Interest in it"),
    "duty": ("В това число мито", "Duty in it"),
    "appeal": ("Обжалва се до", "Appeal until"),
    "obligation": ("Вид задължение", "Kind of obligation"),
    # -- Lines -------------------------------------------------------------------------------------
    "row": ("№", "No."),
    "description": ("Наименование на стоката или услугата", "Description of goods or services"),
    "unit": ("Мярка", "Unit"),
    "quantity": ("Количество", "Quantity"),
    "unit_price": ("Ед. цена без ДДС", "Unit price excl. VAT"),
    "gross_price": ("Ед. цена с ДДС", "Unit price incl. VAT"),
    "discount": ("Отст. %", "Disc. %"),
    "vat_percent": ("ДДС %", "VAT %"),
    "amount": ("Стойност без ДДС", "Amount excl. VAT"),
    "deducted": ("По фактура за аванс", "Under the advance invoice"),
    # -- Totals ------------------------------------------------------------------------------------
    "total": ("Общо", "Total"),
    "to_pay": ("Сума за плащане", "Amount due"),
    "credited": ("Сума по известието", "Amount credited"),
    "total_with_vat": ("Всичко с ДДС", "Total incl. VAT"),
    "words": ("Словом", "In words"),
    "no_vat": ("Основание за неначисляване на ДДС", "Ground for not charging VAT"),
    # -- Payment -----------------------------------------------------------------------------------
    "payment": ("Начин на плащане", "Way of payment"),
    "bank": ("по банков път", "bank transfer"),
    "cash": ("в брой", "in cash"),
    "card": ("с карта", "by card"),
    "cod": ("с наложен платеж", "cash on delivery"),
    "offset": ("чрез прихващане", "offset"),
    "iban": ("IBAN", "IBAN"),
    "account_number": ("Сметка №", "Account no."),
    "bic": ("BIC", "BIC"),
    "bank_name": ("Банка", "Bank"),
    "holder": ("Титуляр", "Account holder"),
    "qr": ("QR код за плащане", "QR code for payment"),
    # -- Signatures --------------------------------------------------------------------------------
    "prepared_by": ("Съставил", "Prepared by"),
    "received_by": ("Получил", "Received by"),
    "name_and_signature": ("име, подпис", "name, signature"),
    # -- Annulment and offset ----------------------------------------------------------------------
    "document": ("Документ", "Document"),
    "document_date": ("Дата", "Date"),
    "document_total": ("Стойност", "Amount"),
    "offset_amount": ("Прихванато", "Offset"),
}


class Words:
    """Labels in the language of a print; asked by name, also in templates: `words.supplier`."""

    def __init__(self, language: str) -> None:
        self.is_bilingual = language == PrintLanguage.BILINGUAL

    def __getitem__(self, name: str) -> SafeString | str:
        return self.pair(*LABELS[name])

    def pair(self, bulgarian: str, english: str) -> SafeString | str:
        """Two texts as one: the English one smaller, after the Bulgarian one."""
        if not self.is_bilingual or not english or english == bulgarian:
            return bulgarian
        return format_html('{} <span class="en" lang="en">{}</span>', bulgarian, english)

    def plain(self, name: str) -> str:
        """The same without markup."""
        bulgarian, english = LABELS[name]
        return f"{bulgarian} / {english}" if self.is_bilingual and english != bulgarian else bulgarian


@cache
def words_in(language: str) -> Words:
    return Words(language)
