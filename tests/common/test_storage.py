"""Files in a bucket, over a real connection to a server that speaks S3; half the settings stop the start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from common import uploads
from tests.common.files import release

TELL = "import json; from config import settings; print(json.dumps(settings.STORAGES['default']))"


def start(code: str = TELL, **variables: str) -> subprocess.CompletedProcess[str]:
    """The settings as a process with these variables reads them."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """A server on a free port; gives the variables that lead to a bucket on it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "S3_BUCKET": "dossier-test",
        "S3_ENDPOINT_URL": f"http://{host}:{port}",
        "S3_REGION": "eu-central-1",
        "S3_ACCESS_KEY_ID": "test-key",
        "S3_SECRET_ACCESS_KEY": "test-secret",
    }
    client(variables).create_bucket(
        Bucket="dossier-test", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    yield variables
    server.stop()


def client(variables: dict[str, str]):
    return boto3.client(
        "s3",
        endpoint_url=variables["S3_ENDPOINT_URL"],
        region_name=variables["S3_REGION"],
        aws_access_key_id=variables["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["S3_SECRET_ACCESS_KEY"],
    )


@pytest.fixture
def bucket(s3, settings) -> dict[str, str]:
    """Files of the test go where the settings of a process with these variables put them."""
    run = start(**s3)
    assert run.returncode == 0, run.stderr
    settings.STORAGES = {**settings.STORAGES, "default": json.loads(run.stdout)}
    return s3


def test_a_file_is_put_read_served_and_deleted(bucket):
    content = "Договор № 1".encode() * 1000

    name = default_storage.save(uploads.stored_path("files", "application/pdf"), ContentFile(content))

    assert [entry["Key"] for entry in client(bucket).list_objects_v2(Bucket="dossier-test")["Contents"]] == [name]
    assert default_storage.size(name) == len(content)
    with default_storage.open(name) as file:
        assert file.read() == content

    stored = uploads.CheckedFileField(upload_to="files").attr_class(cast(Any, None), uploads.CheckedFileField(), name)
    answer = uploads.serve(stored, "Договор.pdf")
    assert b"".join(cast(Any, answer.streaming_content)) == content
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Length"] == str(len(content))
    release(answer)

    default_storage.delete(name)
    assert not default_storage.exists(name)
    with pytest.raises(FileNotFoundError):
        default_storage.open(name).read()


def test_a_name_that_is_taken_is_not_written_over(bucket):
    first = default_storage.save("files/един.txt", ContentFile(b"1"))
    second = default_storage.save("files/един.txt", ContentFile(b"2"))

    assert first != second
    assert (default_storage.open(first).read(), default_storage.open(second).read()) == (b"1", b"2")


def test_a_stored_file_has_no_address_and_strangers_get_nothing(bucket):
    name = default_storage.save("files/таен.txt", ContentFile(b"1"))

    with pytest.raises(ValueError, match="no address"):
        default_storage.url(name)
    acl = client(bucket).get_object_acl(Bucket="dossier-test", Key=name)
    assert {grant["Grantee"]["Type"] for grant in acl["Grants"]} == {"CanonicalUser"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{bucket['S3_ENDPOINT_URL']}/dossier-test/files/%D1%82%D0%B0%D0%B5%D0%BD.txt")
    assert refused.value.code == 403


def test_without_a_bucket_files_lie_on_the_disk():
    told = json.loads(start(S3_BUCKET="").stdout)

    assert told["BACKEND"] == "django.core.files.storage.FileSystemStorage"


def test_a_bucket_without_the_packages_stops_the_start_and_says_what_to_install():
    run = start("import sys; sys.modules['storages'] = None; " + TELL, S3_BUCKET="dossier-test")

    assert run.returncode != 0
    assert "-r requirements/s3.txt" in run.stderr


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"S3_BUCKET": "dossier-test", "S3_ACCESS_KEY_ID": "a"}, "set together"),
        ({"S3_BUCKET": "dossier-test", "S3_SECRET_ACCESS_KEY": "very-secret"}, "set together"),
        ({"S3_ENDPOINT_URL": "http://127.0.0.1:9"}, "S3_BUCKET is not set"),
    ],
)
def test_half_the_settings_stop_the_start(variables, told):
    run = start(**variables)

    assert run.returncode != 0
    assert told in run.stderr
    assert "very-secret" not in run.stderr
