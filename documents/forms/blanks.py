"""Forms for filling a form: our firm, the contact person, and the form's own fields with their types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm
from contacts.models import ContactLink, ContactPerson
from counterparties.models import Counterparty
from documents import field_types
from documents.filling import Filling, kept_values
from documents.models import FilledForm, FormField, FormTemplate, FormValue
from documents.own_firms import usual_own_firm
from documents.placeholders import codes_in

# Each field's name begins so, whatever its code.
FIELD = "field_"


def widget_of(definition: FormField, value: str) -> forms.Widget:
    match definition.type:
        case FormField.Type.LONG_TEXT:
            return forms.Textarea(attrs={"rows": 4})
        case FormField.Type.NUMBER | FormField.Type.MONEY:
            return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        case FormField.Type.DATE:
            return forms.TextInput(
                attrs={"placeholder": gettext_lazy("dd.mm.yyyy"), "inputmode": "numeric", "autocomplete": "off"}
            )
        case FormField.Type.BOOLEAN:
            return forms.Select(choices=[("", "—"), (field_types.YES, _("yes")), (field_types.NO, _("no"))])
        case FormField.Type.CHOICE:
            choices = [("", "—"), *((one, one) for one in definition.choices)]
            if value and value not in definition.choices:
                choices.append((value, _("%(choice)s (no longer offered)") % {"choice": value}))
            return forms.Select(choices=choices)
    return forms.TextInput()


class TypedField(forms.CharField):
    """One of a form's own fields. Its clean value is the text that is stored."""

    def __init__(self, definition: FormField, value: str = "", *, demanded: bool = False) -> None:
        """`demanded`: a required value may not be missing; else it is only told that it is required."""
        self.definition, self.demanded = definition, demanded
        super().__init__(
            label=str(definition),
            required=definition.is_required,
            help_text=definition.help,
            initial=field_types.typed(definition.type, value),
            widget=widget_of(definition, value),
            strip=False,
        )

    def to_python(self, value: Any) -> str:
        return field_types.canonical(self.definition.type, str(value or ""), self.definition.choices)

    def validate(self, value: Any) -> None:
        if self.demanded:
            super().validate(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class PersonField(forms.ModelChoiceField):
    """Contact persons of a party, each with what he is there."""

    def __init__(self, party: Counterparty, **kwargs: Any) -> None:
        links = ContactLink.objects.in_force().filter(party=party).select_related("role")
        self.titles: dict[int, str] = {}
        for link in links:
            self.titles.setdefault(link.person_id, link.title)
        super().__init__(ContactPerson.objects.current().filter(pk__in=self.titles), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return " – ".join(part for part in (str(obj), self.titles.get(obj.pk, "")) if part)


class FillForm(PlainForm):
    """Who, and the form's own fields. Only a PDF demands all that is required; a preview shows gaps."""

    def __init__(
        self, *args: Any, template: FormTemplate, party: Counterparty, user: Any, demanding: bool = False, **kwargs: Any
    ) -> None:
        self.template, self.party, self.user = template, party, user
        super().__init__(*args, **kwargs)
        last = FilledForm.objects.filter(template=template, party=party).first()
        firms = Counterparty.objects.own_firms_of(user).select_related("legal_form")
        own_firm: Any = forms.ModelChoiceField(
            firms, label=_("Our own firm"), required=demanding, empty_label="—", initial=self.usual_firm(firms, last)
        )
        own_firm.needed = True
        self.fields["own_firm"] = own_firm
        uses_contact = any(code.startswith("contact.") for code in codes_in(template.text))
        if uses_contact and user.has_perm("contacts.view_contactperson"):
            self.fields["contact"] = PersonField(
                party,
                label=_("Contact person"),
                required=False,
                empty_label="—",
                initial=last.contact_id if last else None,
            )
        kept = kept_values(template, party)
        self.names: dict[str, str] = {}
        for definition in template.form_fields.all():
            name = self.names[definition.code] = f"{FIELD}{definition.code}"
            self.fields[name] = TypedField(definition, kept[definition.code], demanded=demanding)
        self.fieldsets = [(_("Who"), ["own_firm", "contact"]), (_("Fields of the form"), list(self.names.values()))]

    def usual_firm(self, firms: Any, last: FilledForm | None) -> int | None:
        """The firm of the last filling, else the usual one."""
        if last is not None and firms.filter(pk=last.own_firm_id).exists():
            return last.own_firm_id
        return getattr(usual_own_firm(self.party, self.user), "pk", None)

    def filling(self) -> Filling:
        """What is filled in: of a sent form all that is right, else what the form begins with."""
        own_firm = contact = None
        if self.is_bound:
            self.full_clean()
            data = self.cleaned_data
            own_firm, contact = data.get("own_firm"), data.get("contact")
            values = {code: data.get(name, "") for code, name in self.names.items()}
        else:
            values = kept_values(self.template, self.party)
            firms: Any = self.fields["own_firm"]
            own_firm = firms.queryset.filter(pk=firms.initial).first() if firms.initial else None
            people: Any = self.fields.get("contact")
            if people is not None and people.initial:
                contact = people.queryset.filter(pk=people.initial).first()
        return Filling(self.template, self.party, own_firm, contact, values, self.user)


class ValueForm(PlainForm):
    """One kept value, changed in the side panel."""

    def __init__(self, *args: Any, value: FormValue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = TypedField(value.field, value.value)
