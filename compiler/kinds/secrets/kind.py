"""Secrets Manager secrets: generated, or filled by hand; never written in a template."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from troposphere import AWSObject, Ref, Select, Split, Sub, secretsmanager

from compiler.language.names import shout
from compiler.program.component import Capability, Component, Grant, Output, Platform, Value
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.shared.secrets import SecretReplica, secret_replicas
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Generate:
    """The one value that AWS makes up."""

    keys: tuple[str, ...]
    length: int
    punctuation: bool


@frozen(kw_only=True)
class Secret(Component):
    """A secret that is a JSON object, encrypted with the platform's key."""

    description: str | None
    generate: Generate
    keys: tuple[str, ...]
    replicas: Mapping[str, SecretReplica]
    keep: str

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield secretsmanager.Secret(
            self.main_id,
            Description=self.description or f"{self.name} of {platform.name} {platform.environment}",
            KmsKeyId=KEY_ARN,
            GenerateSecretString=secretsmanager.GenerateSecretString(
                GenerateStringKey=self.generate.keys[0],
                SecretStringTemplate=json.dumps(dict.fromkeys(sorted(self.keys), ""), separators=(",", ":")),
                PasswordLength=self.generate.length,
                ExcludePunctuation=not self.generate.punctuation,
            ),
            **secret_replicas(self.replicas, platform),
            **deletion(self.keep),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        arn: Value = Ref(self.main_id)
        key = key_grant(platform, "secretsmanager", "Decrypt")
        read = Grant(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), (arn,))
        inject = Grant(("secretsmanager:GetSecretValue",), (arn,))
        every = (*self.generate.keys, *self.keys) if self.existing is None else self.keys
        return {
            "read": Capability(
                grants=(read, key),
                environment={"SECRET_ARN": arn},
                secrets={shout(one): Sub(f"${{{self.main_id}}}:{one}::") for one in every},
                secret_grants=(inject, key),
            ),
            "recover": Capability(),
        }

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        """The name with the six characters that Secrets Manager adds, which follows the last colon of the ARN."""
        name = Select(6, Split(":", Ref(self.main_id)))
        return {"id": name, "key": KEY_ARN, "keys": [*self.generate.keys, *self.keys]}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": Ref(self.main_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Arn", Ref(self.main_id), f"ARN of the secret {self.name}")


KIND = Secret
