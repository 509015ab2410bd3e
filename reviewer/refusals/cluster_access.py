"""How a cluster tells who may use Kubernetes, which leads from the config map to access entries and not back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.refusal import Rule, Subject

_WAY: Sequence[str] = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("AccessConfig.AuthenticationMode")
    known = before in _WAY and after in _WAY
    if subject.stays and known and _WAY.index(after) < _WAY.index(before):
        yield f"{before} can't be changed back to {after}: leave it, and give access by entries"


RULE = Rule(
    types=frozenset({"AWS::EKS::Cluster"}),
    find=_find,
    source="https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html",
    properties=("AccessConfig",),
)
