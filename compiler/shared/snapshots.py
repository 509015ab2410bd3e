"""Snapshots of a database that a deployment makes before it changes anything, and who may make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Sub

from compiler.program.component import Capability, Grant, Platform
from compiler.shared.snapshot_mark import OWNER, SNAPSHOT
from compiler.source.json_value import Json


def marked(wanted: bool) -> Mapping[str, Json]:
    """Metadata of the resource."""
    return {OWNER: {SNAPSHOT: True}} if wanted else {}


def snapshot_grants(platform: Platform) -> Iterator[tuple[str, Grant]]:
    """What a deployment of the platform copies first: statement id and grant; each component says what it needs."""
    for resolved in platform.spec.able("snapshot"):
        component = platform.components[resolved.address]
        if component.existing is None:
            grants = platform.offered(component, "snapshot").grants
            yield from ((f"Snapshot{component.stem}{number}", grant) for number, grant in enumerate(grants, 1))


def snapshot_capability(platform: Platform, identifier: str | None, cluster: bool) -> Capability:
    """What a deployment needs for it. Without an `identifier` CloudFormation starts the name with that of the stack.

    Source: Service Authorization Reference, Amazon RDS, which DocumentDB's API is a part of.
    """
    start = f"{platform.name}-{platform.environment}-*"
    source, copy, word = ("cluster", "cluster-snapshot", "Cluster") if cluster else ("db", "snapshot", "")
    arn = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}"
    snapshots = Sub(f"{arn}:{copy}:{start}")
    actions = (f"rds:CreateDB{word}Snapshot", f"rds:DescribeDB{word}Snapshots")
    make = Grant(actions, (Sub(f"{arn}:{source}:{identifier or start}"), snapshots))
    return Capability((make, Grant(("rds:AddTagsToResource",), (snapshots,))))
