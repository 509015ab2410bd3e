"""A backup vault whose lock can't be changed any more once its days of grace have passed.

The vault itself can be deleted all the same as soon as it is empty, which `not_empty` tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.differences import same
from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("LockConfiguration")
    days = subject.both("LockConfiguration.ChangeableForDays")[0]
    if days is not None and subject.stays and not same(before, after):
        yield f"{days} days after it was set nobody can change or remove the vault's lock: leave it then"


RULE = Rule(
    types=frozenset({"AWS::Backup::BackupVault"}),
    find=_find,
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
    properties=("LockConfiguration",),
)
