"""The records of one environment in the artefact bucket of its own region, under numbers that are taken only once.

``history/<stack>/<number>/begun.json``, ``review.json`` and ``ended.json``. Each is written with a condition, so that
of two who write at once one is first: who comes second to a number takes the next (Amazon S3 user guide, "Prevent
object overwrites with conditional writes"). All regions of an environment have one sequence, so that a number is one
state of the whole environment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.bucket import at_home, default_bucket, exists
from deployer.errors import refused
from deployer.faults import error_code, explained, read
from deployer.session import Aws

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BEGUN, REVIEW, ENDED = "begun", "review", "ended"
_KEY = re.compile(r"/(\d{8})/([a-z]+)\.json$")
_CONFLICTS = frozenset({"ConditionalRequestConflict", "409"})
_TRIES = 1000


@frozen(eq=True)
class Archive:
    """Where an environment keeps its records, whichever region is worked on."""

    home: str = ""
    """The platform's own region; empty: the one that is worked on."""
    bucket: str | None = None
    """None: the default bucket there."""


HERE = Archive()


@frozen(eq=True)
class Ledger:
    """Where the records of one environment are."""

    s3: S3Client
    account: str
    bucket: str
    stack: str

    def key(self, number: int, part: str) -> str:
        return f"{self._prefix}{number:08d}/{part}.json"

    @property
    def _prefix(self) -> str:
        return f"history/{self.stack}/"

    def parts(self) -> Mapping[int, Mapping[str, str]]:
        """Number → part → when it was written. Empty where there is no bucket yet."""
        where: dict[str, Json] = {"Bucket": self.bucket, "Prefix": self._prefix, "ExpectedBucketOwner": self.account}
        pages = self.s3.get_paginator("list_objects_v2").paginate(**where)
        try:
            items = read(lambda: [item for page in pages for item in page.get("Contents", ())])
        except ClientError as fault:
            if error_code(fault) == "NoSuchBucket":
                return {}
            raise
        found: dict[int, dict[str, str]] = {}
        for item in items:
            match = _KEY.search(item["Key"])
            if match:
                found.setdefault(int(match[1]), {})[match[2]] = item["LastModified"].isoformat()
        return dict(sorted((number, parts) for number, parts in found.items() if BEGUN in parts))

    def load(self, number: int, part: str) -> Json:
        """Raises `DeployError` when the object is no JSON, and `ClientError` when there is none."""
        body = self._read(self.key(number, part))
        try:
            return json.loads(body)
        except ValueError as fault:
            raise damaged(self, number, part) from fault

    def take_number(self, body: bytes) -> int:
        """Write `body` as a new record: the number that it got. An answer that was lost is found again."""
        number = max(self.parts(), default=0) + 1
        for _ in range(_TRIES):
            key = self.key(number, BEGUN)
            if self._written(key, body) or self._read(key) == body:
                return number
            number += 1
        raise refused(f"no number for a record in bucket {self.bucket}", "run the command again", "history-busy")

    def write(self, number: int, part: str, value: Json) -> bool:
        """Whether the part was not there yet."""
        return self._written(self.key(number, part), as_bytes(value))

    def _read(self, key: str) -> bytes:
        where: dict[str, Json] = {"Bucket": self.bucket, "Key": key, "ExpectedBucketOwner": self.account}
        found: bytes = read(lambda: self.s3.get_object(**where)["Body"].read())  # noqa: PLW0108
        return found

    def _written(self, key: str, body: bytes) -> bool:
        where: dict[str, Json] = {"Bucket": self.bucket, "Key": key, "ExpectedBucketOwner": self.account}
        for _ in range(_TRIES):
            try:
                self.s3.put_object(Body=body, IfNoneMatch="*", ContentType="application/json", **where)
                return True
            except ClientError as fault:
                if error_code(fault) == "PreconditionFailed":
                    return False
                if error_code(fault) not in _CONFLICTS:
                    raise
        raise refused(f"bucket {self.bucket} is busy", "run the command again", "history-busy")


def as_bytes(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=dict).encode()


@explained("looking for the records of the environment")
def open_ledger(aws: Aws, archive: Archive, stack: str) -> Ledger | None:
    """The records of an environment; None where there is no bucket for them."""
    there = at_home(aws, archive.home or aws.region)
    name = archive.bucket or default_bucket(aws.account, there.region)
    return Ledger(there.s3, aws.account, name, stack) if exists(there, name) else None


def damaged(ledger: Ledger, number: int, part: str) -> Exception:
    return refused(
        f"record {number} can't be read: {ledger.key(number, part)} in bucket {ledger.bucket} is not what was written",
        "restore it from its former versions, which the bucket keeps for 30 days",
        "history-damaged",
    )
