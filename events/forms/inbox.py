"""Forms of received letters: into which dossier, and letters that are dropped on one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm
from contacts.forms.pickers import PersonField
from contacts.models import ContactLink, ContactPerson, PersonEmail
from counterparties.forms import party_picker
from documents.forms.files import FilesInput, UploadsField
from events.models import Email

MAIL_ACCEPT = ".eml,.msg"


class DropForm(PlainForm):
    """Letters as files, several at once."""

    uploads = UploadsField(label=gettext_lazy("E-mails"), widget=FilesInput(attrs={"accept": MAIL_ACCEPT}))


class FileIntoForm(PlainForm):
    """Where a letter belongs; and that its sender is known from now on, so that the next ones come by themselves."""

    def __init__(self, *args: Any, user: Any, email: Email, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["party"] = party_picker(user, label=_("Counterparty"))
        if not email.sender_email:
            return
        next_ones = _("The next letters from %(address)s then come into the dossier by themselves.")
        if user.has_perm("contacts.add_contactperson"):
            self.fields["new_person"] = forms.BooleanField(
                label=_("Add the sender as a contact person"),
                required=False,
                help_text=next_ones % {"address": email.sender_email},
            )
        if user.has_perm("contacts.change_contactperson"):
            self.fields["person"] = PersonField(
                user,
                label=_("Or add the address to a contact person who is here already"),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person, party = data.get("person"), data.get("party")
        if person is not None and data.get("new_person"):
            self.add_error("person", _("Either a new contact person or one who is here already, not both."))
        elif person and party and not ContactLink.objects.in_force().filter(person=person, party=party).exists():
            self.add_error("person", _("“%(name)s” does not serve this counterparty today.") % {"name": person})
        return data

    def remember_sender(self) -> None:
        """Do what was ticked. Raises ValidationError when the model refuses."""
        data = self.cleaned_data
        if data.get("new_person"):
            add_sender(self.email, data["party"])
        elif (person := data.get("person")) is not None:
            add_address(person, self.email.sender_email)


def add_address(person: ContactPerson, address: str) -> None:
    if not PersonEmail.objects.filter(person=person, email__iexact=address).exists():
        row = PersonEmail(person=person, email=address, order=PersonEmail.objects.filter(person=person).count())
        row.full_clean()
        row.save()
        person.refresh_search_text()


def add_sender(email: Email, party: Any) -> None:
    """The sender as a contact person of the party; one who has this address there already stays alone."""
    links = ContactLink.objects.in_force().filter(party=party)
    if links.filter(person__emails__email__iexact=email.sender_email).exists():
        return
    words = (email.sender_name or email.sender_email.partition("@")[0]).split()
    person = ContactPerson(
        given_name=words[0][:60],
        fathers_name=" ".join(words[1:-1])[:60],
        family_name=words[-1][:60] if len(words) > 1 else "",
    )
    try:
        person.full_clean()
    except ValidationError as refusal:
        raise ValidationError(refusal.messages) from refusal
    person.save()
    add_address(person, email.sender_email)
    ContactLink.objects.create(person=person, party=party, is_primary=not links.exists())
