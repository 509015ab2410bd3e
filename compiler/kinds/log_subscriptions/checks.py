"""Checks of log subscriptions: the pattern, the settings of the target's kind, and how many a log group has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.filter_patterns import wrong
from compiler.source.json_value import Json

_MOST = 2
"""Subscriptions of a log group (CloudWatch Logs quotas)."""
_LARGEST_BATCH = 100
"""MiB, of OpenSearch alone (Firehose API reference, AmazonopensearchserviceBufferingHints)."""
_OF = {
    "search": {"index", "rotation", "fields", "retry_seconds", "backup", "buffer", "logs"},
    "buckets": {"buffer", "logs"},
    "streams": {"distribution"},
    "functions": set(),
    "": set(),
}
"""Section of the target → the settings that say something of it; empty where the target is an ARN."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data, target = component.settings, spec.offering(component.settings["to"], "receive_logs")
    found = wrong(data["pattern"])
    if found:
        yield Fault("bad-filter-pattern", f"the pattern {found}", ("pattern",), "see docs/monitoring.md")
    if data["to"].startswith("arn:") and region_in(data["to"]) != spec.region:
        message = f"it is in {region_in(data['to'])}, and CloudWatch Logs sends to its own region, {spec.region}, only"
        yield Fault("not-allowed", message, ("to",), f"name one in {spec.region}")
    yield from _circle(data, target, spec)
    yield from _counts(component, spec)
    yield from _idle(component, target)
    if target and target.section == "search":
        yield from _documents(data, target, spec)


def _circle(data: Mapping[str, Json], target: ResolvedComponent | None, spec: ResolvedSpec) -> Iterator[Fault]:
    if target is None:
        return
    circles = [("of", n) for n, one in enumerate(data["of"] or ()) if spec.offering(one, "logs") is target]
    circles += [("groups", n) for n, one in enumerate(data["groups"]) if one == _own_group(target, spec)]
    for path in circles:
        message = f"what '{data['to']}' logs about an event would be sent to it again, in an endless loop"
        yield Fault("log-circle", message, path, "take it out of the list")


def _own_group(target: ResolvedComponent, spec: ResolvedSpec) -> str:
    """Name of the log group of a component that has one, as `compiler/shared/logs.py`, which checks can't load."""
    said = target.settings.get("logs") or {}
    return said.get("name") or f"/{spec.platform}/{spec.environment}/{target.address.replace('.', '/')}"


def _sources(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[str]:
    """Addresses of components and names of log groups."""
    data = component.settings
    yield from data["groups"]
    target = spec.offering(data["to"], "receive_logs")
    every = spec.able("logs") if not data["of"] and not data["groups"] else ()
    named = every or [spec.offering(one, "logs") for one in data["of"] or ()]
    found = (one for one in named if one and one is not target and one.settings.get("existing") is None)
    yield from (one.address for one in found)


def _counts(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    own = list(_sources(component, spec))
    earlier: list[str] = []
    for other in spec.components(component.section):
        if other is component:
            break
        earlier += _sources(other, spec)
    full = next((one for one in own if earlier.count(one) >= _MOST), None)
    if full:
        message = f"{full} has {_MOST} subscriptions already, as many as CloudWatch Logs takes"
        path = next((word for word in ("of", "groups") if component.settings[word]), None)
        help_text = "name the components in 'of' of each subscription"
        yield Fault("out-of-range", message, (path,) if path else (), help_text)


def _idle(component: ResolvedComponent, target: ResolvedComponent | None) -> Iterator[Fault]:
    of_stream = ":kinesis:" in component.settings["to"]
    used = _OF[target.section if target else "streams" if of_stream else ""]
    if target and target.settings.get("collection"):
        used = used - {"rotation"}  # Firehose begins no new index in a collection
    known = component.kind["properties"]
    for name in sorted(set().union(*_OF.values()) - used):
        default = known[name].get("default", {})
        if name in ("logs", "buffer") or component.settings[name] == default:
            continue
        message = f"'{name}' does not apply to the target '{component.settings['to']}'"
        yield Fault("unused-setting", message, (name,), "remove it")


def _documents(data: Mapping[str, Json], target: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    backup = spec.offering(data["backup"], "receive_logs")
    if not data["backup"]:
        message = "'backup' is not set: documents that OpenSearch rejects need a bucket"
        yield Fault("missing-property", message, (), "name a bucket in 'backup'")
    elif backup and backup.section != "buckets":
        yield Fault("wrong-kind", f"'{data['backup']}' is not a bucket", ("backup",), "name a bucket")
    if data["buffer"]["mib"] > _LARGEST_BATCH:
        message = f"Firehose writes at most {_LARGEST_BATCH} MiB at once to OpenSearch"
        yield Fault("out-of-range", message, ("buffer", "mib"), f"at most {_LARGEST_BATCH}")
