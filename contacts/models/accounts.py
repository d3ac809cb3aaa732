"""Bank accounts. A supplier's new number waits for a second person before it can be paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.history import tracked
from contacts import iban as iban_rules
from contacts.currencies import validate_currency
from contacts.models.base import Archivable
from contacts.querysets import BankAccountQuerySet
from counterparties.models import Counterparty

if TYPE_CHECKING:
    from users.models import User


class BankCode(models.Model):
    """The BIC of a party of kind bank; by its first four letters an IBAN names its bank."""

    bank = models.OneToOneField(
        "counterparties.Counterparty",
        verbose_name=_("bank"),
        on_delete=models.CASCADE,
        related_name="bank_code",
        limit_choices_to={"is_bank": True},
    )
    bic = models.CharField(_("BIC"), max_length=11, unique=True)

    class Meta:
        verbose_name = _("BIC of a bank")
        verbose_name_plural = _("BICs of banks")
        ordering = ["bic"]

    def __str__(self) -> str:
        return self.bic

    def clean(self) -> None:
        super().clean()
        try:
            self.bic = iban_rules.validate_bic(self.bic)
        except ValidationError as refusal:
            raise ValidationError({"bic": refusal}) from refusal


@tracked(exclude=["created_at", "updated_at"])
class BankAccount(Archivable):
    """An account of a party: an IBAN, or the number in whatever form a country without IBANs writes it."""

    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="bank_accounts",
    )
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    account_number = models.CharField(
        _("account number"), max_length=50, blank=True, help_text=_("Only for a foreign account that has no IBAN.")
    )
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    bank = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("bank"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accounts_held",
        limit_choices_to={"is_bank": True},
    )
    bank_name = models.CharField(_("bank, typed"), max_length=100, blank=True)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", _("The currency is three letters, as EUR."))],
    )
    holder = models.CharField(
        _("account holder"), max_length=150, blank=True, help_text=_("Only when it is not the party itself.")
    )
    is_default = models.BooleanField(_("default"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # Who entered the present number; he is the one who may not confirm it.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("number entered by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = BankAccountQuerySet.as_manager()
    lost_when_archived = ("is_default",)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["-is_default", "currency", "pk"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("archive_bankaccount", "Can archive and restore bank accounts"),
            ("export_bankaccount", "Can export bank accounts"),
            ("confirm_bankaccount", "Can confirm a supplier's new account"),
        ]
        constraints = [
            models.CheckConstraint(
                name="bank_account_has_a_number",
                condition=~Q(iban="") | ~Q(account_number=""),
                violation_error_message=_("Write the IBAN, or the number of an account that has none."),
            ),
            models.UniqueConstraint(
                fields=["party", "iban"],
                condition=~Q(iban=""),
                name="bank_account_iban_unique",
                violation_error_message=_("The party already has this account."),
            ),
            models.UniqueConstraint(
                fields=["party", "currency"],
                condition=Q(is_default=True, archived_at__isnull=True),
                name="bank_account_one_default",
                violation_error_message=_("The party already has a default account in this currency."),
            ),
            models.CheckConstraint(
                name="bank_account_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True) | Q(added_by__isnull=True) | ~Q(confirmed_by=F("added_by")),
                violation_error_message=_("The one who entered the number cannot confirm it."),
            ),
            models.CheckConstraint(
                name="bank_account_archived_is_not_default", condition=Q(archived_at__isnull=True) | Q(is_default=False)
            ),
        ]
        indexes = [
            # The same IBAN at another party.
            models.Index(fields=["iban"], name="bank_account_iban", condition=~Q(iban="")),
            # The search box: part of a number.
            GinIndex(OpClass("iban", name="gin_trgm_ops"), name="bank_account_iban_trgm"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._number_before = (self.__dict__.get("iban"), self.__dict__.get("account_number"))

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return address("contacts:bankaccount_edit", self.pk)

    @property
    def number(self) -> str:
        """The number as written on paper: an IBAN in groups of four."""
        return iban_rules.format_iban(self.iban) if self.iban else self.account_number

    @property
    def bank_shown(self) -> str:
        return str(self.bank) if self.bank else self.bank_name

    @property
    def needs_confirmation(self) -> bool:
        """Whether a second person must still look at this supplier's number."""
        return self.party.is_supplier and self.confirmed_at is None

    @property
    def can_be_paid(self) -> bool:
        return not self.is_archived and not self.needs_confirmation

    # -- Rules -----------------------------------------------------------------------------------

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        checks = (("iban", iban_rules.validate_iban), ("bic", iban_rules.validate_bic), ("currency", validate_currency))
        for field, check in checks:
            if value := getattr(self, field):
                try:
                    setattr(self, field, check(value))
                except ValidationError as refusal:
                    errors[field] = refusal
        if not self.iban and not self.account_number:
            errors["iban"] = _("Write the IBAN, or the number of an account that has none.")
        elif self.iban and self.account_number:
            errors["account_number"] = _("An account that has an IBAN needs no other number.")
        if self.bank and not self.bank.is_bank:
            errors["bank"] = _("This party is not a bank.")
        if errors:
            raise ValidationError(errors)
        self.fill_bank()

    def fill_bank(self) -> None:
        """Take bank and BIC from the letters of the IBAN that name the bank, where they are not given."""
        if self.iban and not (self.bank_id and self.bic):
            code = iban_rules.bank_code(self.iban) or self.bic[:4]
            known = BankCode.objects.filter(bic__startswith=code).select_related("bank").first() if code else None
            if known is not None and not self.bank_name and self.bank_id in (None, known.bank_id):
                self.bank, self.bic = known.bank, self.bic or known.bic
        if self.bank_id:
            self.bank_name = ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and self._number_before != (self.iban, self.account_number):
            # Another number is another account: what was looked at before says nothing of it.
            self.confirmed_at, self.confirmed_by = None, None
            if (fields := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*fields, "confirmed_at", "confirmed_by"}
        super().save(*args, **kwargs)
        self._number_before = (self.iban, self.account_number)

    @property
    def number_changed(self) -> bool:
        """Whether the number differs from the stored one."""
        return self.pk is None or self._number_before != (self.iban, self.account_number)

    def same_at_others(self) -> models.QuerySet[Counterparty]:
        """Other parties that have the same IBAN, whoever asks; show a name only within the asker's scope."""
        if not self.iban:
            return Counterparty.objects.none()
        holders = BankAccount.objects.filter(iban=self.iban).exclude(party=self.party_id)
        return Counterparty.objects.filter(pk__in=holders.values("party"))

    def refusal_to_confirm(self, by: User) -> Any:
        """Why this user may not confirm the number; empty when he may."""
        if self.is_archived:
            return _("The account is archived.")
        if not self.needs_confirmation:
            return _("The account needs no confirmation.")
        if self.added_by_id == by.pk:
            return _("You entered this number yourself: another person has to confirm it.")
        return ""

    def confirm(self, by: User, number_seen: str) -> None:
        """Say that a second person has checked the number.

        Raises ValidationError when he may not confirm it, or when he saw another number.
        """
        with transaction.atomic():
            self.refresh_from_db(from_queryset=BankAccount.objects.select_for_update(of=("self",)))
            self._number_before = (self.iban, self.account_number)
            if refusal := self.refusal_to_confirm(by):
                raise ValidationError(refusal)
            if number_seen != (self.iban or self.account_number):
                raise ValidationError(_("The number was changed in the meantime: look at it again."))
            self.confirmed_at, self.confirmed_by = timezone.now(), by
            self.save(update_fields=["confirmed_at", "confirmed_by", "updated_at"])

    def make_default(self) -> None:
        """Make this the party's default account in its currency. Raises ValidationError when it is archived."""
        if self.is_archived:
            raise ValidationError(_("The account is archived."))
        with transaction.atomic():
            self.step_others_down()
            self.is_default = True
            self.save(update_fields=["is_default", "updated_at"])

    def step_others_down(self) -> None:
        """Let the present default account in this currency be an ordinary one."""
        Counterparty.objects.select_for_update(no_key=True).get(pk=self.party_id)
        others = BankAccount.objects.filter(party=self.party_id, currency=self.currency, is_default=True)
        others.exclude(pk=self.pk).update(is_default=False)
