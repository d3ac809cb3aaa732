"""Filling a form: what goes into its placeholders, how it looks, and the PDF that is kept among the party's files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import cached_property

from common import uploads
from common.dates import today
from common.phones import national
from common.printing import render_pdf
from contacts.models import ContactPerson
from counterparties.models import Counterparty
from documents import field_types
from documents.models import File, FilledForm, FormField, FormTemplate, FormValue
from documents.placeholders import FIELD, PARTS, FillContext, placeholders, values_in
from documents.rendering import Rendered, render

NAME_BYTES = 200
PDF_CSS = ("css/form-print.css",)


@dataclass
class Filling:
    """A form with everything that fills it. `values` are the stored texts of its own fields, by code."""

    template: FormTemplate
    party: Counterparty
    own_firm: Counterparty | None
    contact: ContactPerson | None
    values: dict[str, str]
    user: Any

    @cached_property
    def fields(self) -> list[FormField]:
        return list(self.template.form_fields.all())

    @cached_property
    def context(self) -> FillContext:
        language = self.template.language
        written = {
            one.code: field_types.written(one.type, self.values.get(one.code, ""), language) for one in self.fields
        }
        return FillContext(self.party, self.own_firm, self.contact, self.user, language, fields=written)

    @cached_property
    def filled_in(self) -> dict[str, str]:
        """What stands in each placeholder of the text, by code."""
        return values_in(self.template.text, self.context)

    @cached_property
    def rendered(self) -> Rendered:
        return render(self.template.text, self.filled_in)

    @property
    def gaps(self) -> list[str]:
        """What the text has no value for, in words."""
        return [self.words_for(code) for code in self.rendered.gaps]

    def words_for(self, code: str) -> str:
        part = code.partition(".")[0]
        if f"{part}." == FIELD:
            found = next((one for one in self.fields if f"{FIELD}{one.code}" == code), None)
            return str(found) if found else code
        known = placeholders.get(code)
        return f"{PARTS.get(part, part)}: {known.label}" if known else code

    def pdf(self) -> bytes:
        firm = self.own_firm
        with translation.override(self.template.language):
            number = f"{firm.identifier_label} {firm.registration_number}" if firm and firm.registration_number else ""
            foot = [firm.full_name, number, national(firm.phone), firm.email] if firm else []
            context = {
                "title": self.template,
                "language": self.template.language,
                "body": self.rendered.html,
                "foot": " · ".join(part for part in foot if part),
            }
            return render_pdf("documents/print/form.html", context, css=PDF_CSS)

    @property
    def file_name(self) -> str:
        """Рамков договор – Алфа ООД 2026-11-24.pdf"""
        with translation.override(self.template.language):
            who = f"{self.template} – {self.party.full_name}".replace("/", "-").replace("\\", "-")
        while len(who.encode()) > NAME_BYTES:  # the day must not be what a long name cuts off
            who = who[:-1]
        return uploads.safe_name(f"{who.rstrip()} {today().isoformat()}.pdf")

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.template.name}\n{self.rendered.html}".encode()).hexdigest()

    # -- Deeds -----------------------------------------------------------------------------------

    def keep_values(self) -> int:
        """Write what was typed into the party's values; return how many of them changed."""
        kept = {value.field_id: value for value in FormValue.objects.filter(party=self.party, field__in=self.fields)}
        changed = 0
        for one in self.fields:
            text, value = self.values.get(one.code, ""), kept.get(one.pk)
            if value is None and text:
                FormValue.objects.create(party=self.party, field=one, value=text, changed_by=self.user)
            elif value is not None and value.value != text:
                value.change(text, self.user)
            else:
                continue
            changed += 1
        return changed

    @transaction.atomic
    def save_values(self) -> int:
        self.lock()
        return self.keep_values()

    def lock(self) -> None:
        # Two clicks at once come one after the other: the second finds what the first made.
        Counterparty.objects.select_for_update(no_key=True).only("pk").get(pk=self.party.pk)

    def make_file(self, *, keep_values: bool = True) -> tuple[FilledForm, bool]:
        """Make the PDF and file it away: a new file, or a new version of the one made before for the same people.

        Returns what was filled and whether something new came of it: the very same text is no new version. Raises
        ValidationError when the file is refused.
        """
        content = self.pdf()  # before the lock: it takes a second
        with transaction.atomic():
            self.lock()
            if keep_values:
                self.keep_values()
            key = {
                "template": self.template,
                "party": self.party,
                "own_firm": self.own_firm,
                "contact": self.contact,
            }
            filled = FilledForm.objects.filter(**key).select_related("file").first() or FilledForm(**key)
            standing = filled.pk is not None and not filled.file.is_deleted
            if standing and filled.digest == self.digest:
                return filled, False
            upload = SimpleUploadedFile(self.file_name, content, "application/pdf")
            if standing:
                filled.file.add_version(upload, by=self.user)
            else:
                filled.file = File.file_away(
                    upload, party=self.party, by=self.user, category=self.template.category, origin=File.Origin.FORM
                )
            filled.values, filled.digest = self.filled_in, self.digest
            filled.filled_at, filled.filled_by = timezone.now(), self.user
            filled.save()
        return filled, True


def kept_values(template: FormTemplate, party: Counterparty) -> dict[str, str]:
    """What the form begins with: the party's own values, else the defaults."""
    fields = list(template.form_fields.all())
    own = dict(FormValue.objects.filter(party=party, field__in=fields).values_list("field_id", "value"))
    return {one.code: own.get(one.pk, one.beginning) for one in fields}
