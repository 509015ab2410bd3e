"""The way of a request from a load balancer to the tasks of a service: target group, listener rule, network rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import AWSObject, GetAtt, Ref, ec2
from troposphere import elasticloadbalancingv2 as elb

from compiler.language.names import pascal
from compiler.program.component import AlarmSpec, Component, Platform, Value
from compiler.shared.balancers import INTERNAL, PUBLIC, Scheme
from compiler.shared.ingress import Route
from compiler.shared.listener_rules import conditions
from compiler.shared.metrics import query
from compiler.shared.requests import Requests
from compiler.shared.security_groups import VPC_ID
from compiler.shared.sign_in import after_sign_in
from compiler.source.frozen import frozen


@frozen()
class Ingress(Requests):
    """Which requests a service takes, and how a load balancer knows that a task can take them."""

    sidecar: str | None
    port: int | str | None
    protocol: str
    health_check: str
    healthy_codes: str
    healthy_grpc_codes: str
    interval_seconds: int
    timeout_seconds: int
    healthy_after: int
    unhealthy_after: int
    grace_seconds: int
    drain_seconds: int
    sticky_seconds: int | None
    slow_start_seconds: int | None

    @property
    def scheme(self) -> Scheme:
        """The load balancer that has the requests."""
        return PUBLIC if self.public else INTERNAL


@frozen()
class WayIn:
    """An ingress with the port of the task that takes its requests."""

    word: str
    """Of a further one; empty for the first."""
    port: int
    ingress: Ingress

    @property
    def scheme(self) -> Scheme:
        return self.ingress.scheme


def target_group_id(component: Component, way: WayIn) -> str:
    """Differs by load balancer: a target group can't move to another one while the first still knows it."""
    return f"{component.stem}{'Public' if way.ingress.public else ''}TargetGroup{pascal(way.word)}"


def rule_id(component: Component, way: WayIn) -> str:
    """Logical id of the listener rule; it goes with its target group."""
    return f"{component.stem}{'Public' if way.ingress.public else ''}ListenerRule{pascal(way.word)}"


def target_group(component: Component, way: WayIn) -> elb.TargetGroup:
    """Targets by IP address, which is how Fargate tasks register."""
    ingress = way.ingress
    return elb.TargetGroup(
        target_group_id(component, way),
        TargetType="ip",
        Protocol="HTTP",
        Port=way.port,
        VpcId=Ref(VPC_ID),
        HealthCheckProtocol="HTTP",
        HealthCheckPath=ingress.health_check,
        HealthCheckIntervalSeconds=ingress.interval_seconds,
        HealthCheckTimeoutSeconds=ingress.timeout_seconds,
        HealthyThresholdCount=ingress.healthy_after,
        UnhealthyThresholdCount=ingress.unhealthy_after,
        Matcher=_matcher(ingress),
        TargetGroupAttributes=[
            elb.TargetGroupAttribute(Key=key, Value=value) for key, value in _attributes(ingress).items()
        ],
        **({} if ingress.protocol == "http1" else {"ProtocolVersion": ingress.protocol.upper()}),
    )


def _matcher(ingress: Ingress) -> elb.Matcher:
    if ingress.protocol == "grpc":
        return elb.Matcher(GrpcCode=ingress.healthy_grpc_codes)
    return elb.Matcher(HttpCode=ingress.healthy_codes)


def _attributes(ingress: Ingress) -> dict[str, str]:
    """Source: Elastic Load Balancing API, TargetGroupAttribute."""
    found = {"deregistration_delay.timeout_seconds": str(ingress.drain_seconds)}
    if ingress.sticky_seconds:
        found["stickiness.enabled"] = "true"
        found["stickiness.type"] = "lb_cookie"
        found["stickiness.lb_cookie.duration_seconds"] = str(ingress.sticky_seconds)
    if ingress.slow_start_seconds:
        found["slow_start.duration_seconds"] = str(ingress.slow_start_seconds)
    return found


def listener_rule(platform: Platform, component: Component, way: WayIn, route: Route) -> elb.ListenerRule:
    """The rule that sends the route's requests to the component's target group."""
    target = Ref(target_group_id(component, way))
    forward = elb.ListenerRuleAction(Type="forward", TargetGroupArn=target)
    return elb.ListenerRule(
        rule_id(component, way),
        ListenerArn=Ref(way.scheme.listener_id),
        Priority=route.priority,
        Conditions=conditions(platform, route),
        Actions=after_sign_in(platform, way.ingress.sign_in, forward),
    )


def network_rules(platform: Platform, component: Component, ways: Sequence[WayIn]) -> Iterator[AWSObject]:
    """Both directions between the load balancers and the tasks, and nobody else to them."""
    seen: set[tuple[str, int]] = set()
    for way in ways:
        if (way.scheme.word, way.port) not in seen:
            yield from _between(platform, component, way)
        seen.add((way.scheme.word, way.port))


def _between(platform: Platform, component: Component, way: WayIn) -> Iterator[AWSObject]:
    """The way out of a load balancer that is there already is its own matter."""
    balancer, own = Ref(way.scheme.security_group_id), Ref(component.security_group_id)
    between = {"IpProtocol": "tcp", "FromPort": way.port, "ToPort": way.port}
    between |= {"Description": f"{way.scheme.word} load balancer to {component.name} on {way.port}"}
    word, further = way.scheme.word, str(way.port) if way.word else ""
    yield ec2.SecurityGroupIngress(
        f"{component.stem}From{word}LoadBalancer{further}", GroupId=own, SourceSecurityGroupId=balancer, **between
    )
    if not platform.components["load_balancer"].unchanged:
        yield ec2.SecurityGroupEgress(
            f"{word}LoadBalancerTo{component.stem}{further}",
            GroupId=balancer,
            DestinationSecurityGroupId=own,
            **between,
        )


def request_alarms(component: Component, way: WayIn, number: str) -> Iterator[AlarmSpec]:
    """Those of one ingress; `number` tells further ones apart."""
    dimensions = target_dimensions(component, way)
    yield AlarmSpec(
        name=f"TargetsUnhealthy{number}",
        description=f"Tasks of {component.name} fail the load balancer's health check",
        metrics=(query("AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", dimensions),),
        threshold=0,
        evaluation_periods=5,
        datapoints=5,
    )
    yield AlarmSpec(
        name=f"Errors{number}",
        description=f"{component.name} answers with 5xx more than 10 times a minute",
        metrics=(query("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", dimensions),),
        threshold=10,
    )


def target_dimensions(component: Component, way: WayIn) -> dict[str, Value]:
    return {
        "TargetGroup": GetAtt(target_group_id(component, way), "TargetGroupFullName"),
        "LoadBalancer": GetAtt(way.scheme.id, "LoadBalancerFullName"),
    }
