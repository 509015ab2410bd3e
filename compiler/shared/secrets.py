"""Secrets with a password that Secrets Manager generates, and what reading one gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from troposphere import secretsmanager

from compiler.program.component import Capability, Grant, Platform, Value
from compiler.shared.platform_key import key_grant
from compiler.shared.recovery_region import copy_key
from compiler.source.frozen import frozen


@frozen()
class SecretReplica:
    """A copy of a secret in another region: what encrypts it, if not the platform's key there."""

    key: str | None


def secret_replicas(replicas: Mapping[str, SecretReplica], platform: Platform) -> Mapping[str, object]:
    """Property of the secret; none without replicas."""
    found = [
        secretsmanager.ReplicaRegion(Region=region, KmsKeyId=copy_key(platform, region, one.key))
        for region, one in sorted(replicas.items())
    ]
    return {"ReplicaRegions": found} if found else {}


def generated_password(template: str, length: int) -> secretsmanager.GenerateSecretString:
    """A secret's JSON object: `template` with a `password` of letters and digits in it."""
    return secretsmanager.GenerateSecretString(
        SecretStringTemplate=template,
        GenerateStringKey="password",
        PasswordLength=length,
        ExcludePunctuation=True,
    )


def by_secret(secret: Value, keys: Mapping[str, Value], platform: Platform, key: str | None = None) -> Capability:
    """Sign-in with what a secret holds, without the way there; `keys` are what ECS injects from it.

    `key` is the ARN of the key that encrypts it, if it is not the platform's.
    """
    read = Grant(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), (secret,))
    inject = Grant(("secretsmanager:GetSecretValue",), (secret,))
    decrypt = key_grant(platform, "secretsmanager", "Decrypt")
    decrypt = replace(decrypt, resources=(key,)) if key else decrypt
    return Capability(
        grants=(read, decrypt),
        environment={"SECRET_ARN": secret},
        secrets=keys,
        secret_grants=(inject, decrypt),
    )
