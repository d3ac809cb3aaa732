"""Demonstration data of forms: three forms, values of several clients, and papers that were made of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pghistory
from django.db.models import QuerySet

from common.dates import today
from common.demo import DemoPart, parts
from contacts.models import ContactLink
from counterparties.models import Counterparty, PersonKind
from documents.demo_form_texts import FORMS, TEXTS
from documents.filling import Filling, kept_values
from documents.models import FileCategory, FormField, FormTemplate, FormValue
from documents.placeholders import check_text
from documents.rendering import check_markup
from users.models import User

# Beside the defaults: what the first clients have agreed on.
AGREED: list[dict[str, str]] = [
    {
        "payment_days": "14",
        "credit_limit": "12500.00",
        "delivery_place": "склад на КУПУВАЧА, гр. Пловдив, ул. „Брезовска“ № 18",
    },
    {
        "payment_days": "45",
        "credit_limit": "40000.00",
        "delivery_place": "обект на КУПУВАЧА, гр. София, бул. „Ботевградско шосе“ № 247",
    },
    {"payment_days": "30", "term_months": "24", "delivery_place": "склад на ПРОДАВАЧА", "transport": "КУПУВАЧА"},
    {"payment_days": "7", "credit_limit": "2000.00", "delivery_place": "адреса на управление на КУПУВАЧА"},
]


def make_templates() -> dict[str, FormTemplate]:
    categories = {category.code: category for category in FileCategory.objects.all()}
    made = {}
    for place, (code, name, name_en, description, category, kinds, fields) in enumerate(FORMS, start=1):
        text = (TEXTS / f"{code}.md").read_text(encoding="utf-8")
        check_text(text, [one[0] for one in fields])
        check_markup(text)
        template = FormTemplate.objects.create(
            code=code,
            name=name,
            name_en=name_en,
            description=description,
            category=categories.get(category),
            kinds=kinds,
            text=text,
            order=place * 10,
        )
        for order, (key, label, label_en, kind, required, default, choices, hint) in enumerate(fields, start=1):
            field = FormField(
                template=template,
                code=key,
                label=label,
                label_en=label_en,
                type=kind,
                is_required=required,
                default=default,
                choices=choices,
                help=hint,
                order=order * 10,
            )
            field.full_clean(exclude=["template"])
            field.save()
        made[code] = template
    return made


def with_contacts(parties: QuerySet[Any]) -> list[Counterparty]:
    links = ContactLink.objects.in_force()
    return [party for party in parties.order_by("pk")[:12] if links.filter(party=party).exists()]


def fill() -> None:
    templates = make_templates()
    users = {user.username: user for user in User.objects.with_rights()}
    author = users.get("seller") or next(iter(users.values()), None)
    firm = Counterparty.objects.filter(is_own_firm=True, archived_at=None).order_by("pk").first()
    clients = Counterparty.objects.current().filter(is_client=True, country="BG").select_related("legal_form")
    firms = with_contacts(clients.filter(person_kind=PersonKind.LEGAL))[: len(AGREED)]
    if author is None or firm is None or not firms:
        return
    with pghistory.context(user=author.pk, on=str(today())):
        for number, (party, agreed) in enumerate(zip(firms, AGREED, strict=False)):
            contract = filling_of(templates["framework-contract"], party, firm, None, author)
            start = (today().replace(day=1) + dt.timedelta(days=32)).replace(day=1)
            contract.values |= {**agreed, "start_date": start.isoformat()}
            if number == 0:
                contract.make_file()
            else:
                contract.save_values()
        link = ContactLink.objects.in_force().filter(party=firms[0]).select_related("person").order_by("-pk").first()
        letter = filling_of(templates["authorisation-letter"], firms[0], firm, link and link.person, author)
        letter.values |= {"authority": firm.full_name, "valid_until": f"{today().year + 1}-12-31"}
        letter.make_file()
        person = next(iter(with_contacts(clients.filter(person_kind=PersonKind.NATURAL))), None)
        if person is not None:
            himself = ContactLink.objects.in_force().filter(party=person).select_related("person").first()
            consent = filling_of(templates["personal-data-consent"], person, firm, himself and himself.person, author)
            consent.values |= {"marketing": "no"}
            consent.make_file()


def filling_of(template: FormTemplate, party: Any, firm: Any, contact: Any, author: Any) -> Filling:
    return Filling(template, party, firm, contact, kept_values(template, party), author)


def holds_rows() -> bool:
    return FormTemplate.objects.exists() or FormValue.objects.exists()


parts.register(DemoPart("forms", 43, fill, holds_rows))
