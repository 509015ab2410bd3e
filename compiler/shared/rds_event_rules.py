"""Checks of the setting `events` of a database: a topic that RDS can notify, and events that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.topic_rules import topic_faults
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_OFFER = "rds_events"


@frozen(eq=True)
class Sources:
    """Settings of `events`, each for the events of one source."""

    there: tuple[str, ...]
    """Of sources that the database has."""
    missing: Mapping[str, str]
    """Of sources that it does not have → why."""


def event_faults(said: Json, sources: Sources, spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: API reference of RDS, CreateEventSubscription, SnsTopicArn."""
    if said is None:
        return
    short = isinstance(said, str)
    topic = spec.offering(said if short else said["topic"], _OFFER)
    if topic:
        yield from topic_faults(topic, ("events",) if short else ("events", "topic"), "RDS", spec.region)
    if not short:
        yield from _sources(said, sources)


def _sources(said: Mapping[str, Json], sources: Sources) -> Iterator[Fault]:
    for setting, why in sources.missing.items():
        if said[setting] not in (None, True):
            yield Fault("unused-setting", why, ("events", setting), "remove it")
    if all(said[setting] in ([], False) for setting in sources.there):
        message = "no events are left: each of its sources is turned off"
        yield Fault("unused-setting", message, ("events",), f"give '{sources.there[0]}' categories, or remove 'events'")
