"""OpenSearch domains and collections of OpenSearch Serverless."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject

from compiler.kinds.search.access import capabilities, url
from compiler.kinds.search.collection import collection
from compiler.kinds.search.data_access import DONE_BY, user_policy
from compiler.kinds.search.domain import domain
from compiler.kinds.search.metrics import alarms, charts
from compiler.kinds.search.search import Search
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Output, Platform, Value
from compiler.shared.log_targets import CollectionSink, DomainSink, LogSink
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class DomainOrCollection(Search):
    """Its resources, and what it gives to its users."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if self.domain:
            yield from domain(self, self.domain, platform)
        if self.collection:
            yield from collection(self, self.collection, platform)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {**capabilities(self), "recover": Capability()}

    def for_user(self, platform: Platform, user: Component, verbs: tuple[str, ...]) -> Iterable[AWSObject]:
        if self.serverless and user.role_id and DONE_BY.keys() & {*verbs}:
            yield user_policy(self, user, verbs, platform)

    def log_sink(self, platform: Platform) -> LogSink:
        return CollectionSink(url(self)) if self.serverless else DomainSink(self.arn)

    def attributes(self) -> Mapping[str, Value]:
        return {"endpoint": url(self), "arn": self.arn}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Endpoint", url(self), f"URL of the search {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return alarms(self, platform)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return charts(self, platform)


KIND = DomainOrCollection
