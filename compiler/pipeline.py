"""The way from a spec to templates, told once: what each stage takes and what it gives.

==========  ===========================================  =========================================================
stage       takes                                        gives
==========  ===========================================  =========================================================
load        a file                                       Document: plain data with the places of keys and values
header      Document                                     the same: it has environments that can be laid over it
tables      Document                                     Document with the settings that stand in files of their own
on demand   Document, the wanted names                   Document with the environments that patterns make
groups      Document                                     Document whose groups are components with `each`
variants    Document with a fleet                        one Document for each account and region that differs
defaults    Document, an environment's name              Document with `defaults:` under each component
overlay     Document, an environment's name              Document of one environment
expand      Document                                     Document in which no component has `each`
fixed text  Document                                     Document whose pointers to what the spec fixes are text
validate    Document                                     the same: every value has its form
resolve     Document                                     Document with every default
texts       Document                                     Document with the texts of the files that it names
imports     Document, the specs of platforms below       Document in which their components are existing ones
lookup      Document, the lock file                      Document in which existing resources are known
meaning     Document                                     Checked: the document and its edges; warnings
peering     the documents of peered environments         faults
claims      the documents of all environments            faults
parse       Document                                     components, a frozen dataclass each
build       Platform: components and edges               Program: one flat set of resources
reach       Program                                      faults: calls of AWS that find no way
place       Program, the lock file                       logical id → nested stack
regions     Program, logical id → region                 one part for each region
link        a part, logical id → nested stack            root and nested templates
limits      Compiled: the templates of one root          faults and warnings
fleet       Compiled of each variant                     Compiled: one template for all accounts and regions
==========  ===========================================  =========================================================

A stage changes nothing that it takes. All its faults are told together, and the stages after it do not run. Those from
parse on are `compiler.stacks.assemble`, which is loaded only when something is compiled: it needs troposphere.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from os.path import normpath
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from compiler.language.components import components
from compiler.language.defaults import with_defaults
from compiler.language.expand import expand
from compiler.language.fleet import as_first_variant, as_variant, fleet_of, variants_of
from compiler.language.groups import ungrouped
from compiler.language.on_demand import (
    bad_patterns,
    patterns,
    siblings,
    skipped,
    unknown_only,
    wanted_names,
    with_demanded,
    written_names,
)
from compiler.language.overlay import overlay, stated
from compiler.language.resolve import resolve
from compiler.language.schema import Schema, load_schema
from compiler.language.suppressions import bad_suppressions, sorted_out, suppressions
from compiler.language.tables import table_files, with_tables, with_texts
from compiler.language.validate import validate
from compiler.meaning.check import check_meaning
from compiler.meaning.claimed_names import Claim, claimed_twice, claims
from compiler.meaning.edges import Checked
from compiler.meaning.fixed_text import fixed_text, plain
from compiler.meaning.fleet_rules import fixed_values, fleet_faults
from compiler.meaning.peering import overlaps, peers, unknown_peers
from compiler.source.diagnostics import Diagnostic, SpecError, each_once, refuse
from compiler.source.document import Document
from compiler.source.load import load

if TYPE_CHECKING:
    from compiler.program.component import Platform
    from compiler.program.program import Program
    from compiler.stacks.compiled import Compiled
    from compiler.stacks.place import Places
    from compiler.stacks.recorded import Placing

Way: TypeAlias = tuple[tuple[str, str], ...]
"""Specs, each with one of its environments."""
T = TypeVar("T")
R = TypeVar("R")


def check_spec(file: str, environments: tuple[str, ...] = ()) -> tuple[Checked, ...]:
    """The wanted environments, or all of them, in the spec's order, each with its warnings.

    Raises `SpecError` with the diagnostics of all environments of the first stage that has an error.
    """
    return check_document(load(file), environments)


def check_document(loaded: Document, environments: tuple[str, ...] = ()) -> tuple[Checked, ...]:
    """`check_spec` of what is loaded already, such as the text of an editor."""
    schema = load_schema()
    written, names = _read(loaded, environments, schema)
    document = as_first_variant(written, schema)
    checked = _checked(document, names, schema)
    _check_peering(document, checked, schema)
    refuse(_claimed(document, checked, schema))
    checked = _each(lambda one: _with_variants(written, one, schema), checked)
    judged = (_judged(document, one, schema) for one in checked)
    first, *others = (replace(one, patterns=patterns(document)) for one in judged)
    notes = () if environments else tuple(skipped(document))
    return (replace(first, warnings=each_once((*first.warnings, *notes))), *others)


def _with_variants(written: Document, checked: Checked, schema: Schema) -> Checked:
    """A fleet with what each of its accounts and regions has; any other environment as it is."""
    name = checked.document.data["environment"]
    fleet, (first, *others) = fleet_of(checked.document.data), variants_of(written, name) or (None,)
    if fleet is None or first is None:
        return checked
    found = refuse(fleet_faults(checked.document))
    seen = [(first, checked)]
    for variant in others:
        (one,) = _checked(as_variant(written, (name, variant), schema), (name,), schema)
        seen.append((variant, one))
    found += refuse(fixed_values([(variant, one.document) for variant, one in seen], fleet, schema))
    warnings = each_once((*found, *(warning for _, one in seen for warning in one.warnings)))
    return replace(checked, warnings=warnings, variants=tuple(seen), written=written)


def _judged(document: Document, checked: Checked, schema: Schema) -> Checked:
    """An environment without the warnings that the spec accepts."""
    known = suppressions(document, checked.document, schema)
    warnings, ignored = sorted_out(checked.warnings, known)
    return replace(checked, warnings=each_once(warnings), ignored=ignored, suppressions=known)


def tables_of(file: str) -> tuple[str, ...]:
    """Names of the files in the folder of a spec that it takes settings from. Raises `SpecError`."""
    return table_files(load(file), load_schema())


def resolved_spec(file: str, environment: str) -> tuple[Document, tuple[str, ...]]:
    """One environment with every default, before attributes from the lock file; and the names of all environments.

    Raises `SpecError` as `check_spec` does.
    """
    schema = load_schema()
    document, names = _read(load(file), (environment,), schema)
    (resolved,) = _resolved(as_first_variant(document, schema), names, schema)
    return resolved, tuple(document.data["environments"])


def _read(loaded: Document, environments: tuple[str, ...], schema: Schema) -> tuple[Document, tuple[str, ...]]:
    """The spec as it is written, and the wanted environments."""
    validate(loaded, schema.header())
    refuse(bad_patterns(loaded))
    read = with_demanded(with_tables(loaded, schema), environments, schema)
    document = stated(ungrouped(read, schema), schema)
    names = wanted_names(document, environments)
    refuse((*unknown_only(document, schema), *bad_suppressions(document, schema)))
    return document, names


def _checked(document: Document, names: Iterable[str], schema: Schema, way: Way = ()) -> tuple[Checked, ...]:
    resolved = _each(lambda one: with_texts(one, schema), _resolved(document, names, schema))
    resolved = _each(lambda one: _with_imports(one, schema, way), resolved)
    if any(data.get("existing") is not None for one in resolved for *_, data in components(one, schema)):
        resolved = _looked_up(resolved, schema)
    meanings = [check_meaning(one, schema) for one in resolved]
    refuse(found for _, diagnostics in meanings for found in diagnostics)
    return tuple(replace(checked, warnings=each_once(warnings)) for checked, warnings in meanings)


def _with_imports(document: Document, schema: Schema, way: Way) -> Document:
    """An environment with the components that it imports; `way` are those that import it, from the first on."""
    if not any("x-imports" in schema.kinds.get(section, {}) for section in document.data):
        return document
    from compiler.stacks.layers import Reading, with_layers

    way = (*way, (normpath(document.file), str(document.data["environment"])))

    def check(loaded: Document, environment: str) -> Checked:
        below, names = _read(loaded, (environment,), schema)
        return _checked(as_first_variant(below, schema), names, schema, way)[0]

    return with_layers(document, schema, Reading(way, check))


def _looked_up(resolved: Iterable[Document], schema: Schema) -> tuple[Document, ...]:
    """The environments, with attributes of existing resources from the lock file."""
    from compiler.meaning.fleet_rules import lookups
    from compiler.meaning.lock import read_lock
    from compiler.meaning.lookup import with_locked_attributes

    documents = tuple(resolved)
    lock = read_lock(documents[0].file, schema)
    refuse(found for one in documents if one.data.get("fleet") for found in lookups(one, schema))
    return _each(lambda one: one if one.data.get("fleet") else with_locked_attributes(one, schema, lock), documents)


def _resolved(document: Document, names: Iterable[str], schema: Schema) -> tuple[Document, ...]:
    started = _each(lambda name: (with_defaults(document, name, schema), name), names)
    laid = _each(lambda one: overlay(*one, schema), started)
    overlaid = _each(lambda one: expand(one, schema), laid)
    fixed = _each(lambda one: fixed_text(one, schema), overlaid)
    effective = schema.effective()
    valid = _each(lambda one: one.validated(schema, effective), fixed)
    return _each(lambda one: resolve(one, schema), valid)


def _check_peering(document: Document, checked: tuple[Checked, ...], schema: Schema) -> None:
    """Hold the wanted environments against their peers, which must be sound for that though nobody asked for them."""
    found = {one.document.data["environment"]: one.document for one in checked}
    named = {peer for one in found.values() for peer in peers(one, schema)}
    refuse(unknown_peers(found.values(), written_names(document), schema))
    more = _checked(document, sorted(named - found.keys()), schema)
    refuse(overlaps(found | {one.document.data["environment"]: one.document for one in more}, schema))


def _claimed(document: Document, checked: tuple[Checked, ...], schema: Schema) -> Iterator[Diagnostic]:
    """Names that wanted environments share with each other, with a sound one of the spec, or in all of a pattern."""
    wanted = [one.document for one in checked]
    document = with_demanded(document, siblings(one.data for one in wanted), schema)
    rest = [name for name in written_names(document) if name not in {one.data["environment"] for one in wanted}]
    mine = [claim for one in wanted for claim in claims(plain(one, schema), schema)]
    known = {claim.key for claim in mine}
    others = [claim for name in rest if known for claim in _claims_of(document, name, schema) if claim.key in known]
    yield from claimed_twice([*mine, *others])


def _claims_of(document: Document, name: str, schema: Schema) -> Iterator[Claim]:
    try:
        (resolved,) = _resolved(document, (name,), schema)
    except SpecError:
        return  # reported when that environment is compiled
    yield from claims(plain(resolved, schema), schema)


def compile_spec(
    file: str, environments: tuple[str, ...] = (), placing: Placing | None = None, trace: bool = False
) -> tuple[Compiled, ...]:
    """The roots of the wanted environments, or of all, each after those whose values it takes. Raises `SpecError`.

    `placing` says what may get a stack that the lock file has none for; without it, nothing may. With `trace` the
    values of the templates remember their settings: `compiler.program.traced`.
    """
    from compiler.stacks.claims import repeated_claims
    from compiler.stacks.recorded import RECORDED

    with _without_garbage():
        checked = check_spec(file, environments)
        if trace:
            checked = tuple(_traced(one) for one in checked)
        known = (placing or RECORDED).known(file, load_schema())
        roots = _each(lambda one: _roots(one, load_schema(), known(one.document.data)), checked)
        built = ((one.document, each) for one, each in zip(checked, roots, strict=True) if not one.variants)
        refuse(claimed_twice(repeated_claims(built)))
        made = checked[0].patterns
        return tuple(replace(root, traced=trace, patterns=made) for root in itertools.chain.from_iterable(roots))


@contextmanager
def _without_garbage() -> Iterator[None]:
    """A compile makes no cycles of objects: to look for them took a tenth of the time of a thousand services."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()


