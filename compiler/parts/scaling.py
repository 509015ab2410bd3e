"""How many tasks an ECS service has: a fixed number, or between two by their load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from troposphere import AWSObject, Ref, Sub
from troposphere import applicationautoscaling as scaling

from compiler.component import Component
from compiler.kinds.ecs import CLUSTER_ID

_METRICS = {"Cpu": "ECSServiceAverageCPUUtilization", "Memory": "ECSServiceAverageMemoryUtilization"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scale:
    """Bounds of the number of tasks, and the average load in percent that they are kept at."""

    min: int
    max: int
    cpu: int | bool
    memory: int | bool
    in_seconds: int
    out_seconds: int

    @property
    def targets(self) -> dict[str, int]:
        """Noun → percent of the policies that are wanted; none when the number is fixed."""
        wanted = {"Cpu": self.cpu, "Memory": self.memory} if self.max > self.min else {}
        return {noun: percent for noun, percent in wanted.items() if percent}


def scaling_resources(service: Component, scale: Scale) -> Iterator[AWSObject]:
    """Scalable target and policies. Application Auto Scaling acts with its service-linked role, which AWS makes."""
    if not scale.targets:
        return
    target_id = f"{service.stem}ScalableTarget"
    yield scaling.ScalableTarget(
        target_id,
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=Sub(f"service/${{{CLUSTER_ID}}}/${{{service.main_id}.Name}}"),
        MinCapacity=scale.min,
        MaxCapacity=scale.max,
    )
    for noun, percent in scale.targets.items():
        yield scaling.ScalingPolicy(
            f"{service.stem}{noun}Scaling",
            PolicyName=Sub(f"${{{service.main_id}.Name}}-{noun.lower()}"),
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=Ref(target_id),
            TargetTrackingScalingPolicyConfiguration=scaling.TargetTrackingScalingPolicyConfiguration(
                PredefinedMetricSpecification=scaling.PredefinedMetricSpecification(
                    PredefinedMetricType=_METRICS[noun]
                ),
                TargetValue=percent,
                ScaleInCooldown=scale.in_seconds,
                ScaleOutCooldown=scale.out_seconds,
            ),
        )
