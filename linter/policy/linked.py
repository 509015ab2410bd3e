"""The nested stacks of a root as the one template that rules can see through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.language.fleet import Fleet
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.fleet.instance import compiled_for
from compiler.stacks.json_text import indented
from linter.policy.flat import Placed, resources, root_outputs

_LINKED = ("Outputs", "Resources")


@frozen(eq=True)
class LinkedTemplate:
    """One root with its nested stacks linked, and which template has each resource."""

    name: str
    """The file's name, without its suffix: platform, environment and region."""
    compiled: Compiled
    body: Mapping[str, Json]
    homes: Mapping[str, Template]
    """Logical id → the compiled template that has the resource."""

    @property
    def text(self) -> str:
        return f"{indented(self.body)}\n"

    def type_of(self, logical_id: str) -> str:
        return str(self.body["Resources"][logical_id]["Type"])

    def origin_of(self, logical_id: str) -> str:
        """The component that a resource is of."""
        return self.homes[logical_id].origins[logical_id]


def linked(compiled: Sequence[Compiled], accepted: bool = True) -> Iterator[LinkedTemplate]:
    """Each root as one template; of a fleet as its accounts and regions have it, each form once.

    Without what is `accepted` no template has Metadata, where suppressions of rules stand.
    """
    for root in compiled:
        yield from _of_fleet(root, root.fleet, accepted) if root.fleet else [_linked(root, root, "", accepted)]


def _of_fleet(root: Compiled, fleet: Fleet, accepted: bool) -> Iterator[LinkedTemplate]:
    forms = set()
    for place in fleet.places:
        suffix = f"-{place.account}" if place.account else ""
        template = _linked(root, compiled_for(root, place), suffix, accepted)
        form = (place.region, template.text.replace(place.account, "") if place.account else template.text)
        if form not in forms:
            forms.add(form)
            yield template


def _linked(root: Compiled, seen: Compiled, suffix: str, accepted: bool) -> LinkedTemplate:
    rest = {key: value for key, value in seen.root.body.items() if key not in (*_LINKED, "Metadata")}
    bodies = {one.logical_id: _plain(one.body) for one in _placed(seen)}
    if not accepted:
        bodies = {name: {key: part for key, part in body.items() if key != "Metadata"} for name, body in bodies.items()}
    body = {**rest, "Resources": bodies, "Outputs": _plain(root_outputs(seen))}
    homes = {name: template for template in root.children or (root.root,) for name in template.origins}
    return LinkedTemplate(f"{seen.platform}-{seen.environment}-{seen.region}{suffix}", root, body, homes)


def _placed(compiled: Compiled) -> Iterator[Placed]:
    """The resources of the nested stacks, or of the one template that has all of them."""
    if compiled.children:
        yield from resources(compiled)
        return
    root = compiled.root
    for name, body in root.body["Resources"].items():
        yield Placed(compiled.region, root.name, name, root.origins[name], body)


def _plain(value: Json) -> Json:
    """A value without what only carried it from stack to stack: a list that is joined and split, and one of it."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    read = {key: _plain(child) for key, child in value.items()}
    match read:
        case {"Fn::Split": [delimiter, {"Fn::Join": [between, items]}]} if delimiter == between and len(read) == 1:
            return items
        case {"Fn::Select": [int(index), [*items]]} if index < len(items) and len(read) == 1:
            return items[index]
    return read
