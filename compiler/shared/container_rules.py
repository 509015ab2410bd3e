"""Checks of the containers of a Fargate task beside each other: order, size, ports, and what they see where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.address import name_of
from compiler.meaning.cycles import find_cycle
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.variable_rules import variable_warnings
from compiler.shared.ignore_rules import ignore_faults
from compiler.shared.image_forms import form_faults
from compiler.shared.image_rules import image_warnings
from compiler.shared.mount_rules import access_point_faults
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

MAIN = "main"
"""What sidecars call the component's own container."""
COLLECTOR = "collector"
"""The container that sends the traces on."""
_COLLECTOR_PORTS = (4317, 4318, 13133)
"""Where it takes traces, by gRPC and by HTTP, and tells of its health."""


def container_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """`component` is a service or job."""
    data = component.settings
    containers = {MAIN: data, **data["sidecars"]}
    yield from _names(component)
    yield from ignore_faults(data, spec)
    for name, one in containers.items():
        path: Path = () if one is data else ("sidecars", name)
        yield from _order(one, path, containers)
        yield from _folders(one, path, data)
        yield from form_faults(one["image"], (*path, "image"), data["architecture"], spec)
        yield from variable_warnings(one["environment"], (*path, "environment"))
    if data["tracing"]:
        yield from image_warnings(data["tracing"]["image"], ("tracing", "image"))
    yield from _circle(containers)
    yield from _size(data)
    yield from _ports(data)
    for name, mount in data["mounts"].items():
        yield from _mount((name, mount), component, spec)


def _names(component: ResolvedComponent) -> Iterator[Fault]:
    """Containers and volumes of a task have one name each."""
    data = component.settings
    mounted = {name_of(address) for address in data["mounts"]}
    own = {MAIN, data.get("renamed_from"), component.name}
    yield from _collector(component)
    for name, one in data["sidecars"].items():
        if name in own:
            message = f"'{name}' is the component's own container"
            yield Fault("duplicate-name", message, ("sidecars", name), "rename the sidecar")
        for volume in one["volumes"]:
            if volume in mounted:
                yield _volume_twice(volume, ("sidecars", name, "volumes", volume))
    for volume in data["volumes"]:
        if volume in mounted:
            yield _volume_twice(volume, ("volumes", volume))


def _collector(component: ResolvedComponent) -> Iterator[Fault]:
    """The collector of `tracing` has a name and ports like any other container of the task."""
    data = component.settings
    path: Path = ("tracing",)
    if data["tracing"] is None:
        return
    if COLLECTOR in {component.name, *data["sidecars"]}:
        message = f"the container of the traces is called '{COLLECTOR}', and so is another one"
        yield Fault("duplicate-name", message, path, "rename the other one")
    own = {data.get("port"), *data.get("ports", {}).values()}
    for port in (own | {one["port"] for one in data["sidecars"].values()}) & {*_COLLECTOR_PORTS}:
        message = f"the container of the traces listens on {port} too, and they share one network"
        yield Fault("port-taken", message, path, "give the other container another port")


def _volume_twice(name: str, path: Path) -> Fault:
    return Fault("duplicate-name", f"'{name}' is a file system in 'mounts' too", path, "rename the volume")


def _order(one: Mapping[str, Json], path: Path, containers: Mapping[str, Json]) -> Iterator[Fault]:
    for name, state in one["start_after"].items():
        where = (*path, "start_after", name)
        if name not in containers or containers[name] is one:
            others = [other for other in containers if containers[other] is not one]
            help_text = did_you_mean(name, others) if others else "remove it"
            yield Fault("unknown-container", f"unknown container '{name}'", where, help_text)
        elif state == "healthy" and not containers[name]["health_check"]:
            message = f"'{name}' has no health check to wait for"
            yield Fault("start-order", message, where, f"give '{name}' a 'health_check', or wait for its 'start'")
        elif state in ("complete", "success") and containers[name].get("essential", True):
            message = f"the task ends when '{name}' ends"
            help_text = "wait for another state" if name == MAIN else f"set 'essential: false' for '{name}'"
            yield Fault("start-order", message, where, help_text)


