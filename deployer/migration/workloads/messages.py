"""Topics that a service publishes to, and queues that take them."""

from __future__ import annotations

import json
import math
import re

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.times import seconds

_DAY = 86400
_HIDDEN = 30
"""Seconds that a message of Copilot's queues is hidden after it was received, if the manifest does not say."""


def topic_name(service: str, topic: str) -> str:
    return slug(f"{service}-{topic}")


def topics(part: Part, draft: Draft, service: str) -> dict[str, str]:
    """`publish.topics`: name in the manifest → component."""
    found: dict[str, str] = {}
    for row in part.rows("publish", "topics"):
        name = row.text("name")
        if name is None:
            draft.lost(row.place(), "this topic has no name", "add it to `topics`")
            continue
        found[name] = topic_name(service, name)
        draft.put("topics", found[name], _fifo(row), row.place("name"))
    return found


def published(found: dict[str, str], uses: dict[str, Json]) -> dict[str, Json]:
    """The use of each topic, and the variable in which Copilot tells their ARNs."""
    for component in found.values():
        uses[f"topics.{component}"] = "publish"
    arns = {name: f"${{topics.{component}.arn}}" for name, component in found.items()}
    return {"COPILOT_SNS_TOPIC_ARNS": json.dumps(arns)} if arns else {}


def _fifo(row: Part) -> dict[str, Json]:
    if not isinstance(row.look("fifo"), dict):
        return {"fifo": True, "content_deduplication": False} if row.flag("fifo") else {}
    unique = row.flag("fifo", "content_based_deduplication")
    return {"fifo": True, "content_deduplication": bool(unique)}


def subscriptions(part: Part, draft: Draft, service: str, uses: dict[str, Json]) -> dict[str, Json]:
    """`subscribe`: the queue of the service, queues of single topics, and the variables with their URLs."""
    inner = part.part("subscribe")
    own = slug(f"{service}-events")
    _queue(inner.part("queue"), draft, own, uses)
    urls: dict[str, str] = {}
    for row in inner.rows("topics"):
        topic, publisher = row.text("name"), row.text("service")
        component = topic_name(publisher or "", topic or "")
        if not draft.has("topics", component):
            told = f"no service of this application publishes the topic '{topic}' as '{publisher}'"
            draft.lost(row.place(), told, "add the topic to `topics`, with the queue as its subscriber")
            row.take()
            continue
        queue = own
        if row.look("queue") not in (None, False):
            queue = slug(f"{service}-{component}")
            _queue(row.part("queue"), draft, queue, uses)
            fifo = "fifo" if draft.sections["topics"][component].get("fifo") else ""
            urls[_url_key(str(publisher), f"{topic}{fifo}")] = f"${{queues.{queue}.url}}"
        _subscribe(row, draft, component, queue)
    found: dict[str, Json] = {"COPILOT_QUEUE_URI": f"${{queues.{own}.url}}"}
    return {**found, "COPILOT_TOPIC_QUEUE_URIS": json.dumps(urls)} if urls else found


def _url_key(service: str, topic: str) -> str:
    """How Copilot calls the queue of one topic in COPILOT_TOPIC_QUEUE_URIS."""
    publisher, name = (re.sub("[^A-Za-z0-9]", "", text) for text in (service, topic))
    return f"{publisher}{name.capitalize()}EventsQueue"


def _subscribe(row: Part, draft: Draft, topic: str, queue: str) -> None:
    policy = row.take("filter_policy")
    subscriber: Json = {"queue": queue, "filter": policy} if policy else queue
    there = draft.sections["topics"][topic]
    there["subscribers"] = [*there.get("subscribers", ()), subscriber]


def _queue(part: Part, draft: Draft, name: str, uses: dict[str, Json]) -> None:
    timeout, delay = seconds(part.text("timeout")), seconds(part.text("delay"))
    settings: dict[str, Json] = {"visibility_seconds": _HIDDEN if timeout is None else int(timeout)}
    settings |= {"delay_seconds": None if delay is None else int(delay), "retention_days": _days(part, draft)}
    settings |= _queue_fifo(part, draft)
    tries = part.number("dead_letter", "tries")
    settings["dead_letter"] = None if tries is None else {"after": tries}
    draft.put("queues", name, settings, part.place())
    uses[f"queues.{name}"] = "consume"
    if tries is None:
        told = "a queue of a spec always has a dead-letter queue, which takes a message after five receives"
        draft.changed(part.place(), told, "set `dead_letter.after` to another number of receives")
    part.take()


def _days(part: Part, draft: Draft) -> int | None:
    length = seconds(part.text("retention"))
    if length is None:
        return None
    days = max(1, math.ceil(length / _DAY))
    if days * _DAY != length:
        told = f"messages are kept for {days} whole days, not for {part.look('retention')}"
        draft.changed(part.place("retention"), told, "set `retention_days`")
    return days


def _queue_fifo(part: Part, draft: Draft) -> dict[str, Json]:
    found = _fifo(part)
    for key in ("high_throughput", "deduplication_scope", "throughput_limit"):
        if isinstance(part.look("fifo"), dict) and part.look("fifo", key) is not None:
            told = f"'{key}' of a fifo queue has no setting of its own"
            patch = "{DeduplicationScope: messageGroup, FifoThroughputLimit: perMessageGroupId}"
            help_text = f"patch the queue: `properties: {patch}`"
            draft.lost(part.place("fifo", key), told, help_text)
            part.take("fifo", key)
    return found
