"""The questions asked of counterparties: who sees which, who may change which, which carry a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from common.text import fold_query
from counterparties.kinds import Kind
from users.models import name_of_user
from users.scopes import FirmsScope, PartiesScope

if TYPE_CHECKING:
    from users.models import User


def own_firms_in_scope(user: User) -> Q | None:
    """Condition on a Counterparty of kind own firm: is it among the user's own firms? None means all are."""
    if user.rights.firms_scope == FirmsScope.ALL:
        return None
    access = apps.get_model("counterparties", "OwnFirmAccess").objects.filter(user=user)
    return ~Exists(access) | Exists(access.filter(own_firm=OuterRef("pk")))


def trader_scope(user: User) -> Q | None:
    """Condition that a role's scope puts on clients and suppliers; None means no condition."""
    scope = user.rights.parties_scope
    if scope == PartiesScope.ALL:
        return None
    if scope == PartiesScope.FIRMS:
        if user.rights.firms_scope == FirmsScope.ALL:
            return None
        access = apps.get_model("counterparties", "OwnFirmAccess").objects.filter(user=user)
        serving = apps.get_model("counterparties", "ServingFirm").objects.filter(party=OuterRef("pk"))
        return Q(~Exists(access) | ~Exists(serving) | Exists(serving.filter(own_firm__in=access.values("own_firm"))))
    if scope == PartiesScope.TEAM and user.team_id is not None:
        return Q(trader=user) | Q(trader__team=user.team_id)
    return Q(trader=user)


class CounterpartyQuerySet(models.QuerySet[Any]):
    def of_kind(self, kind: Kind) -> CounterpartyQuerySet:
        return self.filter(**{kind.flag: True})

    def current(self) -> CounterpartyQuerySet:
        """Those not archived: what lists and pickers offer."""
        return self.filter(archived_at__isnull=True)

    def archived(self) -> CounterpartyQuerySet:
        return self.filter(archived_at__isnull=False)

    def visible_to(self, user: Any, deed: str = "view") -> CounterpartyQuerySet:
        """The parties of which the user may view any kind (or do another `deed` to any), within the user's scope."""
        if not user.is_active or user.is_anonymous:
            return self.none()
        kinds = [kind for kind in Kind if user.has_perm(kind.permission(deed))]
        scope = trader_scope(user)
        if len(kinds) == len(Kind) and scope is None:
            return self
        free, scoped = Q(), Q()
        for kind in kinds:
            if kind.is_scoped and scope is not None:
                scoped |= Q(**{kind.flag: True})
            else:
                free |= Q(**{kind.flag: True})
        allowed = Q(pk__in=[])
        if free:
            allowed |= free
        if scoped and scope is not None:
            allowed |= scoped & scope
        return self.filter(allowed)

    def changeable_by(self, user: Any, deed: str = "change") -> CounterpartyQuerySet:
        """The visible parties all of whose kinds the user may change (or do another `deed` to)."""
        forbidden = {kind.flag: False for kind in Kind if not user.has_perm(kind.permission(deed))}
        return self.visible_to(user).filter(**forbidden)

    def own_firms_of(self, user: Any) -> CounterpartyQuerySet:
        """Current own firms within the user's firm scope."""
        firms = self.current().of_kind(Kind.OWN_FIRM)
        scope = own_firms_in_scope(user)
        return firms if scope is None else firms.filter(scope)

    def matching(self, text: str) -> CounterpartyQuerySet:
        """Those whose names, numbers, e-mail or phone hold every word of the text, in any case and either alphabet.

        A text of signs alone is found nowhere; an empty one asks nothing.
        """
        tokens = fold_query(text)
        if not tokens and text.strip():
            return self.none()
        found = self
        for token in tokens:
            found = found.filter(search_text__contains=token)
        return found

    def with_personal_number(self, number: str) -> CounterpartyQuerySet:
        """Those with exactly this EGN, LNCh or service number; ask for the reveal right first."""
        return self.filter(personal_number=number)

    def for_dossier(self) -> CounterpartyQuerySet:
        return self.select_related("status", "trader", "legal_form", "client_type", "supplier_type")

    def for_list(self) -> CounterpartyQuerySet:
        """What the usual columns of a list read; a column that reads more brings it itself.

        The phone comes as text (`phone_text`): to parse it costs as much as all the rest of a row. So does the trader's
        name (`trader_name`).
        """
        # A subquery, not a join: the count of the list drops what it does not need, but it would keep a join.
        traders = get_user_model().objects.filter(pk=OuterRef("trader")).annotate(shown_name=name_of_user())
        return (
            self.select_related("status", "legal_form")
            .annotate(phone_text=Cast("phone", CharField()), trader_name=Subquery(traders.values("shown_name")))
            .defer("phone", "note", "comment", "search_text", "folded_name")
        )

    def with_summary(self) -> CounterpartyQuerySet:
        """Bring along what the Summary tells of the record itself, so that it costs no queries of its own.

        `serving` is a list of names, `characteristics` a list of values as JSON, `last_vies` the newest answer. Whether
        the reader may see a party that a characteristic names (`party_id`) is for the reader to ask.
        """
        return self.annotate(**{name: RawSQL(sql, []) for name, sql in SUMMARY.items()})  # noqa: S611


# Written as SQL: Django takes longer to put these three together than the database to answer the whole query.
SUMMARY = {
    "serving": """ARRAY(
        SELECT TRIM(CONCAT(firm.name, ' ', form.name)) FROM counterparties_servingfirm link
        JOIN counterparties_counterparty firm ON firm.id = link.own_firm_id
        LEFT JOIN counterparties_legalform form ON form.id = firm.legal_form_id
        WHERE link.party_id = counterparties_counterparty.id ORDER BY firm.sort_name)""",
    "characteristics": """ARRAY(
        SELECT jsonb_build_object('pk', v.id, 'name', c.name, 'name_en', c.name_en, 'value_type', c.value_type,
            'text', v.text, 'number', v.number, 'date', v.date, 'boolean', v.boolean, 'file_name', v.file_name,
            'party_id', v.other_party_id, 'party', other.name)
        FROM counterparties_characteristicvalue v
        JOIN counterparties_characteristic c ON c.id = v.characteristic_id
        LEFT JOIN counterparties_counterparty other ON other.id = v.other_party_id
        WHERE v.party_id = counterparties_counterparty.id ORDER BY c."order", c.name)""",
    "last_vies": """(
        SELECT jsonb_build_object('asked_at', a.asked_at, 'is_valid', a.is_valid, 'number', a.consultation_number)
        FROM counterparties_viescheck a WHERE a.party_id = counterparties_counterparty.id
        ORDER BY a.asked_at DESC, a.id DESC LIMIT 1)""",
}
