"""Tasks of a service that reach each other: the ports between them, and how they find each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, ec2

from compiler.language.names import shout
from compiler.program.component import Component
from compiler.source.frozen import frozen


@frozen()
class Peers:
    """Ports that the tasks open for each other, and whether more than half of them have to run."""

    ports: tuple[str, ...]
    quorum: bool


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
