"""Forms of the party record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import CleanCharField, RecordForm
from common.pickers import PickerField
from common.uploads import DOCUMENT_TYPES, check_upload, safe_name
from counterparties import history, identifiers
from counterparties.dossier import vies_receivers
from counterparties.kinds import Kind
from counterparties.models import (
    Characteristic,
    CharacteristicValue,
    Counterparty,
    IdentifierType,
    LegalForm,
    PartyType,
    PersonalNumberAccess,
    PersonKind,
    Status,
    VatRegistration,
    ViesCheck,
)
from counterparties.models.numbers import PERSONAL_TYPES
from users.models import User
from users.scopes import PartiesScope


def find_party(queryset: Any, text: str) -> Any:
    """The parties that a typed text means: by whole number, else by name."""
    number = identifiers.normalise(text)
    written = Q(registration_number=number) | Q(registration_number__iexact=text)  # foreign ones keep their spaces
    by_number = queryset.filter(written) if len(number) >= 5 else queryset.none()
    return by_number if by_number.exists() else queryset.matching(text)


def party_picker(user: Any, *, queryset: Any = None, **kwargs: Any) -> PickerField:
    """A picker of current parties that the user may see."""
    rows = Counterparty.objects.visible_to(user).current() if queryset is None else queryset
    return PickerField(
        rows.select_related("legal_form"), url_name="counterparties:counterparty_picker", find=find_party, **kwargs
    )


def type_choices(tree: str, chosen: PartyType | None) -> list[tuple[Any, str]]:
    """The tree of types as choices, those below indented; one no longer in use is offered only where it is chosen."""
    types = list(PartyType.objects.filter(tree=tree))
    by_parent: dict[int | None, list[PartyType]] = {}
    for one in types:
        if one.is_active or one == chosen:
            by_parent.setdefault(one.parent_id, []).append(one)

    def walk(parent: int | None, depth: int) -> list[tuple[Any, str]]:
        rows: list[tuple[Any, str]] = []
        for one in by_parent.get(parent, []):
            rows.append((one.pk, "\u2003" * depth + str(one)))
            rows += walk(one.pk, depth + 1)
        return rows

    return [("", "—"), *walk(None, 0)]


class CounterpartyForm(RecordForm):
    """The whole record. One field `number` stands for EIK, personal and foreign number; a kept secret is not shown."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds"), choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    number = forms.CharField(label=gettext_lazy("Number"), max_length=40, required=False)
    serving_firms = forms.ModelMultipleChoiceField(
        Counterparty.objects.none(),
        label=gettext_lazy("Own firms that serve it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    vies_check = forms.CharField(required=False, widget=forms.HiddenInput)
    # When the record was last changed as this form shows it: a later change by another is not overwritten unseen.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Counterparty
        fields = [
            "person_kind",
            "name",
            "legal_form",
            "given_name",
            "fathers_name",
            "family_name",
            "name_latin",
            "short_name",
            "country",
            "identifier_type",
            "vat_number",
            "vat_registration",
            "vat_registered_on",
            "vat_deregistered_on",
            "client_type",
            "supplier_type",
            "status",
            "trader",
            "email",
            "phone",
            "payment_term_days",
            "e_invoice_consent_on",
            "insolvency",
            "insolvency_source",
            "insolvency_on",
            "note",
        ]
        widgets = {"person_kind": forms.RadioSelect}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        party: Any = self.instance
        self.order_fields(["kinds", "person_kind", *self.fields])
        deed = "change" if party.pk else "add"
        may = [kind for kind in Kind if user.has_perm(kind.permission(deed)) or (party.pk and kind in party.kinds)]
        self.fields["kinds"].choices = [(kind.value, kind.label) for kind in may]  # type: ignore[attr-defined]
        self.fields["kinds"].widget.attrs["data-switch"] = "kinds"
        self.fields["person_kind"].choices = PersonKind.choices  # type: ignore[attr-defined]
        self.fields["person_kind"].widget.attrs["data-switch"] = "person_kind"
        self.fields["name"].label = _("Name")
        self.fields["identifier_type"].required = False
        self.fields["legal_form"].queryset = LegalForm.objects.filter(is_active=True) | LegalForm.objects.filter(  # type: ignore[attr-defined]
            pk=party.legal_form_id
        )
        for name, tree in (("client_type", "client"), ("supplier_type", "supplier")):
            field: Any = self.fields[name]
            field.choices = type_choices(tree, getattr(party, name))
        statuses = Status.objects.filter(is_active=True)
        if party.pk and party.status is not None:
            after = list(party.status.next_statuses.values_list("pk", flat=True))
            statuses = (statuses.filter(pk__in=after) if after else statuses) | Status.objects.filter(
                pk=party.status_id
            )
        self.fields["status"].queryset = statuses.distinct()  # type: ignore[attr-defined]
        # A trader who left the firm stays until another is chosen.
        self.fields["trader"].queryset = User.objects.active() | User.objects.filter(pk=party.trader_id)  # type: ignore[attr-defined]
        self.fields["trader"].widget.attrs["data-enhance-select"] = ""
        firms = Counterparty.objects.own_firms_of(user).exclude(pk=party.pk).select_related("legal_form")
        if firms:
            self.fields["serving_firms"].queryset = firms  # type: ignore[attr-defined]
        else:
            self.fields["serving_firms"].widget = forms.MultipleHiddenInput()  # an office that has entered none yet
        self.fields["email"].widget.input_type = "email"
        self._fill_initial(party)
        self._add_characteristics(party)
        for name, shown in {
            "name": "legal",
            "legal_form": "legal",
            "given_name": "natural",
            "fathers_name": "natural",
            "family_name": "natural",
        }.items():
            self.fields[name].required = False
            # Required of one kind of person only: the record says so, the label tells it beforehand.
            self.fields[name].needed = name in ("name", "given_name")  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["data-show-when"] = f"person_kind={shown}"
        self.order_fields([name for _legend, rows in self.fieldsets for row in rows for name in one_or_more(row)])
        for name in ("client_type", "supplier_type"):
            self.fields[name].widget.attrs["data-show-when"] = f"kinds={name.removesuffix('_type')}"

    def _fill_initial(self, party: Counterparty) -> None:
        initial = self.initial
        if party.pk:
            initial["kinds"] = [kind.value for kind in party.kinds]
            initial["number"] = party.registration_number
            initial["seen"] = party.updated_at.isoformat()
            initial["serving_firms"] = [link.own_firm_id for link in party.serving_links.all()]
            if party.personal_number:
                self.fields["number"].widget.attrs["placeholder"] = party.masked_personal_number
                self.fields["number"].help_text = _("Leave it empty to keep the present number.")
            if party.vat_from_personal_number:
                self.fields["vat_number"].widget.attrs["placeholder"] = party.vat_number_shown
        else:
            initial.setdefault("identifier_type", IdentifierType.EIK)
            default = Status.objects.filter(is_default=True).first()
            initial.setdefault("status", default.pk if default else None)
            if self.user.rights.parties_scope in (PartiesScope.MINE, PartiesScope.TEAM):
                initial.setdefault("trader", self.user.pk)

    def _add_characteristics(self, party: Counterparty) -> None:
        self.characteristics = list(Characteristic.objects.filter(is_active=True).select_related("party_type"))
        values = {}
        if party.pk and self.characteristics:
            values = {
                value.characteristic_id: value
                for value in party.characteristic_values.select_related("characteristic", "other_party__legal_form")
            }
        self.values = values
        self._leave_out_hidden_parties()
        for one in self.characteristics:
            name = f"ch_{one.code}"
            value = values.get(one.pk)
            field = self._characteristic_field(one, value)
            if one.kind:
                field.widget.attrs["data-show-when"] = f"kinds={one.kind}"
            self.fields[name] = field
            if value is not None and one.value_type != Characteristic.Type.FILE:
                current = value.value
                self.initial[name] = (
                    "" if current is None else str(int(current)) if isinstance(current, bool) else current
                )

    def _leave_out_hidden_parties(self) -> None:
        """A characteristic that names a party which the user may not see is no field: it stays as it is."""
        named = {value.other_party_id for value in self.values.values() if value.other_party_id}
        if not named:
            return
        seen = set(Counterparty.objects.visible_to(self.user).filter(pk__in=named).values_list("pk", flat=True))
        hidden = {pk for pk, value in self.values.items() if value.other_party_id and value.other_party_id not in seen}
        self.characteristics = [one for one in self.characteristics if one.pk not in hidden]

    def _characteristic_field(self, one: Characteristic, value: CharacteristicValue | None) -> forms.Field:
        # Django draws a help text as HTML; this one was typed by somebody.
        texts = [text for text in (one.help_text, _("Required.") if one.required else "") if text]
        said = format_html_join(" ", "{}", ((text,) for text in texts))
        common: dict[str, Any] = {"label": str(one), "required": False, "help_text": said}
        match one.value_type:
            case Characteristic.Type.NUMBER:
                return forms.DecimalField(max_digits=18, decimal_places=4, localize=True, **common)
            case Characteristic.Type.DATE:
                return forms.DateField(
                    widget=forms.DateInput(format="%d.%m.%Y", attrs={"placeholder": _("dd.mm.yyyy")}), **common
                )
            case Characteristic.Type.BOOLEAN:
                return forms.ChoiceField(choices=[("", "—"), ("1", _("yes")), ("0", _("no"))], **common)
            case Characteristic.Type.CHOICE:
                offered = one.choice_list
                if value is not None and value.text and value.text not in offered:
                    offered = [*offered, value.text]
                return forms.ChoiceField(choices=[("", "—"), *((choice, choice) for choice in offered)], **common)
            case Characteristic.Type.PARTY:
                # The party that was chosen may be archived since.
                chosen = value.other_party_id if value is not None else None
                open_ones = Q(archived_at__isnull=True) | Q(pk=chosen)
                return party_picker(
                    self.user, queryset=Counterparty.objects.visible_to(self.user).filter(open_ones), **common
                )
            case Characteristic.Type.FILE:
                if value is not None and value.file_name:
                    now = _("Now: %(name)s. A new file takes its place.") % {"name": value.file_name}
                    common["help_text"] = conditional_escape(now)
                return forms.FileField(**common)
        return CleanCharField(max_length=1000, **common)

    @property
    def fieldsets(self) -> list[tuple[Any, list[Any]]]:
        characteristics = [f"ch_{one.code}" for one in self.characteristics]
        return [
            (
                _("Who it is"),
                ["kinds", "person_kind", "name", "legal_form", ("given_name", "fathers_name"), "family_name"],
            ),
            (_("Numbers"), [("country", "identifier_type"), "number", ("vat_number", "vat_registration")]),
            (_("Other names"), [("short_name", "name_latin")]),
            (_("How to reach it"), [("email", "phone")]),
            (
                _("Work with it"),
                [
                    ("client_type", "supplier_type"),
                    ("status", "trader"),
                    "serving_firms",
                    ("payment_term_days", "e_invoice_consent_on"),
                ],
            ),
            *([(_("Characteristics"), characteristics)] if characteristics else []),
            (
                _("Further"),
                [
                    ("vat_registered_on", "vat_deregistered_on"),
                    "insolvency",
                    ("insolvency_source", "insolvency_on"),
                    "note",
                ],
            ),
        ]

    # -- Cleaning ----------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number = data.get("number") or ""
        personal = data.get("identifier_type") in PERSONAL_TYPES
        party = self.instance
        keeps = personal and not number and party.pk and party.identifier_type == data["identifier_type"]
        if not keeps:
            party.registration_number = "" if personal else number
            party.personal_number = number[:40] if personal else ""
        if data.get("vat_registration") == VatRegistration.NONE and not data.get("vat_number"):
            party.vat_from_personal_number = False
        kinds = [Kind(kind) for kind in data.get("kinds", [])]
        kept = [k for k in party.kinds if k.value not in dict(self.fields["kinds"].choices)] if party.pk else []  # type: ignore[attr-defined]
        party.kinds = [*kinds, *kept]
        self._clean_characteristics(data, kinds)
        self._tell_of_later_changes(data.get("seen") or "")
        return data

    def _tell_of_later_changes(self, seen: str) -> None:
        """Refuse once when another has changed the record meanwhile, and say what; saving again goes ahead."""
        if not self.instance.pk or not seen:
            return
        now = Counterparty.objects.values_list("updated_at", flat=True).get(pk=self.instance.pk).isoformat()
        if now == seen:
            return
        changes = history.changes_since(self.instance, self.user, seen)
        typed: Any = self.data
        self.data = typed = typed.copy()
        typed[self.add_prefix("seen")] = now
        said = [f"{who}: {field}: {before or '—'} → {after or '—'}" for who, field, before, after in changes]
        self.add_error(
            None,
            [
                _("Somebody else has changed this record since you opened it. What you typed is still here."),
                *said,
                _("Save again to put what you typed in place of it."),
            ],
        )

    def _clean_characteristics(self, data: dict[str, Any], kinds: list[Kind]) -> None:
        for one in self.characteristics:
            name = f"ch_{one.code}"
            value = data.get(name)
            if not self.applies(one, data, kinds):
                data[name] = None
                continue
            if isinstance(one.value_type, str) and one.value_type == Characteristic.Type.FILE and value:
                try:
                    check_upload(value, DOCUMENT_TYPES)
                except ValidationError as refusal:
                    self.add_error(name, refusal)
                    continue
            kept_file = one.pk in self.values and bool(self.values[one.pk].file)
            if one.required and value in (None, "") and not kept_file:
                self.add_error(name, _("This characteristic is required here."))

    def applies(self, one: Characteristic, data: dict[str, Any], kinds: list[Kind]) -> bool:
        """Whether the party, as it is now filled in, has this characteristic."""
        if one.kind and Kind(one.kind) not in kinds:
            return False
        if one.party_type_id is None:
            return True
        chosen: PartyType | None = data.get(f"{one.party_type.tree}_type")  # type: ignore[union-attr]
        while chosen is not None:
            if chosen.pk == one.party_type_id:
                return True
            chosen = chosen.parent
        return False

    def _update_errors(self, errors: ValidationError) -> None:
        """The record's two number fields are one field here; a number that is taken is shown with its bearer."""
        if hasattr(errors, "error_dict"):
            found = errors.error_dict
            for name in ("registration_number", "personal_number"):
                if name in found:
                    found.setdefault("number", []).extend(found.pop(name))
            for name in [name for name in found if name not in self.fields and name != "__all__"]:
                found.setdefault("__all__", []).extend(found.pop(name))
            # What the field itself has said already is not said again in the record's words.
            for name in [name for name in found if name in self.errors]:
                del found[name]
            others = bool(self.errors) or len(found) > 1
            for name in list(found):
                found[name] = [one for error in found[name] if (one := self._told(error, others)) is not None]
                if not found[name]:
                    del found[name]
            if not found:
                return
        super()._update_errors(errors)  # type: ignore[misc]

    def _told(self, error: ValidationError, others: bool) -> ValidationError | None:
        """An error as this user may read it.

        That a personal number is taken is itself a fact about a person. It is said only of a form that is otherwise
        ready to be saved, so that nobody can try numbers one after another; without the right to reveal numbers it is
        not said whose it is; and it is logged like a search.
        """
        if error.code != "taken":
            return error
        other = (error.params or {})["party"]
        if (error.params or {}).get("field") != "personal_number":
            return ValidationError(self.taken_message(other), code="taken")
        if others:
            return None
        PersonalNumberAccess.objects.create(user=self.user, party=other, way=PersonalNumberAccess.Way.SEARCH)
        may_know = self.user.has_perm("counterparties.reveal_personal_number")
        return ValidationError(self.taken_message(other) if may_know else self.ask_whom(), code="taken")

    def taken_message(self, other: Counterparty) -> Any:
        """Whose the number is, with a way to it; out of the user's scope only whom to ask."""
        if not Counterparty.objects.visible_to(self.user).filter(pk=other.pk).exists():
            return self.ask_whom()
        if not other.is_archived:
            return format_html(
                '{} <a href="{}">{}</a>.', _("This number is already that of"), other.get_absolute_url(), other
            )
        words = format_html(
            '{} <a href="{}">{}</a>, {}.',
            _("This number is already that of"),
            other.get_absolute_url(),
            other,
            _("archived"),
        )
        if not all(self.user.has_perm(kind.permission("archive")) for kind in other.kinds):
            return words
        # Inside the form: one click sends it, with its token, to the other record's address.
        return format_html(
            '{} <button class="btn btn-sm" type="submit" formaction="{}" formnovalidate>{}</button>',
            words,
            reverse("counterparties:counterparty_restore", args=[other.pk]),
            _("Restore"),
        )

    @staticmethod
    def ask_whom() -> str:
        people = User.objects.active().filter(groups__role__code="administrator").order_by("pk")[:2]
        whom = ", ".join(str(person) for person in people) or _("an administrator")
        return _("This number is taken. Ask %(whom)s.") % {"whom": whom}

    def say_what_collided(self) -> None:
        """Another record with the same number was saved between our check and our save: show whose it is."""
        for field, refusal in self.instance.refuse_taken_numbers().items():
            if (told := self._told(refusal, others=False)) is not None:
                self.add_error("vat_number" if field == "vat_number" else "number", told)

    # -- Saving ------------------------------------------------------------------------------------

    @transaction.atomic
    def save(self, commit: bool = True) -> Counterparty:
        party = self.instance
        if not party.pk:
            party.created_by = self.user
        party.save()
        self._save_serving_firms(party)
        self._save_characteristics(party)
        party.link_to_head_office()
        self._keep_vies_answer(party)
        return party

    def _keep_vies_answer(self, party: Counterparty) -> None:
        """Hang the answer that filled the form on the party, and hand it to the apps that make something of it."""
        key = (self.cleaned_data or {}).get("vies_check") or ""
        if not key.isdecimal() or len(key) > 18:
            return
        check = ViesCheck.objects.filter(Q(party=None) | Q(party=party), pk=key, asked_by=self.user).first()
        if check is None:
            return
        check.party = party
        check.save(update_fields=["party"])
        for one in vies_receivers:
            if not one.permission or self.user.has_perm(one.permission):
                one.receive(party, check, self.user)

    def _save_serving_firms(self, party: Counterparty) -> None:
        data: Any = self.cleaned_data
        chosen = {firm.pk for firm in data["serving_firms"]}
        offered = {firm.pk for firm in self.fields["serving_firms"].queryset}  # type: ignore[attr-defined]
        links = {link.own_firm_id: link for link in party.serving_links.all()}
        for pk in offered & links.keys() - chosen:
            links[pk].delete()
        for pk in chosen - links.keys():
            party.serving_links.create(own_firm_id=pk)

    def _save_characteristics(self, party: Counterparty) -> None:
        for one in self.characteristics:
            typed = (self.cleaned_data or {}).get(f"ch_{one.code}")
            value = self.values.get(one.pk)
            if one.value_type == Characteristic.Type.FILE and not typed:
                continue
            if typed in (None, ""):
                if value is not None:
                    value.delete()
                continue
            value = value or CharacteristicValue(party=party, characteristic=one)
            if one.value_type == Characteristic.Type.BOOLEAN:
                typed = typed == "1"
            if one.value_type == Characteristic.Type.FILE:
                value.file_name = safe_name(typed.name)
            value.value = typed
            value.save()


def one_or_more(row: str | tuple[str, ...]) -> tuple[str, ...]:
    return (row,) if isinstance(row, str) else row
