"""What of a KMS key is decided when it is made: an update that changes it fails, whatever its UpdateReplacePolicy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reviewer.differences import same
from reviewer.refusal import Rule, Subject

_DEFAULTS: Mapping[str, object] = {
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "MultiRegion": False,
    "Origin": "AWS_KMS",
}


def _find(subject: Subject) -> Iterator[str]:
    for name, default in _DEFAULTS.items():
        before, after = (value if value is not None else default for value in subject.both(name))
        if subject.stays and not same(before, after):
            yield f"{name} of a key can't be changed ({before} → {after}): make a new key, and encrypt with that"


RULE = Rule(
    types=frozenset({"AWS::KMS::Key"}),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html",
    properties=("KeySpec",),
)
