"""Buckets, image repositories and backup vaults that are only deleted when nothing is in them: look, and empty them.

A vault is not emptied: its recovery points are what is left of other things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.faults import denied, error_code, explained, read
from deployer.session import Aws
from reviewer.stores import ONLY_EMPTY
from reviewer.template_set import Address

_BUCKET = "AWS::S3::Bucket"
EMPTIED = frozenset({_BUCKET, "AWS::ECR::Repository"})
"""Types that can be emptied here; what a backup vault has is for whoever has it kept."""
_VAULT = "AWS::Backup::BackupVault"
_NOUNS: Mapping[str, str] = {_BUCKET: "bucket", _VAULT: "backup vault"}
_GONE = frozenset({"NoSuchBucket", "404", "RepositoryNotFoundException", "ResourceNotFoundException"})
_IMAGES = 100
"""Images of one call (Amazon ECR API reference, BatchDeleteImage)."""


@frozen(eq=True)
class Full:
    """A bucket, repository or vault that is to be deleted, and that has something in it."""

    component: str
    logical_id: str
    resource_type: str
    name: str
    """Of the bucket, the repository or the vault."""
    seen: bool = True
    """False where nobody was allowed to look."""

    @property
    def names(self) -> frozenset[str]:
        """All that a person may call it."""
        return frozenset({self.component, self.component.rpartition(".")[2], self.logical_id, self.name} - {""})

    @property
    def can_be_emptied(self) -> bool:
        return self.resource_type in EMPTIED

    def __str__(self) -> str:
        noun = _NOUNS.get(self.resource_type, "repository")
        return f"{noun} {self.name} " + ("is not empty" if self.seen else "may not be empty: looking is not allowed")


def full_stores(
    aws: Aws, going: Mapping[Address, str], names: Mapping[Address, str], origins: Mapping[str, Mapping[str, str]]
) -> tuple[Full, ...]:
    """Those of the resources that go (address → type) that have something in them; `names` are their physical ids."""
    stores = (
        Full(origins.get(address[0], {}).get(address[1], ""), address[1], kind, names[address])
        for address, kind in going.items()
        if kind in ONLY_EMPTY
    )
    return tuple(_full(aws, stores))


def _full(aws: Aws, stores: Iterator[Full]) -> Iterator[Full]:
    for store in stores:
        try:
            if _has_anything(aws, store):
                yield store
        except ClientError as fault:
            if denied(fault):
                yield Full(store.component, store.logical_id, store.resource_type, store.name, seen=False)
            elif error_code(fault) not in _GONE:
                raise


def _has_anything(aws: Aws, store: Full) -> bool:
    if store.resource_type == _VAULT:
        backup = aws.client("backup", aws.region)
        asked = {"BackupVaultName": store.name, "MaxResults": 1}
        return bool(read(lambda: backup.list_recovery_points_by_backup_vault(**asked)).get("RecoveryPoints"))
    if store.resource_type != _BUCKET:
        ecr = aws.client("ecr", aws.region)
        return bool(read(lambda: ecr.list_images(repositoryName=store.name, maxResults=1)).get("imageIds"))
    where = _bucket(aws, store)
    versions = read(lambda: aws.s3.list_object_versions(MaxKeys=1, **where))
    return bool(versions.get("Versions") or versions.get("DeleteMarkers"))


def _bucket(aws: Aws, store: Full) -> dict[str, Json]:
    return {"Bucket": store.name, "ExpectedBucketOwner": aws.account}


@explained("emptying what is to be removed")
def empty(aws: Aws, store: Full) -> int:
    """Delete everything in it, with all versions, delete markers and unfinished uploads: how much that was.

    Raises `DeployError` for an object that can't be deleted, such as one under Object Lock.
    """
    if store.resource_type != _BUCKET:
        return _empty_repository(aws, store)
    return _delete_versions(aws, store) + _abort_uploads(aws, store)


def _delete_versions(aws: Aws, store: Full) -> int:
    where = _bucket(aws, store)
    count = 0
    for page in aws.s3.get_paginator("list_object_versions").paginate(**where):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        objects: list[Json] = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        if objects:
            answer = aws.s3.delete_objects(Delete={"Objects": objects, "Quiet": True}, **where)
            _check(answer.get("Errors", ()), "DeleteObjects")
            count += len(objects)
    return count


def _abort_uploads(aws: Aws, store: Full) -> int:
    where = _bucket(aws, store)
    pages = aws.s3.get_paginator("list_multipart_uploads").paginate(**where)
    uploads = [one for page in pages for one in page.get("Uploads", ())]
    for one in uploads:
        aws.s3.abort_multipart_upload(Key=one["Key"], UploadId=one["UploadId"], **where)
    return len(uploads)


def _empty_repository(aws: Aws, store: Full) -> int:
    """Images in manifest lists go after these, so that what is refused at first is tried again."""
    ecr = aws.client("ecr", aws.region)
    count = 0
    while found := _images(ecr, store):
        answers = [_delete_images(ecr, store, found[at : at + _IMAGES]) for at in range(0, len(found), _IMAGES)]
        if not any(deleted for deleted, _ in answers):
            _check([failure for _, failures in answers for failure in failures], "BatchDeleteImage")
            return count
        count += sum(deleted for deleted, _ in answers)
    return count


def _images(ecr: Json, store: Full) -> list[Json]:
    pages = ecr.get_paginator("list_images").paginate(repositoryName=store.name)
    digests = dict.fromkeys(one["imageDigest"] for page in pages for one in page.get("imageIds", ()))
    return [{"imageDigest": digest} for digest in digests]


def _delete_images(ecr: Json, store: Full, images: Sequence[Json]) -> tuple[int, Sequence[Json]]:
    answer = ecr.batch_delete_image(repositoryName=store.name, imageIds=images)
    return len(answer.get("imageIds", ())), answer.get("failures", ())


def _check(failures: Sequence[Json], operation: str) -> None:
    """What can't be deleted is told by the first of it."""
    for one in failures:
        code = one.get("Code") or one.get("failureCode", "")
        text = one.get("Message") or one.get("failureReason", "")
        raise ClientError({"Error": {"Code": code, "Message": f"{one.get('Key', '')} {text}".strip()}}, operation)
