"""Who stands in the demonstration data: state bodies (real, public facts), clients and suppliers (invented)."""

from typing import NamedTuple

# Name, short name, Latin name, EIK where it is certain.
STATE_BODIES = [
    ("Национална агенция за приходите", "НАП", "National Revenue Agency", "131063188"),
    ("Териториална дирекция на НАП – София", "ТД на НАП София", "NRA Directorate Sofia", ""),
    ("Териториална дирекция на НАП – Пловдив", "ТД на НАП Пловдив", "NRA Directorate Plovdiv", ""),
    ("Териториална дирекция на НАП – Варна", "ТД на НАП Варна", "NRA Directorate Varna", ""),
    ("Териториална дирекция на НАП – Бургас", "ТД на НАП Бургас", "NRA Directorate Burgas", ""),
    ("Териториална дирекция на НАП – Велико Търново", "ТД на НАП В. Търново", "NRA Directorate Veliko Tarnovo", ""),
    ("Агенция „Митници“", "", "Customs Agency", "000627597"),
    ("Териториална дирекция „Митница София“", "Митница София", "Customs Office Sofia", ""),
    ("Териториална дирекция „Митница Пловдив“", "Митница Пловдив", "Customs Office Plovdiv", ""),
    ("Териториална дирекция „Митница Варна“", "Митница Варна", "Customs Office Varna", ""),
    ("Териториална дирекция „Митница Бургас“", "Митница Бургас", "Customs Office Burgas", ""),
    ("Териториална дирекция „Митница Русе“", "Митница Русе", "Customs Office Ruse", ""),
    ("Национален осигурителен институт", "НОИ", "National Social Security Institute", "121082521"),
    ("Столична община", "", "Sofia Municipality", "000696327"),
    ("Община Пловдив", "", "Plovdiv Municipality", "000471504"),
    ("Община Варна", "", "Varna Municipality", "000093442"),
    ("Агенция по вписванията", "", "Registry Agency", ""),
    ("Изпълнителна агенция „Главна инспекция по труда“", "ГИТ", "General Labour Inspectorate", "831545394"),
    ("Национален статистически институт", "НСИ", "National Statistical Institute", ""),
]  # fmt: skip


class Party(NamedTuple):
    """An invented client or supplier. `kinds` is c, s or cs; `trader` a user name; `firms` e.g. "1" or "2" or ""."""

    name: str
    form: str
    type: str
    kinds: str = "c"
    status: str = "active"
    trader: str = "seller"
    firms: str = ""
    short_name: str = ""
    name_latin: str = ""
    country: str = "BG"
    vat: bool = True
    number: bool = True
    supplier_type: str = ""


CLIENTS = [
    Party("Щъркел 2004", "ООД", "Верига магазини", firms="1"),
    Party("Юнион Фуудс", "ООД", "Дистрибутор", "cs", supplier_type="Търговец на едро"),
    Party("Ягодина Маркет", "ЕООД", "Самостоятелен магазин"),
    Party("Хранителни стоки „Жечеви“", "ООД", "Търговец на едро", trader="seller2"),
    Party("Хотел „Снежният връх“ – Банско", "ЕООД", "Хотел", firms="1"),
    Party("Черноморска перла", "АД", "Хотел", trader="seller2", status="watch"),
    Party("Иван Петров – Комерс", "ЕТ", "Самостоятелен магазин"),
    Party("Юлия Щерева – Юли", "ЕТ", "Самостоятелен магазин", trader="seller2", vat=False),
    Party("Дядо Пейо – Пейо Пеев и син", "ЕТ", "Ресторант", trader="seller2", vat=False),
    Party(
        "Тракия билд инженеринг – проектиране, строителство и ремонт на жилищни и промишлени сгради",
        "ООД",
        "Строителна фирма",
        trader="seller2",
        short_name="Тракия билд",
    ),
    Party("Ателие Ъгъл", "ЕООД", "Производител"),
    Party("Джобче Онлайн", "ООД", "Онлайн магазин", name_latin="Jobche Online Ltd"),
    Party("Кетъринг Лъжица", "ЕООД", "Кетъринг", status="advance_only"),
    Party("Ресторант „При чинарите“", "ООД", "Ресторант", trader="seller2"),
    Party("Агро Сеяч 98", "ООД", "Земеделски производител", trader="seller2", firms="2"),
    Party("Земеделска кооперация „Златен клас“", "кооперация", "Земеделски производител", trader="seller2", firms="2"),
    Party("Детска градина № 227 „Щастливо детство“", "бюджетно предприятие", "Училище или детска градина", vat=False),
    Party(
        "Основно училище „Иглика“", "бюджетно предприятие", "Училище или детска градина", trader="seller2", vat=False
    ),
    Party("Многопрофилна болница „Здраве плюс“", "ООД", "Лечебно заведение", short_name="МБАЛ „Здраве плюс“"),
    Party("Чистота и озеленяване – Родопи", "ЕООД", "Общинско предприятие", trader="seller2"),
    Party("Дентална клиника Усмивка", "ООД", "Лечебно заведение", status="prospective", vat=False),
    Party("Адвокатско дружество „Панайотов, Щерев и съдружници“", "", "Свободна професия"),
    Party("Мебелна къща Дъб", "ООД", "Верига магазини", "cs", trader="seller2", supplier_type="Производител"),
    Party("Балкан Екип 7", "ЕООД", "Търговец на едро", trader=""),
    Party("Електро Волт и Ко", "СД", "Самостоятелен магазин", trader="seller2"),
    Party("Сладкарница Захарно петле", "ЕООД", "Ресторант"),
    Party("Био ферма Еделвайс", "ЕООД", "Земеделски производител", trader="seller2", firms="2"),
    Party("Фитнес център Атлет Про", "ООД", "Крайни клиенти", status="prospective"),
    Party("Месокомбинат Тунджа-Изток", "АД", "Производител", trader="seller2"),
    Party("Сдружение „Зелени планини“", "сдружение", "Крайни клиенти", vat=False),
    Party("Фондация „Бъдеще за децата“", "фондация", "Крайни клиенти", vat=False),
    Party("Книжарници Буквар", "ООД", "Верига магазини", firms="1"),
    Party("Дружба Стил", "АД", "Верига магазини", status="stopped", trader="manager"),
    Party("Ледена шушулка", "ООД", "Онлайн магазин", status="former"),
    Party("Стройматериали Камчия", "ЕООД", "Строителна фирма", status="stopped", trader="seller2"),
    Party("Вила Резорт Мелник", "ЕАД", "Хотел", firms="1"),
    Party("Нощна птица 99", "ООД", "Ресторант", status="blocked"),
    Party("Кооперация „Изгрев“", "кооперация", "Самостоятелен магазин", status="former", trader="seller2"),
    Party("Сердика Ритейл Груп", "АД", "Верига магазини", trader="manager", name_latin="Serdica Retail Group AD"),
    Party("НОВА ЕРА 2020", "ЕООД", "Онлайн магазин", status="prospective", trader=""),
    Party("Ай Ти Щайн", "ДПК", "Онлайн магазин", status="prospective"),
    Party("Green Valley Foods", "ЕООД", "Дистрибутор", trader="seller2"),
    Party("Hydra Tech Solutions", "ООД", "Производител", trader="seller2"),
    Party("Автосервиз Газ и спирачка", "ЕООД", "Крайни клиенти", vat=False),
    Party("Консорциум Мост Дунав", "ДЗЗД", "Строителна фирма", status="watch", trader="manager"),
    Party("Papadopoulos Emporiki", "S.A.", "Износ", country="GR", trader="manager"),
    Party("Transilvania Comert", "SRL", "Износ", country="RO", trader="seller"),
    Party("Alpenhandel Wien", "GmbH", "Износ", country="AT", trader="manager"),
    Party("Zelena hiša", "d.o.o.", "Износ", country="SI", trader="seller"),
    Party("Dunav Promet", "d.o.o.", "Износ", country="RS", trader="seller", vat=False),
]

