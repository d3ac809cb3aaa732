"""Row-level history: the database itself keeps a copy of a row at each change, bulk changes included."""

from collections.abc import Callable, Iterable
from typing import Any

import pghistory

from common.encryption import EncryptedTextField


def tracked(*, exclude: Iterable[str] = (), **kwargs: Any) -> Callable[[type], type]:
    """Decorate a model so that each insert, update and delete of a row leaves an event with the row's values.

    `exclude` names fields whose values must never reach the history (personal numbers) or say nothing (search text).
    What is stored encrypted stays out by itself.
    """

    def decorate(model: Any) -> Any:
        encrypted = [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]
        return pghistory.track(
            pghistory.InsertEvent("added"),
            pghistory.UpdateEvent("changed"),
            pghistory.DeleteEvent("deleted"),
            exclude=[*exclude, *encrypted],
            **kwargs,
        )(model)

    return decorate
