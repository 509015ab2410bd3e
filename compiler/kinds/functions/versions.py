"""Versions of a function: published anew with each change, behind an alias that keeps environments ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from troposphere import AWSObject, GetAtt, Ref, Select, Split, Sub, awslambda
from troposphere import applicationautoscaling as scaling

from compiler.kinds.functions.package import layer_id
from compiler.kinds.functions.runnable import Runnable
from compiler.program.component import Platform, Value
from compiler.shared.digest import mark
from compiler.shared.function_code import LIVE
from compiler.shared.json_text import json_text
from compiler.shared.run_task import RunTask
from compiler.source.frozen import frozen
from compiler.source.interpolation import parts
from compiler.source.json_value import Json

_OUTSIDE_VERSIONS = ("CodeSigningConfigArn", "RecursiveLoop", "ReservedConcurrentExecutions", "Tags")
"""Properties that belong to the function alone. Source: they are no parameters of UpdateFunctionConfiguration."""
_REVISION = ".task_definition"


@frozen()
class Provisioned:
    """How many environments are ready, and at which load in percent they become more."""

    min: int
    max: int
    target: int


@frozen()
class Published:
    """What a version is made of, and what must be there first: its start may need all that the function uses."""

    about: Value
    after: Sequence[str]


def provisioned(said: Json) -> Provisioned | None:
    """A number is a range of one."""
    if said is None:
        return None
    return Provisioned(**said) if isinstance(said, dict) else Provisioned(said, said, 0)


def description(
    platform: Platform, function: Runnable, body: Mapping[str, Json], made_of: Mapping[str, Value]
) -> Value:
    """Says what a version is made of: what only the deployment knows (`made_of`) and a mark of its settings.

    A version is published when its description changes, which replaces it. The function has the same description, so
    that it never is what it was when the last version was published, which Lambda would refuse to publish again.
    """
    patches = [function.properties, (platform.document.data.get("overrides") or {}).get(function.main_id)]
    settings = {name: value for name, value in body.items() if name not in _OUTSIDE_VERSIONS}
    said = f"settings {mark(json_text([settings, *patches]))}"
    return Sub(", ".join([said, *(f"${{{name}}}" for name in made_of)]), **made_of) if made_of else said


def revisions(platform: Platform, function: Runnable, named: Iterable[str]) -> dict[str, Value]:
    """Revision of each job that the function starts or whose task definition it names (`named`: its variables).

    A version keeps the revision that it knows, and a job has no other one than its newest.
    """
    known = {edge.target for edge in platform.edges_from(function) if edge.verb == "start"}
    known |= {symbol.removesuffix(_REVISION) for text in named for symbol in parts(text)[1::2] if _REVISION in symbol}
    found = sorted((job.name, job.task_definition_id) for job in platform.of(RunTask) if job.address in known)
    return {f"Task{number}": Select(6, Split(":", Ref(one))) for number, (_, one) in enumerate(found, 1)}


def layer_number(function: Runnable, layer: str) -> Select:
    """Number at the end of a layer version's ARN, which is short: descriptions have 256 characters."""
    return Select(7, Split(":", Ref(layer_id(function, layer))))


def versions(function: Runnable, newest: Published, ready: Provisioned | None) -> Iterator[AWSObject]:
    """The newest version and its alias, whose ready environments Application Auto Scaling changes in a range.

    It does so by its service-linked role, which AWS makes.
    """
    version_id = f"{function.main_id}Version"
    after = {"DependsOn": list(newest.after)} if newest.after else {}
    yield awslambda.Version(version_id, FunctionName=Ref(function.main_id), Description=newest.about, **after)
    yield awslambda.Alias(
        function.alias_id,
        Name=LIVE,
        FunctionName=Ref(function.main_id),
        FunctionVersion=GetAtt(version_id, "Version"),
        **_ready(ready),
    )
    if ready and ready.max > ready.min:
        yield from _scaling(function, ready)


def _ready(ready: Provisioned | None) -> dict[str, Json]:
    if not ready:
        return {}
    amount = awslambda.ProvisionedConcurrencyConfiguration(ProvisionedConcurrentExecutions=ready.min)
    return {"ProvisionedConcurrencyConfig": amount}


def _scaling(function: Runnable, ready: Provisioned) -> Iterator[AWSObject]:
    """Source: Application Auto Scaling user guide, "AWS Lambda and Application Auto Scaling"."""
    target_id = f"{function.main_id}ScalableTarget"
    yield scaling.ScalableTarget(
        target_id,
        ServiceNamespace="lambda",
        ScalableDimension="lambda:function:ProvisionedConcurrency",
        ResourceId=Sub(f"function:${{{function.main_id}}}:{LIVE}"),
        MinCapacity=ready.min,
        MaxCapacity=ready.max,
        DependsOn=[function.alias_id],
    )
    used = scaling.PredefinedMetricSpecification(PredefinedMetricType="LambdaProvisionedConcurrencyUtilization")
    yield scaling.ScalingPolicy(
        f"{function.main_id}Scaling",
        PolicyName=Sub(f"${{{function.main_id}}}-utilization"),
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref(target_id),
        TargetTrackingScalingPolicyConfiguration=scaling.TargetTrackingScalingPolicyConfiguration(
            PredefinedMetricSpecification=used, TargetValue=ready.target / 100
        ),
    )