SUPPLIERS = [
    Party("Стъкларски завод Диамант", "АД", "Производител", "s", trader=""),
    Party("Мелница Белица", "ООД", "Производител", "s", trader=""),
    Party("Пласт Форм", "ЕООД", "Производител", "s", trader=""),
    Party("Химия и препарати Кристал", "ООД", "Производител", "s", trader=""),
    Party("Ориент Импорт", "ООД", "Вносител", "s", status="watch", trader=""),
    Party("Счетоводна къща „Баланс и Ко“", "ООД", "Счетоводство и право", "s", trader=""),
    Party("ИТ Облак", "ЕООД", "ИТ и телекомуникации", "s", trader="", name_latin="IT Oblak EOOD"),
    Party("Печатница Мастило", "КД", "Реклама и печат", "s", trader=""),
    Party("Охрана Щит 05", "ЕООД", "Охрана и почистване", "s", trader="", firms="2"),
    Party("Чиста сграда", "ЕООД", "Охрана и почистване", "s", status="former", trader=""),
    Party("Транс Щафета", "ООД", "Превозвач", "s", trader="", firms="2"),
    Party("Спедиция Хоризонт", "ЕООД", "Спедитор", "s", trader="", firms="2"),
    Party("Куриерска служба Стрела", "ООД", "Куриер", "s", trader=""),
    Party("Електроснабдяване Юг-Изток Плюс", "АД", "Комунални услуги", "s", trader=""),
    Party("Дизелко", "ЕООД", "Горива", "s", status="blocked", trader=""),
    Party("Складове Изток", "АД", "Наемодател", "s", trader="", firms="2"),
    Party("Müller Haushaltswaren", "GmbH", "Вносител", "s", country="DE", trader=""),
    Party("Ceramiche Bianchi", "S.p.A.", "Производител", "s", country="IT", trader=""),
    Party("Polskie Szkło Huta", "sp. z o.o.", "Производител", "s", country="PL", trader=""),
    Party("Shenzhen Bright Home", "Ltd", "Производител", "s", country="CN", trader="", vat=False),
]


class Person(NamedTuple):
    """An invented natural person; `number` is egn, lnch or empty, `birth` six digits that nobody's EGN has today."""

    given_name: str
    fathers_name: str
    family_name: str
    type: str
    kinds: str = "c"
    number: str = ""
    birth: str = ""
    vat: bool = False
    name_latin: str = ""


# Born in the first years of the 20th century: nobody with such an EGN is alive.
PERSONS = [
    Person("Иван", "Георгиев", "Петров", "Физическо лице", number="egn", birth="010105"),
    Person("Щилияна", "Юлиева", "Ангелова", "Физическо лице", number="egn", birth="020214"),
    Person("Мария", "Тодорова", "Димитрова-Щерева", "Физическо лице"),
    Person("Ангел", "Савов", "Кюркчиев", "Земеделски производител", number="egn", birth="000303", vat=True),
    Person("Олена", "", "Ковальчук", "Физическо лице", number="lnch", name_latin="Olena Kovalchuk"),
    Person("Hans", "", "Müller", "Физическо лице", number="lnch", name_latin="Hans Müller"),
    Person("Христина", "Борисова", "Юнакова", "Счетоводство и право", "s", number="egn", birth="030419", vat=True),
    Person("Стефан", "Димов", "Цветков", "Наемодател", "s", number="egn", birth="041122"),
]
