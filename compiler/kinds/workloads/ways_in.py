"""From a cluster's pods to what its workloads use: pods have the security group of their cluster."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import ec2

from compiler.kinds.workloads.settings import WorkloadSettings
from compiler.language.names import pascal
from compiler.program.component import Platform, Port


def ways_in(workload: WorkloadSettings, platform: Platform) -> Iterator[ec2.SecurityGroupIngress]:
    """The rules of a workload that no other one of its cluster, earlier by name, has: AWS takes each only once.

    The group itself lets everything out, as EKS makes it (Amazon EKS user guide, "View Amazon EKS security group
    requirements for clusters").
    """
    neighbours = [one for one in platform.of(WorkloadSettings) if one.cluster == workload.cluster]
    before = {key for one in neighbours if one.name < workload.name for key in _ports(one, platform)}
    cluster = platform.components[workload.cluster]
    for (other, number, transport), port in sorted(_ports(workload, platform).items()):
        if (other, number, transport) not in before:
            yield ec2.SecurityGroupIngress(
                f"{other}{port.word}From{cluster.stem}",
                GroupId=port.security_group,
                SourceSecurityGroupId=cluster.attributes()["security_group"],
                IpProtocol=transport,
                FromPort=number,
                ToPort=number,
                Description=f"Pods of {cluster.name} on {number}",
            )


def _ports(workload: WorkloadSettings, platform: Platform) -> dict[tuple[str, int, str], Port]:
    """What is reached, by the stem of what it belongs to and its number, where we manage the ways in."""
    found: dict[tuple[str, int, str], Port] = {}
    for edge in platform.edges_from(workload):
        target = platform.components[edge.target]
        for port in platform.capability(edge).ports if not target.unchanged else ():
            if not port.existing:
                found.setdefault((pascal(port.behind) or target.stem, port.number, port.transport), port)
    return found
