"""Versions of a Kubernetes cluster and its node groups, one minor version at a time.

Going up, all node groups have the cluster's version before it gets the next one (API reference, UpdateClusterVersion).
Going back, the nodes go first: none may be newer than the control plane.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.order import Order, Split, Stage, Turn

_VERSION = re.compile(r"1\.(\d+)")
_NODES = "AWS::EKS::Nodegroup"


def _split(turn: Turn) -> Split | None:
    if not turn.stays:
        return None
    stages = tuple(Stage(text, {**turn.old, "Version": version}) for text, version in _steps(turn))
    return Split(stages) if stages else None


def _steps(turn: Turn) -> Iterator[tuple[str, str]]:
    before, after = turn.both("Version")
    old, new = _VERSION.fullmatch(str(before)), _VERSION.fullmatch(str(after))
    if not old or not new:
        return
    nodes = turn.change.resource_type == _NODES
    for minor in range(int(old[1]) + 1, int(new[1])):
        yield f"{'the nodes are' if nodes else 'the cluster is'} upgraded to 1.{minor}", f"1.{minor}"
    if nodes and _goes_back(old, new):
        yield f"the nodes go back to {after}", str(after)


def _goes_back(old: re.Match[str], new: re.Match[str]) -> bool:
    """Whether by one version; what is more than that is refused."""
    return int(old[1]) - int(new[1]) == 1


ORDER = Order(
    types=frozenset({"AWS::EKS::Cluster", _NODES}),
    split=_split,
    source="https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterVersion.html",
)
