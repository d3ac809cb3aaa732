"""The official holidays of 2025 to 2027; later years come by `manage.py load_calendar`."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from trade.holidays import holidays_of


def fill(apps: Any, schema_editor: Any) -> None:
    day = apps.get_model("trade", "NonWorkingDay")
    day.objects.bulk_create(
        (
            day(day=one.day, name=one.name, name_en=one.name_en)
            for year in (2025, 2026, 2027)
            for one in holidays_of(year)
        ),
        ignore_conflicts=True,
    )


def keep(apps: Any, schema_editor: Any) -> None:
    """Nothing: what the office has changed since is not thrown away; the table goes with its own migration."""


class Migration(migrations.Migration):
    dependencies = [("trade", "0002_reference_data")]
    operations = [migrations.RunPython(fill, keep)]
