"""What looking into buckets, repositories and vaults takes, and emptying them: `plan` looks, `destroy --empty` empties.

Sources: Service Authorization Reference, Amazon S3, Amazon ECR and AWS Backup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.program.component import Grant, Platform
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled

_OWN = {"StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}}
_IMPORTS = ("cloudformation:ListImports",)
"""Who imports an export that goes; an export is no resource of IAM's."""


@frozen(eq=True)
class _Store:
    """A type whose resources are only deleted when nothing is in them."""

    sid: str
    name: str
    """The property with a name of its own."""
    arn: str
    """Up to the name."""
    look: tuple[str, ...]
    empty: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    """Actions on what is in it."""


_STORES: Mapping[str, _Store] = {
    "AWS::S3::Bucket": _Store(
        "Buckets",
        "BucketName",
        "arn:${AWS::Partition}:s3:::",
        ("s3:ListBucketVersions",),
        ("s3:ListBucketMultipartUploads",),
        ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    ),
    "AWS::ECR::Repository": _Store(
        "Repositories",
        "RepositoryName",
        "arn:${AWS::Partition}:ecr:%s:${AWS::AccountId}:repository/",
        ("ecr:ListImages",),
        ("ecr:BatchDeleteImage",),
    ),
    "AWS::Backup::BackupVault": _Store(
        "Vaults",
        "BackupVaultName",
        "arn:${AWS::Partition}:backup:%s:${AWS::AccountId}:backup-vault:",
        ("backup:ListRecoveryPointsByBackupVault",),
    ),
}


def looking(platform: Platform, roots: Sequence[Compiled]) -> Iterator[tuple[str, Grant]]:
    """What tells whether something that goes is empty, and whether others import what it exports."""
    yield "Importers", Grant(_IMPORTS, ("*",))
    for store, arns in _found(platform, roots):
        yield store.sid, Grant(store.look, arns, _OWN)


def emptying(platform: Platform, roots: Sequence[Compiled]) -> Iterator[tuple[str, Grant]]:
    """What `destroy --empty` takes beside looking; nothing where there is nothing to empty."""
    for store, arns in _found(platform, roots):
        if store.empty:
            yield store.sid, Grant((*store.look, *store.empty), arns, _OWN)
        if store.inside:
            yield f"In{store.sid}", Grant(store.inside, tuple(f"{arn}/*" for arn in arns), _OWN)


def _found(platform: Platform, roots: Sequence[Compiled]) -> Iterator[tuple[_Store, tuple[str, ...]]]:
    for kind, store in _STORES.items():
        arns = {one for root in roots for one in _arns(platform, root, kind)}
        if arns:
            yield store, tuple(sorted(arns))


def _arns(platform: Platform, root: Compiled, kind: str) -> Iterator[str]:
    """By names of their own, else by the one that CloudFormation makes up from the name of the stack."""
    store = _STORES[kind]
    head = store.arn % root.region if "%s" in store.arn else store.arn
    for template in root.templates:
        for body in template.body.get("Resources", {}).values():
            if body.get("Type") == kind:
                yield head + _name(body.get("Properties", {}).get(store.name), platform)


def _name(name: Json, platform: Platform) -> str:
    text = name.get("Fn::Sub") if isinstance(name, Mapping) else name
    return text if isinstance(text, str) else f"{platform.name}-{platform.environment}-*"
