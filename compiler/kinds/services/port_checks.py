"""Checks of the ports of a service: their names, who asks for one of them, and the tasks that reach each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.services.rollout import Rollout, rollout
from compiler.language.names import shout
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ingress import ingress_path, ingresses
from compiler.source.correction import Adding
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_EXPECTED = "the port that the container listens on, such as 'port: 8080'"


def port_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from _names(data["ports"])
    for word, ingress in ingresses(data).items():
        yield from _asked(ingress, (*ingress_path(word), "port"), data)
    if any(not one["sidecar"] and not one["port"] for one in ingresses(data).values()) and not data["port"]:
        yield _needed("needs 'port'", data)
    caller = next((one for one in spec.users(component, "call") if one is not component), None)
    if caller and not data["port"]:
        yield _needed(f"{caller.address} calls it, and 'port' is not set", data)


def _needed(message: str, data: Mapping[str, Json]) -> Fault:
    if not data["ports"]:
        return Fault("missing-property", message, (), Adding(_EXPECTED, "port"))
    name = next(iter(data["ports"]))
    help_text = f"set 'port', or name one of 'ports': an ingress 'port: {name}', a use 'call.{name}'"
    return Fault("missing-property", message, (), help_text)


def _names(ports: Mapping[str, int]) -> Iterator[Fault]:
    """Each name gives variables of its own, and is one port."""
    shouted: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for name, number in ports.items():
        first, other = shouted.setdefault(shout(name), name), numbers.setdefault(number, name)
        if first != name:
            message = f"its name gives the same variables as '{first}'"
            yield Fault("duplicate-name", message, ("ports", name), "rename one of the two")
        if other != name:
            message = f"'{other}' is port {number} too"
            yield Fault("port-taken", message, ("ports", name), "give it another port, or remove one of the two")


def _asked(ingress: Mapping[str, Json], path: Path, data: Mapping[str, Json]) -> Iterator[Fault]:
    name = ingress["port"]
    if isinstance(name, str) and name not in data["ports"]:
        yield _unknown(name, path, data)


def _unknown(name: str, path: Path, data: Mapping[str, Json]) -> Fault:
    help_text = did_you_mean(name, data["ports"]) if data["ports"] else f"add 'ports: {{{name}: 8080}}'"
    return Fault("unknown-port", f"'ports' has no '{name}'", path, help_text)


def peer_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """The ports between tasks, and the quorum."""
    peers = data["peers"]
    if peers is None:
        return
    for index, name in enumerate(peers["ports"]):
        if name not in data["ports"]:
            yield _unknown(name, ("peers", "ports", index), data)
    if not peers["ports"] and not data["port"]:
        message = "no port is named on which the tasks reach each other"
        help_text = f"name one of 'ports', such as 'ports: [{next(iter(data['ports']), 'cluster')}]'"
        yield Fault("missing-property", message, ("peers",), help_text)
    if peers["quorum"]:
        yield from _quorum(data)


def _quorum(data: Mapping[str, Json]) -> Iterator[Fault]:
    scale = data["scale"]
    fewest, most = scale["min"], scale["max"]
    if scale["parked"]:
        return
    if fewest != most or scale["schedule"]:
        message = "a quorum is more than half of a fixed number of tasks, and the number changes"
        help_text = "set 'min' and 'max' to the same number, such as 3, without 'schedule', or 'peers: {quorum: false}'"
        yield Fault("quorum-lost", message, ("scale",), help_text)
        return
    yield from _kept(deployed(data))
    yield from _members(data, fewest)


def deployed(data: Mapping[str, Json]) -> Rollout:
    """What a deployment does with the fewest tasks that the service has."""
    wanted = data["deployment"]["minimum_percent"], data["deployment"]["maximum_percent"]
    quorum = data["peers"] is not None and data["peers"]["quorum"]
    return rollout(data["scale"]["min"], wanted, quorum)


def _kept(way: Rollout) -> Iterator[Fault]:
    """Old and new tasks are members alike while a deployment runs. One task alone is down while it is replaced."""
    if way.tasks > 1 and not way.stuck and way.kept < way.quorum and (way.tasks > 2 or way.most > way.tasks):
        message = f"a deployment keeps {way.kept} of up to {way.most} tasks running, and their quorum is {way.quorum}"
        help_text = "leave 'deployment' out: one task after the other is then replaced"
        yield Fault("quorum-lost", message, ("deployment",), help_text)


def _members(data: Mapping[str, Json], tasks: int) -> Iterator[Fault]:
    if tasks > 1 and tasks % 2 == 0:
        message = f"{tasks} tasks keep their quorum at the loss of {tasks // 2 - 1}, as {tasks - 1} do"
        yield warning("quorum-even", message, ("scale",), f"set 'min' and 'max' to {tasks + 1}")
    if tasks > 1 and not data["health_check"] and not ingresses(data):
        message = "a task counts as healthy when it has started, and the next one is replaced before it has joined"
        yield warning("quorum-unchecked", message, (), "add a 'health_check' that asks whether the task has joined")
    if tasks > 1 and _on_demand(data, tasks) < tasks // 2 + 1:
        message = f"Spot may take more tasks at once than a quorum of {tasks // 2 + 1} can lose"
        help_text = f"remove 'spot', or set 'capacity: {{base: {tasks // 2 + 1}}}'"
        path: Path = ("capacity",) if data["capacity"] else ("spot",)
        yield warning("quorum-on-spot", message, path, help_text)


def _on_demand(data: Mapping[str, Json], tasks: int) -> int:
    """Tasks that are on demand in any case."""
    capacity = data["capacity"]
    if capacity is None:
        return tasks if not data["spot"] else int(data["spot"] is not True and data["spot"] < 100)
    return int(capacity["base"]) if capacity["spot"] else tasks


def deployment_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: ECS API, DeploymentConfiguration: the minimum is rounded up, the maximum down."""
    way = deployed(data)
    if way.minimum_percent == way.maximum_percent == 100:
        message = "100 % minimum and maximum leave no room to replace a task"
    elif way.stuck and data["scale"]["min"] == data["scale"]["max"]:
        message = f"of {way.tasks} tasks {way.kept} have to stay and {way.most} may run, so that none can be replaced"
    else:
        return
    help_text = "lower 'minimum_percent' or raise 'maximum_percent'"
    yield Fault("deployment-stuck", message, ("deployment", "maximum_percent"), help_text)
