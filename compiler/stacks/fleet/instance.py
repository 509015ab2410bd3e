"""A fleet's template as the stack of one account and region sees it: its tables read, its conditions decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from compiler.language.fleet import Variant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled

OURS = re.compile(r"^Fleet")
"""Names of mappings and conditions that are the fleet's own."""
_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
_ABSENT = {"Ref": "AWS::NoValue"}


def seen_by(body: Mapping[str, Json], place: Variant) -> dict[str, Json]:
    """The template in one place. Without an account, of organizational units, its id stays a reference."""
    reader = _Reader(
        body, {"AWS::Region": place.region, **({"AWS::AccountId": place.account} if place.account else {})}
    )
    made = {key: value for key, value in body.items() if key not in ("Mappings", "Conditions")}
    for section in ("Mappings", "Conditions"):
        kept = {name: value for name, value in body.get(section, {}).items() if not OURS.match(name)}
        made |= {section: kept} if kept else {}
    return {key: reader.read(value) if key in ("Resources", "Outputs") else value for key, value in made.items()}


def compiled_for(compiled: Compiled, place: Variant) -> Compiled:
    """What a fleet compiles to, in one place: for reviews, which compare values and not tables."""
    root = replace(compiled.root, body=seen_by(compiled.root.body, place))
    children = tuple(replace(one, body=seen_by(one.body, place)) for one in compiled.children)
    return replace(compiled, root=root, children=children, region=place.region)


@frozen(eq=True)
class _Reader:
    body: Mapping[str, Json]
    names: Mapping[str, str]

    def read(self, value: Json) -> Json:
        if isinstance(value, Mapping):
            name, argument = next(iter(value.items())) if len(value) == 1 else ("", None)
            return self._called(name, argument, value)
        if isinstance(value, list):
            return [child for child in map(self.read, value) if child != _ABSENT]
        return value

    def _called(self, name: str, argument: Json, value: Mapping[str, Json]) -> Json:
        """A mapping, which may be the call of a function with an argument."""
        match (name, argument):
            case ("Ref", str(of)):
                return self.names.get(of, value)
            case ("Fn::FindInMap", [str(table), first, second]) if OURS.match(table):
                return self._found(table, self.read(first), self.read(second), value)
            case ("Fn::If", [str(condition), here, elsewhere]) if OURS.match(condition):
                return self._decided(condition, here, elsewhere)
            case ("Fn::Sub", text):
                return self._sub(text)
        read = {key: self.read(child) for key, child in value.items()}
        return {key: child for key, child in read.items() if child != _ABSENT}

    def _found(self, table: str, first: Json, second: Json, value: Json) -> Json:
        rows: Mapping[str, Json] = self.body.get("Mappings", {}).get(table, {})
        row = rows.get(first) if isinstance(first, str) else None
        return row.get(second, value) if isinstance(row, Mapping) and isinstance(second, str) else value

    def _decided(self, condition: str, here: Json, elsewhere: Json) -> Json:
        equal: Json = self.body.get("Conditions", {}).get(condition, {}).get("Fn::Equals", [None, None])
        own = self.read(equal[0])
        return self.read(here if own == equal[1] else elsewhere)

    def _sub(self, said: Json) -> Json:
        text, variables = (said, {}) if isinstance(said, str) else (said[0], self.read(said[1]))
        known = {**self.names, **{name: value for name, value in variables.items() if isinstance(value, str)}}
        text = _PLACEHOLDER.sub(lambda one: known.get(one[1], one[0]), text)
        left = {name: value for name, value in variables.items() if not isinstance(value, str)}
        if left:
            return {"Fn::Sub": [text, left]}
        return {"Fn::Sub": text} if "${" in text else text
