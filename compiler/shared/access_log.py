"""The access log of a bucket, in another one that receives logs.

Source: S3 user guide, "Enabling Amazon S3 server access logging".
"""

from __future__ import annotations

from troposphere import s3

from compiler.program.component import Value


def access_log(target: Value, name: str) -> s3.LoggingConfiguration:
    """Objects are called by the name of the bucket and by day."""
    by_day = s3.PartitionedPrefix(PartitionDateSource="EventTime")
    return s3.LoggingConfiguration(
        DestinationBucketName=target,
        LogFilePrefix=f"s3/{name}/",
        TargetObjectKeyFormat=s3.TargetObjectKeyFormat(PartitionedPrefix=by_day),
    )
