"""Listeners of a network load balancer, each with the target group of what gets its connections.

Sources: Elastic Load Balancing user guide, "Edit target group attributes for your Network Load Balancer", "Health
checks for Network Load Balancer target groups" and "Use an Application Load Balancer as a target".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import AWSObject, Ref, ec2
from troposphere import elasticloadbalancingv2 as elb

from compiler.program.component import Component, Platform
from compiler.shared.balancers import INTERNAL, PUBLIC, Scheme, internal_port
from compiler.shared.security_groups import VPC_ID
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

HTTPS_PORT = 443
_ANSWERS, _ANSWERS_OF_BALANCER = "200-399", "200-499"
_IPS = ("udp", "tcp_udp")
"""Protocols with which AWS always keeps the address of the client."""


@frozen()
class HealthCheck:
    """How a load balancer knows that a target takes connections."""

    protocol: str | None
    port: int | None
    path: str
    codes: str | None
    interval_seconds: int
    timeout_seconds: int
    healthy_after: int
    unhealthy_after: int


@frozen()
class Listener:
    """A port, and where its connections go."""

    port: int
    protocol: str
    to: str | None
    load_balancer: str | None
    target_port: int | None
    sidecar: str | None
    target_tls: bool
    alpn: str | None
    preserve_client_ip: bool | None
    proxy_protocol: bool
    sticky: bool
    idle_seconds: int | None
    drain_seconds: int
    end_connections: bool
    grace_seconds: int
    health_check: HealthCheck

    @property
    def scheme(self) -> Scheme | None:
        """The Application Load Balancer that gets the connections."""
        return {None: None, "internal": INTERNAL, "public": PUBLIC}[self.load_balancer]

    @property
    def group_protocol(self) -> str:
        """What is spoken with the targets."""
        if self.protocol == "tls":
            return "TLS" if self.target_tls else "TCP"
        return self.protocol.upper()

    def attributes(self) -> dict[str, str]:
        """Attributes of the target group. Those of an Application Load Balancer have no connections of their own."""
        if self.scheme:
            return {}
        found = {
            "deregistration_delay.timeout_seconds": str(self.drain_seconds),
            "deregistration_delay.connection_termination.enabled": str(self.end_connections).lower(),
            "proxy_protocol_v2.enabled": str(self.proxy_protocol).lower(),
        }
        if self.protocol not in _IPS:
            found["preserve_client_ip.enabled"] = str(bool(self.preserve_client_ip)).lower()
        if self.sticky:
            found |= {"stickiness.enabled": "true", "stickiness.type": "source_ip"}
        return found


def balancer_port(platform: Platform, listener: Listener, scheme: Scheme) -> int:
    """Where an Application Load Balancer takes the connections."""
    return listener.target_port or (internal_port(platform.spec) if scheme == INTERNAL else HTTPS_PORT)


def target_group(platform: Platform, logical_id: str, listener: Listener, port: int) -> elb.TargetGroup:
    """Tasks by their addresses, which ECS registers; an Application Load Balancer by its ARN, once it listens."""
    scheme = listener.scheme
    found: dict[str, Json] = {"TargetType": "ip", **_checked(listener, port)}
    if scheme:
        target = elb.TargetDescription(Id=Ref(scheme.id), Port=port)
        found |= {"TargetType": "alb", "Targets": [target]}
        found |= {"DependsOn": [_listener_at(scheme, port)]} if _makes_balancers(platform) else {}
    attributes = [elb.TargetGroupAttribute(Key=key, Value=value) for key, value in listener.attributes().items()]
    return elb.TargetGroup(
        logical_id,
        Protocol=listener.group_protocol,
        Port=port,
        VpcId=Ref(VPC_ID),
        **({"TargetGroupAttributes": attributes} if attributes else {}),
        **found,
    )


def _makes_balancers(platform: Platform) -> bool:
    there = platform.components.get("load_balancer")
    return there is not None and there.existing is None


def rules_to_balancers(platform: Platform, own: Component, listeners: Iterable[Listener]) -> Iterator[AWSObject]:
    """Both directions to Application Load Balancers; the group of one that is there already stays as it is."""
    named = [(one, one.scheme) for one in listeners if one.scheme]
    found = {(scheme.word, balancer_port(platform, one, scheme)): scheme for one, scheme in named}
    found |= {(scheme.word, one.health_check.port): scheme for one, scheme in named if one.health_check.port}
    for (word, port), scheme in found.items():
        group, other = Ref(own.security_group_id), Ref(scheme.security_group_id)
        about = f"{own.name} to the {word.lower()} load balancer on {port}"
        between = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "Description": about}
        yield ec2.SecurityGroupEgress(
            f"{own.stem}To{scheme.id}{port}", GroupId=group, DestinationSecurityGroupId=other, **between
        )
        if _makes_balancers(platform):
            yield ec2.SecurityGroupIngress(
                f"{scheme.id}{port}From{own.stem}", GroupId=other, SourceSecurityGroupId=group, **between
            )


def _listener_at(scheme: Scheme, port: int) -> str:
    return "PublicRedirectListener" if scheme == PUBLIC and port != HTTPS_PORT else scheme.listener_id


def _checked(listener: Listener, port: int) -> dict[str, Json]:
    check = listener.health_check
    protocol = check.protocol or ("tcp" if not listener.scheme else "https" if port == HTTPS_PORT else "http")
    found: dict[str, Json] = {
        "HealthCheckProtocol": protocol.upper(),
        "HealthCheckIntervalSeconds": check.interval_seconds,
        "HealthCheckTimeoutSeconds": check.timeout_seconds,
        "HealthyThresholdCount": check.healthy_after,
        "UnhealthyThresholdCount": check.unhealthy_after,
    }
    if check.port:
        found["HealthCheckPort"] = str(check.port)
    if protocol != "tcp":
        codes = check.codes or (_ANSWERS_OF_BALANCER if listener.scheme else _ANSWERS)
        found |= {"HealthCheckPath": check.path, "Matcher": elb.Matcher(HttpCode=codes)}
    return found
