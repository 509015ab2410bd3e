"""Alarms and charts of Firehose streams and of the splitter.

Source: Firehose developer guide, "Monitor Amazon Data Firehose with CloudWatch metrics".
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Ref

from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.program.component import AlarmSpec, Chart, Platform, Value
from compiler.shared.log_targets import BucketSink, CollectionSink, DomainSink, LogSink
from compiler.shared.metrics import five_minutes, query

_FIREHOSE = "AWS/Firehose"
_LATE_SECONDS = 15 * 60


def _deliveries(sink: LogSink | None) -> str:
    """What Firehose's metrics about a sink begin with; empty where Firehose has no part."""
    if isinstance(sink, BucketSink):
        return "DeliveryToS3"
    if isinstance(sink, DomainSink):
        return "DeliveryToAmazonOpenSearchService"
    return "DeliveryToAmazonOpenSearchServerless" if isinstance(sink, CollectionSink) else ""


def _stream(subscription: LogSubscriptionSettings) -> dict[str, Value]:
    return {"DeliveryStreamName": Ref(subscription.stream_id)}


def alarms(subscription: LogSubscriptionSettings, platform: Platform) -> Iterator[AlarmSpec]:
    sink = subscription.sink(platform)
    metric = _deliveries(sink)
    if not metric:
        return
    yield AlarmSpec(
        name="Late",
        description=f"Events of the log subscription {subscription.name} wait for more than 15 minutes",
        metrics=(five_minutes(_FIREHOSE, f"{metric}.DataFreshness", "Maximum", _stream(subscription)),),
        threshold=max(_LATE_SECONDS, 2 * subscription.buffer.seconds),
    )
    if isinstance(sink, BucketSink):
        return
    yield AlarmSpec(
        name="Undelivered",
        description=f"Events of the log subscription {subscription.name} could not be delivered",
        metrics=(five_minutes(_FIREHOSE, f"{metric}.Success", "Minimum", _stream(subscription)),),
        threshold=1,
        comparison="LessThanThreshold",
    )
    yield AlarmSpec(
        name="NotSplit",
        description=f"The function of the log subscription {subscription.name} failed",
        metrics=(query("AWS/Lambda", "Errors", "Sum", {"FunctionName": Ref(subscription.splitter_id)}),),
        threshold=0,
    )


def charts(subscription: LogSubscriptionSettings, platform: Platform) -> Iterator[Chart]:
    metric = _deliveries(subscription.sink(platform))
    if metric:
        names = ("IncomingRecords", f"{metric}.Records")
        rows = tuple((_FIREHOSE, name, "DeliveryStreamName", Ref(subscription.stream_id)) for name in names)
        yield Chart(f"Log events of {subscription.name}", rows, "Sum")
