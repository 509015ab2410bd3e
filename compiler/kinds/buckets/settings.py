"""The settings of a bucket, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.kinds.buckets.website import Website
from compiler.shared.lifecycle import Below, Lifecycle
from compiler.shared.log_targets import LogTarget
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Replicate:
    """What is copied where."""

    region: str | None
    to: str | None
    arn: str | None
    account: str | None
    key: str | None
    prefix: str | None
    deletions: bool
    storage_class: str | None
    within_15_minutes: bool


@frozen()
class ObjectLock:
    """How long objects can't be changed, and whether that can be lifted."""

    days: int
    mode: str


@frozen()
class PublicRead:
    """What anybody may read, and why."""

    reason: str
    paths: tuple[str, ...]


@frozen(kw_only=True)
class BucketSettings(LogTarget):
    """What a bucket has to say of itself to the other modules of this room."""

    versioning: bool
    noncurrent_days: int
    lifecycle: Lifecycle
    lifecycle_below: Mapping[str, Below]
    noncurrent_lifecycle: Lifecycle
    expire: int | None
    abort_uploads_days: int
    cors: Json
    events: bool
    receives_logs: bool
    logs_to: str | None
    transfer_acceleration: bool
    replicate: Replicate | None
    object_lock: ObjectLock | None
    public_read: PublicRead | None
    website: Website | None
    keep: str

    @property
    def policy_id(self) -> str:
        return f"{self.main_id}Policy"

    @property
    def copy_id(self) -> str:
        """Logical id of the bucket in another region that is created for copies."""
        return f"{self.main_id}Copy"

    @property
    def own_key(self) -> bool:
        """Whether S3's own key encrypts: log writers and anonymous readers can't use a customer managed one."""
        return self.receives_logs or self.public_read is not None

    @property
    def without_tls(self) -> tuple[str, ...]:
        """Keys that anyone may read by plain HTTP too: a website endpoint has nothing else."""
        return self.public_read.paths if self.website and self.public_read else ()
