"""Event source mappings: Lambda reads a queue or a stream and runs a function with what it finds."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import awslambda

from compiler.kinds.functions.runnable import Runnable
from compiler.kinds.functions.trigger import Trigger
from compiler.program.component import Platform, Value
from compiler.program.glue import waits
from compiler.shared.json_text import json_text
from compiler.shared.lambda_properties import QueueScaling
from compiler.source.json_value import Json


def queue_mapping(platform: Platform, function: Runnable, one: Trigger) -> awslambda.EventSourceMapping:
    """Of a queue: messages that failed come back alone."""
    scaling = {"ScalingConfig": QueueScaling(MaximumConcurrency=one.max_concurrency)} if one.max_concurrency else {}
    queue = str(one.queue)
    return _mapping(platform, function, one, (queue, platform.components[queue].attributes()["arn"]), scaling)


def stream_mapping(platform: Platform, function: Runnable, one: Trigger) -> awslambda.EventSourceMapping:
    """Of a data stream or a table's stream: after a failure it goes on with the first record that failed."""
    address = str(one.stream or one.table)
    options: dict[str, Json] = {"StartingPosition": "LATEST" if one.only_new else "TRIM_HORIZON"}
    numbers = {
        "MaximumRetryAttempts": one.retries,
        "MaximumRecordAgeInSeconds": one.max_age_seconds,
        "ParallelizationFactor": one.parallel,
        "BisectBatchOnFunctionError": one.split_on_error,
    }
    options |= {key: value for key, value in numbers.items() if value is not None}
    if one.on_failure:
        destination = awslambda.OnFailure(Destination=platform.components[one.on_failure].attributes()["arn"])
        options["DestinationConfig"] = awslambda.DestinationConfig(OnFailure=destination)
    return _mapping(platform, function, one, (address, _stream_arn(platform, one)), options)


def _stream_arn(platform: Platform, one: Trigger) -> Value:
    if one.stream:
        return platform.components[one.stream].attributes()["arn"]
    return platform.components[str(one.table)].offers(platform)["changes"].environment["STREAM"]


def _mapping(
    platform: Platform, function: Runnable, one: Trigger, source: tuple[str, Value], options: Mapping[str, Json]
) -> awslambda.EventSourceMapping:
    address, arn = source
    return awslambda.EventSourceMapping(
        f"{function.main_id}From{platform.stem(address)}",
        FunctionName=function.run_by,
        EventSourceArn=arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        # AWS refuses a mapping whose function may not read the source yet
        DependsOn=waits(platform, function),
        **_batches(one),
        **options,
    )


def _batches(one: Trigger) -> dict[str, Json]:
    options: dict[str, Json] = {"BatchSize": one.batch} if one.batch else {}
    if one.window_seconds:
        options["MaximumBatchingWindowInSeconds"] = one.window_seconds
    if one.filter:
        said = one.filter if isinstance(one.filter, list) else [one.filter]
        patterns = [awslambda.Filter(Pattern=json_text(pattern)) for pattern in said]
        options["FilterCriteria"] = awslambda.FilterCriteria(Filters=patterns)
    return options
