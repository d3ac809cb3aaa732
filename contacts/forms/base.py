"""What the forms of a party's rows share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from common.forms import RecordForm
from contacts.forms.later import LaterChangesMixin


class OfPartyForm(LaterChangesMixin, RecordForm):
    """A form of a row of a party. The party is no field, yet the rules that name it hold."""

    # Fields that are no fields of the form, but that the model's constraints ask about.
    ruled: tuple[str, ...] = ("party", "archived_at")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - set(self.ruled)  # type: ignore[misc]

    def _update_errors(self, errors: ValidationError) -> None:
        """What the model says of a field that the form does not have is said at the top.

        A field that is wrong already is not called wrong again: the model then judges its value of before.
        """
        if hasattr(errors, "error_dict"):
            for name in [name for name in errors.error_dict if name in self.errors and name != "__all__"]:
                del errors.error_dict[name]
            for name in [name for name in errors.error_dict if name not in self.fields and name != "__all__"]:
                errors.error_dict.setdefault("__all__", []).extend(errors.error_dict.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]
