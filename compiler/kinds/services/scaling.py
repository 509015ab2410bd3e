"""How many tasks an ECS service has: a fixed number, or between two by their load, a queue or the time of day."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterator, Mapping

from troposphere import AWSObject, Ref, Sub
from troposphere import applicationautoscaling as scaling

from compiler.kinds.services.backlog import Backlog, backlog, first_task
from compiler.kinds.services.own_metrics import OwnMetric, Step, cpu_steps, tracked
from compiler.kinds.services.steps import Cooldowns, step_resources
from compiler.language.names import pascal
from compiler.program.component import Component, Platform
from compiler.program.encode import alike
from compiler.shared.cluster import CLUSTER_ID
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_METRICS = {
    "Cpu": "ECSServiceAverageCPUUtilization",
    "Memory": "ECSServiceAverageMemoryUtilization",
    "Requests": "ALBRequestCountPerTarget",
}


@frozen()
class QueueScale:
    """The queues that the tasks work on, and the messages for each of them."""

    name: Json
    """One component, or a list."""
    per_task: int
    together: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,) if isinstance(self.name, str) else tuple(self.name)


@frozen()
class Bounds:
    """Limits of the number of tasks from a time on."""

    when: str
    min: int
    max: int
    timezone: str | None


@frozen()
class Scale:
    """Bounds of the number of tasks, and what the number follows between them."""

    min: int
    max: int
    parked: bool
    cpu: int | bool
    memory: int | bool
    requests: int | bool
    steps: tuple[Step, ...]
    queue: QueueScale | None
    metrics: Mapping[str, OwnMetric]
    schedule: Mapping[str, Bounds]
    in_seconds: int
    out_seconds: int

    @property
    def targets(self) -> dict[str, int]:
        """Noun → value of the policies with a metric of AWS's own that are wanted."""
        wanted = {"Cpu": False if self.steps else self.cpu, "Memory": self.memory, "Requests": self.requests}
        return {noun: value for noun, value in wanted.items() if value} if self._varies else {}

    @property
    def followed(self) -> QueueScale | None:
        """The queue, when the number of tasks can follow it."""
        return self.queue if self._varies else None

    @property
    def followed_metrics(self) -> Mapping[str, OwnMetric]:
        """Metrics of one's own, when the number of tasks can follow them."""
        steps = {"cpu": cpu_steps(self.steps)} if self.steps else {}
        return dict(sorted({**self.metrics, **steps}.items())) if self._varies else {}

    @property
    def wanted(self) -> int:
        """The number of tasks where it is fixed."""
        return 0 if self.parked else self.min

    @property
    def fixed(self) -> bool:
        """Whether nothing but the spec changes the number."""
        followed = self.targets or self.followed or self.followed_metrics
        return self.parked or not (followed or self.schedule)

    @property
    def held_at_none(self) -> bool:
        """Whether the bounds themselves keep tasks from starting: those of a service that scales when it is not parked.

        Its policies go at the end of the update that parks it, and until then they would start tasks again.
        """
        return self.parked and not dataclasses.replace(self, parked=False).fixed

    @property
    def fewest(self) -> int:
        """The fewest tasks that there are at any time."""
        return min(low for low, _ in self._bounds)

    @property
    def starts_at_none(self) -> bool:
        """Whether there are times without a task that end when there is work."""
        return any(low == 0 < high for low, high in self._bounds)

    @property
    def _varies(self) -> bool:
        return any(low < high for low, high in self._bounds)

    @property
    def _bounds(self) -> tuple[tuple[int, int], ...]:
        if self.parked:
            return ((0, 0),)
        return ((self.min, self.max), *((one.min, one.max) for one in self.schedule.values()))


def desired_count(scale: Scale, ignored: Container[str]) -> dict[str, int]:
    """The number in the template where nothing but the spec changes it.

    A number would undo, at each deployment, what scaling or others have done; without one CloudFormation leaves it
    alone (CloudFormation template reference, AWS::ECS::Service, DesiredCount).
    """
    return {"DesiredCount": scale.wanted} if scale.fixed and "desired_count" not in ignored else {}


def scaling_resources(
    platform: Platform, service: Component, scale: Scale, balanced: Mapping[str, str]
) -> Iterator[AWSObject]:
    """Scalable target and policies. Application Auto Scaling acts with its service-linked role, which AWS makes.

    `balanced` has the logical ids of the load balancer and of the target group, where there are.
    """
    if scale.held_at_none:
        yield _target(service, 0, 0)
    if scale.fixed:
        return
    yield _target(service, scale.min, scale.max, scale.schedule)
    for noun, value in scale.targets.items():
        yield _policy(service, noun, _of_load(scale, noun, value, balanced))
    yield from _by_queues(platform, service, scale)
    for word, own in scale.followed_metrics.items():
        yield from _by_metric(service, scale, word, own)


