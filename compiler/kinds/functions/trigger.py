"""What a spec says of one trigger of a function."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Trigger:
    """One of a queue, topic, stream, table, bucket, event pattern, schedule or deployment, with its settings."""

    queue: str | None
    topic: str | None
    stream: str | None
    table: str | None
    bucket: str | None
    pattern: Mapping[str, Json] | None
    schedule: str | None
    batch: int | None
    window_seconds: int | None
    max_concurrency: int | None
    filter: Json
    """One filter, or a list of them."""
    filter_on: str | None
    only_new: bool | None
    retries: int | None
    max_age_seconds: int | None
    split_on_error: bool | None
    parallel: int | None
    on_failure: str | None
    events: tuple[str, ...] | None
    prefix: str | None
    suffix: str | None
    bus: str | None
    undelivered: str | None
    timezone: str | None
    input: Mapping[str, Json] | None
    deploy: str | None
    with_: Mapping[str, Json] | None
