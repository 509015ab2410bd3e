"""Compare deployed templates and parameters with new ones: changes by resource, without nested-stack wiring.

CloudFormation's own change sets report false modifications and replacements for nested stacks that read outputs
of their siblings (aws-cloudformation/cloudformation-coverage-roadmap issues 759, 2053, 2113), hence this comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.stacks.compiled import Compiled
from reviewer.cascade import Cascade
from reviewer.change import RUNS, Change, Detail, strongest
from reviewer.differences import differences, same, shown
from reviewer.names import NAMED
from reviewer.sides import Before, Sides, sides_of
from reviewer.template_set import ROOT, STACK_TYPE, STEP_TYPE, Address, TemplateSet

_ATTRIBUTES = ("CreationPolicy", "DeletionPolicy", "Metadata", "UpdatePolicy", "UpdateReplacePolicy")
_WIRING = frozenset({"TemplateURL", "Parameters"})
_KEPT_AS_SNAPSHOT = frozenset({"AWS::RDS::DBCluster"})
"""Types whose DeletionPolicy is Snapshot where the template gives none (CloudFormation user guide, DeletionPolicy)."""


_LAST_SNAPSHOT = {"AWS::ElastiCache::ServerlessCache": "FinalSnapshotName"}
"""Types that take no DeletionPolicy Snapshot, and the property with which they make a last one by themselves."""


def compare(before: Before, compiled: Compiled, parameters: Mapping[str, str]) -> tuple[Change, ...]:
    """Changes by component, stack and logical id; `parameters` are the root's values that will be sent.

    Rows of nested stacks are left out, unless something other than their wiring changes or nothing else explains them.
    """
    return changes_between(sides_of(before, compiled, parameters))


def changes_between(sides: Sides) -> tuple[Change, ...]:
    """The changes between two sides, as `compare` gives them."""
    before, compiled = sides.before, sides.compiled
    resources = tuple(_unnamed(sides))
    explained = tuple(change for change in resources if not _is_wiring(change))
    rows = (explained or resources) + tuple(_retagged(before, compiled))
    named = (_named(change, before, compiled) for change in rows)
    return tuple(sorted(named, key=lambda row: (row.component, row.stack, row.resource_type, row.logical_id)))


def _unnamed(sides: Sides) -> Iterator[Change]:
    """Changes whose `stack` is still the key of the template, without components."""
    old, new = set(sides.old.addresses()), set(sides.new.addresses())
    for address in sorted(new - old):
        yield _row("Add", address, sides.new)
    for address in sorted(old - new):
        yield replace(_row("Remove", address, sides.old), policy=policy_of(sides.old, address, "DeletionPolicy"))
    alike = _given_alike(sides)
    modified = {
        address: () if address[0] in alike and _same_text(sides, address) else _details(sides, address)
        for address in sorted(old & new)
    }
    for address, details in Cascade(sides.new, sides.schemas).spread(modified).items():
        if details:
            yield _modified(sides, address, details)


def _given_alike(sides: Sides) -> frozenset[str]:
    """Nested stacks that are given the same values: what is the same text in their templates has no differences."""
    stacks = sides.old.templates.keys() & sides.new.templates.keys() - {ROOT}
    return frozenset(stack for stack in stacks if sides.old.values(stack) == sides.new.values(stack))


def _same_text(sides: Sides, address: Address) -> bool:
    return sides.old.resource(address) == sides.new.resource(address)


def _row(action: str, address: Address, templates: TemplateSet) -> Change:
    kind = str(templates.resource(address).get("Type", ""))
    note = RUNS if action == "Add" and kind == STEP_TYPE else ""
    return Change("Add" if action == "Add" else "Remove", address[0], address[1], kind, note=note)


def _modified(sides: Sides, address: Address, details: tuple[Detail, ...]) -> Change:
    kind = str(sides.new.resource(address).get("Type", ""))
    degree = strongest(details)
    policy = policy_of(sides.new, address, "UpdateReplacePolicy") if degree in ("True", "Conditional") else ""
    note = _name_clash(sides, address, details) if degree == "True" else RUNS if kind == STEP_TYPE else ""
    return Change("Modify", address[0], address[1], kind, "", degree, details, policy, note)


def _details(sides: Sides, address: Address) -> tuple[Detail, ...]:
    old, new = sides.old.resource(address), sides.new.resource(address)
    if old.get("Type") != new.get("Type"):
        return (Detail("Type", old.get("Type"), new.get("Type"), "", "True"),)
    details = (*_property_details(sides, address), *_attribute_details(sides, address))
    if address[0] != ROOT or new.get("Type") != STACK_TYPE:
        return details
    # What is compiled names a local file and what is deployed a URL: only the templates themselves can be compared.
    return (*(detail for detail in details if detail.path != "TemplateURL"), *_template_detail(sides, address[1]))


def _template_detail(sides: Sides, stack: str) -> Iterator[Detail]:
    old, new = sides.old.templates.get(stack, {}), sides.new.templates.get(stack, {})
    parts = [name for name in sorted({**old, **new}) if not same(old.get(name), new.get(name))]
    if parts:
        yield Detail("TemplateURL", None, "a template with other " + ", ".join(parts))


def _property_details(sides: Sides, address: Address) -> Iterator[Detail]:
    kind = str(sides.new.resource(address).get("Type", ""))
    old = sides.old.linked(address, "Properties") or {}
    new = sides.new.linked(address, "Properties") or {}
    for path, before, after in differences(old, new):
        degree = sides.schemas.replacement(kind, path, (before, after))
        condition = sides.schemas.condition(kind, str(path[0])) if degree == "Conditional" else ""
        yield Detail(shown(path), before, after, _cause(sides, address, str(path[0])), degree, condition)


def _attribute_details(sides: Sides, address: Address) -> Iterator[Detail]:
    for name in _ATTRIBUTES:
        old, new = sides.old.linked(address, name), sides.new.linked(address, name)
        for path, before, after in differences(old, new, (name,)):
            yield Detail(shown(path), before, after)


def _cause(sides: Sides, address: Address, name: str) -> str:
    """The parameters behind a difference in property `name`, where the property's own text stayed as it was."""
    old = sides.old.resource(address).get("Properties", {}).get(name)
    new = sides.new.resource(address).get("Properties", {}).get(name)
    if not same(old, new):
        return ""
    sources = sorted(sides.new.sources(new, address[0]) & sides.changed_parameters)
    return "parameter " + ", ".join(sources) if sources else "a value passed on by another stack"


