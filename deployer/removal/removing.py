"""What a removal needs before it begins: protections that may be turned off, contents that may go, and their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.source.diagnostics import Diagnostic, did_you_mean
from compiler.stacks.compiled import Compiled
from deployer.approval import Approvals, approve_risks
from deployer.environment import Open
from deployer.errors import DeployError
from deployer.plan import Plan
from deployer.removal.contents import EMPTIED, Full
from deployer.removal.destroy import EVERYTHING, Removal, Terms
from deployer.removal.unguarding import unguarding
from reviewer.change import Risk


def stores_of(roots: Iterable[Compiled]) -> Mapping[str, str]:
    """What the buckets and repositories of a spec may be called → their components."""
    templates = (template for root in roots for template in root.templates)
    kinds = (
        (name, one.body["Resources"][name]["Type"], whose) for one in templates for name, whose in one.origins.items()
    )
    stores = [Full(whose, name, kind, "") for name, kind, whose in kinds if kind in EMPTIED]
    return {name: store.component for store in stores for name in store.names}


def check_terms(removals: Mapping[str, Removal], terms: Terms) -> None:
    """Raises `DeployError` (exit 4) with one error for each thing that would make the removal fail half-way."""
    found = [*_unknown(removals, terms)]
    for removal in removals.values():
        found += [*_protected(removal, terms), *_full(removal, terms)]
    if found:
        raise DeployError(found)


def _unknown(removals: Mapping[str, Removal], terms: Terms) -> Iterator[Diagnostic]:
    """Names of nothing that is full now, or was so before the same command was interrupted."""
    known = {name for removal in removals.values() for store in removal.full for name in store.names} | {*terms.stores}
    for name in terms.empty:
        if name != EVERYTHING and name not in known:
            hint = did_you_mean(name, sorted(known)) if known else "nothing that is to be deleted has anything in it"
            message = f"--empty names '{name}', which is no bucket or repository that is to be deleted"
            yield Diagnostic("unknown-resource", message, suggestion=hint)


def _protected(removal: Removal, terms: Terms) -> Iterator[Diagnostic]:
    if terms.disable_protection:
        return
    hint = "to remove it anyway, run `destroy` with --disable-protection"
    if removal.stack.protected:
        message = f"stack {removal.stack.name} is protected from termination"
        yield Diagnostic("protected-stack", message, suggestion=hint)
    for one in removal.guarded:
        message = f"{one.resource_type} {one.logical_id} is protected from deletion"
        yield Diagnostic("protected-resource", message, component=one.component, suggestion=hint)


def _full(removal: Removal, terms: Terms) -> Iterator[Diagnostic]:
    for store in removal.full:
        if store.seen and not terms.empties(store):
            name = store.component or store.logical_id
            hint = f"to delete what is in it, with all versions, give --empty {name}"
            if not store.can_be_emptied:
                hint = "delete its recovery points before, or retain the vault with `keep`"
            yield Diagnostic("not-empty", f"{store}, so that it can't be deleted", component=name, suggestion=hint)


def approve_losses(removals: Mapping[str, Removal], terms: Terms, approvals: Approvals) -> None:
    """Go on only when each component whose data goes was named; what `--empty` names is.

    Raises `DeployError` (exit 6) with one error for each that was not.
    """
    wanted: dict[str, list[Risk]] = {}
    for removal in removals.values():
        for risk in removal.lost:
            wanted.setdefault(risk.component, []).append(risk)
    full = (store for removal in removals.values() for store in removal.full)
    emptied = [store.component for store in full if store.names & {*terms.empty}]
    emptied += [terms.stores[name] for name in terms.empty if name in terms.stores]
    approve_risks(wanted, Approvals((*approvals.names, *emptied), approvals.ask))


def unguarding_plans(
    removals: Mapping[str, Removal], now: Compiled, open_region: Open, terms: Terms
) -> Mapping[str, Plan]:
    """Region → what turns protections off there, where any is on and may be turned off."""
    plans: dict[str, Plan] = {}
    for region, removal in removals.items():
        if removal.guarded and terms.disable_protection:
            with open_region(region) as aws:
                plans[region] = unguarding(aws, removal, now, terms.archive.bucket)
    return plans
