"""OpenSearch domains and collections of OpenSearch Serverless."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt

from compiler.kinds.search.access import capabilities, url
from compiler.kinds.search.collection import collection
from compiler.kinds.search.data_access import DONE_BY, user_policy
from compiler.kinds.search.domain import domain
from compiler.kinds.search.metrics import alarms, charts
from compiler.kinds.search.names import LONGEST_COLLECTION, LONGEST_DOMAIN
from compiler.kinds.search.settings import Collection, Domain
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Output, Platform, Value
from compiler.shared import physical_names


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Search(Component):
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

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if self.domain:
            yield from domain(self, self.domain, platform)
        if self.collection:
            yield from collection(self, self.collection, platform)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return capabilities(self)

    def for_user(self, platform: Platform, user: Component, verbs: tuple[str, ...]) -> Iterable[AWSObject]:
        if self.serverless and user.role_id and DONE_BY.keys() & {*verbs}:
            yield user_policy(self, user, verbs, platform)

    def attributes(self) -> Mapping[str, Value]:
        return {"endpoint": url(self), "arn": self.arn}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Endpoint", url(self), f"URL of the search {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return alarms(self, platform)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return charts(self, platform)


KIND = Search
