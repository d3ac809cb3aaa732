"""Events of a party are found by the index that has them in order; one of the party alone is not needed beside it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counterparties", "0005_party_current_index"),
        ("events", "0005_preferences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="party",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dossier_events",
                to="counterparties.counterparty",
                verbose_name="counterparty",
            ),
        ),
    ]
