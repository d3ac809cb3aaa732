"""Forms of e-mail: writing one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm
from contacts.models import ContactPerson
from counterparties.models import Counterparty
from documents.forms.files import ACCEPT, FilesInput, UploadsField
from documents.own_firms import usual_own_firm
from documents.pickers import FilesField
from documents.placeholders import codes_in
from events.composing import addresses_of, answer_to, mark_of
from events.letters import too_large
from events.mail_about import LetterAbout, MadeFile
from events.models import Email, MailTemplate

MOST_RECIPIENTS = 50
NAMED = re.compile(r"(?P<name>.*)<(?P<email>[^<>]+)>")


class AddressesField(forms.CharField):
    """Several addresses, by comma, semicolon or line; each may have its name: Ivan <ivan@example.com>."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=3000, required=False, **kwargs)

    def clean(self, value: Any) -> list[dict[str, str]]:
        text = super().clean(value)
        wrong, found = [], []
        for piece in re.split(r"[,;\n]", text or ""):
            if not (piece := piece.strip()):
                continue
            match = NAMED.fullmatch(piece)
            name, email = (match["name"].strip(" \"'"), match["email"].strip()) if match else ("", piece)
            try:
                validate_email(email)
            except ValidationError:
                wrong.append(piece)
            else:
                found.append({"name": name, "email": email})
        if wrong:
            words = _("This is no e-mail address: %(wrong)s. Several are separated by commas.")
            raise ValidationError(words % {"wrong": ", ".join(wrong)[:300]}, code="address")
        return found


class TemplateField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.get_language_display()})"


