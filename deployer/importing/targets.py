"""What a person wants to import: which resource of which component, and what in AWS it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.source.diagnostics import NOWHERE, Diagnostic, did_you_mean
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.errors import DeployError
from reviewer.template_set import ROOT, STACK_TYPE


@frozen(eq=True)
class Wanted:
    """``buckets.media=my-media``, or ``databases.main/MainDatabaseSubnets=my-subnets``."""

    component: str
    logical_id: str
    """Empty for the component's main resource."""
    value: str
    """Identifier, or the name by which it is read."""

    def __str__(self) -> str:
        return f"{self.component}/{self.logical_id}" if self.logical_id else self.component


@frozen(eq=True)
class Target:
    """One resource of a compiled platform that an existing one becomes."""

    component: str
    region: str
    stack: str
    """Logical id of its nested stack; `ROOT` for the root."""
    logical_id: str
    body: Mapping[str, Json]
    value: str

    @property
    def resource_type(self) -> str:
        return str(self.body["Type"])


def wanted(text: str) -> Wanted | None:
    """What ``COMPONENT[/LOGICAL_ID]=IDENTIFIER`` says; None for another form."""
    what, equals, value = text.partition("=")
    component, slash, logical_id = what.partition("/")
    if not component or not equals or not value or (slash and not logical_id):
        return None
    return Wanted(component, logical_id, value)


def targets(roots: Sequence[Compiled], wishes: Sequence[Wanted], region: str = "") -> tuple[Target, ...]:
    """The resources that are meant, in the order of `wishes`.

    Raises `DeployError` (exit 4) with all that name no resource, one in several regions, or one for the second time.
    """
    chosen = [root for root in roots if region in ("", root.region)]
    found: list[Target] = []
    faults: list[Diagnostic] = []
    for wish in wishes:
        matches = [target for root in chosen for target in _matches(root, wish)]
        again = [one for one in found if matches and one.logical_id == matches[0].logical_id]
        if len(matches) == 1 and not again:
            found.append(matches[0])
        else:
            faults.append(_fault(chosen, wish, [one.region for one in matches]))
    if faults:
        raise DeployError(faults)
    return tuple(found)


def _matches(root: Compiled, wish: Wanted) -> Sequence[Target]:
    logical_id = wish.logical_id or root.mains.get(wish.component, "")
    return [
        Target(wish.component, root.region, template.logical_id or ROOT, logical_id, body, wish.value)
        for template in root.templates
        if template.origins.get(logical_id) == wish.component
        and (body := template.body["Resources"][logical_id])["Type"] != STACK_TYPE
    ]


def _fault(roots: Sequence[Compiled], wish: Wanted, regions: Sequence[str]) -> Diagnostic:
    place = next((root.places[wish.component] for root in roots if wish.component in root.places), NOWHERE)
    name = wish.logical_id or "its main resource"
    own = _logical_ids(roots, wish.component)
    if len(regions) > 1:
        message, hint = f"{name} is in {' and '.join(regions)}", "choose one with --region"
    elif regions:
        message, hint = f"{name} is given twice", "leave one of them out"
    elif not own:
        known = sorted({component for root in roots for component in root.mains})
        return Diagnostic("unknown-resource", f"no component '{wish.component}'", suggestion=_meant(wish, known))
    elif wish.logical_id:
        message, hint = f"no resource '{wish.logical_id}'", did_you_mean(wish.logical_id, own)
    else:
        message, hint = "no main resource", f"name one as {wish.component}/LOGICAL_ID: {', '.join(own)}"
    return Diagnostic("unknown-resource", message, place, wish.component, hint)


def _meant(wish: Wanted, known: Sequence[str]) -> str:
    return did_you_mean(wish.component, known) or "nothing is compiled in that region"


def _logical_ids(roots: Sequence[Compiled], component: str) -> Sequence[str]:
    templates: list[Template] = [template for root in roots for template in root.templates]
    return sorted({name for one in templates for name, owner in one.origins.items() if owner == component})