def _traced(checked: Checked) -> Checked:
    from compiler.program.traced import traced

    variants = ((variant, replace(one, document=traced(one.document))) for variant, one in checked.variants)
    return replace(checked, document=traced(checked.document), variants=tuple(variants))


def _roots(checked: Checked, schema: Schema, known: Places) -> tuple[Compiled, ...]:
    from compiler.stacks.assemble import assemble
    from compiler.stacks.fleet.roots import assemble_fleet

    return assemble_fleet(checked, schema, known) if checked.variants else assemble(checked, schema, known)


def names_of_spec(file: str, environment: str) -> Compiled:
    """One root with the names of an environment alone, of a spec that may have errors elsewhere. Raises `SpecError`."""
    from compiler.stacks.names_only import names_only

    return names_only(file, environment, load_schema())


def platform_of(file: str, environment: str) -> Platform:
    """The components of one environment, before they are built to templates. Raises `SpecError`."""
    from compiler.meaning.rename import by_old_names
    from compiler.stacks import assemble

    (checked,) = check_spec(file, (environment,))
    return assemble.platform_of(checked, by_old_names(checked, load_schema()), load_schema())


def program_of(file: str, environment: str) -> tuple[Platform, Program]:
    """The components of one environment and the resources that they are built to, before these have stacks."""
    from compiler.meaning.rename import by_old_names
    from compiler.program.program import build
    from compiler.stacks import assemble

    (checked,) = check_spec(file, (environment,))
    renamed = by_old_names(checked, load_schema())
    platform = assemble.platform_of(checked, renamed, load_schema())
    return platform, build(platform, renamed.connections.pointers)


def _each(stage: Callable[[T], R], items: Iterable[T]) -> tuple[R, ...]:
    """`stage` done to every item, so that the faults of all of them are reported together."""
    done: list[R] = []
    faults: list[Diagnostic] = []
    for item in items:
        try:
            done.append(stage(item))
        except SpecError as problem:
            faults += problem.diagnostics
    refuse(faults)
    return tuple(done)
