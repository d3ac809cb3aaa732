"""Small forms: log a call, note a task, finish an event, call it off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from common.forms import CleanCharField, PlainForm
from contacts.models import ContactLink, ContactPerson
from counterparties.models import Counterparty


class LogForm(PlainForm):
    """One field and Enter: what was said. With whom is the main contact person, until another is chosen."""

    words = CleanCharField(
        label=gettext_lazy("What was said?"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    person = forms.ModelChoiceField(ContactPerson.objects.none(), label=gettext_lazy("With"), required=False)

    def __init__(self, *args: Any, user: Any, party: Counterparty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        links = ContactLink.objects.visible_to(user).current().filter(party=party)
        person: Any = self.fields["person"]
        person.queryset = ContactPerson.objects.filter(pk__in=links.values("person")).order_by("sort_name", "pk")
        main = links.filter(is_primary=True).values_list("person", flat=True).first()
        self.initial.setdefault("person", main)


class QuickTaskForm(PlainForm):
    """The line at the top of My day: a task for today."""

    words = CleanCharField(label=gettext_lazy("What is to be done?"), max_length=200)


class DoneForm(PlainForm):
    """What came of an event, and what comes next."""

    outcome = CleanCharField(
        label=gettext_lazy("What came of it?"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    next_step = CleanCharField(label=gettext_lazy("Next step"), max_length=300, required=False)
    plan_next = forms.BooleanField(
        label=gettext_lazy("Plan the next step now"),
        required=False,
        help_text=gettext_lazy("A new event opens, tied to this one."),
    )


class CancelForm(PlainForm):
    reason = CleanCharField(
        label=gettext_lazy("Reason"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
