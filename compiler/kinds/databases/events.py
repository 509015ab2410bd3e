"""What a topic gets of a database's events: those of its instances, its cluster, its proxy and its parameters."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, rds

from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import Platform
from compiler.shared.rds_events import EventSource, long_form, subscriptions
from compiler.source.json_value import Json


def events(database: DatabaseSettings, platform: Platform) -> Iterator[AWSObject]:
    said = long_form(database.events)
    return subscriptions(rds.EventSubscription, said, _sources(database, said), platform)


def _sources(database: DatabaseSettings, said: Json) -> Iterator[EventSource]:
    """Of parameter groups RDS knows those of instances as a source; an Aurora cluster has another sort."""
    aurora = database.facts.aurora
    instances = database.member_ids if aurora else (database.main_id, *database.replica_ids)
    yield EventSource(database.part("InstanceEvents"), "db-instance", instances, said.get("instances"))
    if aurora:
        yield EventSource(database.part("ClusterEvents"), "db-cluster", (database.main_id,), said.get("cluster"))
    elif said.get("parameters") is not False:
        group = (database.part("Parameters"),)
        yield EventSource(database.part("ParameterEvents"), "db-parameter-group", group, None)
    if database.proxy:
        yield EventSource(database.part("ProxyEvents"), "db-proxy", (database.part("Proxy"),), said.get("proxy"))
