"""Subscriptions of a topic to the events of a database and of what belongs to it.

Sources: CloudFormation reference, AWS::RDS::EventSubscription and AWS::DocDB::EventSubscription: SourceIds need a
SourceType, and another topic makes a new subscription, so that none has a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from troposphere import AWSObject, Ref

from compiler.program.component import Platform
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

OFFER = "rds_events"
"""What the topic has to offer."""


@frozen(eq=True)
class EventSource:
    """Resources of one source type, which one subscription is about."""

    logical_id: str
    """Of the subscription."""
    source_type: str
    """RDS's word for what they are: ``db-instance``."""
    ids: Sequence[str]
    """Logical ids of the resources, whose `Ref` is the name by which RDS knows them."""
    categories: Sequence[str] | None
    """Only events of these categories; None is all of them, and with an empty list there is no subscription."""

    @property
    def wanted(self) -> bool:
        return bool(self.ids) and (self.categories is None or bool(self.categories))


def long_form(said: Json) -> Mapping[str, Json]:
    """The setting `events` as a map; a name alone is the topic, of all events."""
    return {"topic": said} if isinstance(said, str) else said


def subscriptions(
    kind: type[AWSObject], said: Mapping[str, Json], sources: Iterable[EventSource], platform: Platform
) -> Iterator[AWSObject]:
    """One subscription, of the type `kind`, for each source that is wanted.

    RDS refuses a topic whose policy does not let it publish (API reference, CreateEventSubscription,
    SNSNoAuthorization), so that the policy comes first.
    """
    topic = platform.components[said["topic"]]
    after = platform.offered(topic, OFFER).after
    for source in sources:
        if source.wanted:
            yield kind(
                source.logical_id,
                SnsTopicArn=topic.attributes()["arn"],
                SourceType=source.source_type,
                SourceIds=[Ref(logical_id) for logical_id in source.ids],
                **({"EventCategories": list(source.categories)} if source.categories else {}),
                **({"Enabled": False} if said.get("enabled") is False else {}),
                **({"DependsOn": list(after)} if after else {}),
            )
