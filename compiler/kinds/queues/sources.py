"""Dead-letter queues, of one queue or shared by several: which these are, and that it takes from them alone.

Each source names the dead-letter queue, which SQS wants to be there first; so the dead-letter queue can name its
sources only by ARNs that are known without them: under `naming:`, or by a literal QueueName in `properties`. Where
one is not, or where there are more than ten, it takes from every queue of the account in the region.

Source: SQS API reference, SetQueueAttributes: RedriveAllowPolicy names up to 10 queues; more need ``allowAll``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import Sub

from compiler.language.naming import physical_name
from compiler.meaning.claimed_names import renamed_by_patch
from compiler.program.component import Component, Platform
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_MOST_SOURCES = 10


def sources_of(platform: Platform, queue: Component) -> tuple[Component, ...]:
    """The queues whose dead letters `queue` takes, by their names."""
    found = (platform.components[edge.source] for edge in platform.edges_to(queue, "dead_letters"))
    return tuple(sorted(found, key=lambda source: source.name))


def allowed_sources(platform: Platform, queue: Component) -> dict[str, Json]:
    """The RedriveAllowPolicy of a queue that others share as their dead-letter queue."""
    return allowing(platform, sources_of(platform, queue))


def allowing(platform: Platform, sources: Sequence[Component]) -> dict[str, Json]:
    """The RedriveAllowPolicy of the dead-letter queue of these queues."""
    names = [_fixed_name(platform, source) for source in sources]
    if None in names or len(names) > _MOST_SOURCES:
        return {"redrivePermission": "allowAll"}
    arns = [Sub(f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}") for name in names]
    return {"redrivePermission": "byQueue", "sourceQueueArns": arns}


def _fixed_name(platform: Platform, source: Component) -> str | None:
    """The name of a queue, if it is known before the queue is there."""
    found = platform.spec.at(source.address)
    raw: Mapping[str, Json] = source.properties or {}
    patched = raw.get("QueueName")
    if isinstance(patched, str) and not {"$", OPEN[0]} & {*patched} and not platform.document.data["overrides"]:
        return patched
    if renamed_by_patch(found.kind["x-physical-name"], raw, platform.document.data["overrides"]):
        return None
    return physical_name(platform.document.data["naming"], found.kind, found.name, found.settings)
