"""Contact persons: who they are, how they are reached, and which parties they serve, as what and since when."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from common.addresses import address
from common.history import tracked
from common.phones import national, searchable
from common.text import fold, sort_key, transliterate
from contacts.models.base import Archivable, Dated, dates_in_order
from contacts.models.reference import ContactArea, ContactRole
from contacts.querysets import ContactLinkQuerySet, ContactPersonQuerySet
from counterparties.models import PersonKind


@tracked(exclude=["search_text", "sort_name", "created_at", "updated_at"])
class ContactPerson(Archivable):
    """A person who may serve several parties; what he is at each stands in the link."""

    class Language(models.TextChoices):
        BULGARIAN = "bg", _("Bulgarian")
        ENGLISH = "en", _("English")
        OTHER = "other", _("other")

    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    fathers_name = models.CharField(_("father's name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=302, editable=False)
    name_latin = models.CharField(_("name in Latin letters"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.BULGARIAN)
    note = models.TextField(_("note"), blank=True, max_length=5000)
    natural_party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("the person's own dossier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contact_persons",
        limit_choices_to={"person_kind": PersonKind.NATURAL},
    )
    sort_name = models.CharField(max_length=400, editable=False)
    search_text = models.TextField(editable=False)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["sort_name", "pk"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("archive_contactperson", "Can archive and restore contact persons"),
            ("export_contactperson", "Can export contact persons"),
        ]
        constraints = [models.CheckConstraint(name="contact_person_has_a_name", condition=~Q(name=""))]
        indexes = [
            # The search box, the lists' filter and the picker: part of a name, a phone or an e-mail.
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="contact_person_search_trgm"),
            models.Index(fields=["sort_name", "id"], name="contact_person_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("contacts:contactperson_detail", self.pk)

    @property
    def latin_name(self) -> str:
        """The Latin name as entered, else the transliteration that the law prescribes."""
        return self.name_latin or transliterate(self.name)

    @cached_property
    def main_phone(self) -> PersonPhone | None:
        """The first mobile, else the first phone of any kind but fax."""
        phones = [phone for phone in self.phones.all() if phone.kind != PersonPhone.Kind.FAX]
        return next((phone for phone in phones if phone.kind == PersonPhone.Kind.MOBILE), phones[0] if phones else None)

    @cached_property
    def main_email(self) -> PersonEmail | None:
        """The first e-mail at work, else the first of any kind."""
        emails = list(self.emails.all())
        return next((one for one in emails if one.kind == PersonEmail.Kind.WORK), emails[0] if emails else None)

    def clean(self) -> None:
        super().clean()
        self.compose_name()
        if not self.name:
            raise ValidationError({"given_name": _("Write at least one of the names.")})

    def compose_name(self) -> None:
        parts = (self.given_name, self.fathers_name, self.family_name)
        self.name = " ".join(part for part in parts if part)

    def fill_derived(self, reached_by: list[str] | None = None) -> None:
        """Fill name, sort key and search text; bulk writers call it for themselves.

        `reached_by` are phones and e-mails as text; they are read from their rows when not given.
        """
        self.compose_name()
        self.sort_name = sort_key(self.name)[:400]
        if reached_by is None:
            reached_by = self.ways_of_reaching() if self.pk else []
        pieces = [self.name, self.name_latin, *reached_by]
        self.search_text = " ".join(fold(piece) for piece in pieces if piece)

    def ways_of_reaching(self) -> list[str]:
        phones = PersonPhone.objects.filter(person=self)
        emails = PersonEmail.objects.filter(person=self)
        return [
            *(text for phone in phones for text in searchable(phone.number, phone.as_typed)),
            *(email.email for email in emails),
        ]

    def refresh_search_text(self) -> None:
        """Bring the search text in line with phones and e-mails that have changed."""
        before = self.search_text
        self.fill_derived()
        if self.search_text != before:
            type(self).objects.filter(pk=self.pk).update(search_text=self.search_text)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "name", "sort_name", "search_text", "updated_at"}
        super().save(*args, **kwargs)

    def archive(self, by: Any) -> None:
        """Take the person out of every list; he is no longer the main contact of any party."""
        with transaction.atomic():
            super().archive(by)
            self.links.filter(is_primary=True).update(is_primary=False)


@tracked()
class ContactLinkArea(models.Model):
    """An area that a contact person answers for at a party; a row of its own, so that its history is kept."""

    link = models.ForeignKey(
        "contacts.ContactLink",
        verbose_name=_("contact person"),
        on_delete=models.CASCADE,
        related_name="area_rows",
    )
    area = models.ForeignKey(ContactArea, verbose_name=_("area"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("area of a contact person")
        verbose_name_plural = _("areas of contact persons")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["link", "area"], name="contact_link_area_unique")]

    def __str__(self) -> str:
        return str(self.area)


@tracked(exclude=["created_at", "updated_at"])
class ContactLink(Archivable, Dated):
    """What a person is at a party, and from when to when."""

    person = models.ForeignKey(
        ContactPerson, verbose_name=_("contact person"), on_delete=models.PROTECT, related_name="links"
    )
    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="contact_links",
    )
    role = models.ForeignKey(
        ContactRole, verbose_name=_("role"), null=True, blank=True, on_delete=models.PROTECT, related_name="links"
    )
    position = models.CharField(_("position"), max_length=100, blank=True)
    areas = models.ManyToManyField(
        ContactArea, through=ContactLinkArea, verbose_name=_("answers for"), blank=True, related_name="links"
    )
    is_primary = models.BooleanField(_("main contact"), default=False)
    receives_invoices = models.BooleanField(_("receives invoices"), default=False)
    receives_reminders = models.BooleanField(_("receives payment reminders"), default=False)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = ContactLinkQuerySet.as_manager()
    lost_when_archived = ("is_primary",)

    class Meta:
        verbose_name = _("contact person of a party")
        verbose_name_plural = _("contact persons of parties")
        ordering = ["-is_primary", "person__sort_name", "pk"]
        default_permissions = ()
        constraints = [
            dates_in_order("contact_link_dates_in_order"),
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(is_primary=True, archived_at__isnull=True),
                name="contact_link_one_primary",
                violation_error_message=_("The party already has a main contact."),
            ),
            models.UniqueConstraint(
                fields=["person", "party", "role"],
                condition=Q(archived_at__isnull=True, valid_to__isnull=True),
                nulls_distinct=False,
                name="contact_link_unique",
                violation_error_message=_("This person already has this role at the party."),
            ),
            models.CheckConstraint(
                name="contact_link_archived_is_not_primary", condition=Q(archived_at__isnull=True) | Q(is_primary=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.title})" if self.title else str(self.person)

    def get_absolute_url(self) -> str:
        return address("contacts:contactlink_edit", self.pk)

    @property
    def title(self) -> str:
        """What the person is at the party: the position in words, else the role."""
        return self.position or (str(self.role) if self.role else "")

    def clean(self) -> None:
        super().clean()
        if self.is_primary and not self.is_in_force():
            raise ValidationError({"is_primary": _("Only someone who serves the party today can be its main contact.")})

    def make_primary(self) -> None:
        """Make this the party's one main contact. Raises ValidationError when the link is not in force."""
        if self.is_archived or self.person.is_archived or not self.is_in_force():
            raise ValidationError(_("Only someone who serves the party today can be its main contact."))
        with transaction.atomic():
            self.step_others_down()
            self.is_primary = True
            self.save(update_fields=["is_primary", "updated_at"])

    def step_others_down(self) -> None:
        """Let the present main contact of the party go back into the ranks."""
        # Two people promoted at once wait for each other here instead of meeting the constraint.
        type(self.party).objects.select_for_update(no_key=True).get(pk=self.party_id)
        ContactLink.objects.filter(party=self.party_id, is_primary=True).exclude(pk=self.pk).update(is_primary=False)


