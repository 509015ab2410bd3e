"""What the parts of a domain or a collection know of it: its settings, and the names that follow from them."""

from __future__ import annotations

from troposphere import GetAtt

from compiler.kinds.search.names import LONGEST_COLLECTION, LONGEST_DOMAIN
from compiler.kinds.search.settings import Collection, Domain
from compiler.program.component import Platform, Value
from compiler.shared import physical_names
from compiler.shared.log_targets import LogTarget
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Search(LogTarget):
    """One domain or one collection; users sign their requests with their IAM roles."""

    network: bool
    domain: Domain | None
    collection: Collection | None
    keep: str

    @property
    def serverless(self) -> bool:
        """Whether it is a collection."""
        if self.existing is not None:
            return bool(self.existing["collection"]) or ":aoss:" in self.existing["id"]
        return self.collection is not None

    @property
    def main_id(self) -> str:
        """CloudFormation changes no resource's type, so a collection has another id than a domain."""
        return f"{self.stem}{'Collection' if self.serverless else 'Domain'}"

    @property
    def group_id(self) -> str:
        """Logical id of the security group in front of a domain, or of something existing."""
        return f"{self.stem}SecurityGroup"

    @property
    def arn(self) -> Value:
        return GetAtt(self.main_id, "Arn")

    def physical_name(self, platform: Platform) -> str:
        """The name of what is made, for its own policies: it can't be read in its own properties."""
        settings = self.domain or self.collection
        most = LONGEST_DOMAIN if self.domain else LONGEST_COLLECTION
        words = (platform.name, platform.environment, self.name)
        return (settings and settings.identifier) or physical_names.physical_name(words, most)

    def known_as(self, platform: Platform) -> Value:
        """The name by which data access policies know a collection, made or existing."""
        return self.physical_name(platform) if self.existing is None else GetAtt(self.main_id, "Name")