def _by_queues(platform: Platform, service: Component, scale: Scale) -> Iterator[AWSObject]:
    if scale.followed is None:
        return
    names = tuple(platform.components[name].attributes()["name"] for name in scale.followed.names)
    queues = Backlog(service, names, scale.followed.together)
    wanted = {"CustomizedMetricSpecification": backlog(queues), "TargetValue": scale.followed.per_task}
    yield _policy(service, "Queue", _tracking(scale.in_seconds, scale.out_seconds, **wanted))
    if scale.starts_at_none:
        yield from first_task(queues, _target_ref(service), scale.out_seconds)


def _by_metric(service: Component, scale: Scale, word: str, metric: OwnMetric) -> Iterator[AWSObject]:
    if metric.target is None:
        cooldowns = Cooldowns(scale.in_seconds, scale.out_seconds)
        yield from step_resources(service, (word, metric), cooldowns, _target_ref(service))
        return
    wanted = {"CustomizedMetricSpecification": tracked(metric.queries(service)), "TargetValue": metric.target}
    one_way = {} if metric.scale_in else {"DisableScaleIn": True}
    tracking = _tracking(scale.in_seconds, scale.out_seconds, **wanted, **one_way)
    policy = _policy(service, f"{pascal(word)}Metric", tracking)
    policy.PolicyName = Sub(f"${{{service.main_id}.Name}}-{word}-metric")
    yield policy


def _target_ref(service: Component) -> Ref:
    return Ref(f"{service.stem}ScalableTarget")


def _target(
    service: Component, least: int, most: int, schedule: Mapping[str, Bounds] | None = None
) -> scaling.ScalableTarget:
    actions = [_scheduled(word, one) for word, one in sorted((schedule or {}).items())]
    return scaling.ScalableTarget(
        f"{service.stem}ScalableTarget",
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=Sub(f"service/${{{CLUSTER_ID}}}/${{{service.main_id}.Name}}"),
        MinCapacity=least,
        MaxCapacity=most,
        **({"ScheduledActions": actions} if actions else {}),
    )


def _scheduled(word: str, one: Bounds) -> scaling.ScheduledAction:
    zone = {"Timezone": one.timezone} if one.timezone else {}
    return scaling.ScheduledAction(
        ScheduledActionName=word,
        Schedule=one.when,
        ScalableTargetAction=scaling.ScalableTargetAction(MinCapacity=one.min, MaxCapacity=one.max),
        **zone,
    )


def _of_load(
    scale: Scale, noun: str, value: int, balanced: Mapping[str, str]
) -> scaling.TargetTrackingScalingPolicyConfiguration:
    if noun != "Requests":
        return _of_service(noun, value, scale.in_seconds, scale.out_seconds)
    text = f"${{{balanced['balancer']}.LoadBalancerFullName}}/${{{balanced['group']}.TargetGroupFullName}}"
    metric = scaling.PredefinedMetricSpecification(PredefinedMetricType=_METRICS[noun], ResourceLabel=Sub(text))
    return _tracking(scale.in_seconds, scale.out_seconds, PredefinedMetricSpecification=metric, TargetValue=value)


@alike
def _of_service(
    noun: str, value: int, in_seconds: int, out_seconds: int
) -> scaling.TargetTrackingScalingPolicyConfiguration:
    metric = scaling.PredefinedMetricSpecification(PredefinedMetricType=_METRICS[noun])
    return _tracking(in_seconds, out_seconds, PredefinedMetricSpecification=metric, TargetValue=value)


def _tracking(in_seconds: int, out_seconds: int, **wanted: Json) -> scaling.TargetTrackingScalingPolicyConfiguration:
    return scaling.TargetTrackingScalingPolicyConfiguration(
        ScaleInCooldown=in_seconds, ScaleOutCooldown=out_seconds, **wanted
    )


def _policy(
    service: Component, noun: str, tracking: scaling.TargetTrackingScalingPolicyConfiguration
) -> scaling.ScalingPolicy:
    return scaling.ScalingPolicy(
        f"{service.stem}{noun}Scaling",
        PolicyName=Sub(f"${{{service.main_id}.Name}}-{noun.lower()}"),
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=_target_ref(service),
        TargetTrackingScalingPolicyConfiguration=tracking,
    )
