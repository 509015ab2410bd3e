"""What of a search domain can be turned on and not off again, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject

_ONE_WAY: Mapping[str, str] = {
    "AdvancedSecurityOptions.Enabled": "fine-grained access control",
    "EncryptionAtRestOptions.Enabled": "encryption at rest",
    "NodeToNodeEncryptionOptions.Enabled": "encryption between nodes",
}
_WAY = "make a new domain, and move the data"


def _find(subject: Subject) -> Iterator[str]:
    if subject.change.action != "Modify":
        return
    for name, what in _ONE_WAY.items():
        before, after = (_on(value) for value in subject.both(name))
        if before and not after:
            yield f"{what} can't be turned off: {_WAY} if you can't leave it on"
    inside = [bool(value) for value in subject.both("VPCOptions")]
    if inside[0] != inside[1]:
        yield f"a domain in a VPC gets no public endpoint, and a public one moves into no VPC: {_WAY}"
    if subject.both("IPAddressType") == ("dualstack", "ipv4"):
        yield f"dual stack can't be changed back to IPv4: {_WAY} if you can't leave it"


def _on(value: Json) -> bool:
    return str(value).lower() == "true"


RULE = Rule(
    types=frozenset({"AWS::OpenSearchService::Domain"}),
    find=_find,
    source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
    properties=("VPCOptions",),
)