class OfPerson(models.Model):
    """A way to reach a person; each change brings the person's search text up to date."""

    order = models.PositiveSmallIntegerField(_("order"), default=0, editable=False)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.person.refresh_search_text()  # type: ignore[attr-defined]

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().delete(*args, **kwargs)
        self.person.refresh_search_text()  # type: ignore[attr-defined]
        return answer


@tracked(exclude=["order"])
class PersonPhone(OfPerson):
    """A phone: as typed, and in the international form that calls and comparisons use."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", _("mobile")
        LANDLINE = "landline", _("landline")
        FAX = "fax", _("fax")
        OTHER = "other", _("other")

    person = models.ForeignKey(
        ContactPerson, verbose_name=_("contact person"), on_delete=models.CASCADE, related_name="phones"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MOBILE)
    number = PhoneNumberField(_("phone"))
    as_typed = models.CharField(_("as typed"), max_length=40, blank=True, editable=False)
    extension = models.CharField(_("extension"), max_length=10, blank=True)

    class Meta(OfPerson.Meta):
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "number", "extension"], name="person_phone_unique")]
        indexes = [models.Index(fields=["number"], name="person_phone_number")]

    def __str__(self) -> str:
        number = national(self.number)
        if not self.extension:
            return number
        words = _("ext. %s") % self.extension
        return f"{number} ({words})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if typed := getattr(self.number, "raw_input", None):
            self.as_typed = typed[:40]
        super().save(*args, **kwargs)

    @property
    def link(self) -> str:
        """The address that calls the number."""
        e164 = getattr(self.number, "as_e164", str(self.number))
        return f"tel:{e164}{f';ext={self.extension}' if self.extension else ''}"


@tracked(exclude=["order"])
class PersonEmail(OfPerson):
    """An e-mail address of a person."""

    class Kind(models.TextChoices):
        WORK = "work", _("work")
        PRIVATE = "private", pgettext_lazy("phone", "private")
        OTHER = "other", _("other")

    person = models.ForeignKey(
        ContactPerson, verbose_name=_("contact person"), on_delete=models.CASCADE, related_name="emails"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.WORK)
    email = models.EmailField(_("e-mail"))

    class Meta(OfPerson.Meta):
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "email"], name="person_email_unique")]
        indexes = [models.Index(fields=["email"], name="person_email_email")]

    def __str__(self) -> str:
        return self.email
