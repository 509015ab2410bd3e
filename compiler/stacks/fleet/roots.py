"""Compile a fleet: each variant by itself, then one template of them all; and tell what a stack set can't carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.language.fleet import Fleet, Variant, fleet_of
from compiler.language.schema import Schema
from compiler.language.unique_names import ACCOUNT, PUBLIC_REGION, REGION, SCOPES, UNIQUE, WORLD
from compiler.meaning.claimed_names import Claim
from compiler.meaning.edges import Checked
from compiler.program.intrinsics import bound
from compiler.program.root_names import ARTIFACT_BUCKET
from compiler.source.diagnostics import Diagnostic, Place, each_once, refuse
from compiler.source.json_value import Json
from compiler.stacks.assemble import assemble
from compiler.stacks.claims import built_claims
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.fleet.differing import differing
from compiler.stacks.fleet.single import not_taken
from compiler.stacks.fleet.unify import Difference, Unifier
from compiler.stacks.place import NOWHERE, Places

_MANY = 2
"""How many accounts an organizational unit is counted as: nobody knows, but more than one."""
MOST_MAPPINGS = 200
"""CloudFormation quotas, "Mappings"."""
BUCKET_OF_REGION = {"Fn::Sub": f"${{{ARTIFACT_BUCKET}}}-${{AWS::Region}}"}
"""Lambda reads code from buckets of its own region only, so that there is one in each region of the fleet."""


def assemble_fleet(checked: Checked, schema: Schema, known: Places = NOWHERE) -> tuple[Compiled]:
    """The root of a fleet: that of its first variant, with the templates of all. Raises `SpecError`."""
    fleet = fleet_of(checked.document.data)
    assert fleet
    variants = [variant for variant, _ in checked.variants]
    roots = [assemble(one, schema, known) for _, one in checked.variants]
    refuse(each_once(found for each in roots for found in _elsewhere(each)))
    firsts = [first for first, *_ in roots]
    refuse(_claimed_by_many(checked, firsts, fleet))
    unifier = Unifier(fleet, variants)
    templates = [
        _template(unifier, [root.templates[index] for root in firsts]) for index in range(_count(unifier, firsts))
    ]
    refuse(differing(unifier.differences, firsts, checked))
    root, *children = templates
    refuse(found for one in templates for found in _too_many(one, firsts[0].places))
    refuse(not_taken(root, firsts[0].places) if fleet.service_managed else ())
    warnings = each_once(found for one in firsts for found in one.warnings)
    return (_as_fleet(firsts[0], fleet, (_with_buckets(root), *children), warnings),)


def _as_fleet(
    first: Compiled, fleet: Fleet, templates: Sequence[Template], warnings: tuple[Diagnostic, ...]
) -> Compiled:
    root, *children = templates
    return replace(
        first,
        root=root,
        children=tuple(children),
        region=fleet.region,
        regions=(fleet.region,),
        home=fleet.region,
        account=fleet.account,
        warnings=warnings,
        settings=_settings(first.settings),
        fleet=fleet,
    )


def _settings(settings: Mapping[str, Json]) -> dict[str, Json]:
    """Without the fleet's own: which accounts there are changes nothing in their stacks."""
    whole = {name: value for name, value in settings.get("", {}).items() if name not in ("fleet", "region")}
    return {**settings, "": whole}


def _too_many(root: Template, places: Mapping[str, Place]) -> Iterator[Diagnostic]:
    count = len(root.body.get("Mappings", {}))
    if count > MOST_MAPPINGS:
        message = f"{count} values differ by account and by region, more than CloudFormation's {MOST_MAPPINGS} mappings"
        help_text = "let fewer settings differ by both, or divide the fleet into several environments"
        yield Diagnostic("fleet-too-large", message, next(iter(places.values())), "", help_text)


def _count(unifier: Unifier, roots: Sequence[Compiled]) -> int:
    """How many templates all variants have; one that another has not is a difference."""
    names = [[template.name for template in root.templates] for root in roots]
    for index, one in enumerate(names):
        if one != names[0]:
            more = set(one) ^ set(names[0])
            unifier.differences.append(Difference("", (sorted(more)[0] if more else "root",), index))
            return 0
    return len(names[0])


def _template(unifier: Unifier, templates: Sequence[Template]) -> Template:
    return replace(templates[0], body=unifier.body([template.body for template in templates]))


def _with_buckets(root: Template) -> Template:
    """The root, which alone knows the parameter, with the bucket of the stack's region in place of its value."""
    body: dict[str, Json] = dict(root.body)
    body["Resources"] = bound(body["Resources"], {ARTIFACT_BUCKET: BUCKET_OF_REGION})
    return replace(root, body=body)


def _elsewhere(roots: Sequence[Compiled]) -> Iterator[Diagnostic]:
    """A fault for each component with resources in a region that is not the stack's own."""
    _, *others = sorted(roots, key=lambda root: root.region != root.home)
    for root in others:
        for path in dict.fromkeys(path for template in root.templates for path in template.origins.values()):
            message = f"it has resources in {root.region} too, and each stack of a fleet is in one region alone"
            help_text = "leave it to an environment without a fleet, with 'only'"
            if path in root.places:
                yield Diagnostic("fleet-region", message, root.places[path], path, help_text)


def _claimed_by_many(checked: Checked, roots: Sequence[Compiled], fleet: Fleet) -> Iterator[Diagnostic]:
    """A fault for each name that AWS wants to be unique and that several stacks would have."""
    stacks: dict[tuple[str, str], dict[Variant, Claim]] = {}
    for (variant, one), root in zip(checked.variants, roots, strict=True):
        for claim in built_claims(one.document, [root]):
            stacks.setdefault(claim.key, {})[variant] = claim
    for by_variant in stacks.values():
        claim = next(iter(by_variant.values()))
        if _meet(claim, by_variant, fleet):
            scope = SCOPES[UNIQUE[claim.type][0]]
            what = f"the name '{claim.name}'" if claim.name else "the resource"
            kind = claim.type.removeprefix("AWS::").replace("::", " ")
            message = f"several stacks of the fleet would have {what} ({kind}), which must be unique {scope}"
            help_text = f"write {_apart(UNIQUE[claim.type][0])} into the name, or leave the name to CloudFormation"
            if claim.place == roots[0].places.get(claim.owner):  # a name that the compiler makes
                help_text = "leave it to an environment without a fleet, with 'only'"
            yield Diagnostic("claimed-name", message, claim.place, claim.owner, help_text)


def _apart(scope: str) -> str:
    return "${region}" if scope == ACCOUNT else "${account}" if scope == PUBLIC_REGION else "${account}-${region}"


def _meet(claim: Claim, by_variant: Mapping[Variant, Claim], fleet: Fleet) -> bool:
    scope, own = UNIQUE[claim.type][0], "${AWS::AccountId}" in claim.name
    alike = _MANY if fleet.service_managed else len(set(fleet.accounts) - set(fleet.changed_accounts))
    accounts = {one: 1 if one.account or own else alike for one in by_variant}
    by_account: dict[str, int] = {}
    by_region: dict[str, int] = {}
    for one, count in accounts.items():
        by_account[one.account] = by_account.get(one.account, 0) + 1
        by_region[one.region] = by_region.get(one.region, 0) + count
    if scope == REGION:
        return False
    many = {ACCOUNT: max(by_account.values()), PUBLIC_REGION: max(by_region.values()), WORLD: sum(accounts.values())}
    if own and scope in (PUBLIC_REGION, WORLD):
        return max(by_account.values()) > 1 and scope == WORLD
    return many[scope] > 1
