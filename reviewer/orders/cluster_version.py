"""Versions of a Kubernetes cluster, which is upgraded by one minor version at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.source.json_value import Json
from reviewer.order import Order, Split, Stage, Turn

_VERSION = re.compile(r"1\.(\d+)")


def _split(turn: Turn) -> Split | None:
    between = tuple(_between(*turn.both("Version")))
    if not between or not turn.stays:
        return None
    return Split(
        tuple(Stage(f"the cluster is upgraded to {one}", {**turn.old, "Version": one}) for one in between),
    )


def _between(before: Json, after: Json) -> Iterator[str]:
    """Versions between two, without them."""
    old, new = _VERSION.fullmatch(str(before)), _VERSION.fullmatch(str(after))
    if old and new:
        yield from (f"1.{minor}" for minor in range(int(old[1]) + 1, int(new[1])))


ORDER = Order(
    types=frozenset({"AWS::EKS::Cluster"}),
    split=_split,
    source="https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
)
