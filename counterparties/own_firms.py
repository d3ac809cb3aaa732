"""The own firms that come along with the user of the session, for the choice of the firm in force on every page."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from counterparties.models import Counterparty, OwnFirmAccess
from users.brought import Brought, brought_along


def current_own_firms() -> Any:
    firms = Counterparty.objects.filter(is_own_firm=True, archived_at__isnull=True).order_by("sort_name", "pk")
    name = Coalesce(NullIf("short_name", Value("")), F("name"))
    return ArraySubquery(firms.values_list(JSONObject(pk="pk", name=name)))


def firms_assigned() -> Any:
    return ArraySubquery(OwnFirmAccess.objects.filter(user=OuterRef("pk")).values_list("own_firm"))


brought_along.register(Brought("current_own_firms", current_own_firms))
brought_along.register(Brought("firms_assigned", firms_assigned))
