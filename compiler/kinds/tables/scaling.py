"""Scaling of a table's provisioned units, and of its indexes', each by its own load."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, Sub
from troposphere import applicationautoscaling as scaling

from compiler.kinds.tables.capacity import Capacity, Units, scaled
from compiler.language.names import pascal
from compiler.program.component import Value
from compiler.source.frozen import frozen


@frozen()
class Scalable:
    """A table or an index as Application Auto Scaling knows it."""

    stem: str
    """Stem of the logical ids."""
    kind: str
    """``table`` or ``index``."""
    resource: Value


def table_scaling(main_id: str, capacity: Capacity | None) -> Iterator[AWSObject]:
    """What scales the table itself."""
    yield from _resources(Scalable(main_id, "table", Sub(f"table/${{{main_id}}}")), capacity)


def index_scaling(main_id: str, name: str, capacity: Capacity | None) -> Iterator[AWSObject]:
    """What scales the global index `name` of the table."""
    resource = Sub(f"table/${{{main_id}}}/index/{name}")
    yield from _resources(Scalable(f"{main_id}{pascal(name)}Index", "index", resource), capacity)


def _resources(one: Scalable, capacity: Capacity | None) -> Iterator[AWSObject]:
    """Application Auto Scaling acts with its service-linked role, which AWS makes."""
    for direction, units in scaled(capacity):
        noun = direction.capitalize()
        target_id = f"{one.stem}{noun}ScalableTarget"
        yield scaling.ScalableTarget(
            target_id,
            ServiceNamespace="dynamodb",
            ScalableDimension=f"dynamodb:{one.kind}:{noun}CapacityUnits",
            ResourceId=one.resource,
            MinCapacity=units.least,
            MaxCapacity=units.most,
        )
        yield _policy(f"{one.stem}{noun}Scaling", target_id, direction, units)


def _policy(logical_id: str, target_id: str, direction: str, units: Units) -> scaling.ScalingPolicy:
    metric = scaling.PredefinedMetricSpecification(
        PredefinedMetricType=f"DynamoDB{direction.capitalize()}CapacityUtilization"
    )
    return scaling.ScalingPolicy(
        logical_id,
        PolicyName=direction,
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref(target_id),
        TargetTrackingScalingPolicyConfiguration=scaling.TargetTrackingScalingPolicyConfiguration(
            PredefinedMetricSpecification=metric, TargetValue=units.target
        ),
    )
