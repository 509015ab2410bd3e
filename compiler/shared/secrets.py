"""Secrets with a password that Secrets Manager generates, and what reading one gives."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import secretsmanager

from compiler.program.component import Capability, Grant, Platform, Value
from compiler.shared.platform_key import key_grant


def generated_password(template: str, length: int) -> secretsmanager.GenerateSecretString:
    """A secret's JSON object: `template` with a `password` of letters and digits in it."""
    return secretsmanager.GenerateSecretString(
        SecretStringTemplate=template,
        GenerateStringKey="password",
        PasswordLength=length,
        ExcludePunctuation=True,
    )


def by_secret(secret: Value, keys: Mapping[str, Value], platform: Platform) -> Capability:
    """Sign-in with what a secret holds, without the way there; `keys` are what ECS injects from it."""
    read = Grant(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), (secret,))
    inject = Grant(("secretsmanager:GetSecretValue",), (secret,))
    decrypt = key_grant(platform, "secretsmanager", "Decrypt")
    return Capability(
        grants=(read, decrypt),
        environment={"SECRET_ARN": secret},
        secrets=keys,
        secret_grants=(inject, decrypt),
    )
