"""The life that all documents and payments share: one state, a number taken at issue, cancellation with a reason.

Issuing is one transaction: rows locked by key, checked, announced (`issuing`, apps above may refuse), numbered by the
series of the own firm as the last lock, written, announced (`issued`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.dates import format_date, today
from counterparties.kinds import Kind
from documents.models import NumberSeries
from trade import announcements
from trade.errors import DocumentError
from trade.models.rates import FIXED, ExchangeRate

# BGN ended with 2025: no new document is in it.
LAST_LEV_DAY = dt.date(2025, 12, 31)
FIRST_SENSIBLE_DAY = dt.date(2000, 1, 1)


class Issuable(models.Model):
    """What is drafted, issued under a number and perhaps cancelled. All else that is said of it is derived."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        CANCELLED = "cancelled", _("cancelled")

    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )
    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    number = models.CharField(_("number"), max_length=40, blank=True)
    series = models.SlugField(_("series"), blank=True, editable=False)
    position = models.BigIntegerField(null=True, editable=False)
    date = models.DateField(_("date"), default=today)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    rate = models.DecimalField(
        _("exchange rate"), max_digits=18, decimal_places=8, default=Decimal(1), help_text=_("1 EUR = … units.")
    )
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)
    internal_note = models.TextField(_("internal note"), max_length=2000, blank=True)

    # Grows by one at each saved edit: whoever edits an older one is shown what changed meanwhile.
    version = models.PositiveIntegerField(default=1, editable=False)
    # Of the form in which it was begun: sent twice, it makes one row.
    entry_key = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("issued by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    issued_at = models.DateTimeField(_("issued at"), null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancelled_on = models.DateField(_("cancelled on"), null=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True

    # -- What a concrete row says of itself --------------------------------------------------------

    def series_code(self) -> str:
        """The kind of number series that numbers it; empty when it carries a number of somebody else's."""
        raise NotImplementedError

    def must_follow_in_date(self) -> bool:
        """Whether its date may not lie before that of the last number of its series."""
        return False

    def rows_to_lock(self) -> Iterable[Any]:
        """Keys of other rows of its table that issuing or cancelling it writes or counts on."""
        return ()

    def prepare(self) -> None:
        """Check and fill what is to be issued, once the row is locked. Raises DocumentError."""

    def count(self) -> None:
        """Write what issuing adds elsewhere, before the number, which is the last lock."""

    def numbered(self) -> None:
        """Set what follows from issuing on the row itself, just before it is written."""

    def check_cancelling(self) -> None:
        """Refuse what may not be cancelled. Raises DocumentError."""

    def uncount(self) -> None:
        """Undo what issuing added, just before the cancellation is written."""

    # -- States ----------------------------------------------------------------------------------

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_issued(self) -> bool:
        return self.state == self.State.ISSUED

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    # -- Day and currency --------------------------------------------------------------------------

    def take_rate(self) -> None:
        """Take the fixed or the published rate of the currency on the day, unless one was typed for another currency.

        Raises ValidationError (code "rate") when there is none.
        """
        if self.currency in FIXED:
            self.rate, self.rate_on = FIXED[self.currency], self.date
        elif self.rate_on is None:
            self.rate, self.rate_on = ExchangeRate.objects.rate_of(self.currency, self.rate_day)

    @property
    def rate_day(self) -> dt.date:
        """The day whose exchange rate counts; a tax document's is that of the tax event (ЗДДС чл. 26, ал. 6)."""
        return self.date

    def check_day(self) -> None:
        """Refuse a day that cannot be. Raises DocumentError at the field."""
        if self.date > today():
            raise DocumentError({"date": _("A document is not issued with a day in the future.")})
        if self.date < FIRST_SENSIBLE_DAY:
            raise DocumentError({"date": _("This day is too long ago.")})
        if self.currency == "BGN" and self.date > LAST_LEV_DAY:
            raise DocumentError({"currency": _("Since 01.01.2026 no documents are issued in levs.")})

    def check_standing(self) -> None:
        """What is asked of everything that is issued: parties in use, a sensible day, a rate. Raises DocumentError."""
        if self.party.is_archived:
            raise DocumentError({"party": _("The counterparty is archived: restore it first.")})
        if self.own_firm.is_archived:
            raise DocumentError({"own_firm": _("The own firm is archived.")})
        self.check_day()
        self.take_rate()

    # -- Issuing ---------------------------------------------------------------------------------

    def issue(self, by: Any) -> bool:
        """Issue the draft: check, freeze, number it. True when this call did so, False when it was issued already.

        Raises DocumentError (a ValidationError) in words, and then nothing is changed.
        """
        with self.all_or_nothing():
            return self._issue(by)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """One transaction; when it fails this object, too, is again what it was: no number that nobody has taken."""
        before = {field.attname: self.__dict__[field.attname] for field in self._stored_fields()}
        try:
            with transaction.atomic():
                yield
        except BaseException:
            for name, value in before.items():
                setattr(self, name, value)
            raise

    def _stored_fields(self) -> list[Any]:
        return [field for field in self._meta.concrete_fields if field.attname in self.__dict__]

    def _issue(self, by: Any) -> bool:
        self.lock()
        if self.is_issued:
            return False
        if self.is_cancelled:
            raise DocumentError(_("A cancelled document cannot be issued."))
        self.check_standing()
        self.prepare()
        announcements.issuing.announce(self, by)
        self.count()
        if code := self.series_code():
            self.take_number(code)
        self.state, self.issued_by, self.issued_at = self.State.ISSUED, by, timezone.now()
        self.numbered()
        self.version += 1
        self.save()
        announcements.issued.announce(self, by)
        return True

    def lock(self) -> None:
        """Lock this row and those it counts on, by key, and read it anew."""
        manager = type(self)._default_manager
        keys = {self.pk, *(key for key in self.rows_to_lock() if key)}
        list(manager.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).only("pk"))
        try:
            self.refresh_from_db()
        except ObjectDoesNotExist:
            raise DocumentError(_("The document was deleted in the meantime.")) from None
        if not keys.issuperset(key for key in self.rows_to_lock() if key):
            raise DocumentError(_("The document was changed in the meantime: look at it again."))

    def take_number(self, code: str) -> None:
        """Take the next number of the series; its row stays locked until the transaction ends.

        Raises DocumentError when the day is before that of the last number, where that is not allowed.
        """
        taken = NumberSeries.take(self.own_firm, code, self.date)
        self.series, self.number, self.position = code, taken.text, taken.number
        if self.must_follow_in_date() and (last := self.last_day_in_series()) is not None and self.date < last:
            raise DocumentError(
                {
                    "date": _("The last document of this series is of %(day)s; an earlier day cannot follow it.")
                    % {"day": format_date(last)}
                }
            )

    def last_day_in_series(self) -> dt.date | None:
        """The day of the document that carries the number before this one in the series."""
        others = type(self)._default_manager.filter(
            own_firm=self.own_firm_id, series=self.series, position__lt=self.position
        )
        return others.order_by("-position").values_list("date", flat=True).first()

    # -- Cancelling --------------------------------------------------------------------------------

    def cancel(self, by: Any, reason: str, on: dt.date | None = None) -> bool:
        """Cancel the issued document; its number stays taken. True when this call did so.

        Raises DocumentError in words, and then nothing is changed.
        """
        if not reason.strip():
            raise DocumentError({"reason": _("Say why the document is cancelled.")})
        with self.all_or_nothing():
            return self._cancel(by, reason.strip()[:300], on)

    def _cancel(self, by: Any, reason: str, on: dt.date | None) -> bool:
        self.lock()
        if self.is_cancelled:
            return False
        if self.is_draft:
            raise DocumentError(_("A draft is deleted, not cancelled."))
        self.cancelled_on = on or today()
        if not self.date <= self.cancelled_on <= today():
            raise DocumentError({"cancelled_on": _("A document is cancelled between its own day and today.")})
        self.check_cancelling()
        announcements.cancelling.announce(self, by)
        self.uncount()
        self.state, self.cancelled_by, self.cancelled_at = self.State.CANCELLED, by, timezone.now()
        self.cancel_reason = reason
        self.version += 1
        self.save()
        announcements.cancelled.announce(self, by)
        return True

    @transaction.atomic
    def discard(self) -> None:
        """Delete a draft. Raises DocumentError for anything else: issued documents are never deleted."""
        self.lock()
        if not self.is_draft:
            raise DocumentError(_("Only a draft can be deleted."))
        self.delete()


def life_constraints(name: str) -> list[models.BaseConstraint]:
    """What the database itself holds of every such row: states, numbers, rates. Put into Meta.constraints."""
    return [
        models.CheckConstraint(name=f"{name}_rate_positive", condition=Q(rate__gt=0)),
        models.CheckConstraint(
            name=f"{name}_issued_when",
            condition=Q(state="draft", issued_at__isnull=True) | (~Q(state="draft") & Q(issued_at__isnull=False)),
        ),
        models.CheckConstraint(
            name=f"{name}_numbered_when_issued",
            condition=Q(state="draft", position__isnull=True, series="") | (~Q(state="draft") & ~Q(number="")),
        ),
        models.CheckConstraint(
            name=f"{name}_cancelled_why",
            condition=(
                ~Q(state="cancelled") & Q(cancelled_at__isnull=True, cancelled_on__isnull=True, cancel_reason="")
            )
            | (Q(state="cancelled", cancelled_at__isnull=False, cancelled_on__isnull=False) & ~Q(cancel_reason="")),
        ),
        models.UniqueConstraint(
            fields=["own_firm", "series", "number"], condition=~Q(series=""), name=f"{name}_number_unique"
        ),
    ]
