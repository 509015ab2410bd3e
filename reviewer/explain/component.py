"""What one component became: its resources, who uses it, what it uses, what it gives to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.names import shout
from compiler.language.unique_names import GIVEN, UNIQUE
from compiler.meaning.edges import Edge
from compiler.program.component import Component
from compiler.source.diagnostics import Place
from compiler.source.frozen import frozen
from compiler.source.interpolation import with_parameters_named
from compiler.source.json_value import Json
from reviewer.differences import shown
from reviewer.explain.built import Built
from reviewer.explain.notation import short


@frozen(eq=True)
class Part:
    """A resource of the component."""

    logical_id: str
    type: str
    stack: str
    name: str
    """Its physical name, where the template has one."""


@frozen(eq=True)
class Connection:
    """A use, or a setting that names a component."""

    other: str
    """Path of the other component."""
    verb: str
    """The verb, the offer that a setting takes, or the attribute that is read."""
    path: str
    """The setting in the spec."""
    place: Place
    by_uses: bool


@frozen(eq=True)
class Explained:
    """One component of an environment."""

    path: str
    noun: str
    place: Place
    existing: Json
    """The setting `existing`; None where the platform creates the component."""
    stem: str
    """The start of its logical ids."""
    variables: str
    """The start of the environment variables that its users get, unless they say otherwise."""
    parts: tuple[Part, ...]
    uses: tuple[Connection, ...]
    users: tuple[Connection, ...]
    attributes: Mapping[str, str]
    """What ``${name.attribute}`` is in the template."""
    outputs: Mapping[str, str]
    """Outputs of the platform that are about it."""
    alarms: tuple[str, ...]


def explained_component(built: Built, component: Component) -> Explained:
    """What the component is in this environment."""
    kind, document = built.schema.kinds[component.section], built.checked.document
    created = component.existing is None
    outputs = component.outputs(built.platform) if created else ()
    return Explained(
        path=component.path,
        noun=str(kind["x-noun"]),
        place=document.key_place(tuple(component.path.split("."))),
        existing=with_parameters_named(component.existing),
        stem=component.stem,
        variables=shout(component.path.rpartition(".")[2]) if kind.get("x-verbs") else "",
        parts=tuple(_parts(built, component)),
        uses=tuple(_connections(built, component, outwards=True)),
        users=tuple(_connections(built, component, outwards=False)),
        attributes={name: short(_plain(value)) for name, value in component.attributes().items()},
        outputs={output.name: short(built.program.outputs[output.name]["Value"]) for output in outputs},
        alarms=tuple(alarm.name for alarm in component.alarms(built.platform)) if created else (),
    )


def _plain(value: object) -> Json:
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if to_dict else value


def _parts(built: Built, component: Component) -> Iterator[Part]:
    for name, resource in built.resources.items():
        if resource.component == component.address:
            kind = str(resource.body["Type"])
            yield Part(name, kind, built.stack(name), _physical_name(kind, resource.body.get("Properties", {})))


def _physical_name(kind: str, properties: Mapping[str, Json]) -> str:
    """The properties that are its name; empty where CloudFormation names it."""
    ways = () if kind in GIVEN else UNIQUE.get(kind, ("", ()))[1]
    steps = (way.removesuffix("?").split(".") for way in ways)
    return ", ".join(short(found) for way in steps if (found := _at(properties, way)) is not None)


def _at(value: Json, way: list[str]) -> Json:
    for step in way:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _connections(built: Built, component: Component, outwards: bool) -> Iterator[Connection]:
    """What the component uses and names, or who does so with it, in the order of the spec."""
    found = built.checked.connections
    for edge in (*found.edges, *found.pointers):
        mine, other = (edge.source, edge.target) if outwards else (edge.target, edge.source)
        if mine == component.path and other:
            yield _connection(built, edge, other)


def _connection(built: Built, edge: Edge, other: str) -> Connection:
    place = built.checked.document.key_place(edge.path)
    what = edge.verb or f"${{{edge.target}.{edge.attribute}}}"
    return Connection(other, what, shown(edge.path), place, edge.path[-2:-1] == ("uses",))
