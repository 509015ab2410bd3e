"""Names of compiled resources, raw CloudFormation included, that AWS requires to be unique."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from compiler.language.unique_names import UNIQUE
from compiler.meaning.claimed_names import Claim
from compiler.source.diagnostics import Place
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@frozen(eq=True)
class _Named:
    """A unique name that a resource sets."""

    type: str
    name: str
    logical_id: str
    owner: str
    root: Compiled
    document: Document

    def claim(self) -> Claim:
        root, owner = self.root, self.owner
        place = _place(self.document, (owner, self.logical_id), self.name.split(" ")) or root.places.get(owner)
        place = place or self.document.value_place(())
        return Claim(self.type, self.name, owner, place, root.environment, root.region, root.account)


def built_claims(document: Document, roots: Iterable[Compiled]) -> Iterator[Claim]:
    """A claim for each unique name that the templates of one environment, written in `document`, set."""
    return (one.claim() for one in _named(document, roots))


def repeated_claims(environments: Iterable[tuple[Document, Iterable[Compiled]]]) -> Iterator[Claim]:
    """Those of all environments that have another one's name: few, so that few are looked for in their spec."""
    named = [one for document, roots in environments for one in _named(document, roots)]
    counts = Counter((one.type, one.name) for one in named)
    return (one.claim() for one in named if counts[one.type, one.name] > 1)


def _named(document: Document, roots: Iterable[Compiled]) -> Iterator[_Named]:
    for root in roots:
        for template in root.templates:
            for logical_id, body in template.body.get("Resources", {}).items():
                for name in _names(body, root) if body["Type"] in UNIQUE else ():
                    yield _Named(body["Type"], name, logical_id, template.origins.get(logical_id, ""), root, document)


def _names(body: Mapping[str, Json], root: Compiled) -> Iterator[str]:
    """The name, or each of several such as aliases; nothing where it is known only after deployment."""
    properties = UNIQUE[body["Type"]][1]
    values = [(_at(body.get("Properties", {}), way.rstrip("?")), way.endswith("?")) for way in properties]
    if len(values) == 1 and isinstance(values[0][0], list):
        yield from (text for text in (_text(item, root) for item in values[0][0]) if text)
        return
    texts = ["" if value is None and optional else _text(value, root) for value, optional in values]
    if all(text is not None for text in texts):
        yield " ".join(text for text in texts if text)


def _at(value: Json, way: str) -> Json:
    for step in way.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Json, root: Compiled) -> str | None:
    """A property as text, with account and region filled in; None if it is known only after deployment."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    known = {"AWS::Region": root.region, "AWS::AccountId": root.account or "${AWS::AccountId}"}
    text = value.get("Fn::Sub", f"${{{value['Ref']}}}" if isinstance(value.get("Ref"), str) else None)
    if not isinstance(text, str) or any(name not in known for name in _VARIABLE.findall(text)):
        return None
    return _VARIABLE.sub(lambda variable: known[variable[1]], text)


def _place(document: Document, owner: tuple[str, str], names: Iterable[str]) -> Place | None:
    """Where the spec writes one of `names`: in the patch of the resource, or in its component."""
    component, logical_id = owner
    for path in (("overrides", logical_id), tuple(component.split("."))):
        value: Json = document.data
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        for name in names:
            position = next(_written(value, path, name), None)
            if position:
                return document.value_place(position)
    return None


def _written(value: Json, path: Path, name: str) -> Iterator[Path]:
    if value == name:
        yield path
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _written(child, (*path, key), name)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _written(child, (*path, index), name)
