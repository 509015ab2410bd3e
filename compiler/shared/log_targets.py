"""What log events may be sent to, by the way in which AWS sends them there."""

from __future__ import annotations

from typing import TypeAlias

from compiler.program.component import Component, Platform, Value
from compiler.source.frozen import frozen


@frozen(eq=True)
class FunctionSink:
    """A Lambda function, which CloudWatch Logs invokes."""

    arn: Value
    run_by: Value
    """What a permission names as ``FunctionName``."""


@frozen(eq=True)
class StreamSink:
    """A Kinesis stream, to which CloudWatch Logs writes by a role."""

    arn: Value


@frozen(eq=True)
class BucketSink:
    """A bucket, to which Firehose writes files."""

    arn: Value


@frozen(eq=True)
class DomainSink:
    """An OpenSearch domain, to which Firehose writes documents."""

    arn: Value


@frozen(eq=True)
class CollectionSink:
    """A serverless collection, to which Firehose writes documents."""

    endpoint: Value


LogSink: TypeAlias = FunctionSink | StreamSink | BucketSink | DomainSink | CollectionSink


@frozen(kw_only=True)
class LogTarget(Component):
    """What offers `receive_logs`."""

    def log_sink(self, platform: Platform) -> LogSink:
        raise NotImplementedError
