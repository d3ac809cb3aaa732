"""The questions asked of files, letters, personal documents and filled forms: who sees which, what is due."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from common.dates import today
from common.text import fold_query
from contacts.querysets import visible_parties
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope


class OfPartyQuerySet(models.QuerySet[Any]):
    """Rows of a party, seen by those who see the party."""

    def visible_to(self, user: Any) -> Self:
        parties = visible_parties(user)
        return self if parties is None else self.filter(party__in=parties)

    def matching(self, text: str) -> Self:
        """Rows whose search text holds every word of the text, in any case and either alphabet."""
        found = self
        for token in fold_query(text):
            found = found.filter(search_text__contains=token)
        return found


class FileQuerySet(OfPartyQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Files of the parties that the user sees; those of private events only for whom they are meant."""
        return super().visible_to(user).filter(Q(audience__isnull=True) | Q(audience__contains=[user.pk]))

    def reachable_by(self, user: Any) -> Self:
        """What the user may open: visible files; deleted ones only for those who may restore them."""
        found = self.visible_to(user)
        return found if user.has_perm("documents.delete_file") else found.current()

    def current(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def deleted(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def ending(self, on: dt.date | None = None) -> Self:
        """Files to be reminded of: the day of the reminder has come, or the end has passed."""
        return self.current().filter(remind_on__lte=on or today())

    def ended(self, on: dt.date | None = None) -> Self:
        """Files whose last valid day has passed."""
        return self.filter(valid_until__lt=on or today())

    def ending_within(self, days: int, on: dt.date | None = None) -> Self:
        """Files that are still valid, but for no more than that many days."""
        on = on or today()
        return self.filter(valid_until__gte=on, valid_until__lte=on + dt.timedelta(days=days))

    def for_list(self) -> Self:
        return self.select_related("content", "category", "added_by", "party", "party__legal_form").defer("search_text")


class LetterQuerySet(OfPartyQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Letters of visible parties, within the user's own firms."""
        found = super().visible_to(user)
        scope = own_firms_in_scope(user)
        if scope is None:
            return found
        return found.filter(own_firm__in=Counterparty.objects.filter(is_own_firm=True).filter(scope))

    def current(self) -> Self:
        return self.filter(cancelled_at__isnull=True)

    def with_state(self) -> Self:
        """Bring `is_answered`: whether a letter that was not cancelled answers this one."""
        answers = self.model._default_manager.filter(answers=OuterRef("pk"), cancelled_at__isnull=True)
        return self.annotate(is_answered=Exists(answers))

    def awaiting_answer(self) -> Self:
        """Letters with a day for the answer and no answer yet."""
        return self.current().filter(answer_due__isnull=False).with_state().filter(is_answered=False)

    def overdue(self, on: dt.date | None = None) -> Self:
        return self.awaiting_answer().filter(answer_due__lt=on or today())

    def for_list(self) -> Self:
        return self.with_state().select_related(
            "party", "party__legal_form", "own_firm", "own_firm__legal_form", "file", "responsible", "answers"
        )


class PersonalDocumentQuerySet(OfPartyQuerySet):
    def expired(self, on: dt.date | None = None) -> Self:
        return self.filter(valid_until__lt=on or today())

    def expiring(self, days: int, on: dt.date | None = None) -> Self:
        """Still valid, but for no more than that many days."""
        on = on or today()
        return self.filter(valid_until__gte=on, valid_until__lte=on + dt.timedelta(days=days))

    def to_be_erased(self, on: dt.date | None = None) -> Self:
        """Those whose term of keeping has passed."""
        return self.filter(keep_until__lt=on or today())

    def not_replaced(self) -> Self:
        """Without those whose holder has another document of the type that ends later, or never."""
        holder = Coalesce("person_id", 0)
        later = self.model._default_manager.annotate(holder=holder).filter(
            party=OuterRef("party"), type=OuterRef("type"), holder=OuterRef("holder")
        )
        later = later.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=OuterRef("valid_until")))
        return self.alias(holder=holder).exclude(Exists(later.exclude(pk=OuterRef("pk"))))

    def with_stray_scan(self) -> Self:
        """Those with a scan that no ground allows any longer."""
        return self.exclude(scan="").filter(type__scan_allowed=False)

    def for_list(self) -> Self:
        """All that a list tells; the number stays closed."""
        related = ("party", "party__legal_form", "person", "type", "added_by")
        return self.select_related(*related).defer("number")
