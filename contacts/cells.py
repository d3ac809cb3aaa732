"""How people, addresses and accounts are drawn in the cells of lists and in small panels."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.models import Address, BankAccount, ContactLink, ContactPerson

BREAK = SafeString("<br>")


def tone(color: str, text: Any) -> SafeString:
    return format_html('<span class="tone tone-{}">{}</span>', color, text)


def phones(person: ContactPerson) -> SafeString:
    rows = ((phone.link, phone) for phone in person.phones.all())
    return format_html_join(BREAK, '<a class="number" href="{}">{}</a>', rows)


def emails(person: ContactPerson) -> SafeString:
    rows = ((one.email, one.email) for one in person.emails.all())
    return format_html_join(BREAK, '<a href="mailto:{}">{}</a>', rows)


def person_name(link: ContactLink) -> SafeString | str:
    if link.is_primary:
        return format_html("{} {}", link.person, tone("blue", _("main")))
    return str(link.person)


def areas(link: ContactLink) -> str:
    return ", ".join(str(area) for area in link.areas.all())


def receives(link: ContactLink) -> str:
    words = [(link.receives_invoices, _("invoices")), (link.receives_reminders, _("payment reminders"))]
    return ", ".join(word for yes, word in words if yes)


def iban(account: BankAccount) -> SafeString:
    """The number with a button that copies it."""
    html = render_to_string("contacts/_number.html", {"account": account})
    return SafeString(html)


def account_state(account: BankAccount) -> SafeString:
    """In words whether the account can be paid, and which one is the default."""
    said = []
    if account.is_archived:
        said.append(tone("grey", _("archived")))
    elif account.needs_confirmation:
        said.append(tone("amber", _("waits for confirmation")))
    elif account.confirmed_at:
        said.append(tone("green", _("confirmed")))
    if account.is_default:
        said.append(tone("blue", _("default")))
    return format_html_join(" ", "{}", ((one,) for one in said))


def account_state_text(account: BankAccount) -> str:
    if account.is_archived:
        return _("archived")
    if account.needs_confirmation:
        return _("waits for confirmation")
    return _("confirmed") if account.confirmed_at else ""


def party_link(row: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', row.party.get_absolute_url(), row.party.display_name)


def address_kind(address: Address) -> SafeString | str:
    kind = str(address.get_kind_display())
    label = f"{kind[:1].upper()}{kind[1:]}"
    return format_html('{} <span class="muted">{}</span>', label, address.name) if address.name else label


def address_reach(address: Address) -> SafeString:
    """The address's own phone and e-mail as links."""
    from common.phones import national

    said = []
    if address.phone:
        said.append((f"tel:{address.phone.as_e164}", national(address.phone)))
    if address.email:
        said.append((f"mailto:{address.email}", address.email))
    return format_html_join(BREAK, '<a href="{}">{}</a>', said)
