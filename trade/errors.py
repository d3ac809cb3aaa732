"""Why a deed on a document is refused."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class DocumentError(ValidationError):
    """A document may not be issued, changed or cancelled; the message is for the user.

    Given a dict, it is told at the fields named, as with any ValidationError.
    """
