"""Secrets: their ARN, by their name."""

from __future__ import annotations

from deployer.question import maybe
from deployer.session import Aws


def _secret(aws: Aws, name: str) -> str | None:
    if name.startswith("arn:"):
        return name
    found = maybe(lambda: aws.client("secretsmanager", aws.region).describe_secret(SecretId=name))
    return str(found["ARN"]) if found else None


NAMED = {"AWS::SecretsManager::Secret": _secret}
