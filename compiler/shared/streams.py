"""The way of a connection from a network load balancer to the tasks of a service.

The load balancer has the target group and the listener; the service registers its tasks and opens the ports on both
sides. Whether the tasks see the address of the client or not, they let in the security group of the load balancer
(Elastic Load Balancing user guide, "Update the security groups for your Network Load Balancer").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import AWSObject, Ref, ec2, ecs

from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen


@frozen()
class Stream:
    """The connections of one listener, which end at a port of a service's tasks."""

    balancer: Component
    group_id: str
    listener_id: str
    sidecar: str | None
    port: int
    transports: tuple[str, ...]
    check_port: int | None
    """TCP port of the health check where it is another one."""
    grace_seconds: int


@frozen(kw_only=True)
class StreamBalancer(Component):
    """A load balancer that sends connections to the tasks of services."""

    def streams(self, platform: Platform, address: str) -> tuple[Stream, ...]:
        """What goes to the service at an address."""
        raise NotImplementedError


def streams_to(platform: Platform, service: Component) -> tuple[Stream, ...]:
    """The connections of all load balancers that end at a service, in an order that the spec's does not change."""
    sources = sorted({edge.source for edge in platform.edges_to(service, "stream")})
    balancers = (platform.components[source] for source in sources)
    return tuple(
        stream
        for one in balancers
        if isinstance(one, StreamBalancer)
        for stream in one.streams(platform, service.address)
    )


def registered(stream: Stream, name: str) -> ecs.LoadBalancer:
    """How ECS registers the tasks of the service `name`."""
    return ecs.LoadBalancer(
        ContainerName=stream.sidecar or name, ContainerPort=stream.port, TargetGroupArn=Ref(stream.group_id)
    )


def stream_rules(component: Component, streams: Iterable[Stream]) -> Iterator[AWSObject]:
    """Both directions between the load balancers and the tasks, for connections and health checks."""
    seen: set[tuple[str, str, int]] = set()
    for stream in streams:
        opened = [(transport, stream.port) for transport in stream.transports]
        opened += [("tcp", stream.check_port)] if stream.check_port else []
        for transport, port in opened:
            key = stream.balancer.stem, transport, port
            if key not in seen:
                seen.add(key)
                yield from _between(component, stream.balancer, transport, port)


def _between(component: Component, balancer: Component, transport: str, port: int) -> Iterator[AWSObject]:
    own, other = Ref(component.security_group_id), Ref(balancer.security_group_id)
    between = {"IpProtocol": transport, "FromPort": port, "ToPort": port}
    between |= {"Description": f"{balancer.name} to {component.name} on {port}"}
    word = f"{port}{'Udp' if transport == 'udp' else ''}"
    yield ec2.SecurityGroupIngress(
        f"{component.stem}{word}From{balancer.stem}", GroupId=own, SourceSecurityGroupId=other, **between
    )
    yield ec2.SecurityGroupEgress(
        f"{balancer.stem}To{component.stem}{word}", GroupId=other, DestinationSecurityGroupId=own, **between
    )
