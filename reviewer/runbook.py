"""The runbook of a recovery as Markdown: what is lost with the region, and the steps in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from compiler.language.schema import Schema
from compiler.meaning.edges import Checked
from compiler.meaning.fixed_text import plain
from compiler.meaning.recovery import RECOVERY_KEY, Way, Wish, best, recovered, spelled, wish_of
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec, resolved_spec
from compiler.program.effective import yaml_text
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.document import Document
from compiler.source.frozen import frozen
from reviewer.recovery_environment import recovery_environment

_FIRST = "security"
"""Layer of keys and secrets, which the others need."""


@frozen(eq=True)
class _Store:
    """A component that keeps data, and how it comes back: a way, or what the spec says instead."""

    component: ResolvedComponent
    way: Way | None
    otherwise: str

    @property
    def address(self) -> str:
        return self.component.address


@frozen(eq=True)
class _Recovery:
    """One environment that is to come back elsewhere."""

    spec: ResolvedSpec
    wish: Wish
    stores: tuple[_Store, ...]
    document: Document
    schema: Schema

    @property
    def environment(self) -> str:
        """Name of the environment that is added for the other region."""
        return f"{self.spec.environment}-recovery"

    @property
    def file(self) -> str:
        """The spec's name without its folder, which is another one on every machine."""
        return PurePath(self.document.file).name


def runbook(checked: Checked, schema: Schema) -> tuple[str, ...]:
    """Lines of Markdown for an environment. Raises `SpecError` when the spec wants no recovery of it."""
    document = plain(checked.document, schema)
    spec = resolved_spec(document, schema)
    wish = wish_of(spec)
    if wish is None:
        raise SpecError([_no_wish(document, schema)])
    recovery = _Recovery(spec, wish, tuple(_stores(spec, wish, schema)), document, schema)
    return tuple(itertools.chain(_head(recovery), _lost(recovery), _steps(recovery), _afterwards(recovery)))


def _no_wish(document: Document, schema: Schema) -> Diagnostic:
    (section,) = [name for name, kind in schema.kinds.items() if "wish" in kind.get("x-offers", {})]
    message = f"environment '{document.data['environment']}' has no section '{section}', which a runbook is made of"
    help_text = f"add '{section}: {{region: …, rpo: 1h, rto: 4h}}'"
    return Diagnostic("no-recovery", message, document.value_place(()), suggestion=help_text)


def _stores(spec: ResolvedSpec, wish: Wish, schema: Schema) -> Iterator[_Store]:
    found = [
        _Store(component, best(ways, wish), wish.otherwise.get(component.address, ""))
        for component, ways in recovered(spec, wish)
    ]
    yield from sorted(found, key=lambda one: (_layer(one.component, schema) != _FIRST, one.address))


def _layer(component: ResolvedComponent, schema: Schema) -> str:
    return schema.layer(component.section, component.settings)


def _head(recovery: _Recovery) -> Iterator[str]:
    spec, wish = recovery.spec, recovery.wish
    yield f"# Recovery of {spec.platform} {spec.environment} in {wish.region}"
    yield ""
    command = f"stackwright runbook {recovery.file} --env {spec.environment}"
    yield f"`{command}` writes this file from the spec, anew when the spec has changed."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| region that may be lost | {wish.home} |"
    yield f"| region of the recovery | {wish.region} |"
    yield f"| changes that may be lost (RPO) | {spelled(wish.rpo)} |"
    yield f"| time until all is back (RTO) | {spelled(wish.rto)} |"
    yield ""


def _lost(recovery: _Recovery) -> Iterator[str]:
    yield "## What is lost"
    yield ""
    yield "Losses and times are planning values for data of ordinary size; a drill tells the real ones."
    yield ""
    yield "| data | comes back by | changes lost, at most | usable after about |"
    yield "|---|---|---|---|"
    for store in recovery.stores:
        yield _row(store)
    yield from _elsewhere(recovery)
    yield ""
    yield from _transient(recovery)


def _row(store: _Store) -> str:
    if store.otherwise or store.way is None:
        return f"| `{store.address}` | {_cell(store.otherwise)} | | |"
    way = store.way
    return f"| `{store.address}` | {way.name} | {spelled(way.loses)} | {spelled(way.takes)} |"


def _elsewhere(recovery: _Recovery) -> Iterator[str]:
    """Data that the platform uses and that others keep."""
    for component in sorted(recovery.spec.able("recover"), key=lambda one: one.address):
        if component.settings.get("existing") is not None and "x-transient" not in component.kind:
            text = recovery.wish.otherwise.get(component.address, "existing: whoever manages it recovers it")
            yield f"| `{component.address}` | {_cell(text)} | | |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _transient(recovery: _Recovery) -> Iterator[str]:
    """What holds data for a while only, and starts without it."""
    kept = {store.address for store in recovery.stores}
    lines = [
        f"- `{component.address}`: {component.kind['x-transient']}"
        for component in sorted(recovery.spec.components(), key=lambda one: one.address)
        if "x-transient" in component.kind
        and component.settings.get("existing") is None
        and component.address not in kept
    ]
    if lines:
        yield from ("These start empty:", "", *lines, "")


