"""The delivered roles: who may do what, as one table.

A permission may be written with a star for the rest of its name; it stands for every permission that exists.
The table is put into groups after each migration; administrators assign the roles and may add groups of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from users.models import RoleProfile
from users.scopes import FirmsScope, PartiesScope


@dataclass(frozen=True)
class Role:
    code: str
    name: str  # Bulgarian: the group's name is data that administrators read in admin and choose from
    parties: str
    firms: str
    permissions: tuple[str, ...]


SEE_EVERY_KIND = (
    "counterparties.view_*",
    "contacts.view_*",
    "documents.view_file",
    "documents.view_letter",
    "documents.view_formvalue",
    "events.view_event",
    "trade.view_*",
    "finance.view_financialdocument",
    "finance.view_payment",
)
WRITE_CONTACT_TABS = ("contacts.add_*", "contacts.change_*")
# What everyone does who deals with parties: says what happened, files papers, registers letters, writes e-mails.
KEEP_THE_DOSSIER = (
    "documents.add_file",
    "documents.change_file",
    "documents.add_letter",
    "documents.change_letter",
    "documents.change_formvalue",
    "documents.fill_formtemplate",
    "events.add_event",
    "events.change_event",
    "events.send_email",
)
EXPORT_THE_DOSSIER = (
    "documents.export_file",
    "documents.export_letter",
    "documents.export_formvalue",
    "events.export_event",
)
# Who writes invoices, without taking money or undoing what is issued.
INVOICE = (
    "finance.add_financialdocument",
    "finance.change_financialdocument",
    "finance.delete_financialdocument",
    "finance.issue_financialdocument",
    "finance.print_financialdocument",
)
# Who keeps the books: everything but to open a closed period again.
KEEP_THE_BOOKS = (
    *INVOICE,
    "finance.view_*",
    "finance.cancel_*",
    "finance.export_*",
    "finance.print_*",
    "finance.add_*",
    "finance.change_*",
    "finance.delete_*",
    "finance.issue_*",
    "finance.settle_payment",
    "finance.close_period",
    "finance.match_bankstatementline",
    "trade.*",
)
PERSONAL_PAPERS = (
    "documents.view_personaldocument",
    "documents.add_personaldocument",
    "documents.change_personaldocument",
    "documents.reveal_personaldocument",
)

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("administrator", "Администратор", PartiesScope.ALL, FirmsScope.ALL, ("*",)),
        Role(
            "manager",
            "Ръководител",
            PartiesScope.ALL,
            FirmsScope.ALL,
            (
                *SEE_EVERY_KIND,
                *WRITE_CONTACT_TABS,
                *KEEP_THE_DOSSIER,
                *EXPORT_THE_DOSSIER,
                *PERSONAL_PAPERS,
                *KEEP_THE_BOOKS,
                "finance.reopen_period",
                "finance.pay_over_cash_limit",
                "documents.delete_file",
                "documents.cancel_letter",
                "documents.erase_personaldocument",
                "documents.export_personaldocument",
                "events.handle_inbox",
                "counterparties.add_*",
                "counterparties.change_*",
                "counterparties.archive_*",
                "counterparties.export_*",
                "counterparties.balance_*",
                "counterparties.reveal_personal_number",
                "counterparties.assign_trader",
                "counterparties.comment",
                "counterparties.import_counterparties",
                "contacts.confirm_bankaccount",
                "common.share_savedview",
                "contacts.export_*",
                "contacts.archive_*",
            ),
        ),
        Role(
            "seller",
            "Продавач",
            PartiesScope.TEAM,
            FirmsScope.ASSIGNED,
            (
                *SEE_EVERY_KIND,
                *KEEP_THE_DOSSIER,
                *INVOICE,
                "finance.export_financialdocument",
                "contacts.add_contactperson",
                "contacts.change_contactperson",
                "contacts.add_address",
                "contacts.change_address",
                "contacts.archive_contactperson",
                "contacts.archive_address",
                "counterparties.add_client",
                "counterparties.change_client",
                "counterparties.export_client",
                "counterparties.balance_client",
                "counterparties.comment",
            ),
        ),
        Role(
            "buyer",
            "Снабдител",
            PartiesScope.FIRMS,
            FirmsScope.ASSIGNED,
            (
                *SEE_EVERY_KIND,
                *WRITE_CONTACT_TABS,
                *KEEP_THE_DOSSIER,
                *INVOICE,
                "trade.add_article",
                "trade.change_article",
                "trade.import_article",
                "trade.export_article",
                "contacts.archive_*",
                "counterparties.add_supplier",
                "counterparties.change_supplier",
                "counterparties.export_supplier",
                "counterparties.balance_supplier",
                "counterparties.comment",
            ),
        ),
        Role(
            "accountant",
            "Счетоводител",
            PartiesScope.FIRMS,
            FirmsScope.ASSIGNED,
            (
                *SEE_EVERY_KIND,
                *WRITE_CONTACT_TABS,
                *KEEP_THE_DOSSIER,
                *EXPORT_THE_DOSSIER,
                *PERSONAL_PAPERS,
                *KEEP_THE_BOOKS,
                "documents.delete_file",
                "documents.cancel_letter",
                "events.handle_inbox",
                "counterparties.add_*",
                "counterparties.change_*",
                "counterparties.export_*",
                "counterparties.balance_*",
                "counterparties.reveal_personal_number",
                "counterparties.comment",
                "counterparties.import_counterparties",
                "contacts.confirm_bankaccount",
                "contacts.export_*",
                "contacts.archive_*",
            ),
        ),
        Role(
            "warehouse",
            "Складов работник",
            PartiesScope.FIRMS,
            FirmsScope.ASSIGNED,
            (
                "counterparties.view_client",
                "counterparties.view_supplier",
                "counterparties.view_own_firm",
                "contacts.view_contactperson",
                "contacts.view_address",
                "documents.view_file",
                "documents.add_file",
                "events.view_event",
                "events.add_event",
                "events.change_event",
                "trade.view_article",
            ),
        ),
        Role("viewer", "Наблюдател", PartiesScope.FIRMS, FirmsScope.ASSIGNED, SEE_EVERY_KIND),
        Role(
            "auditor",
            "Одитор",
            PartiesScope.ALL,
            FirmsScope.ALL,
            (
                *SEE_EVERY_KIND,
                "counterparties.export_*",
                "counterparties.balance_*",
                *EXPORT_THE_DOSSIER,
                "finance.view_*",
                "finance.export_*",
                "finance.print_*",
                "trade.export_*",
                "counterparties.view_personal_number_log",
                "documents.view_personaldocument",
                "documents.view_personaldocument_log",
                "contacts.export_*",
            ),
        ),
    )
}

# Rights over reading that no star of a role other than the administrator's may give.
GUARDED = (
    "counterparties.view_personal_number_log",
    "documents.*personaldocument*",
    "users.*",
    "auth.*",
    "admin.*",
)


def permissions_of(role: Role, known: dict[str, Permission]) -> list[Permission]:
    """Return the permissions that the role's patterns stand for, out of those that exist."""
    if role.permissions == ("*",):
        return list(known.values())
    return [
        permission
        for name, permission in known.items()
        if any(fnmatchcase(name, pattern) for pattern in role.permissions)
        and (not any(fnmatchcase(name, guarded) for guarded in GUARDED) or name in role.permissions)
    ]


@transaction.atomic
def sync_roles() -> None:
    """Make the groups of delivered roles equal to the table; a demanded second factor stays as it was set."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in ROLES.values():
        profile = RoleProfile.objects.filter(code=role.code).select_related("group").first()
        group = profile.group if profile else Group.objects.get_or_create(name=role.name)[0]
        if group.name != role.name:
            Group.objects.filter(pk=group.pk).update(name=role.name)
        RoleProfile.objects.update_or_create(
            group=group, defaults={"code": role.code, "parties_scope": role.parties, "firms_scope": role.firms}
        )
        group.permissions.set(permissions_of(role, known))


def sync_roles_after_migrate(sender: Any, **kwargs: Any) -> None:
    """Fill the roles once the last app has made its permissions."""
    *_rest, last = [config for config in apps.get_app_configs() if config.models_module is not None]
    if sender.label == last.label and kwargs.get("using", "default") == "default":
        sync_roles()
