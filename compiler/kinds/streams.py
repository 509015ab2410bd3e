"""Kinesis data streams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, kinesis

from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.shared.keep import deletion
from compiler.shared.log_targets import LogSink, LogTarget, StreamSink
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_HOUR = 60 * 60 * 1000
_WRITE = ("DescribeStreamSummary", "ListShards", "PutRecord", "PutRecords")
_READ = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
"""Lambda's too: the same that its guide lists, without ListStreams, which knows no stream."""
_DELIVER = ("PutRecord", "PutRecords")


@frozen(kw_only=True)
class Stream(LogTarget):
    """A stream, with shards of its own or as many as its traffic needs."""

    shards: int | None
    retention_hours: int
    record_kib: int | None
    shard_metrics: tuple[str, ...]
    keep: str

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield kinesis.Stream(
            self.main_id,
            RetentionPeriodHours=self.retention_hours,
            StreamEncryption=kinesis.StreamEncryption(EncryptionType="KMS", KeyId=KEY_ARN),
            StreamModeDetails=kinesis.StreamModeDetails(StreamMode="PROVISIONED" if self.shards else "ON_DEMAND"),
            **self._optional(),
            **deletion(self.keep),
        )

    def _optional(self) -> dict[str, Json]:
        found: dict[str, Json] = {"ShardCount": self.shards} if self.shards else {}
        if self.record_kib:
            found["MaxRecordSizeInKiB"] = self.record_kib
        if self.shard_metrics:
            found["DesiredShardLevelMetrics"] = sorted(self.shard_metrics)
        return found

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        name: Mapping[str, Value] = {"NAME": Ref(self.main_id), **self._elsewhere()}
        read = (self._grant(_READ), key_grant(platform, "kinesis", "Decrypt"))
        lock = key_grant(platform, "kinesis", "GenerateDataKey")
        return {
            "write": Capability((self._grant(_WRITE), lock), environment=name),
            "read": Capability(read, environment=name),
            "feed": Capability(read),
            "receive": Capability((self._grant(_DELIVER), lock), partitioned=True),
            "mirror": Capability(),
            "receive_logs": Capability((self._grant(_DELIVER), lock)),
        }

    def _elsewhere(self) -> Mapping[str, Value]:
        """Calls to a stream of another account take StreamARN (Kinesis developer guide, "Sharing your data stream")."""
        said = self.existing["id"] if isinstance(self.existing, Mapping) else self.existing
        return {"ARN": GetAtt(self.main_id, "Arn")} if str(said).startswith("arn:") else {}

    def _grant(self, actions: tuple[str, ...]) -> Grant:
        return Grant(tuple(f"kinesis:{action}" for action in actions), (GetAtt(self.main_id, "Arn"),))

    def log_sink(self, platform: Platform) -> LogSink:
        return StreamSink(GetAtt(self.main_id, "Arn"))

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(self.main_id), "key": KEY_ARN}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "name": Ref(self.main_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the stream {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="Behind",
            description=f"A reader of the stream {self.name} is more than an hour behind",
            metrics=(self._metric("GetRecords.IteratorAgeMilliseconds", "Maximum"),),
            threshold=_HOUR,
            evaluation_periods=5,
            datapoints=5,
        )
        yield AlarmSpec(
            name="Throttled",
            description=f"Records for the stream {self.name} were refused because a shard was full",
            metrics=(self._metric("WriteProvisionedThroughputExceeded", "Sum"),),
            threshold=0,
            evaluation_periods=3,
            datapoints=2,
        )

    def _metric(self, name: str, statistic: str) -> Mapping[str, Json]:
        return query("AWS/Kinesis", name, statistic, {"StreamName": Ref(self.main_id)})

    def charts(self, platform: Platform) -> Iterable[Chart]:
        rows = tuple(
            ("AWS/Kinesis", metric, "StreamName", Ref(self.main_id))
            for metric in ("IncomingRecords", "GetRecords.Records")
        )
        yield Chart(f"Stream {self.name}", rows, "Sum")


KIND = Stream
