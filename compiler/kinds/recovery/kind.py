"""Recovery in another region: the wish that data stores are held to, and the key of their copies there.

Nothing in the recovery region points at the platform's own region, so that its stack is made first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from awacs.aws import PolicyDocument
from troposphere import AWSObject, GetAtt, Ref, ecr, kms

from compiler.program.component import Capability, Output, Platform, Value
from compiler.shared.keep import deletion
from compiler.shared.key_policy import administration, no_grants_to_people
from compiler.shared.recovery_region import RecoveryRegion
from compiler.source.frozen import frozen

_KEY, _ALIAS = "RecoveryRegionKey", "RecoveryRegionKeyAlias"


@frozen(kw_only=True)
class Recovery(RecoveryRegion):
    """The key of all copies in the other region, and the rule that copies images there."""

    rpo: str
    rto: str
    otherwise: Mapping[str, str]
    images: bool
    keep: str

    @property
    def main_id(self) -> str:
        return _KEY

    @property
    def key_arn(self) -> Value:
        return GetAtt(_KEY, "Arn")

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        statements = [administration(), no_grants_to_people()]
        yield kms.Key(
            _KEY,
            Description=f"Encrypts copies of what {platform.name} {platform.environment} keeps",
            EnableKeyRotation=True,
            KeyPolicy=PolicyDocument(Version="2012-10-17", Statement=statements),
            **deletion(self.keep),
        )
        yield kms.Alias(
            _ALIAS,
            AliasName=f"alias/{platform.name}-{platform.environment}/recovery-region",
            TargetKeyId=Ref(_KEY),
        )
        if self.images:
            yield from self._images()

    def _images(self) -> Iterator[AWSObject]:
        """A registry has one such configuration (ECR user guide, private image replication)."""
        there = ecr.ReplicationDestination(Region=self.region, RegistryId=Ref("AWS::AccountId"))
        rules = [ecr.ReplicationRule(Destinations=[there])]
        yield ecr.ReplicationConfiguration(
            "RecoveryRegionImages",
            ReplicationConfiguration=ecr.ReplicationConfigurationProperty(Rules=rules),
        )

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        return dict.fromkeys((_KEY, _ALIAS), self.region)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"wish": Capability()}

    def attributes(self) -> Mapping[str, Value]:
        return {"region": self.region, "key_arn": self.key_arn}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output("RecoveryRegionKeyArn", self.key_arn, "ARN of the key of copies in the recovery region")


KIND = Recovery
