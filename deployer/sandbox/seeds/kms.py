"""Keys."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _key(wanted: Wanted) -> Properties:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Description": "Existing key", "MultiRegion": wanted.name.startswith("mrk-"), "KeyPolicy": policy}


SEEDS = {"AWS::KMS::Key": Seed(("kms", "_keys"), _key, looks=arn("kms", "key/"))}
