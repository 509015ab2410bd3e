"""What of a search domain can be turned on and not off again, and where it is.

Encryption at rest and fine-grained access control are told as what may replace it, which CloudFormation does.
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject

_WAY = "make a new domain, and move the data"


def _find(subject: Subject) -> Iterator[str]:
    if not subject.stays:
        return
    before, after = (str(value).lower() == "true" for value in subject.both("NodeToNodeEncryptionOptions.Enabled"))
    if before and not after:
        yield f"encryption between nodes can't be turned off: {_WAY} if you can't leave it on"
    inside = [bool(value) for value in subject.both("VPCOptions")]
    if inside[0] != inside[1]:
        yield f"a domain in a VPC gets no public endpoint, and a public one moves into no VPC: {_WAY}"
    if subject.both("IPAddressType") == ("dualstack", "ipv4"):
        yield f"dual stack can't be changed back to IPv4: {_WAY} if you can't leave it"


RULE = Rule(
    types=frozenset({"AWS::OpenSearchService::Domain"}),
    find=_find,
    source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html",
    properties=("VPCOptions",),
)
