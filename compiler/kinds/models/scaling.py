"""How much capacity a variant has between two bounds: instances, or provisioned concurrency of a serverless one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, cloudwatch
from troposphere import applicationautoscaling as scaling

from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_METRICS = {
    "Invocations": "SageMakerVariantInvocationsPerInstance",
    "Requests": "SageMakerVariantConcurrentRequestsPerModelHighResolution",
    "Utilization": "SageMakerVariantProvisionedConcurrencyUtilization",
}
_DIMENSIONS = {False: "sagemaker:variant:DesiredInstanceCount", True: "sagemaker:variant:DesiredProvisionedConcurrency"}


@frozen()
class Scale:
    """Bounds of the capacity, and what it follows between them."""

    min: int
    max: int
    invocations: int | None
    concurrent_requests: int | None
    backlog: int | None
    utilization: int | None
    in_seconds: int
    out_seconds: int

    @property
    def targets(self) -> dict[str, int]:
        """Noun → value of the policies with a metric of Application Auto Scaling's own that are wanted."""
        wanted = {
            "Invocations": self.invocations,
            "Requests": self.concurrent_requests,
            "Utilization": self.utilization,
        }
        return {noun: value for noun, value in wanted.items() if value}


@frozen(eq=True)
class Scaled:
    """The variant that is scaled."""

    stem: str
    """What its logical ids start with."""
    endpoint: str
    """Name of the endpoint."""
    variant: str
    endpoint_id: str
    serverless: bool


def scaling_resources(scaled: Scaled, scale: Scale) -> Iterator[AWSObject]:
    """Scalable target and policies. Application Auto Scaling acts with its service-linked role, which AWS makes."""
    target_id = f"{scaled.stem}ScalableTarget"
    yield scaling.ScalableTarget(
        target_id,
        ServiceNamespace="sagemaker",
        ScalableDimension=_DIMENSIONS[scaled.serverless],
        ResourceId=f"endpoint/{scaled.endpoint}/variant/{scaled.variant}",
        MinCapacity=scale.min,
        MaxCapacity=scale.max,
        DependsOn=[scaled.endpoint_id],
    )
    for noun, value in scale.targets.items():
        metric = scaling.PredefinedMetricSpecification(PredefinedMetricType=_METRICS[noun])
        yield _policy(scaled, scale, noun, {"PredefinedMetricSpecification": metric, "TargetValue": value})
    if scale.backlog:
        metric = _of_endpoint("ApproximateBacklogSizePerInstance", scaled.endpoint)
        yield _policy(scaled, scale, "Backlog", {"CustomizedMetricSpecification": metric, "TargetValue": scale.backlog})
    if scale.backlog and not scale.min:
        yield from _first_instance(scaled, scale)


def _policy(scaled: Scaled, scale: Scale, noun: str, wanted: Mapping[str, Json]) -> scaling.ScalingPolicy:
    return scaling.ScalingPolicy(
        f"{scaled.stem}{noun}Scaling",
        PolicyName=f"{scaled.endpoint}-{scaled.variant}-{noun.lower()}",
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref(f"{scaled.stem}ScalableTarget"),
        TargetTrackingScalingPolicyConfiguration=scaling.TargetTrackingScalingPolicyConfiguration(
            ScaleInCooldown=scale.in_seconds, ScaleOutCooldown=scale.out_seconds, **wanted
        ),
    )


def _of_endpoint(metric: str, endpoint: Value) -> scaling.CustomizedMetricSpecification:
    return scaling.CustomizedMetricSpecification(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Statistic="Average",
        Dimensions=[scaling.MetricDimension(Name="EndpointName", Value=endpoint)],
    )


def _first_instance(scaled: Scaled, scale: Scale) -> Iterator[AWSObject]:
    """One instance when a request waits and there is none: a backlog for each of no instances is no number.

    Source: SageMaker developer guide, "Autoscale an asynchronous endpoint", scaling up from zero for new requests.
    """
    policy_id = f"{scaled.stem}FirstInstanceScaling"
    yield scaling.ScalingPolicy(
        policy_id,
        PolicyName=f"{scaled.endpoint}-{scaled.variant}-first-instance",
        PolicyType="StepScaling",
        ScalingTargetId=Ref(f"{scaled.stem}ScalableTarget"),
        StepScalingPolicyConfiguration=scaling.StepScalingPolicyConfiguration(
            AdjustmentType="ChangeInCapacity",
            Cooldown=scale.in_seconds,
            MetricAggregationType="Average",
            StepAdjustments=[scaling.StepAdjustment(MetricIntervalLowerBound=0, ScalingAdjustment=1)],
        ),
    )
    yield cloudwatch.Alarm(
        f"{scaled.stem}FirstInstanceAlarm",
        AlarmDescription=f"Starts the first instance of {scaled.endpoint}: requests wait, and no instance runs",
        ActionsEnabled=True,
        AlarmActions=[Ref(policy_id)],
        Namespace="AWS/SageMaker",
        MetricName="HasBacklogWithoutCapacity",
        Dimensions=[cloudwatch.MetricDimension(Name="EndpointName", Value=scaled.endpoint)],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=2,
        DatapointsToAlarm=2,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="missing",
    )
