"""An application of AWS Copilot as a spec, and the report of what the spec does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.source.diagnostics import Diagnostic, Place, each_once
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.migration import surroundings
from deployer.migration.addons.templates import convert_addons
from deployer.migration.application import Application, overridden
from deployer.migration.draft import Draft, Owner, slug
from deployer.migration.finishing import finish
from deployer.migration.part import Part
from deployer.migration.patches import together
from deployer.migration.workloads import load_balanced, request_driven
from deployer.migration.workloads.messages import topics
from deployer.migration.workloads.types import TYPES

_PRODUCTION = re.compile("(^|[^a-z])(prod|production|live)")
_STAGING = re.compile("(^|[^a-z])(stag|stage|staging|preprod|pre|uat|qa)")
_SINGLE = "prod"
_LISTENING = (load_balanced.TYPE, request_driven.TYPE)
"""Types whose containers listen on port 80 where the manifest names none."""


@frozen(eq=True)
class Converted:
    """The spec as data, what was told on the way, and where each component comes from."""

    spec: dict[str, Json]
    told: tuple[Diagnostic, ...]
    places: dict[Owner, Place]


def converted(found: Application, region: str, alone: frozenset[str], root: str = ".") -> Converted:
    """The spec of an application in a region; `alone` are the sections that are one component themselves.

    `root` is the way from the folder of the spec to the one that has the folder `copilot`.
    """
    names = tuple(slug(one) for one in found.environments) or (_SINGLE,)
    base = _draft(found, Draft(None, names, root=root))
    drafts = {slug(one): _draft(found, Draft(one, names, root=root)) for one in found.environments} or {_SINGLE: base}
    whole, changes = together(base.sections, {name: one.sections for name, one in drafts.items()}, alone)
    environments = {name: {"posture": posture_of(name), **changes[name]} for name in names}
    head = {"platform": _platform(found.name), "region": region, "environments": environments}
    told = each_once([*_of_all(found, names), *base.told, *(one for draft in drafts.values() for one in draft.told)])
    places = {owner: place for draft in (base, *drafts.values()) for owner, place in draft.places.items()}
    return Converted({**head, **_ordered(whole)}, tuple(sorted(told, key=lambda one: one.place)), places)


def _platform(name: str) -> str:
    return slug(name)


def _ordered(sections: dict[str, dict[str, Json]]) -> dict[str, Json]:
    """Sections and components by their names, so that the order of files does not matter."""
    return {section: dict(sorted(there.items())) for section, there in sorted(sections.items()) if there}


def posture_of(environment: str) -> str:
    """The posture that goes with the name of an environment."""
    if _PRODUCTION.search(environment):
        return "production"
    return "staging" if _STAGING.search(environment) else "development"


def _draft(found: Application, draft: Draft) -> Draft:
    """All components as they are in one environment."""
    environment = draft.environment
    manifests = [overridden(one, environment) for one in found.workloads]
    services = tuple(str(one.data["name"]) for one in manifests if _answers(Part(one)))
    for one in manifests:
        topics(Part(one), draft, slug(str(one.data["name"])))
    parts = [Part(one) for one in manifests]
    for part in parts:
        part.take("type")
        TYPES[str(part.look("type"))](part, draft, services)
    surroundings.usual_network(draft, found.place)
    own = found.environments.get(environment) if environment else None
    if own:
        parts.append(Part(own))
        surroundings.convert(parts[-1], draft)
    finish(draft, found.place)
    convert_addons(found, draft)
    draft.told += (told for part in parts for told in (*part.faults, *_left(part)))
    return draft


def _answers(part: Part) -> bool:
    """Whether other services can call it: its container listens on a port."""
    return part.look("type") in _LISTENING or part.look("image", "port") is not None


def _left(part: Part) -> Iterator[Diagnostic]:
    for path in part.left():
        name = ".".join(map(str, path))
        told = f"'{name}' is no setting that this command knows"
        help_text = "look for one of the spec (`stackwright explain`)"
        place = part.document.key_place(path)
        yield Diagnostic("not-converted", told, place, suggestion=help_text, severity="warning")


def _of_all(found: Application, names: tuple[str, ...]) -> Iterator[Diagnostic]:
    """What is to say of the application as a whole."""
    postures = ", ".join(f"{name} is {posture_of(name)}" for name in names)
    told = f"the postures follow the names of the environments: {postures}"
    yield _note(found.place, told, "set `posture` of each, and `account` to refuse any other one")
    if not found.environments:
        told = f"the application names no environment, so the spec has one, {_SINGLE}"
        yield _note(found.place, told, "add those that there are to `environments`")
    if found.workloads:
        told = "everything is made anew beside what Copilot deployed, which goes on until it is deleted"
        yield _note(found.place, told, "deploy, move data and names, then run `copilot app delete`")
        told = (
            "tasks run in private subnets, and reach the internet through NAT; Copilot's are in public ones by default"
        )
        yield _note(found.place, told, "`network.nat` says how many NAT gateways there are, each of which costs")
    for one in found.pipelines:
        told = "a pipeline becomes no part of the spec"
        yield _note(one.value_place(("name",)), told, "run `stackwright ci github`, or add a component of `pipelines`")
    for folder in sorted(found.folder.glob("*/overrides")) + sorted(found.folder.glob("environments/overrides")):
        told = "overrides of Copilot's templates (CDK or patches) are left out"
        help_text = "look for settings of the components, or patch them with `properties` and `overrides`"
        yield Diagnostic("not-converted", told, Place(str(folder), 1, 1), suggestion=help_text, severity="warning")


def _note(place: Place, message: str, suggestion: str) -> Diagnostic:
    return Diagnostic("converted-differently", message, place, suggestion=suggestion, severity="note")
