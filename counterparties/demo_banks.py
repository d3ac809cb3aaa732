"""Banks with a licence in Bulgaria and branches of foreign ones: public facts, as of 2026.

The EIK stands only where it is certain, the BIC likewise; the BIC is kept by the app that keeps bank accounts.
"""

from typing import NamedTuple


class Bank(NamedTuple):
    name: str
    form: str
    short_name: str
    name_latin: str
    bic: str
    eik: str


BANKS = [
    Bank("УниКредит Булбанк", "АД", "", "UniCredit Bulbank AD", "UNCRBGSF", "831919536"),
    Bank("Банка ДСК", "АД", "", "DSK Bank AD", "STSABGSF", "121830616"),
    Bank("Обединена българска банка", "АД", "ОББ", "United Bulgarian Bank AD", "UBBSBGSF", "000694959"),
    Bank("Юробанк България", "АД", "Пощенска банка", "Eurobank Bulgaria AD", "BPBIBGSF", "000694749"),
    Bank("Първа инвестиционна банка", "АД", "ПИБ", "First Investment Bank AD", "FINVBGSF", "831094393"),
    Bank("Централна кооперативна банка", "АД", "ЦКБ", "Central Cooperative Bank AD", "CECBBGSF", "831447150"),
    Bank("Алианц Банк България", "АД", "", "Allianz Bank Bulgaria AD", "BUINBGSF", "128001319"),
    Bank("Българо-американска кредитна банка", "АД", "БАКБ", "BACB AD", "BGUSBGSF", "121246419"),
    Bank("Инвестбанк", "АД", "", "Investbank AD", "IORTBGSF", "831663282"),
    Bank("Общинска банка", "АД", "", "Municipal Bank AD", "SOMBBGSF", "121086224"),
    Bank("ПроКредит Банк (България)", "ЕАД", "", "ProCredit Bank (Bulgaria) EAD", "PRCBBGSF", "130598160"),
    Bank("Ти Би Ай Банк", "ЕАД", "", "TBI Bank EAD", "TBIBBGSF", "131134023"),
    Bank("Търговска банка Д", "АД", "", "D Commerce Bank AD", "DEMIBGSF", "121884560"),
    Bank("Международна асет банка", "АД", "МАБ", "International Asset Bank AD", "IABGBGSF", "000694329"),
    Bank("Тексим Банк", "АД", "", "Texim Bank AD", "TEXIBGSF", "040534040"),
    Bank("Токуда Банк", "АД", "", "Tokuda Bank AD", "CREXBGSF", "813155318"),
    Bank("Българска банка за развитие", "ЕАД", "ББР", "Bulgarian Development Bank EAD", "NASBBGSF", "121856059"),
    Bank("Ситибанк Европа, клон България", "КЧТ", "", "Citibank Europe plc, Bulgaria Branch", "CITIBGSF", ""),
    Bank("ИНГ Банк Н.В. – клон София", "КЧТ", "", "ING Bank N.V., Sofia Branch", "INGBBGSF", ""),
    Bank("БНП Париба С.А. – клон София", "КЧТ", "", "BNP Paribas S.A., Sofia Branch", "BNPABGSX", ""),
    Bank("Те-Дже Зираат Банкасъ – клон София", "КЧТ", "", "T.C. Ziraat Bankasi, Sofia Branch", "TCZBBGSF", ""),
    Bank("Варенголд Банк АГ, клон София", "КЧТ", "", "Varengold Bank AG, Sofia Branch", "VGAGBGSF", ""),
    Bank("Бигбанк АС – клон България", "КЧТ", "", "Bigbank AS, Bulgaria Branch", "", ""),
]  # fmt: skip

# The central bank: a bank and a body of the state at once.
CENTRAL_BANK = Bank("Българска народна банка", "", "БНБ", "Bulgarian National Bank", "BNBGBGSD", "000694037")