def policy_of(templates: TemplateSet, address: Address, attribute: str) -> str:
    """``DeletionPolicy`` or ``UpdateReplacePolicy`` of a resource, or what CloudFormation does without one."""
    resource = templates.resource(address)
    kind, properties = resource.get("Type"), resource.get("Properties") or {}
    alone = kind == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in properties
    by_default = "Snapshot" if attribute == "DeletionPolicy" and (kind in _KEPT_AS_SNAPSHOT or alone) else "Delete"
    policy = str(resource.get(attribute, by_default))
    return "Snapshot" if policy == "Delete" and properties.get(_LAST_SNAPSHOT.get(str(kind), "")) else policy


def _name_clash(sides: Sides, address: Address, details: tuple[Detail, ...]) -> str:
    resource = sides.new.resource(address)
    names = sides.schemas.named(str(resource.get("Type", "")), resource.get("Properties") or {})
    if not names or {detail.top for detail in details} & set(names):
        return ""
    return f"{NAMED} ({', '.join(names)}): CloudFormation cannot replace it unless that changes too"


def _is_wiring(change: Change) -> bool:
    if change.resource_type != STACK_TYPE:
        return False
    return change.action != "Modify" or {detail.top for detail in change.details} <= _WIRING


def _retagged(before: Before, compiled: Compiled) -> Iterator[Change]:
    """The stack's tags go to every resource that can carry tags."""
    if before.tags is None:
        return
    changed_tags = differences(dict(before.tags), dict(compiled.tags), ("Tags",))
    details = tuple(Detail(shown(path), old, new) for path, old, new in changed_tags)
    if details:
        yield Change("Modify", ROOT, compiled.stack_name, STACK_TYPE, "", "False", details)


def _named(change: Change, before: Before, compiled: Compiled) -> Change:
    """The same change with the component, and the stack by its name."""
    templates = {template.logical_id or ROOT: template for template in compiled.templates}
    template = templates.get(change.stack)
    old = before.origins.get(change.stack, {})
    new = template.origins if template else {}
    sides = (old, new) if change.action == "Remove" else (new, old)
    component = sides[0].get(change.logical_id) or sides[1].get(change.logical_id, "")
    stack = template.name if template else change.stack
    return replace(change, component=component, stack=stack)