def _circle(containers: Mapping[str, Json]) -> Iterator[Fault]:
    graph = {name: [other for other in one["start_after"] if other in containers] for name, one in containers.items()}
    cycle = find_cycle({name: [one for one in others if one != name] for name, others in graph.items()})
    if cycle:
        message = f"containers wait for each other in a cycle: {' → '.join((*cycle, cycle[0]))}"
        first = cycle[0]
        path: Path = ("start_after",) if first == MAIN else ("sidecars", first, "start_after")
        yield Fault("start-order", message, path, "let one of them start first")


def _size(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: ECS API, ContainerDefinition: what containers reserve has to fit into the task."""
    beside = [*data["sidecars"].values(), *([data["tracing"]] if data["tracing"] else [])]
    for word, unit in (("cpu", "CPU units"), ("memory", "MiB of memory")):
        taken, there = sum(one.get(word) or 0 for one in beside), data[word]
        if taken >= there:
            message = f"sidecars reserve {taken} {unit}, and the whole task has {there}"
            yield Fault("sidecar-size", message, ("sidecars",), f"increase the task's '{word}', or reduce a sidecar's")
    for name, one in data["sidecars"].items():
        most, wanted = one["memory"] or data["memory"], len(one["writable"]) * one["writable_mb"]
        if one["read_only_root"] and wanted > most:
            message = (
                f"{len(one['writable'])} folders of {one['writable_mb']} MiB are more than its {most} MiB of memory"
            )
            yield Fault("writable-size", message, ("sidecars", name, "writable_mb"), f"all together at most {most} MiB")


def _ports(data: Mapping[str, Json]) -> Iterator[Fault]:
    seen = dict.fromkeys((data.get("port"), *data.get("ports", {}).values()), "the component's own container")
    for name, one in data["sidecars"].items():
        if one["port"] and one["port"] in seen:
            message = f"{seen[one['port']]} listens on {one['port']} too, and they share one network"
            yield Fault("port-taken", message, ("sidecars", name, "port"), "give it another port")
        seen.setdefault(one["port"], f"the sidecar '{name}'")


def _folders(one: Mapping[str, Json], path: Path, data: Mapping[str, Json]) -> Iterator[Fault]:
    seen = {folder: "a folder in 'writable'" for folder in one["writable"] if one["read_only_root"]}
    mounts = data["mounts"] if one["mounts"] else {}
    for name, mount in mounts.items():
        where: Path = ("mounts", name, "path") if one is data else (*path, "mounts")
        yield from _folder(mount["path"], seen, f"the file system '{name}'", where)
    for name, folder in one["volumes"].items():
        yield from _folder(folder, seen, f"the volume '{name}'", (*path, "volumes", name))


def _folder(folder: str, seen: dict[str, str], about: str, where: Path) -> Iterator[Fault]:
    if folder in seen:
        yield Fault("folder-taken", f"{seen[folder]} is mounted at '{folder}' too", where, "take another folder")
    seen.setdefault(folder, about)


def _mount(
    mounted: tuple[str, Mapping[str, Json]], component: ResolvedComponent, spec: ResolvedSpec
) -> Iterator[Fault]:
    name, mount = mounted
    system = spec.offering(name, "mount")
    if not system:
        there = [one.name for one in spec.able("mount")]
        help_text = did_you_mean(name, there) if there else "add a file system"
        yield Fault("unknown-component", f"there is no file system '{name}'", ("mounts", name), help_text)
        return
    if "mount" not in spec.verbs(component, system):
        message = f"'{name}' is not in 'uses', which gives the permission and the network access to mount it"
        yield Fault("missing-property", message, ("mounts", name), f"add 'uses: {{{name}: mount}}'")
    yield from access_point_faults(name, mount["access_point"], system.settings)
