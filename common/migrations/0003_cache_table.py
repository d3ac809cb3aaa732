"""The cache that all processes share (log-in throttling counts in it); the same table as `createcachetable` makes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("common", "0002_initial")]
    operations = [
        migrations.RunSQL(
            sql=[
                """CREATE UNLOGGED TABLE IF NOT EXISTS common_cache (
                    cache_key varchar(255) NOT NULL PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamp with time zone NOT NULL
                )""",
                "CREATE INDEX IF NOT EXISTS common_cache_expires ON common_cache (expires)",
            ],
            reverse_sql=["DROP TABLE IF EXISTS common_cache"],
        )
    ]
