"""Printing in the doors of others: a deed on chosen documents, and letters that carry a document."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.lists import BulkAction
from events.mail_about import MailAbout, mail_abouts
from finance.lists import documents
from finance.mailing import find_document, letter_about
from finance.printing.bulk import print_chosen

documents.bulk_actions.append(
    BulkAction(
        "print",
        _("Print as one file"),
        print_chosen,
        icon="printer",
        permission="finance.print_financialdocument",
        order=50,
    )
)
mail_abouts.register(MailAbout("financial-document", find=find_document, letter=letter_about))
