"""`manage.py rotate_encryption`: encrypt all that is stored encrypted with the first of the keys."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.encryption import encrypted_fields, encrypted_files, rotate_field, rotate_files


class Command(BaseCommand):
    help = (
        "Encrypt every encrypted column and file with the first of FIELD_ENCRYPTION_KEYS. "
        "Afterwards the other keys are needed for old backups only."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failures: list[str] = []
        values = sum(rotate_field(model, field, failures.append) for model, field in encrypted_fields())
        files = sum(rotate_files(kind, failures.append) for kind in encrypted_files)
        self.stdout.write(f"Encrypted with the first key: {values} values, {files} files.")
        if failures:
            told = "\n  ".join(failures[:50])
            raise CommandError(
                f"{len(failures)} could not be decrypted with any key and are left as they were:\n  {told}\n"
                "Keep all keys until this is settled."
            )
