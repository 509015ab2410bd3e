"""Keys: their id, by their ARN or alias."""

from __future__ import annotations

from deployer.question import maybe
from deployer.session import Aws


def _key(aws: Aws, name: str) -> str | None:
    if not name.startswith(("alias/", "arn:")):
        return name
    found = maybe(lambda: aws.client("kms", aws.region).describe_key(KeyId=name))
    return str(found["KeyMetadata"]["KeyId"]) if found else None


NAMED = {"AWS::KMS::Key": _key}
