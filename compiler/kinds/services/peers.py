"""Tasks of a service that reach each other: the ports between them, and a deployment that keeps their quorum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, Ref, ec2

from compiler.language.names import shout
from compiler.program.component import Component
from compiler.program.frozen import frozen

_MOST, _WHOLE, _DOUBLE = 100, 100, 200
"""Tasks up to which a percentage can say all but one, and what ECS has where no percentage is set.

Source: ECS API, DeploymentConfiguration, for services with the rolling update.
"""


@frozen()
class Peers:
    """Ports that the tasks open for each other, and whether more than half of them have to run."""

    ports: tuple[str, ...]
    quorum: bool


@dataclass(frozen=True, slots=True)
class Rollout:
    """How many tasks there are while new ones replace old ones: of a fixed number, by percentages of it."""

    tasks: int
    minimum_percent: int
    maximum_percent: int

    @property
    def kept(self) -> int:
        """Tasks that stay. ECS rounds up (API reference, DeploymentConfiguration)."""
        return -(-self.tasks * self.minimum_percent // 100)

    @property
    def most(self) -> int:
        """Tasks that run at most. ECS rounds down."""
        return self.tasks * self.maximum_percent // 100

    @property
    def quorum(self) -> int:
        """More than half of all that may be members at a time, old and new."""
        return self.most // 2 + 1

    @property
    def stuck(self) -> bool:
        """Whether there is neither a task that may stop nor room for a new one."""
        return self.tasks > 0 and self.kept >= self.most


def rollout(tasks: int, wanted: tuple[int | None, int | None], quorum: bool) -> Rollout:
    """The percentages that are wanted, minimum and maximum, and for those that are not set what keeps the quorum."""
    least, most = wanted
    if not quorum:
        return Rollout(tasks, _WHOLE if least is None else least, _DOUBLE if most is None else most)
    most = _WHOLE if most is None else most
    if least is None:
        least = _all_but_one(tasks) if tasks * most // 100 <= tasks else _WHOLE
    return Rollout(tasks, least, most)


def _all_but_one(tasks: int) -> int:
    """In percent, so that ECS rounds it up to one task less than all."""
    return 100 * (tasks - 1) // tasks if 0 < tasks <= _MOST else _WHOLE - 1


def peer_ports(peers: Peers, port: int | None, ports: Mapping[str, int]) -> dict[str, int]:
    """Name → number of the ports between the tasks; `port` has no name."""
    if peers.ports:
        return {name: ports[name] for name in peers.ports}
    return {"": port} if port else {}


def peer_variables(host: str, numbers: Mapping[str, int]) -> dict[str, str]:
    """Where the tasks find each other."""
    ports = {f"PEERS_{shout(name)}_PORT" if name else "PEERS_PORT": str(one) for name, one in numbers.items()}
    return {"PEERS_HOST": host, **ports}


def peer_rules(service: Component, numbers: Mapping[str, int]) -> Iterator[AWSObject]:
    """Both directions: a group does not let its own members in by itself."""
    own = Ref(service.security_group_id)
    for number in sorted({*numbers.values()}):
        between = {"IpProtocol": "tcp", "FromPort": number, "ToPort": number}
        between["Description"] = f"Tasks of {service.name} to each other on {number}"
        yield ec2.SecurityGroupIngress(
            f"{service.stem}{number}FromPeers", GroupId=own, SourceSecurityGroupId=own, **between
        )
        yield ec2.SecurityGroupEgress(
            f"{service.stem}ToPeers{number}", GroupId=own, DestinationSecurityGroupId=own, **between
        )
