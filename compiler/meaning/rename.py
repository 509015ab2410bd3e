"""`renamed_from:` keeps what AWS knows of a component: from here on it goes by its old name, with the new one's places.

Everything that a kind makes of a name (logical ids, physical names, rules between two components) is then as it was.
What the author sees keeps the new name: paths, messages and the environment variables of those who use it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from compiler.language.components import components
from compiler.language.names import pascal
from compiler.language.schema import Schema
from compiler.meaning.connect import Connections, Edge
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.document import Document, Path
from compiler.source.interpolation import CLOSE, OPEN, parts
from compiler.source.json_value import Json

Names = Mapping[str, str]
"""Name in the spec → name that the component goes by."""


def old_names(document: Document, schema: Schema) -> Names:
    """The renamed components of a resolved document."""
    said = ((name, data.get("renamed_from")) for _, name, _, data in components(document, schema))
    return {name: old for name, old in said if old}


def taken_names(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """A fault for each `renamed_from` whose logical ids another component has."""
    old = old_names(document, schema)
    seen: dict[str, Path] = {pascal(name): path for _, name, path, _ in components(document, schema) if name not in old}
    for _, name, path, _ in components(document, schema):
        if name not in old:
            continue
        other = seen.setdefault(pascal(old[name]), path)
        if other != path:
            place, owner = document.value_place((*path, "renamed_from")), ".".join(map(str, path))
            message = f"'renamed_from: {old[name]}' would take the logical ids of {'.'.join(map(str, other))}"
            help_text, also = "use the name of a component that no longer exists", (document.key_place(other),)
            yield Diagnostic("duplicate-name", message, place, owner, help_text, also)


def by_old_names(document: Document, connections: Connections, schema: Schema) -> tuple[Document, Connections]:
    """The document and its connections with each renamed component under the name it goes by."""
    old = old_names(document, schema)
    if not old:
        return document, connections
    data = copy.deepcopy(dict(document.data))
    every = (edge.path for edge in (*connections.edges, *connections.pointers) if edge.target in old)
    for path in dict.fromkeys(path[:-1] if path[-2:-1] == ("uses",) else path for path in every):
        _rewrite(data, path, old)
    _rewrite_keys(data, document, schema)
    data["overrides"] = _pointed(data["overrides"], old)
    for section in schema.kinds:
        if section in data and not schema.singleton(section):
            data[section] = {old.get(name, name): one for name, one in data[section].items()}
    moved = Document(document.file, data, _moved(document.keys, old, schema), _moved(document.values, old, schema))
    return moved, Connections(_renamed(connections.edges, old), _renamed(connections.pointers, old))


def _renamed(edges: Iterable[Edge], old: Names) -> tuple[Edge, ...]:
    return tuple(
        replace(edge, source=old.get(edge.source, edge.source), target=old.get(edge.target, edge.target))
        for edge in edges
    )


def _rewrite(data: Json, path: Path, old: Names) -> None:
    """Put the old names into what stands at `path`: a map of uses, a name, or text with pointers."""
    holder, last = _at(data, path[:-1]), path[-1]
    said = holder[last]
    if isinstance(said, dict):
        holder[last] = {old.get(name, name): verbs for name, verbs in said.items()}
    else:
        holder[last] = _text(said, old)


def _pointed(value: Json, old: Names) -> Json:
    """Raw CloudFormation with the old names in its pointers."""
    if isinstance(value, dict):
        return {key: _pointed(child, old) for key, child in value.items()}
    if isinstance(value, list):
        return [_pointed(child, old) for child in value]
    return _text(value, old) if isinstance(value, str) and OPEN in value else value


def _rewrite_keys(data: Json, document: Document, schema: Schema) -> None:
    """Put the old names into the keys ``component.something`` of maps whose schema says ``x-keys-name-components``."""
    old = old_names(document, schema)
    for section, _, path, _ in components(document, schema):
        for setting, about in schema.kinds[section]["properties"].items():
            if about.get("x-keys-name-components"):
                one = _at(data, path)
                named = ((key.partition("."), said) for key, said in one[setting].items())
                one[setting] = {f"{old.get(name, name)}{dot}{rest}": said for (name, dot, rest), said in named}


def _at(data: Json, path: Path) -> Json:
    for step in path:
        data = data[step]
    return data


def _text(text: str, old: Names) -> str:
    if OPEN not in text:
        return old.get(text, text)
    pieces = list(parts(text))
    for index in range(1, len(pieces), 2):
        name, dot, attribute = pieces[index].partition(".")
        pieces[index] = f"{OPEN}{old.get(name, name) if dot else name}{dot}{attribute}{CLOSE}"
    return "".join(pieces)


def _moved(places: Mapping[Path, Place], old: Names, schema: Schema) -> dict[Path, Place]:
    """Places by the new names, which paths of components have, and by the old ones, which the data has."""
    more = {
        (path[0], old[str(path[1])], *path[2:]): place
        for path, place in places.items()
        if len(path) > 1 and path[0] in schema.kinds and path[1] in old and not schema.singleton(str(path[0]))
    }
    return {**more, **places}
