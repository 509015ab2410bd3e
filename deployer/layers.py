"""Platforms below and above, as AWS has them: what the ones below export, and which ones above use what is exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from compiler.program.exported import importers_of
from compiler.program.imported import READ
from compiler.source.document import ImportedValue
from compiler.stacks.compiled import Compiled
from deployer.deployed import Stack
from deployer.errors import DeployError, refused
from deployer.faults import read
from deployer.session import Aws
from reviewer.findings import Findings, ranked
from reviewer.layers import Importer, changing_exports, layer_risks
from reviewer.sides import Before, Sides

_AT_ONCE = 10
"""Names that GetParameters takes (SSM API reference)."""


def values_below(aws: Aws, compiled: Compiled) -> Mapping[str, str]:
    """Root parameter → the value that CloudFormation will read for it.

    Raises `DeployError` with the platform that has to be deployed before, where it has not written them yet.
    """
    wanted = _wanted(compiled)
    found = _read(aws, sorted(set(wanted.values())))
    missing = [name for name, parameter in wanted.items() if parameter not in found]
    if missing:
        raise _missing(compiled, missing)
    return {name: found[parameter] for name, parameter in wanted.items()}


def _wanted(compiled: Compiled) -> Mapping[str, str]:
    """Root parameter → name of the SSM parameter."""
    declared = compiled.root.body.get("Parameters", {})
    ours = {
        name: about
        for name, about in declared.items()
        if compiled.document is None or name in compiled.document.imported
    }
    return {name: about["Default"] for name, about in ours.items() if about["Type"] == READ and "Default" in about}


def _read(aws: Aws, names: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(names), _AT_ONCE):
        found |= _answer(aws, list(names[start : start + _AT_ONCE]))
    return found


def _answer(aws: Aws, names: Sequence[str]) -> Mapping[str, str]:
    answer = read(lambda: aws.client("ssm", aws.region).get_parameters(Names=names))
    return {one["Name"]: one["Value"] for one in answer["Parameters"]}


def _missing(compiled: Compiled, missing: Sequence[str]) -> DeployError:
    """One fault with the first platform: the others follow when it is there."""
    about: Mapping[str, ImportedValue] = compiled.document.imported if compiled.document else {}
    values = [about[name] for name in missing if name in about]
    if not values:
        return refused(f"SSM parameters are missing for: {', '.join(missing)}", code="layer-missing")
    first = values[0]
    exports = sorted({one.export for one in values if one.by == first.by})
    named = f"{first.platform} {first.environment}"
    message = f"{named} has to be deployed before: it does not export {', '.join(exports)} yet"
    hint = f"run: stackwright deploy {first.file} --env {first.environment}"
    return refused(message, hint, "layer-missing", first.by)


def with_read_values(before: Before, stack: Stack | None) -> Before:
    """What is deployed, with the values that CloudFormation read for parameters from SSM."""
    if stack is None or not before.templates:
        return before
    return replace(before, parameters={**before.parameters, **stack.resolved})


def compared_values(sent: Mapping[str, str], below: Mapping[str, str], before: Before) -> Mapping[str, str]:
    """The values to compare: of a parameter from SSM its value, unless only the name of the deployed one is known."""
    names = {name: value for name, value in sent.items() if before.parameters.get(name) == value}
    return {**sent, **below, **{name: value for name, value in names.items() if name in below}}


def with_risks_above(aws: Aws, sides: Sides, found: Findings) -> Findings:
    """What was found, with what becomes of platforms above where exports change; AWS is asked only then."""
    changing, here = changing_exports(sides, found.changes), sides.compiled
    if not changing:
        return found
    above = layer_risks(changing, importers(aws, here.platform, here.environment))
    return replace(found, risks=ranked((*found.risks, *above)))


def importers(aws: Aws, platform: str, environment: str) -> tuple[Importer, ...]:
    """The platforms that say that they use exports of this one; none where nobody may ask."""
    level = importers_of(platform, environment)
    pages = aws.client("ssm", aws.region).get_paginator("get_parameters_by_path")
    try:
        answers = read(lambda: list(pages.paginate(Path=level, Recursive=True)))
    except (ClientError, BotoCoreError):
        return ()
    return tuple(_importers(level, {one["Name"]: one["Value"] for page in answers for one in page["Parameters"]}))


def _importers(level: str, records: Mapping[str, str]) -> Iterator[Importer]:
    """A platform may have several imports of another one: under different names, of different exports."""
    used: dict[tuple[str, str], set[str]] = {}
    for name, value in sorted(records.items()):
        platform, environment, *_ = name.removeprefix(f"{level}/").split("/")
        used.setdefault((platform, environment), set()).update(value.split(","))
    yield from (Importer(*key, frozenset(exports)) for key, exports in used.items())
