"""The entry of imports in the sidebar."""

from django.utils.translation import gettext_lazy as _

from common.context_processors import MenuEntry, menu

menu.register(
    MenuEntry(
        "contacts.imports",
        _("Import"),
        "/contacts/imports/",
        icon="box-arrow-in-down",
        parent="counterparties",
        visible=lambda user: user.has_perm("counterparties.import_counterparties"),
        order=60,
    )
)
