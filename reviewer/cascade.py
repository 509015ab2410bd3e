"""Follow replacements: a resource that refers to a replaced one gets a new value, and may be replaced itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from reviewer.change import Detail, Replacement, strongest
from reviewer.replacement import Schemas
from reviewer.template_set import STACK_TYPE, Address, TemplateSet, qualified, references

Details = tuple[Detail, ...]
_CAUSE = "replacement of "


@frozen(eq=True)
class Cascade:
    """Finds replacements that follow from other replacements, in the templates to deploy."""

    templates: TemplateSet
    schemas: Schemas

    def spread(self, modified: Mapping[Address, Details]) -> Mapping[Address, Details]:
        """`modified` with the details that replacements add, repeated until no resource is newly replaced."""
        details_of = dict(modified)
        while True:
            degrees = {qualified(address): strongest(details) for address, details in details_of.items()}
            replaced = {name: degree for name, degree in degrees.items() if degree != "False"}
            if not replaced:
                return details_of
            following = {address: self._with_causes(address, details_of[address], replaced) for address in details_of}
            if following == details_of:
                return details_of
            details_of = following

    def _with_causes(self, address: Address, details: Details, replaced: Mapping[str, Replacement]) -> Details:
        if self.templates.resource(address).get("Type") == STACK_TYPE:
            return details
        direct = tuple(detail for detail in details if not detail.cause.startswith(_CAUSE))
        changed = {detail.top for detail in direct}
        caused = self._caused(address, replaced)
        return (*direct, *(detail for detail in caused if detail.path not in changed))

    def _caused(self, address: Address, replaced: Mapping[str, Replacement]) -> Iterator[Detail]:
        kind = str(self.templates.resource(address).get("Type", ""))
        properties = self.templates.linked(address, "Properties") or {}
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
