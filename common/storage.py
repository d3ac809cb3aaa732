"""Uploaded files that lie not on a disk but in a bucket of a service that speaks S3 (needs requirements/s3.txt)."""

from typing import Any, NoReturn

from botocore.config import Config
from storages.backends.s3 import S3Storage


class PrivateS3Storage(S3Storage):
    """Objects without an address: whoever reads one has passed a view of ours that asked for the right."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_config = Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3},
            # Services other than Amazon's know no buckets in host names, and not all know its newer checksums.
            s3={"addressing_style": "path" if self.endpoint_url else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "file_overwrite": False,
            "querystring_auth": False,
            # No ACL is sent: objects are private unless the bucket says otherwise, and many services refuse ACLs.
            "default_acl": None,
            "max_memory_size": 5 * 1024 * 1024,  # what is larger waits in a temporary file, not in memory
        }

    def url(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValueError("Stored files have no address: a view serves them once the right was checked.")
