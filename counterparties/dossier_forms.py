"""Forms of a dossier's head and Summary: relations, the shared comment, the reason for revealing a number."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PlainForm, RecordForm
from counterparties.forms import party_picker
from counterparties.models import Counterparty, Relation


class RelationForm(RecordForm):
    """A relation as entered from one party's dossier: direction, other party, dates."""

    direction = forms.ChoiceField(label=gettext_lazy("Relation"))

    class Meta:
        model = Relation
        fields = ["share", "valid_from", "valid_to", "source"]
        localized_fields = ["share"]

    def __init__(self, *args: Any, user: Any, party: Counterparty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        forward = [(f"{kind.value}>", str(kind.label)) for kind in Relation.Kind]
        backward = [
            (f"{kind.value}<", str(words)) for kind, words in Relation.REVERSE.items() if kind != Relation.Kind.RELATED
        ]
        field: Any = self.fields["direction"]
        field.choices = [*forward, *backward]
        self.fields["other"] = party_picker(
            user, queryset=Counterparty.objects.visible_to(user).exclude(pk=party.pk), label=_("Other party")
        )
        self.order_fields(["direction", "other", "share", "valid_from", "valid_to", "source"])
        relation = self.instance
        if relation.pk:
            self.initial["direction"] = f"{relation.kind}{'>' if relation.from_party_id == party.pk else '<'}"
            self.initial["other"] = relation.other(party).pk

    fieldsets = [("", ["direction", "other", "share", ("valid_from", "valid_to"), "source"])]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        direction, other = data.get("direction", ""), data.get("other")
        if direction and other is not None:
            self.instance.kind = direction[:-1]
            forward = direction.endswith(">")
            self.instance.from_party = self.party if forward else other
            self.instance.to_party = other if forward else self.party
        return data

    def _update_errors(self, errors: ValidationError) -> None:
        if hasattr(errors, "error_dict"):
            for name in ("to_party", "from_party"):
                if name in errors.error_dict:
                    errors.error_dict.setdefault("other", []).extend(errors.error_dict.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        """The parties and the kind are no fields here, but the model's rules about them hold all the same."""
        excluded = super()._get_validation_exclusions()  # type: ignore[misc]
        complete = self.cleaned_data.get("direction") and self.cleaned_data.get("other")
        return excluded - {"from_party", "to_party", "kind"} if complete else excluded


class CommentForm(RecordForm):
    """The shared comment. It is everybody's: what another wrote meanwhile is shown before it is overwritten."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Counterparty
        fields = ["comment"]
        widgets = {"comment": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = self.instance.comment
        self.initial["seen"] = fingerprint(self.stored)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("seen") and data["seen"] != fingerprint(self.stored) and data.get("comment") != self.stored:
            typed: Any = self.data
            self.data = typed = typed.copy()
            typed[self.add_prefix("seen")] = fingerprint(self.stored)
            self.add_error(
                "comment",
                [
                    _("Somebody else has changed the comment since you opened it. It now reads:"),
                    self.stored or "—",
                    _("Save again to put what you typed in place of it."),
                ],
            )
        return data


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class RevealForm(PlainForm):
    reason = forms.CharField(
        label=gettext_lazy("Why do you need the number?"),
        max_length=300,
        help_text=gettext_lazy("The reason is kept in the log with your name and the time."),
    )
