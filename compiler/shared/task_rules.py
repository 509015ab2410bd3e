"""Checks of what runs as a Fargate task: its size, its file system and its log group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.facts import fact
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent
from compiler.source.json_value import Json


def task_faults(component: ResolvedComponent) -> Iterator[Fault]:
    """`component` is a service or job."""
    yield from _size(component.settings)
    yield from _container(component.settings)


def _size(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: ECS developer guide, "Task size". Of a size that is not known, the memory is not known either."""
    cpu, memory = data["cpu"], data["memory"]
    amounts = tuple(fact("fargate-sizes").known().get(str(cpu), {}).get("memory", (memory,)))
    if memory not in amounts:
        nearest = min(amounts, key=lambda one: (abs(one - memory), one))
        supported = _told(amounts)
        message = f"Fargate does not support {cpu} CPU units with {memory} MiB of memory, only with {supported} MiB"
        yield Fault("fargate-size", message, ("memory",), f"the nearest is 'memory: {nearest}'")


def _told(amounts: tuple[int, ...]) -> str:
    if len(amounts) <= 4:
        return ", ".join(map(str, amounts))
    return f"{amounts[0]} to {amounts[-1]} in steps of {amounts[1] - amounts[0]}"


def _container(data: Mapping[str, Json]) -> Iterator[Fault]:
    """The agent of ECS Exec writes to the root file system. Source: ECS developer guide, "Using ECS Exec"."""
    if data["exec"] and data["read_only_root"]:
        help_text = "set 'read_only_root: false' beside it"
        yield Fault("exec-read-only", "'exec' needs a root file system that is writable", ("exec",), help_text)
    if data["read_only_root"] and len(data["writable"]) * data["writable_mb"] > data["memory"]:
        message = f"{len(data['writable'])} folders of {data['writable_mb']} MiB are more than the task's memory"
        yield Fault("writable-size", message, ("writable_mb",), f"all together at most {data['memory']} MiB")
