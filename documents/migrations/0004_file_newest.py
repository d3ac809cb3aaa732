from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_filled_form_digest")]

    operations = [
        migrations.AddIndex(
            "file",
            models.Index(
                fields=["-created_at", "-id"],
                name="file_newest",
                condition=models.Q(deleted_at__isnull=True),
            ),
        ),
    ]
