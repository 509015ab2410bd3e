"""Kubernetes versions of a cluster and of its nodes that are earlier by more than one.

By one version a cluster can go back, within seven days of its upgrade. When that was only AWS knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("Version")
    versions = [re.fullmatch(r"1\.(\d+)", str(value)) for value in (before, after)]
    numbers = [int(found[1]) for found in versions if found]
    if subject.stays and len(numbers) == 2 and numbers[0] - numbers[1] > 1:
        yield (
            f"{before} → {after}: EKS goes back by one version at the most, within seven days of the upgrade: make a "
            f"new cluster, and move the workloads"
        )


RULE = Rule(
    types=frozenset({"AWS::EKS::Cluster", "AWS::EKS::Nodegroup"}),
    find=_find,
    source="https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html",
    properties=("Version",),
)
