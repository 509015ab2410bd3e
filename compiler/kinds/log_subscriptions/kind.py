"""Subscriptions of log groups: what components log, sent on to OpenSearch, buckets, streams and functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import AWSObject, GetAtt, Sub

from compiler.kinds.log_subscriptions.filters import OWN_LOGS, Destination, filters, permission, sending_role
from compiler.kinds.log_subscriptions.firehose_streams import delivery
from compiler.kinds.log_subscriptions.metrics import alarms, charts
from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.kinds.log_subscriptions.sources import groups, sources
from compiler.kinds.log_subscriptions.splitter import splitter
from compiler.meaning.fault import Fault
from compiler.program.component import AlarmSpec, Chart, Grant, Output, Platform
from compiler.program.glue import waits
from compiler.shared.log_targets import BucketSink, CollectionSink, DomainSink, FunctionSink, StreamSink
from compiler.shared.logs import subscribed
from compiler.source.frozen import frozen

_ACTIONS = {
    "firehose": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
}
"""Service of an ARN → what CloudWatch Logs does there; a destination of another account takes no role."""
_MOST_PERMISSIONS = 40
"""Of some 500 bytes each; a function's policy has 20 KB (Lambda quotas)."""
_DISTRIBUTIONS = {"by_log_stream": "ByLogStream", "random": "Random"}


@frozen(kw_only=True)
class LogSubscription(LogSubscriptionSettings):
    """One target, with a filter for each log group."""

    @property
    def main_id(self) -> str:
        """Of the Firehose stream, where there is one."""
        return self.stream_id

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        sink = self.sink(platform)
        if isinstance(sink, BucketSink | CollectionSink | DomainSink):
            yield from delivery(self, platform, sink)
            yield from self._from_firehose(platform, sink)
        elif isinstance(sink, FunctionSink):
            yield from filters(self, platform, Destination(sink.arn, run_by=sink.run_by))
        elif isinstance(sink, StreamSink):
            yield sending_role(self.role_id, None)
            after = tuple(waits(platform, self))
            yield from filters(self, platform, Destination(sink.arn, None, self.role_id, after, self._spread))
        else:
            yield from self._to_arn(platform)

    def _from_firehose(self, platform: Platform, sink: BucketSink | CollectionSink | DomainSink) -> Iterator[AWSObject]:
        """A bucket takes what CloudWatch Logs sends; OpenSearch takes a document for each event."""
        if not isinstance(sink, BucketSink):
            yield from splitter(self, platform)
            arn, permission_id = GetAtt(self.splitter_id, "Arn"), f"{self.splitter_id}Permission"
            # one for all: a function's policy has no room for those of every log group of a large platform
            yield permission(permission_id, arn, Sub(f"{OWN_LOGS}log-group:*"))
            yield from filters(self, platform, Destination(arn, after=(permission_id,)))
            return
        put = Grant(_ACTIONS["firehose"], (GetAtt(self.stream_id, "Arn"),))
        yield sending_role(self.logs_role_id, put)
        yield from filters(self, platform, Destination(GetAtt(self.stream_id, "Arn"), role_id=self.logs_role_id))

    @property
    def _spread(self) -> dict[str, str]:
        return {"Distribution": _DISTRIBUTIONS[self.distribution]}

    def _to_arn(self, platform: Platform) -> Iterator[AWSObject]:
        actions = _ACTIONS.get(self.to.split(":")[2])
        if actions:
            yield sending_role(self.role_id, Grant(actions, (self.to,)))
        role_id = self.role_id if actions else None
        spread = self._spread if ":kinesis:" in self.to else {}
        yield from filters(self, platform, Destination(self.to, role_id=role_id, options=spread))

    def refused(self, platform: Platform) -> Iterator[Fault]:
        for number, one in enumerate(sources(self, platform) if self.of else ()):
            if not subscribed(platform, one):
                message = f"{one.path} has no log group in {platform.region}"
                yield Fault("no-log-group", message, ("of", number), "take it out of the list, or let it log")
        found = groups(self, platform)
        if isinstance(self.sink(platform), FunctionSink) and len(found) > _MOST_PERMISSIONS:
            message = f"{len(found)} log groups are more than the policy of a function has room for"
            yield Fault("out-of-range", message, ("to",), f"name components with at most {_MOST_PERMISSIONS} in 'of'")
        if not found and not self.of:
            yield Fault("no-log-group", "no component has a log group to send on", (), "remove the subscription")

    def outputs(self, platform: Platform) -> Iterable[Output]:
        if isinstance(self.sink(platform), DomainSink):
            about = f"Role to map in the domain's fine-grained access control for {self.name}"
            yield Output(f"{self.role_id}Arn", GetAtt(self.role_id, "Arn"), about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return alarms(self, platform)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return charts(self, platform)


KIND = LogSubscription
