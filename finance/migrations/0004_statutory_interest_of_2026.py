"""The statutory interest of the first half of 2026. Other half-years are entered in the administration."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    apps.get_model("finance", "InterestRate").objects.get_or_create(
        valid_from=dt.date(2026, 1, 1),
        defaults={
            "base_percent": Decimal("2.15"),
            "points": Decimal(8),
            "source": "ЕЦБ, основни операции по рефинансиране; ПМС № 426/2014, изм. ПМС № 347/2025",
        },
    )


def keep(apps: Any, schema_editor: Any) -> None:
    """Nothing: the table goes with its own migration."""


class Migration(migrations.Migration):
    dependencies = [("finance", "0003_offsets_and_duty")]
    operations = [migrations.RunPython(fill, keep)]
