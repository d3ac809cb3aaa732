"""The placeholders that the record, the contact persons and the present user give."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.phones import national
from documents.placeholders import FillContext, Placeholder, placeholders


def of_party(part: str) -> dict[str, Any]:
    """Name → (label, value) of what a party (`part` is "party" or "own_firm") can say of itself."""

    def party(context: FillContext) -> Any:
        return getattr(context, part)

    return {
        "name": (_("full name with legal form"), lambda c: party(c).full_name),
        "short_name": (_("short name"), lambda c: party(c).short_name or party(c).display_name),
        "name_latin": (_("name in Latin letters"), lambda c: party(c).name_latin),
        "number": (_("EIK or foreign number"), lambda c: party(c).registration_number),
        "vat_number": (_("VAT no."), lambda c: "" if party(c).vat_from_personal_number else party(c).vat_number_shown),
        "phone": (_("phone"), lambda c: national(party(c).phone)),
        "email": (_("e-mail"), lambda c: party(c).email),
    }


for order, part in enumerate(("party", "own_firm"), start=1):
    for name, (label, value) in of_party(part).items():
        placeholders.register(Placeholder(f"{part}.{name}", label, value, needs=part, order=order * 100))

placeholders.register(Placeholder("contact.name", _("name"), lambda c: c.contact.name, needs="contact", order=300))
placeholders.register(
    Placeholder("user.name", _("name of the one who writes"), lambda c: str(c.user), needs="user", order=400)
)
placeholders.register(Placeholder("date.today", _("today's date"), lambda c: f"{format_date(c.on)} г.", order=500))
