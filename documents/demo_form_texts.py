"""The demonstration's forms and their fields; their texts, in the language of law offices, are in data/forms/."""

from pathlib import Path

TEXTS = Path(__file__).parent / "data" / "forms"

# Code, label, English label, type, required, default, choices, hint.
Field = tuple[str, str, str, str, bool, str, list[str], str]
CITY: Field = ("city", "Град на подписване", "City of signing", "text", True, "София", [], "Без „гр.“ отпред.")
FORMS: list[tuple[str, str, str, str, str, list[str], list[Field]]] = [
    (
        "framework-contract",
        "Рамков договор за търговско сътрудничество",
        "Framework contract",
        "Общи условия на продажби и доставки; отделните доставки са по поръчки.",
        "contract",
        ["client"],
        [
            CITY,
            ("goods", "Какво се продава", "What is sold", "text", True, "стоки от асортимента на ПРОДАВАЧА", [], ""),
            ("payment_days", "Срок за плащане, дни", "Payment term, days", "number", True, "30", [], ""),
            ("credit_limit", "Таван на неплатените задължения", "Limit of what is owed", "money", True, "5000", [], ""),
            ("delivery_place", "Място на доставка", "Place of delivery", "text", True, "", [], ""),
            (
                "transport",
                "Транспортът е за сметка на",
                "Transport is paid by",
                "choice",
                True,
                "ПРОДАВАЧА",
                ["ПРОДАВАЧА", "КУПУВАЧА"],
                "",
            ),
            ("start_date", "В сила от", "In force from", "date", True, "today", [], ""),
            ("term_months", "Срок, месеци", "Term, months", "number", True, "12", [], ""),
            ("penalty_percent", "Неустойка на ден, %", "Penalty for a day, %", "number", True, "0,1", [], ""),
            ("penalty_cap", "Неустойка най-много, %", "Penalty at most, %", "number", True, "10", [], ""),
        ],
    ),
    (
        "personal-data-consent",
        "Декларация за съгласие за обработване на лични данни",
        "Consent to the processing of personal data",
        "Подписва я самото лице; избира се като лице за контакт.",
        "declaration",
        [],
        [
            CITY,
            (
                "data",
                "Кои данни",
                "Which data",
                "text",
                True,
                "имена, телефон, адрес на електронна поща, длъжност",
                [],
                "",
            ),
            (
                "purposes",
                "За какви цели",
                "For which purposes",
                "long_text",
                True,
                "водене на търговска кореспонденция, покани за събития и изпращане на информация за нови продукти",
                [],
                "",
            ),
            (
                "channel",
                "Начин на връзка",
                "Way of contact",
                "choice",
                True,
                "електронна поща и телефон",
                ["електронна поща", "телефон", "електронна поща и телефон", "писма по пощата"],
                "",
            ),
            ("marketing", "Търговски съобщения", "Commercial messages", "boolean", True, "", [], ""),
            ("retention", "Срок на съхранение", "How long they are kept", "text", True, "3 (три) години", [], ""),
        ],
    ),
    (
        "authorisation-letter",
        "Упълномощително писмо",
        "Authorisation letter",
        "Пълномощно на служител на контрагента за представяне пред посоченото лице или орган.",
        "authorisation",
        ["client", "supplier"],
        [
            CITY,
            ("authority", "Пред кого", "Before whom", "text", True, "", [], "Пълното наименование."),
            (
                "powers",
                "За какви действия",
                "For which deeds",
                "long_text",
                True,
                "– да подава и потвърждава поръчки;\n– да получава стоки и документи;\n"
                "– да подписва приемо-предавателни протоколи и стокови разписки.",
                [],
                "По едно действие на ред.",
            ),
            ("valid_until", "Важи до", "Valid until", "date", True, "", [], ""),
            ("may_reauthorise", "С право на преупълномощаване", "May authorise others", "boolean", True, "no", [], ""),
        ],
    ),
]
