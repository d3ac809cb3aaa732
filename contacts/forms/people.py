"""The form of a contact person: the person, what he is at the party, his phones and e-mails, all at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import RecordForm, cleaned_or_refused
from contacts.forms.base import OfPartyForm
from contacts.forms.later import LaterChangesMixin, Watched
from contacts.forms.pickers import PersonField
from contacts.models import (
    ContactArea,
    ContactLink,
    ContactLinkArea,
    ContactPerson,
    ContactRole,
    PersonEmail,
    PersonPhone,
)
from counterparties.forms import party_picker
from counterparties.models import Counterparty, PersonKind

NAMES = ("given_name", "fathers_name", "family_name")
PERSON_FIELDS = [*NAMES, "name_latin", "language", "note"]


class PersonForm(LaterChangesMixin, RecordForm):
    """The person alone: the fields that the combined form takes over, and the form on the person's own page."""

    class Meta:
        model = ContactPerson
        fields = PERSON_FIELDS
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    fieldsets = [
        (gettext_lazy("Name"), [("given_name", "fathers_name"), "family_name", ("name_latin", "language")]),
        (gettext_lazy("Further"), ["natural_party", "note"]),
    ]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["natural_party"] = natural_party_field(user, self.instance)
        self.initial["natural_party"] = self.instance.natural_party_id
        explain_names(self.fields)

    def watched(self) -> list[Watched]:
        return events_of_person(self.instance.pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        keep_natural_party(self.instance, data, self.user)
        return data


def events_of_person(pk: int | None) -> list[Watched]:
    """A person with his phones and e-mails: what the form of a person shows."""
    if pk is None:
        return []
    return [(ContactPerson, "pgh_obj_id", pk), (PersonPhone, "person_id", pk), (PersonEmail, "person_id", pk)]


def natural_party_field(user: Any, person: ContactPerson) -> Any:
    natural = Counterparty.objects.visible_to(user).filter(person_kind=PersonKind.NATURAL)
    field = party_picker(
        user,
        queryset=natural.filter(archived_at__isnull=True) | natural.filter(pk=person.natural_party_id),
        label=_("The person's own dossier"),
        required=False,
        help_text=_("When the person is also a party: the dossier of that natural person."),
    )
    # A number is a key: one that may not be chosen is refused, and does not mean whoever has these digits in his phone.
    by_text = field.find
    field.find = lambda rows, text: rows.none() if text.isdecimal() else by_text(rows, text)
    return field


def keep_natural_party(person: ContactPerson, data: dict[str, Any], user: Any) -> None:
    """Take over the chosen dossier; one that the user may not see stays as it is."""
    chosen = data.get("natural_party")
    hidden = (
        person.natural_party_id is not None
        and not Counterparty.objects.visible_to(user).filter(pk=person.natural_party_id).exists()
    )
    if chosen is not None or not hidden:
        person.natural_party = chosen


def explain_names(fields: dict[str, Any]) -> None:
    fields["given_name"].help_text = _("At least one of the three names is needed.")
    fields["name_latin"].help_text = _("When it differs from the official transliteration.")


class ContactForm(OfPartyForm):
    """A contact of a party: person and link in one form; on adding also someone who is already here."""

    ruled = ("party", "archived_at", "person")

    primary = forms.BooleanField(label=gettext_lazy("Main contact of the party"), required=False)
    areas = forms.ModelMultipleChoiceField(
        ContactArea.objects.none(),
        label=gettext_lazy("Answers for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ContactLink
        fields = ["role", "position", "receives_invoices", "receives_reminders", "valid_from", "valid_to"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        link: ContactLink = self.instance
        self.is_new = link.pk is None
        self.person = link.person if link.person_id else ContactPerson()
        self.fields |= forms.fields_for_model(
            ContactPerson, fields=PERSON_FIELDS, widgets={"note": forms.Textarea(attrs={"rows": 3})}
        )
        for name in PERSON_FIELDS:
            self.initial.setdefault(name, getattr(self.person, name))
            field = self.fields[name]
            if type(field) is forms.CharField:
                self._clean_before(field)
        self.fields["natural_party"] = natural_party_field(self.user, self.person)
        self.initial["natural_party"] = self.person.natural_party_id
        explain_names(self.fields)
        self.offer_reference_data(link)
        self.initial["primary"] = link.is_primary
        if self.is_new:
            self.fields["existing"] = PersonField(
                self.user,
                label=_("Someone who is already here"),
                required=False,
                help_text=_("Serves another party too? Choose him here and leave the names empty."),
            )
            if not link.party_id:
                self.fields["party"] = party_picker(self.user, label=_("Counterparty"))

    def watched(self) -> list[Watched]:
        link: ContactLink = self.instance
        if link.pk is None:
            return []
        return [*super().watched(), (ContactLinkArea, "link_id", link.pk), *events_of_person(link.person_id)]

    def offer_reference_data(self, link: ContactLink) -> None:
        """Offer what is in use, and what is chosen here though it no longer is."""
        fields: dict[str, Any] = self.fields
        fields["role"].queryset = ContactRole.objects.filter(is_active=True) | ContactRole.objects.filter(
            pk__in=[link.role_id]
        )
        chosen = list(link.areas.values_list("pk", flat=True)) if link.pk else []
        fields["areas"].queryset = ContactArea.objects.filter(is_active=True) | ContactArea.objects.filter(
            pk__in=chosen
        )
        self.initial["areas"] = chosen

    @property
    def fieldsets(self) -> list[tuple[Any, list[Any]]]:
        return [
            ("", ["party", "existing"]),
            (_("Name"), [("given_name", "fathers_name"), "family_name", ("name_latin", "language")]),
            (
                _("At this party"),
                [
                    ("role", "position"),
                    "areas",
                    "primary",
                    ("receives_invoices", "receives_reminders"),
                    ("valid_from", "valid_to"),
                ],
            ),
            (_("Further"), ["natural_party", "note"]),
        ]

    # -- Cleaning ----------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "party" in self.fields:
            if data.get("party") is None:
                return data
            self.instance.party = data["party"]
        existing = data.get("existing")
        if existing is not None:
            if any(data.get(name) for name in NAMES):
                self.add_error("existing", _("Either choose someone or write a new name, not both."))
            self.person = existing
        elif "existing" not in self.errors:
            self.clean_person(data)
        if self.person.pk:
            self.instance.person = self.person
        return data

    def clean_person(self, data: dict[str, Any]) -> None:
        """Put what was typed into the person and let the person's own rules speak."""
        for name in PERSON_FIELDS:
            if name in data:
                setattr(self.person, name, data[name])
        keep_natural_party(self.person, data, self.user)
        try:
            self.person.clean()
        except ValidationError as refusal:
            if not any(name in self.errors for name in NAMES):
                self.add_error(None, refusal)

    def _get_validation_exclusions(self) -> set[str]:
        excluded = super()._get_validation_exclusions()
        missing = {name for name in ("party", "person") if getattr(self.instance, f"{name}_id") is None}
        return excluded | missing

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.cleaned_data.get("primary") and not self.errors and not self.instance.is_in_force():
            self.add_error("primary", _("Only someone who serves the party today can be its main contact."))

    # -- Saving ------------------------------------------------------------------------------------

    @transaction.atomic
    def save(self, commit: bool = True) -> ContactLink:
        link: ContactLink = self.instance
        existing = self.cleaned_data.get("existing")
        if existing is None:
            self.person.save()
        link.person = self.person
        # The first contact of a party is its main one without being told so.
        first = self.is_new and not ContactLink.objects.current().filter(party=link.party_id).exists()
        primary = self.cleaned_data["primary"] or (first and link.is_in_force())
        if primary:
            link.step_others_down()
        link.is_primary = primary
        link.save()
        self.save_areas(link)
        return link

    def save_areas(self, link: ContactLink) -> None:
        chosen = {area.pk for area in self.cleaned_data["areas"]}
        rows = {row.area_id: row for row in ContactLinkArea.objects.filter(link=link)}
        for pk in rows.keys() - chosen:
            rows[pk].delete()
        for pk in sorted(chosen - rows.keys()):
            ContactLinkArea.objects.create(link=link, area_id=pk)


class PhoneForm(RecordForm):
    class Meta:
        model = PersonPhone
        fields = ["kind", "number", "extension"]

    def clean_number(self) -> Any:
        number = self.cleaned_data["number"]
        if number and getattr(number, "raw_input", ""):
            # Kept as typed, so it must not carry what cannot be seen.
            number.raw_input = cleaned_or_refused(str(number.raw_input)[:200], multiline=False)
        return number


class EmailForm(RecordForm):
    class Meta:
        model = PersonEmail
        fields = ["kind", "email"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip()


class OrderedFormSet(BaseInlineFormSet):
    """Rows of a person that stay in the order in which they stand on the page."""

    title: Any = ""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")

    def save(self, commit: bool = True) -> Any:
        for place, form in enumerate(self.forms):
            form.instance.order = place
        return super().save(commit)


PhoneFormSet = inlineformset_factory(
    ContactPerson, PersonPhone, form=PhoneForm, formset=OrderedFormSet, extra=1, can_delete=True, max_num=20
)
EmailFormSet = inlineformset_factory(
    ContactPerson, PersonEmail, form=EmailForm, formset=OrderedFormSet, extra=1, can_delete=True, max_num=20
)


def reach_formsets(data: Any, person: ContactPerson) -> list[Any]:
    """The formsets of phones and e-mails of a person, bound when there is data."""
    phones: Any = PhoneFormSet(data, instance=person, prefix="phones")
    emails: Any = EmailFormSet(data, instance=person, prefix="emails")
    phones.title, emails.title = _("Phones"), _("E-mails")
    return [phones, emails]


def reach_is_valid(form: Any, formsets: list[Any]) -> bool:
    """Whether the phones and e-mails are right; when not, the form's summary at the top says so."""
    right = all([formset.is_valid() for formset in formsets])  # noqa: C419  (all are checked)
    if not right:
        form.add_error(None, _("Correct the phones and e-mails below."))
    return right


def save_reach(formsets: list[Any], person: ContactPerson) -> None:
    """Store phones and e-mails of the person, who may have been chosen only now."""
    for formset in formsets:
        formset.instance = person
        formset.save()
    person.refresh_search_text()
