"""What the timeline of a dossier is read by: new versions by party, letters by the moment at which their day begins."""

import django.db.models.deletion
from django.db import migrations, models

import common.expressions

# The checks of foreign keys that the update left for later are made at once; the table can be altered only then.
FILL = """
UPDATE documents_fileversion v SET party_id = f.party_id FROM documents_file f WHERE f.id = v.file_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("counterparties", "0001_initial"),
        ("documents", "0004_file_newest"),
    ]

    operations = [
        migrations.AddField(
            "fileversion",
            "party",
            models.ForeignKey(
                "counterparties.counterparty",
                null=True,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            "fileversion",
            "party",
            models.ForeignKey(
                "counterparties.counterparty",
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        migrations.AddIndex(
            "fileversion",
            models.Index(
                fields=["party", "-added_at", "-id"],
                name="file_version_newest",
                condition=models.Q(number__gt=1),
            ),
        ),
        migrations.AddIndex(
            "letter",
            models.Index(
                models.F("party"),
                common.expressions.DayBegins("registered_on").desc(),
                models.F("id").desc(),
                name="letter_in_timeline",
            ),
        ),
    ]
