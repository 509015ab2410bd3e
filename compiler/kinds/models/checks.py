"""Checks of models: image, capacity, scaling, requests and updates that fit each other (SageMaker developer guide)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.models.capacity_rules import capacity_faults, fewest, types
from compiler.kinds.models.instance_types import moves_at_once
from compiler.kinds.models.processors import processor
from compiler.kinds.models.source_rules import address_faults, image_faults, way_faults
from compiler.language.names import pascal
from compiler.language.times import in_seconds, told
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.variable_rules import variable_warnings
from compiler.shared.fifo import standard_only
from compiler.shared.image_source import is_built
from compiler.source.document import Path
from compiler.source.json_value import Json

_OF_INSTANCES = ("capture", "asynchronous", "variants")
"""What serverless endpoints do not have (developer guide, Serverless Inference, feature exclusions)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    kind = str((data["instances"] or {}).get("type", ""))
    yield from image_faults(data["image"], ("image",), kind, spec)
    yield from variable_warnings(data["environment"], ("environment",))
    for name, variant in data["variants"].items():
        if variant["image"]:
            yield from image_faults(variant["image"], ("variants", name, "image"), variant["type"] or kind, spec)
        elif is_built(data["image"]) and processor(variant["type"] or kind) != processor(kind):
            message = f"the model's image is built for {kind}, and {variant['type']} has another processor"
            yield Fault("image-build", message, ("variants", name, "type"), "give the variant an 'image' of its own")
        yield from variable_warnings(variant["environment"], ("variants", name, "environment"))
    yield from address_faults(data, spec)
    yield from way_faults(data, spec)
    yield from _form(data)
    yield from _names(data["variants"])
    yield from _used(component, spec)
    yield from capacity_faults(data)
    yield from _topics(data["asynchronous"] or {}, spec)
    yield from _deployment(data)


def _form(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["instances"] and data["serverless"]:
        message = "a model runs on 'instances' or is 'serverless', not both"
        yield Fault("one-of-two", message, ("serverless",), "take one of them out")
    elif not data["instances"] and not data["serverless"]:
        help_text = "instances: {type: ml.m5.large}, or serverless: {memory: 2048}"
        yield Fault("missing-property", "needs 'instances' or 'serverless'", (), help_text)
    if not data["serverless"]:
        return
    for name in _OF_INSTANCES:
        if data[name]:
            yield Fault("unused-setting", f"a serverless model has no '{name}'", (name,), "take it out")
    if data["artifact"] and not data["artifact"].endswith(".tar.gz"):
        message = "a serverless model takes an archive only"
        yield Fault("bad-value", message, ("artifact",), "pack it as .tar.gz")


def _names(variants: Mapping[str, Json]) -> Iterator[Fault]:
    seen = {"Main": "main"}
    for name in variants:
        first = seen.setdefault(pascal(name), name)
        if first != name or name == "main":
            message = f"the variant '{name}' is called like '{first}'; 'main' is the model itself"
            yield Fault("duplicate-name", message, ("variants", name), "rename it")


def _used(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """An isolated container can't reach what it uses, and a serverless one only what is not in the network."""
    data = component.settings
    for name in data["uses"]:
        target = spec.component(name)
        if data["instances"] and data["network_isolation"]:
            message = "an isolated container makes no network calls, so that it can't use anything"
            yield Fault("unused-setting", message, ("uses", name), "set 'network_isolation: false'")
        elif not data["instances"] and target and spec.in_network(component, target):
            message = f"'{target.address}' is reachable only in the network, and a serverless model is not in it"
            yield Fault("no-network", message, ("uses", name), "use 'instances'")


def _topics(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    for name in ("on_success", "on_failure"):
        path: Path = ("asynchronous", name)
        target = spec.component(data.get(name))
        if target and "publish" not in target.kind.get("x-verbs", {}):
            message = f"'{data[name]}' is in {target.section}, and SageMaker tells topics only"
            yield Fault("wrong-kind", message, path, "use a component of: topics")
        elif target:
            yield from standard_only(data[name], path, spec)


def _deployment(data: Mapping[str, Json]) -> Iterator[Fault]:
    settings = data["deployment"]
    if settings["strategy"] != "all-at-once":
        yield from _steps(data, settings["strategy"])
    steps = {"all-at-once": 1, "canary": 2}.get(settings["strategy"], math.ceil(100 / settings["step_percent"]))
    wait, limit = settings["wait_seconds"], settings["limit_minutes"]
    whole = steps * wait
    if limit and whole > in_seconds(limit, "minutes"):
        times = "once" if steps == 1 else f"{steps} times"
        message = f"the update waits {times} for {wait} seconds, which is longer than {told('minutes', limit)}"
        yield Fault("bad-value", message, ("deployment", "limit_minutes"), f"set {math.ceil(whole / 60)} or more")


def _steps(data: Mapping[str, Json], strategy: str) -> Iterator[Fault]:
    where: Path = ("deployment", "strategy")
    help_text = "take it out: 'all-at-once' keeps the old instances until the new ones are well"
    if strategy == "rolling" and (data["serverless"] or data["variants"]):
        what = "a serverless model" if data["serverless"] else "an endpoint with several variants"
        yield Fault("bad-value", f"there is no rolling update of {what}", where, help_text)
    elif any(map(moves_at_once, types(data))):
        yield Fault("bad-value", "updates of ml.inf1 instances move all requests at once", where, help_text)
    elif data["instances"] and fewest(data) < 2:
        message = f"'{strategy}' moves at most half of the instances in a step, and there are as few as {fewest(data)}"
        yield Fault("bad-value", message, where, f"run two or more instances, or {help_text}")
