"""What the demonstration's people, addresses and accounts are made of: invented people, real places."""

MEN = [
    "Иван",
    "Георги",
    "Димитър",
    "Петър",
    "Николай",
    "Стоян",
    "Христо",
    "Васил",
    "Тодор",
    "Красимир",
    "Пламен",
    "Юлиян",
]
WOMEN = [
    "Мария",
    "Елена",
    "Десислава",
    "Йорданка",
    "Силвия",
    "Цветелина",
    "Ралица",
    "Щилияна",
    "Ася",
    "Жасмина",
    "Юлия",
]
FAMILIES = [
    "Петров", "Иванов", "Георгиев", "Димитров", "Тодоров", "Ангелов", "Стоянов", "Младенов", "Щерев", "Жеков",
    "Ъглев", "Цонев", "Янакиев", "Чолаков", "Хаджийски", "Юруков", "Велчев", "Желязков",
]  # fmt: skip
# Enough for each country that no party has one of them twice; with several parties they come again after that.
FOREIGNERS = {
    "AT": [("Johanna", "Gruber"), ("Markus", "Steiner"), ("Katharina", "Moser"), ("Florian", "Pichler")],
    "CN": [("Wei", "Zhang"), ("Li", "Chen"), ("Min", "Wang"), ("Jun", "Liu")],
    "DE": [("Jürgen", "Weiß"), ("Sabine", "Krüger"), ("Thomas", "Vogel"), ("Anke", "Schäfer")],
    "GR": [("Eleni", "Papadopoulou"), ("Nikos", "Georgiou"), ("Maria", "Vlachou"), ("Kostas", "Dimas")],
    "IT": [("Giulia", "Bianchi"), ("Marco", "Ferrari"), ("Chiara", "Conti"), ("Luca", "Marino")],
    "PL": [("Łukasz", "Wiśniewski"), ("Agnieszka", "Nowak"), ("Paweł", "Zieliński"), ("Ewa", "Kamińska")],
    "RO": [("Ștefan", "Ionescu"), ("Ioana", "Popa"), ("Andrei", "Munteanu"), ("Elena", "Dobre")],
    "RS": [("Đorđe", "Jovanović"), ("Jelena", "Petrović"), ("Miloš", "Ilić"), ("Ana", "Kovačević")],
    "SI": [("Žiga", "Novak"), ("Maja", "Kranjc"), ("Luka", "Zupan"), ("Nina", "Kos")],
}
# Letters that fall apart into no letter and sign.
IN_ADDRESSES = str.maketrans({"Ł": "L", "ł": "l", "ß": "ss", "Đ": "Dj", "đ": "dj"})

# City district, quarter, postal code: parts of Sofia.
SOFIA = [
    ("район Средец", "", "1000"),
    ("район Лозенец", "кв. „Лозенец“", "1407"),
    ("район Младост", "ж.к. „Младост 1“", "1784"),
    ("район Люлин", "ж.к. „Люлин 5“", "1336"),
    ("район Искър", "ж.к. „Дружба 2“", "1582"),
    ("район Изгрев", "кв. „Изток“", "1113"),
    ("район Студентски", "ж.к. „Студентски град“", "1700"),
    ("район Витоша", "кв. „Бояна“", "1616"),
]
# EKATTE of other towns; their postal codes stand in the reference data.
SOFIA_CODE = "68134"
TOWNS = ["56784", "10135", "07079", "63427", "68850", "56722", "04279", "10447", "35167", "67338", "77195"]
STREETS = [
    "ул. „Шипка“", "бул. „Витоша“", "ул. „Христо Ботев“", "бул. „България“", "ул. „Цар Симеон“", "ул. „Иван Вазов“",
    "ул. „Юрий Венелин“", "бул. „Черни връх“", "ул. „Щъркел“", "ул. „6-и септември“",
    "ул. „Академик Иван Евстатиев Гешов“",
]  # fmt: skip
PLACES = ["Склад „Искър“", "Магазин 2", "Централен склад", "Логистична база „Изток“", "Офис и шоурум"]
# Written as on an envelope, without the country.
FOREIGN_ADDRESSES = {
    "AT": "Landstraßer Hauptstraße 71/2\n1030 Wien",
    "CN": "Room 1203, Building B, Longgang Avenue 8288\nLonggang District, Shenzhen\nGuangdong 518172",
    "DE": "Gewerbestraße 14\n70565 Stuttgart",
    "GR": "Leoforos Kifisias 124\n115 26 Athina",
    "IT": "Via Emilia Est 220\n41124 Modena MO",
    "PL": "ul. Przemysłowa 30\n00-450 Warszawa",
    "RO": "Strada Fabricii 12\n400620 Cluj-Napoca",
    "RS": "Bulevar oslobođenja 88\n21000 Novi Sad",
    "SI": "Tržaška cesta 2\n1000 Ljubljana",
}
# The part of an IBAN after the check digits; # is a digit.
FOREIGN_BBANS = {
    "AT": "################",
    "DE": "##################",
    "GR": "#######################",
    "IT": "X######################",
    "PL": "########################",
    "RO": "BTRL################",
    "RS": "##################",
    "SI": "###############",
}
FOREIGN_BANKS = {
    "AT": ("Erste Bank der oesterreichischen Sparkassen", "GIBAATWW"),
    "CN": ("Industrial and Commercial Bank of China, Shenzhen", "ICBKCNBJSZN"),
    "DE": ("Commerzbank", "COBADEFF"),
    "GR": ("National Bank of Greece", "ETHNGRAA"),
    "IT": ("UniCredit", "UNCRITMM"),
    "PL": ("PKO Bank Polski", "BPKOPLPW"),
    "RO": ("Banca Transilvania", "BTRLRO22"),
    "RS": ("Komercijalna banka", "KOBBRSBG"),
    "SI": ("Nova Ljubljanska banka", "LJBASI2X"),
}
# Most accounts of the demonstration are at these banks.
USUAL_BANKS = ["UNCR", "STSA", "UBBS", "BPBI", "FINV", "CECB", "PRCB"]
POSITIONS = [
    "управител",
    "изпълнителен директор",
    "началник отдел „Доставки“",
    "главен счетоводител",
    "ръководител продажби",
]
