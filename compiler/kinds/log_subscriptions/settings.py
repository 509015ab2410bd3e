"""The settings of a log subscription, and the logical ids that follow from them."""

from __future__ import annotations

from typing import cast

from compiler.program.component import Component, Platform
from compiler.shared.log_targets import LogSink, LogTarget
from compiler.shared.logs import Logs
from compiler.source.frozen import frozen


@frozen()
class Buffer:
    """How much is gathered before it is written."""

    seconds: int
    mib: int


@frozen(kw_only=True)
class LogSubscriptionSettings(Component):
    """The log groups of some components, and where their events go."""

    to: str
    of: tuple[str, ...] | None
    groups: tuple[str, ...]
    pattern: str
    distribution: str
    backup: str | None
    index: str | None
    rotation: str
    fields: bool
    buffer: Buffer
    retry_seconds: int
    logs: Logs

    @property
    def role_id(self) -> str:
        """Of what writes to the target: Firehose, or CloudWatch Logs itself to a stream."""
        return f"{self.stem}Role"

    @property
    def security_group_id(self) -> str:
        """Of Firehose's interfaces, where OpenSearch is in the network."""
        return f"{self.stem}SecurityGroup"

    @property
    def log_group_id(self) -> str:
        """What Firehose logs."""
        return f"{self.stem}LogGroup"

    @property
    def stream_id(self) -> str:
        return f"{self.stem}Firehose"

    @property
    def logs_role_id(self) -> str:
        """By which CloudWatch Logs writes to Firehose."""
        return f"{self.stem}LogsRole"

    @property
    def splitter_id(self) -> str:
        return f"{self.stem}Splitter"

    def sink(self, platform: Platform) -> LogSink | None:
        """None where `to` is an ARN."""
        target = platform.components.get(self.to)
        return cast(LogTarget, target).log_sink(platform) if target else None
