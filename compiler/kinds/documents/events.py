"""What a topic gets of the events of a cluster and its instances."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, docdb

from compiler.kinds.documents.settings import DocumentsSettings
from compiler.program.component import Platform
from compiler.shared.rds_events import EventSource, long_form, subscriptions


def events(documents: DocumentsSettings, platform: Platform) -> Iterator[AWSObject]:
    said = long_form(documents.events)
    sources = (
        EventSource(documents.part("InstanceEvents"), "db-instance", documents.member_ids, said.get("instances")),
        EventSource(documents.part("ClusterEvents"), "db-cluster", (documents.main_id,), said.get("cluster")),
    )
    return subscriptions(docdb.EventSubscription, said, sources, platform)
