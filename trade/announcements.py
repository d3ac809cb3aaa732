"""What a document announces while it is issued and cancelled, inside the transaction, to the apps above.

`issuing` and `cancelling` come before: whoever listens may refuse by raising DocumentError, and locks what it needs
(documents by key first, series last). `issued` and `cancelled` come after, when number and state are written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[Any, Any], None]


class Announcement:
    """Listeners by model; called with the document and the user, in the order in which they registered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._listeners: list[tuple[type, Listener]] = []

    def listen(self, model: type) -> Callable[[Listener], Listener]:
        """Decorator: call the function for documents of the model."""

        def register(listener: Listener) -> Listener:
            self._listeners.append((model, listener))
            return listener

        return register

    def stop(self, listener: Listener) -> None:
        self._listeners = [(model, known) for model, known in self._listeners if known is not listener]

    def announce(self, document: Any, user: Any) -> None:
        for model, listener in self._listeners:
            if isinstance(document, model):
                listener(document, user)


issuing = Announcement("issuing")
issued = Announcement("issued")
cancelling = Announcement("cancelling")
cancelled = Announcement("cancelled")