class ComposeForm(PlainForm):
    """A letter to contact persons of one party and to further addresses, with files of its dossier and new ones."""

    people = forms.MultipleChoiceField(label=gettext_lazy("To"), required=False, widget=forms.CheckboxSelectMultiple)
    further = AddressesField(
        label=gettext_lazy("Further addresses"), help_text=gettext_lazy("Several are separated by commas.")
    )
    cc = AddressesField(label=gettext_lazy("Copy (Cc)"))
    bcc = AddressesField(
        label=gettext_lazy("Hidden copy (Bcc)"), help_text=gettext_lazy("The other recipients do not see these.")
    )
    template = TemplateField(
        MailTemplate.objects.none(), label=gettext_lazy("Prepared text"), required=False, empty_label="—"
    )
    own_firm = forms.ModelChoiceField(Counterparty.objects.none(), label=gettext_lazy("In the name of"), required=False)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    text = forms.CharField(label=gettext_lazy("Message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 14}))
    made = forms.MultipleChoiceField(
        label=gettext_lazy("Attached"), required=False, widget=forms.CheckboxSelectMultiple
    )
    uploads = UploadsField(label=gettext_lazy("New files"), required=False, widget=FilesInput(attrs={"accept": ACCEPT}))
    filled = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    # One for each form that is opened: two clicks on “Send” are one letter.
    draft = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, *args: Any, user: Any, party: Counterparty, answers: Email | None = None, person: int = 0,
        file: int = 0, about: LetterAbout | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.user, self.party, self.answers, self.about = user, party, answers, about
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["people"].choices = [
            (one["key"], f"{one['name']} <{one['email']}>" + (f", {one['note']}" if one["note"] else ""))
            for one in self.known
        ]
        if not self.known:
            del fields["people"]
            fields["further"].label = _("To")
        fields["template"].queryset = MailTemplate.objects.filter(is_active=True)
        firms = Counterparty.objects.own_firms_of(user).select_related("legal_form").order_by("pk")
        fields["own_firm"].queryset = firms
        fields["own_firm"].empty_label = None
        firm = about.own_firm if about is not None else usual_own_firm(party, user, else_first=True)
        self.initial.setdefault("own_firm", getattr(firm, "pk", None))
        fields["files"] = FilesField(user=user, party=party, required=False)
        self.initial.setdefault("files", [file] if file else [])
        self.initial.setdefault("draft", token_hex(16))
        if not user.has_perm("documents.view_file"):
            del fields["files"]
        if not user.has_perm("documents.add_file"):
            del fields["uploads"]
        if about is not None and about.attachments:
            fields["made"].choices = [(one.key, one.name) for one in about.attachments]
            self.initial.setdefault("made", [one.key for one in about.attachments if one.chosen])
        else:
            del fields["made"]
        self.offer(person)

    def offer(self, person: int) -> None:
        """Whom the letter is likely for: those of the answered letter, the person named, else who is most likely."""
        named = [one["key"] for one in self.known if one["person"] is not None and one["person"].pk == person]
        chosen = named[:1] if person else self.most_likely()
        if self.answers is not None:
            answer = answer_to(self.answers)
            wanted = {address.lower() for address in answer["to"]}
            keys = {one["email"].lower(): one["key"] for one in reversed(self.known)}
            chosen = [keys[address] for address in wanted if address in keys]
            self.initial.setdefault("further", ", ".join(one for one in answer["to"] if one.lower() not in keys))
            self.initial.setdefault("subject", answer["subject"])
            self.initial.setdefault("text", answer["text"])
        if self.about is not None:
            self.initial.setdefault("subject", self.about.subject)
            self.initial.setdefault("text", self.about.text)
            self.initial.setdefault("filled", mark_of(self.about.subject, self.about.text))
            chosen = self.meant(self.about.people) or chosen
        self.initial.setdefault("people", chosen)

    def meant(self, people: Iterable[int]) -> list[str]:
        """The keys of the first address of each of these persons."""
        keys: dict[int, str] = {}
        for one in self.known:
            if one["person"] is not None:
                keys.setdefault(one["person"].pk, one["key"])
        return [keys[person] for person in people if person in keys]

    def most_likely(self) -> list[str]:
        """The key of the main contact's address, else of the only person's, else of the only address there is."""
        people = {one["person"].pk for one in self.known if one["person"] is not None}
        alone = len(people) == 1 or len(self.known) == 1
        return [one["key"] for one in self.known if one["is_main"] or alone][:1]

    @cached_property
    def known(self) -> list[dict[str, Any]]:
        return addresses_of(self.party, self.user)[:200]

    def chosen(self) -> list[dict[str, Any]]:
        """The known addresses that are ticked, whether the rest of the form is right or not."""
        if self.is_bound:
            keys = set(self.data.getlist("people")) if hasattr(self.data, "getlist") else set(self.data["people"])
        else:
            keys = set(self.initial.get("people") or [])
        return [one for one in self.known if one["key"] in keys]

    @property
    def contact(self) -> ContactPerson | None:
        """The contact person that placeholders mean: only one, else nobody can say whom."""
        people = {one["person"].pk: one["person"] for one in self.chosen() if one["person"] is not None}
        return next(iter(people.values())) if len(people) == 1 else None

    # -- Cleaning ----------------------------------------------------------------------------------

    def clean_subject(self) -> str:
        return self._without_placeholders("subject")

    def clean_text(self) -> str:
        return self._without_placeholders("text")

    def _without_placeholders(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if codes := codes_in(text):
            names = ", ".join(f"{{{{ {code} }}}}" for code in codes)
            raise ValidationError(
                _("Write in their place what is not known here: %(names)s.") % {"names": names}, code="placeholder"
            )
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first = "people" if "people" in self.fields else "further"
        self.recipients = self._recipients(data)
        if not any(one["way"] == "to" for one in self.recipients) and not {"people", "further"} & set(self.errors):
            self.add_error(first, _("Choose at least one recipient, or write an address."))
        if len(self.recipients) > MOST_RECIPIENTS:
            words = _("These are %(count)d recipients; at most %(most)d get one letter.")
            self.add_error(first, words % {"count": len(self.recipients), "most": MOST_RECIPIENTS})
        sizes = [file.content.size for file in data.get("files") or []]
        sizes += [upload.size for upload in data.get("uploads") or []]
        sizes += self._sizes_of_made()
        if words := too_large(data.get("text") or "", sizes):
            self.add_error("files" if "files" in self.fields else None, words)
        if self.errors and data.get("uploads"):
            self.add_error("uploads", _("Choose the files once more: a browser does not keep them."))
        return data

    def chosen_made(self) -> list[MadeFile]:
        """What is made for the letter and goes with it."""
        keys = set(self.cleaned_data.get("made") or [])
        return [one for one in self.about.attachments if one.key in keys] if self.about is not None else []

    def _sizes_of_made(self) -> list[int]:
        """How large they are: they are made now, before anything is written. What cannot be made is told here."""
        try:
            return [one.make().size for one in self.chosen_made()]
        except ValidationError as refusal:
            self.add_error("made", refusal)
        return []

    def _recipients(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Everyone once, in the first place that names him."""
        keys = set(data.get("people") or [])
        known = [{"name": one["name"], "email": one["email"]} for one in self.known if one["key"] in keys]
        found: dict[str, dict[str, Any]] = {}
        for way, ones in (
            ("to", [*known, *(data.get("further") or [])]), ("cc", data.get("cc")), ("bcc", data.get("bcc")),
        ):  # fmt: skip
            for one in ones or []:
                found.setdefault(one["email"].lower(), {**one, "way": way})
        return list(found.values())

    def people_written_to(self) -> list[ContactPerson]:
        """The contact persons of the party whom the letter goes to, by address, whatever way it was given."""
        addresses = {one["email"].lower() for one in self.recipients}
        people = {
            one["person"].pk: one["person"] for one in self.known if one["email"].lower() in addresses and one["person"]
        }
        return list(people.values())
