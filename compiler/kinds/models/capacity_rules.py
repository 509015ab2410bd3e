"""Checks of a model's capacity: instances and their volumes, concurrency, and how either scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.models.instance_types import has_local_storage
from compiler.meaning.fault import Fault
from compiler.source.json_value import Json

_MEASURES = {
    "instances": ("invocations", "concurrent_requests"),
    "asynchronous": ("backlog",),
    "serverless": ("utilization",),
}
"""What the capacity of each form of model may follow."""


def types(data: Mapping[str, Json]) -> list[str]:
    """The instance types of a model and its variants."""
    main = data["instances"]["type"] if data["instances"] else ""
    return [main, *(one["type"] or main for one in data["variants"].values())] if main else []


def fewest(data: Mapping[str, Json]) -> int:
    """The fewest instances that a variant has at any time."""
    if data["scale"]:
        return int(data["scale"]["min"])
    counts: list[int] = [data["instances"]["count"], *(one["count"] for one in data["variants"].values())]
    return min(counts)


def capacity_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """`data` is the whole model."""
    if data["instances"] and data["instances"]["volume_gb"] and any(map(has_local_storage, types(data))):
        message = "the instance type has local storage, and no volume"
        yield Fault("unused-setting", message, ("instances", "volume_gb"), "take it out")
    if data["serverless"]:
        yield from _concurrency(data["serverless"])
    if data["scale"]:
        yield from _bounds(data)
        yield from _measures(data)


def _concurrency(serverless: Mapping[str, Json]) -> Iterator[Fault]:
    most = serverless["max_concurrency"]
    if (serverless["provisioned"] or 0) > most:
        message = f"'provisioned' is more than 'max_concurrency', which is {most}"
        yield Fault("bad-value", message, ("serverless", "provisioned"), f"set {most} or less")


def _bounds(data: Mapping[str, Json]) -> Iterator[Fault]:
    low, high = data["scale"]["min"], data["scale"]["max"]
    if low > high:
        message = f"'min' is more than 'max', which is {high}"
        yield Fault("bad-value", message, ("scale", "min"), f"set {high} or less")
    if low == 0 and not data["asynchronous"]:
        message = "only an asynchronous model can have no instance: its requests wait for one"
        yield Fault("bad-value", message, ("scale", "min"), "set 1 or more")
    serverless = data["serverless"]
    if serverless and not serverless["provisioned"]:
        message = "what scales of a serverless model is its provisioned concurrency, and it has none"
        yield Fault("missing-property", message, ("scale",), "set 'provisioned' in 'serverless'")
    if serverless and high > serverless["max_concurrency"]:
        most = serverless["max_concurrency"]
        message = f"'max' is more than 'max_concurrency', which is {most}"
        yield Fault("bad-value", message, ("scale", "max"), f"set {most} or less")


def _measures(data: Mapping[str, Json]) -> Iterator[Fault]:
    form = "serverless" if data["serverless"] else "asynchronous" if data["asynchronous"] else "instances"
    every = [name for names in _MEASURES.values() for name in names]
    for name in every:
        if data["scale"][name] and name not in _MEASURES[form]:
            owner = next(one for one, names in _MEASURES.items() if name in names)
            message = f"'{name}' is a measure of {_OF[owner]}"
            yield Fault("unused-setting", message, ("scale", name), f"use {_listed(form)} instead")
    if not any(data["scale"][name] for name in every):
        message = "the capacity needs something to follow"
        yield Fault("missing-property", message, ("scale",), f"set {_listed(form)}")
    if form == "asynchronous" and data["variants"]:
        message = "the backlog is one of the whole endpoint: with several variants it does not tell what each needs"
        yield Fault("unused-setting", message, ("scale",), "take 'variants' or 'scale' out")


_OF = {
    "instances": "real-time models on instances",
    "asynchronous": "asynchronous models",
    "serverless": "serverless models",
}


def _listed(form: str) -> str:
    return " or ".join(f"'{name}'" for name in _MEASURES[form])
