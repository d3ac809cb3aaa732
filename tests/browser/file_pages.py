"""Pages of files, personal documents and forms, each with something on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.dates import today
from counterparties.models import Counterparty
from documents.models import File
from tests.documents.uploads import pdf, png, upload
from tests.factories.contacts import ContactLinkFactory
from tests.factories.documents import FormValueFactory, PersonalDocumentFactory

FORM_TEXT = """# {{ party.name }}
-> гр. София, {{ date.today }}
Чл. 1. (1) {{ party.name }} и {{ own_firm.name }}, {{ party.iban }}
(2) {{ party.address }}

| {{ party.name }} | {{ party.email }} |
| --- | --- |
| {{ own_firm.address }} | {{ contact.name }} |
===
::: подписи
За {{ party.name }}: | За {{ own_firm.name }}:
{{ contact.name }} | {{ own_firm.representative }}
:::
"""


def file_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """Papers of a party with long words, and the addresses of all that is told of them."""
    file = filed(user, party, words)
    link = ContactLinkFactory(party=party, person__given_name="Светлана", person__family_name="Владиславова")
    paper = PersonalDocumentFactory(party=party, person=link.person, issuer="МВР София", valid_until=today())
    value = FormValueFactory(party=party, field__template__text=FORM_TEXT, field__label=words, value=party.note)
    dossier = party.get_absolute_url()
    return {
        "files tab": f"{dossier}files/",
        "deleted files": f"{dossier}files/?deleted=with",
        "all files": "/documents/files/",
        "file": file.get_absolute_url(),
        "file without a preview": f"/documents/files/{file.pk + 1}/",
        "upload form": f"/documents/files/upload/?party={party.pk}",
        "file form": f"/documents/files/{file.pk}/edit/",
        "form of a new version": f"/documents/files/{file.pk}/versions/add/",
        "personal documents tab": f"{dossier}personal-documents/",
        "personal document form": f"/documents/personal-documents/add/?party={party.pk}",
        "personal document": paper.get_absolute_url(),
        "personal document reveal": f"/documents/personal-documents/{paper.pk}/reveal/",
        "personal document erase": f"/documents/personal-documents/{paper.pk}/erase/",
        "scans without a ground": "/documents/personal-documents/scans/",
        "form fields tab": f"{dossier}form-fields/",
        "choice of a form": f"/documents/forms/choose/{party.pk}/",
        "filling of a form": f"/documents/forms/{value.field.template_id}/fill/{party.pk}/",
        "value of a form's field": value.get_absolute_url(),
    }


def filed(user: Any, party: Counterparty, words: str) -> File:
    """Files of all looks: with versions, ended, private, deleted. Returns the first."""
    name = f"{words[:100].replace(' ', '_')}.pdf"
    said = {"description": words, "valid_until": today() + timedelta(days=9), "remind_days": 20}
    file = File.file_away(upload(pdf(), name), party=party, by=user, **said)
    file.add_version(upload(png(), "Снимка.png"), by=user, note=words)
    file.restore_version(1, by=user)
    File.file_away(upload(b"text", "a.txt"), party=party, by=user, valid_until=today() - timedelta(days=9))
    File.file_away(upload(b"private", "private.txt"), party=party, by=user, audience=[user.pk])
    File.file_away(upload(b"deleted", "deleted.txt"), party=party, by=user).delete_softly(user)
    return file
