"""Both sides of a review: what is deployed and what is compiled, and whose each resource is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from reviewer.change import Change
from reviewer.differences import same
from reviewer.replacement import Schemas, schemas_of
from reviewer.template_set import ROOT, Address, TemplateSet, references

PLACEHOLDER = "ImportPlaceholder"
"""The one resource of a nested stack that was created empty, for an import; the next deployment removes it."""
PLACEHOLDERS = "(import placeholder)"
"""What stands for the component of such resources."""


@frozen(eq=True)
class Before:
    """What is deployed: templates by `ROOT` or logical id of the nested stack; empty when nothing is."""

    templates: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of the root's parameters."""
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Key of the template → logical id → component path."""
    tags: Mapping[str, str] | None = None
    """The stack's tags; None where there is no stack."""
    settings: Mapping[str, Json] = field(default_factory=dict)
    """Component path → effective settings, as `Compiled.settings`; empty where they are not known."""
    between: Mapping[str, Json] = field(default_factory=dict)
    """Component path → settings that it was on its way to, when a deployment ended between two of its change sets."""
    emptied: Mapping[str, bool] = field(default_factory=dict)
    """Qualified logical id → whether nothing is in what has to be empty to go; absent where nobody could tell."""
    importers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key of the template/output → names of the stacks that import its export."""


@frozen(eq=True)
class Sides:
    """Two sets of templates with the components behind them."""

    before: Before
    compiled: Compiled
    old: TemplateSet
    new: TemplateSet
    schemas: Schemas
    changed_parameters: frozenset[str]
    deployed: frozenset[str]
    """Components of what is deployed, with those that exist elsewhere."""
    wanted: frozenset[str]
    """Components of what is compiled, with those that exist elsewhere."""

    def address(self, change: Change) -> Address:
        """Where the resource of a change stands in the templates."""
        keys = {template.name: template.logical_id or ROOT for template in self.compiled.templates}
        return keys.get(change.stack, change.stack), change.logical_id

    def owner(self, name: str) -> str:
        """Component of the resource that a followed value names (``DataStack/OrdersTable``); empty if unknown."""
        stack, _, logical_id = name.rpartition("/")
        return self.new_origins(stack).get(logical_id) or self.before.origins.get(stack, {}).get(logical_id, "")

    def new_origins(self, stack: str) -> Mapping[str, str]:
        return next((one.origins for one in self.compiled.templates if one.logical_id == stack), {})

    def owners(self, value: Json) -> tuple[str, ...]:
        """Components of all resources that a followed value refers to."""
        return tuple(dict.fromkeys(filter(None, (self.owner(name) for name, _ in references(value)))))

    def known(self, name: str) -> bool:
        """Whether a name is a component, of what is deployed or of what is compiled."""
        return name in self.wanted or name in self.deployed

    def stays(self, component: str) -> bool:
        """Whether a component is deployed, and is compiled again."""
        return component in self.deployed and component in self.wanted

    def properties(self, address: Address) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
        """Followed properties of a resource before and after; empty where it is absent."""
        return _properties(self.old, address), _properties(self.new, address)

    def setting(self, component: str, name: str) -> tuple[Json, Json]:
        """One top-level setting of a component before and after; None where it is absent or unknown."""
        sides = (self.before.settings, self.compiled.settings)
        before, after = ((side.get(component) or {}).get(name) for side in sides)
        return before, after


def _properties(templates: TemplateSet, address: Address) -> Mapping[str, Json]:
    stack, logical_id = address
    found = templates.linked(address, "Properties") if logical_id in templates.resources(stack) else None
    return found or {}


def sides_of(before: Before, compiled: Compiled, parameters: Mapping[str, str]) -> Sides:
    """`parameters` are the values of the root's parameters that will be sent."""
    before = _on_its_way(_with_imported(before, compiled), compiled)
    bodies = {template.logical_id or ROOT: template.body for template in compiled.templates}
    old, new = TemplateSet(before.templates, before.parameters), TemplateSet(bodies, parameters)
    changed = frozenset(_changed(old, new, old.root_parameters() | new.root_parameters()))
    deployed = {name for origins in before.origins.values() for name in origins.values()} | {*_imported(before)}
    wanted = {name for template in compiled.templates for name in template.origins.values()} | {*compiled.places}
    sets = (changed, frozenset(deployed - {""}), frozenset(wanted))
    return Sides(before, compiled, old, new, schemas_of(compiled.region), *sets)


def _with_imported(before: Before, compiled: Compiled) -> Before:
    """What an import brought under a stack belongs to the component that it is compiled from: the root records the
    components of its resources with the next deployment. Nothing of a stack that was deployed by other means.
    """
    if not before.origins:
        return before
    compiled_origins = {template.logical_id or ROOT: template.origins for template in compiled.templates}
    origins = dict(before.origins)
    for key, body in before.templates.items():
        known, own = origins.get(key, {}), {PLACEHOLDER: PLACEHOLDERS, **compiled_origins.get(key, {})}
        found = {name: own[name] for name in body.get("Resources", {}) if name not in known and name in own}
        origins[key] = {**known, **found}
    return replace(before, origins=origins)


def _on_its_way(before: Before, compiled: Compiled) -> Before:
    """What is between two change sets is neither as before nor as wanted then: told from the other end of the two."""
    same = [name for name in before.between if before.settings.get(name) == compiled.settings.get(name)]
    return replace(before, settings={**before.settings, **{name: before.between[name] for name in same}})


def _imported(before: Before) -> Iterable[str]:
    """Components that the deployed platform uses and does not manage."""
    return (name for name, data in before.settings.items() if isinstance(data, Mapping) and data.get("existing"))


def _changed(old: TemplateSet, new: TemplateSet, names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if not same(old.follow({"Ref": name}, ROOT), new.follow({"Ref": name}, ROOT)))
