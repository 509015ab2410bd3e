"""KMS keys of the applications' own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from awacs.aws import PolicyDocument
from troposphere import AWSObject, GetAtt, Ref, kms

from compiler.program.component import Capability, Component, Grant, Output, Platform, Value
from compiler.shared.keep import deletion
from compiler.shared.key_policy import administration, no_grants_to_people
from compiler.shared.platform_key import USE
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_USE = tuple(f"kms:{action}" for action in USE)


@frozen(kw_only=True)
class Key(Component):
    """A symmetric key with rotation, which this account's IAM policies open."""

    description: str | None
    rotation_days: int
    deletion_days: int
    multi_region: bool
    replica_of: str | None
    keep: str

    @property
    def main_id(self) -> str:
        """A replica is of another resource type, which CloudFormation can't make of a key."""
        return f"{self.stem}Replica" if self.replica_of else self.stem

    @property
    def alias_id(self) -> str:
        return f"{self.stem}Alias"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield self._key(self._alike(platform))
        name = f"alias/{platform.name}-{platform.environment}/{self.name}"
        yield kms.Alias(self.alias_id, AliasName=name, TargetKeyId=Ref(self.main_id))

    def _key(self, alike: Mapping[str, object]) -> AWSObject:
        if self.replica_of:
            return kms.ReplicaKey(self.main_id, PrimaryKeyArn=self.replica_of, **alike)
        rotation = {"EnableKeyRotation": True, "RotationPeriodInDays": self.rotation_days}
        return kms.Key(self.main_id, MultiRegion=self.multi_region, **rotation, **alike)

    def _alike(self, platform: Platform) -> Mapping[str, object]:
        """What a key and a replica have alike; each has a policy of its own."""
        statements = [administration(), no_grants_to_people()]
        return {
            "Description": self.description or f"{self.name} of {platform.name} {platform.environment}",
            "PendingWindowInDays": self.deletion_days,
            "KeyPolicy": PolicyDocument(Version="2012-10-17", Statement=statements).JSONrepr(),
            **deletion(self.keep),
        }

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        arn = GetAtt(self.main_id, "Arn")
        return {"use": Capability((Grant(_USE, (arn,)),), environment={"ARN": arn}), "recover": Capability()}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(self.main_id)}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "id": Ref(self.main_id), "alias": Ref(self.alias_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Arn", GetAtt(self.main_id, "Arn"), f"ARN of the key {self.name}")


KIND = Key