def _steps(recovery: _Recovery) -> Iterator[str]:
    yield "## Steps"
    yield ""
    yield "Words in capitals in commands and settings (`ORDERS_TABLE`) are what an earlier command shows."
    yield ""
    sections = (_decide(recovery), _keys(recovery), *_data(recovery), _spec_change(recovery), _deploy(recovery))
    for number, lines in enumerate((list(one) for one in sections if one), 1):
        title, *rest = lines
        yield f"### {number}. {title}"
        yield ""
        yield from rest
        yield ""


def _decide(recovery: _Recovery) -> Iterator[str]:
    spec, wish = recovery.spec, recovery.wish
    yield "Decide, and keep writers away"
    yield "A recovery loses changes, so that a person decides it. Write down the time."
    yield f"Stop every pipeline that deploys {spec.environment}, and what still writes in {wish.home} if that region"
    yield "can be reached: two places that take writes can't be merged."


def _keys(recovery: _Recovery) -> Iterator[str] | None:
    if not any(
        RECOVERY_KEY in str(store.way.settings) for store in recovery.stores if _comes_back(store) and store.way
    ):
        return None
    spec, wish = recovery.spec, recovery.wish
    stack = f"aws cloudformation describe-stacks --region {wish.region} --stack-name {spec.platform}-{spec.environment}"
    command = f"{stack} --query \"Stacks[0].Outputs[?OutputKey=='RecoveryRegionKeyArn'].OutputValue\" --output text"
    return iter((f"Read the key of the copies: `{RECOVERY_KEY}`", *_block([command])))


def _comes_back(store: _Store) -> bool:
    return store.way is not None and not store.otherwise


def _data(recovery: _Recovery) -> Iterator[Iterator[str]]:
    for store in recovery.stores:
        if store.otherwise or store.way is None:
            yield iter((f"`{store.address}`: as the spec says", _cell(store.otherwise)))
        else:
            yield _way(store.address, store.way)


def _way(address: str, way: Way) -> Iterator[str]:
    yield f"`{address}`: {way.name}"
    for index, step in enumerate(way.steps):
        yield from ("",) if index else ()
        yield step.text
        yield from ("", *_block(step.commands)) if step.commands else ()


def _block(commands: Sequence[str], language: str = "sh") -> Iterator[str]:
    yield f"```{language}"
    yield from commands
    yield "```"


def _spec_change(recovery: _Recovery) -> Iterator[str]:
    yield f"Add an environment of {recovery.wish.region} to {recovery.file}"
    yield f"It is the environment `{recovery.spec.environment}` with what is different there:"
    yield ""
    ways = {store.address: store.way for store in recovery.stores if store.way and _comes_back(store)}
    environment = recovery_environment(recovery.document, recovery.spec, recovery.schema, ways)
    for template in environment.unsaid:
        yield f"Each component of `{template.section}.{template.name}` needs settings of its own, which `each` with"
        yield "several variables can't give: write these components out in the file first, each with its own way above."
        yield ""
    text = yaml_text({"environments": {recovery.environment: environment.block}})
    yield from _block(text.rstrip("\n").split("\n"), "yaml")


def _deploy(recovery: _Recovery) -> Iterator[str]:
    yield "Deploy, and check"
    env = recovery.environment
    yield "Look at the plan before you agree. The outputs have the host names to try. Compare counts and newest entries"
    yield "of each store with what is known of the time of the loss. Only then point the names that clients use there."
    yield ""
    yield from _block(
        [
            *([f"stackwright lookup {recovery.file} --env {env}"] if _existing(recovery) else []),
            f"stackwright validate {recovery.file} --env {env}",
            f"stackwright deploy {recovery.file} --env {env}",
            f"stackwright status {recovery.file} --env {env}",
            f"stackwright outputs {recovery.file} --env {env}",
        ]
    )


def _existing(recovery: _Recovery) -> bool:
    """Whether a replica or a restored copy becomes an existing resource, of which AWS is asked for the rest."""
    return any("existing" in store.way.settings for store in recovery.stores if store.way and not store.otherwise)


def _afterwards(recovery: _Recovery) -> Iterator[str]:
    spec, wish = recovery.spec, recovery.wish
    yield "## Afterwards"
    yield ""
    new, old = recovery.environment, spec.environment
    yield f"- `{new}` is the only copy until it has a recovery region of its own: {wish.home}, once that is back."
    yield f"- `{old}` must not take writes again before its data was replaced by that of the recovery."
    yield f"- Practise: deploy `{new}` beside `{old}` twice a year, measure losses and times, and destroy it"
    yield f"  (`stackwright destroy {recovery.file} --env {new}`). In a drill, leave replicas as they are."
