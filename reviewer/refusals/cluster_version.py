"""Earlier Kubernetes versions of a cluster and of its nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("Version")
    versions = [re.fullmatch(r"1\.(\d+)", str(value)) for value in (before, after)]
    numbers = [int(found[1]) for found in versions if found]
    if subject.stays and len(numbers) == 2 and numbers[1] < numbers[0]:
        yield f"{before} → {after} is a downgrade, which EKS does not do: make a new one, and move the workloads"


RULE = Rule(
    types=frozenset({"AWS::EKS::Cluster", "AWS::EKS::Nodegroup"}),
    find=_find,
    source="https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
    properties=("Version",),
)
