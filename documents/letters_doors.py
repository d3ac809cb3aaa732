"""What the correspondence register hangs on the dossier, the lists of files, the menus and the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.columns import Action
from common.context_processors import MenuEntry, menu, new_menu
from common.expressions import CappedCount
from counterparties import dossier, search
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from documents import letters_print  # noqa: F401  (its work is done by the worker)
from documents.file_actions import FileAction, FileUse, Use, file_actions, file_uses
from documents.models import File, Letter

# A holding has neither files nor letters of its own.
WITH_LETTERS = {kind for kind in Kind if kind != Kind.HOLDING}


def register_of(party: Counterparty, **narrowed: str) -> str:
    return f"/documents/letters/?{urlencode({'party': party.pk, **narrowed})}"


def register_letter(party: Counterparty, user: Any) -> Action | None:
    if party.is_archived or not WITH_LETTERS & set(party.kinds):
        return None
    url = f"/documents/letters/add/?{urlencode({'party': party.pk})}"
    return Action(_("Register a letter"), url, icon="envelope-paper", htmx=True)


def look_at_register(party: Counterparty, user: Any) -> Action | None:
    if not WITH_LETTERS & set(party.kinds):
        return None
    return Action(_("Registered letters"), register_of(party), icon="journal-text")


def count_overdue(party: Counterparty, user: Any) -> Any:
    return CappedCount(Letter.objects.visible_to(user).filter(party=party).overdue())


def say_overdue(party: Counterparty, count: Any, user: Any) -> Iterable[dossier.Warning]:
    if count:
        words = ngettext(
            "%(count)d letter waits for an overdue answer", "%(count)d letters wait for overdue answers", count
        )
        yield dossier.Warning("warning", words % {"count": count}, register_of(party, state="overdue"))


def register_file(file: File, user: Any) -> Action | None:
    if file.is_deleted:
        return None
    url = f"/documents/letters/add/?{urlencode({'file': file.pk})}"
    return Action(_("Register as a letter"), url, icon="envelope-paper", htmx=True)


def letters_of_file(file: File, user: Any, limit: int) -> Iterable[Use]:
    letters = Letter.objects.visible_to(user).filter(file=file).order_by("-registered_on", "-pk")[:limit]
    return [Use(_("registered as"), str(letter), letter.get_absolute_url()) for letter in letters]


def find_letters(text: str, user: Any, limit: int) -> list[search.Hit]:
    letters = Letter.objects.visible_to(user).matching(text).select_related("party__legal_form")
    return [
        search.Hit(
            letter.party, str(letter), letter.party.display_name, letter.get_absolute_url(), icon="envelope-paper"
        )
        for letter in letters.order_by("-registered_on", "-pk")[:limit]
    ]


dossier.quick_actions.register(
    dossier.QuickAction("register_letter", register_letter, permission="documents.add_letter", order=62)
)
dossier.quick_actions.register(
    dossier.QuickAction("registered_letters", look_at_register, permission="documents.view_letter", order=63)
)
dossier.warnings.register(
    dossier.HeadWarning("letters_overdue", say_overdue, count_overdue, permission="documents.view_letter", order=60)
)
file_actions.register(FileAction("register_letter", register_file, permission="documents.add_letter", order=50))
file_uses.register(FileUse("letters", letters_of_file, permission="documents.view_letter", order=10))
search.sources.register(
    search.SearchSource("letters", gettext_lazy("Letters"), find_letters, permission="documents.view_letter", order=62)
)
menu.register(
    MenuEntry(
        "documents.letters",
        gettext_lazy("Correspondence"),
        "/documents/letters/",
        icon="envelope-paper",
        visible=lambda user: user.has_perm("documents.view_letter"),
        order=44,
    )
)
new_menu.register(
    MenuEntry(
        "documents.letter",
        gettext_lazy("registered letter"),
        "/documents/letters/add/",
        icon="envelope-paper",
        visible=lambda user: user.has_perm("documents.add_letter"),
        order=52,
    )
)
