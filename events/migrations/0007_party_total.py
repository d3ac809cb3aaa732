"""The total of a dossier's events is counted in the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0006_party_by_its_order")]

    operations = [
        migrations.RemoveIndex("event", name="event_by_party"),
        migrations.AddIndex(
            "event",
            models.Index(
                fields=["party", "-starts_at", "-id"], name="event_by_party", include=["is_private", "author"]
            ),
        ),
    ]
