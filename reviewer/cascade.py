"""How a replacement spreads: what refers to a replaced resource receives a new value, and may be replaced itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.change import Detail, Replacement, strongest
from reviewer.program import STACK_TYPE, Address, Program, qualified, references
from reviewer.replacement import Schemas

Details = tuple[Detail, ...]
_CAUSE = "replacement of "


@dataclass(frozen=True, slots=True)
class Cascade:
    """Spreads replacements through the program that is to be deployed."""

    program: Program
    schemas: Schemas

    def spread(self, modified: Mapping[Address, Details]) -> Mapping[Address, Details]:
        """`modified` with the details that replacements add, repeated until no resource is newly replaced."""
        found = dict(modified)
        while True:
            degrees = {qualified(address): strongest(details) for address, details in found.items()}
            replaced = {name: degree for name, degree in degrees.items() if degree != "False"}
            following = {address: self._with_causes(address, found[address], replaced) for address in found}
            if following == found:
                return found
            found = following

    def _with_causes(self, address: Address, details: Details, replaced: Mapping[str, Replacement]) -> Details:
        if self.program.resource(address).get("Type") == STACK_TYPE:
            return details
        own = tuple(detail for detail in details if not detail.cause.startswith(_CAUSE))
        told = {detail.top for detail in own}
        caused = self._caused(address, replaced)
        return (*own, *(detail for detail in caused if detail.path not in told))

    def _caused(self, address: Address, replaced: Mapping[str, Replacement]) -> Iterator[Detail]:
        kind = str(self.program.resource(address).get("Type", ""))
        properties = self.program.linked(address, "Properties") or {}
        others = replaced.keys() - {qualified(address)}
        for name in sorted(properties):
            value = properties[name]
            targets = sorted({target for target, _ in references(value)} & others)
            if targets:
                degree = self.schemas.replacement(kind, (name,), (None, value))
                cause = _CAUSE + ", ".join(targets)
                conditions = [self.schemas.condition(kind, name)] if degree == "Conditional" else []
                if degree != "False" and all(replaced[target] != "True" for target in targets):
                    conditions.insert(0, f"{' or '.join(targets)} is replaced")
                yield Detail(name, value, value, cause, _weakened(degree, conditions), " and ".join(conditions))


def _weakened(degree: Replacement, conditions: Sequence[str]) -> Replacement:
    """`degree` of a replacement that only happens under `conditions`."""
    return "Conditional" if conditions else degree
