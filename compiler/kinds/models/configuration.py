"""A model's containers and the configuration of its endpoint, as SageMaker takes them.

troposphere 4.11.1 declares DataCaptureConfig twice: the later class lacks fields that are needed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from troposphere import GetAtt, sagemaker
from troposphere.validators import boolean, integer

from compiler.kinds.models.access import below, key_of
from compiler.kinds.models.settings import Asynchronous, Capture, Instances, Serverless, Variant
from compiler.program.component import Platform
from compiler.source.json_value import Json

_WHAT = {"both": ("Input", "Output"), "input": ("Input",), "output": ("Output",)}


class _DataCapture(sagemaker.DataCaptureConfig):  # type: ignore[misc]  # troposphere has no types
    """AWS::SageMaker::EndpointConfig DataCaptureConfig."""

    props: ClassVar[dict[str, Json]] = {
        "CaptureContentTypeHeader": (sagemaker.CaptureContentTypeHeader, False),
        "CaptureOptions": ([sagemaker.CaptureOption], True),
        "DestinationS3Uri": (str, True),
        "EnableCapture": (boolean, False),
        "InitialSamplingPercentage": (integer, True),
        "KmsKeyId": (str, False),
    }


def container(variant: Variant, variables: Mapping[str, Json]) -> sagemaker.ContainerDefinition:
    """An archive by its URL, which everything takes; what is not one as it lies in S3."""
    found: dict[str, Json] = {"Environment": dict(variables)} if variables else {}
    if variant.artifact and variant.artifact.endswith(".tar.gz"):
        found["ModelDataUrl"] = variant.artifact
    elif variant.artifact:
        kind = "S3Prefix" if variant.artifact.endswith("/") else "S3Object"
        source = _source(kind, variant.artifact)
        found["ModelDataSource"] = sagemaker.ModelDataSource(S3DataSource=source)
    return sagemaker.ContainerDefinition(Image=variant.image, **found)


def _source(kind: str, address: str) -> sagemaker.S3ModelDataSource:
    return sagemaker.S3ModelDataSource(S3DataType=kind, CompressionType="None", S3Uri=address)


def on_instances(variant: Variant, model_id: str, instances: Instances) -> sagemaker.ProductionVariant:
    """A variant of a model with instances."""
    optional = {
        "VolumeSizeInGB": instances.volume_gb,
        "ModelDataDownloadTimeoutInSeconds": instances.download_seconds,
        "ContainerStartupHealthCheckTimeoutInSeconds": instances.startup_seconds,
    }
    strategy = instances.routing.upper().replace("-", "_")
    return sagemaker.ProductionVariant(
        VariantName=variant.name,
        ModelName=GetAtt(model_id, "ModelName"),
        InstanceType=variant.type,
        InitialInstanceCount=variant.count,
        InitialVariantWeight=variant.weight,
        RoutingConfig=sagemaker.RoutingConfig(RoutingStrategy=strategy),
        **{name: value for name, value in optional.items() if value},
    )


def without_instances(variant: Variant, model_id: str, serverless: Serverless) -> sagemaker.ProductionVariant:
    """The one variant of a serverless model."""
    ready = {"ProvisionedConcurrency": variant.count} if variant.count else {}
    capacity = sagemaker.ServerlessConfig(
        MemorySizeInMB=serverless.memory, MaxConcurrency=serverless.max_concurrency, **ready
    )
    return sagemaker.ProductionVariant(
        VariantName=variant.name,
        ModelName=GetAtt(model_id, "ModelName"),
        InitialVariantWeight=variant.weight,
        ServerlessConfig=capacity,
    )


def capture(platform: Platform, settings: Capture) -> _DataCapture:
    """What is recorded of requests and answers."""
    types = {"JsonContentTypes": list(settings.json), "CsvContentTypes": list(settings.csv)}
    named = {name: value for name, value in types.items() if value}
    header = {"CaptureContentTypeHeader": sagemaker.CaptureContentTypeHeader(**named)} if named else {}
    return _DataCapture(
        EnableCapture=True,
        DestinationS3Uri=below(settings.to),
        InitialSamplingPercentage=settings.percent,
        CaptureOptions=[sagemaker.CaptureOption(CaptureMode=mode) for mode in _WHAT[settings.what]],
        **header,
        **_key(platform, settings.to),
    )


def asynchronous(platform: Platform, settings: Asynchronous) -> sagemaker.AsyncInferenceConfig:
    """Where results go, and who is told of them."""
    output: dict[str, Json] = {"S3OutputPath": below(settings.output), **_key(platform, settings.output)}
    if settings.failures:
        output["S3FailurePath"] = below(settings.failures)
    if settings.on_success or settings.on_failure:
        output["NotificationConfig"] = _notification(platform, settings)
    client = {"MaxConcurrentInvocationsPerInstance": settings.concurrent_requests}
    found = {"ClientConfig": sagemaker.AsyncInferenceClientConfig(**client)} if settings.concurrent_requests else {}
    return sagemaker.AsyncInferenceConfig(OutputConfig=sagemaker.AsyncInferenceOutputConfig(**output), **found)


def _notification(platform: Platform, settings: Asynchronous) -> sagemaker.AsyncInferenceNotificationConfig:
    told = {"SuccessTopic": settings.on_success, "ErrorTopic": settings.on_failure}
    topics = {key: platform.components[name].attributes()["arn"] for key, name in told.items() if name}
    words = {"SuccessTopic": "SUCCESS_NOTIFICATION_TOPIC", "ErrorTopic": "ERROR_NOTIFICATION_TOPIC"}
    answers = [words[key] for key in topics] if settings.include_response else []
    included = {"IncludeInferenceResponseIn": answers} if answers else {}
    return sagemaker.AsyncInferenceNotificationConfig(**topics, **included)


def _key(platform: Platform, address: str) -> dict[str, Json]:
    key = key_of(platform, address)
    return {"KmsKeyId": key} if key else {}
