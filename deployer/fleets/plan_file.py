"""Saved plans of fleets: written like others, with a format of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from compiler.language.fleet import Fleet
from compiler.source.json_value import Json
from deployer.errors import refused
from deployer.fleets.plan import FleetPlan
from deployer.fleets.steps import Step
from reviewer.change import review_from_json

FORMAT = "stackwright-fleet-plan/1"
_AGAIN = "create it again with `plan`"
_LISTS = ("set_changes", "added", "removed", "updated", "retried", "covers", "unchanged", "notes", "prefixes")


def is_fleet_plan(path: Path) -> bool:
    """Whether a file is a fleet's plan; one that can't be read is told of by whoever reads it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and str(data.get("format", "")).startswith("stackwright-fleet-plan/")


def fleet_plan_json(plan: FleetPlan) -> dict[str, Json]:
    body = json.loads(json.dumps(asdict(plan), default=dict))
    return {"format": FORMAT, "digest": _digest(body), **body}


def read_fleet_plan(path: Path) -> FleetPlan:
    """Raises `DeployError` for a file that is not a fleet's plan, or was changed since it was written."""
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as fault:
        raise refused(f"'{path}' cannot be applied: {fault}", _AGAIN, "bad-plan") from fault
    except (KeyError, TypeError, AttributeError, OSError) as fault:
        raise refused(f"'{path}' is not a plan: unexpected content", _AGAIN, "bad-plan") from fault


def _from_json(data: Mapping[str, Json]) -> FleetPlan:
    if data["format"] != FORMAT:
        raise ValueError(f"its format is '{data['format']}', this version reads '{FORMAT}'")
    body = {key: value for key, value in data.items() if key not in ("format", "digest")}
    if data["digest"] != _digest(body):
        raise ValueError("it was changed after it was written")
    body |= {name: tuple(body[name]) for name in _LISTS}
    body["fleet"] = Fleet(**{key: _as_tuple(value) for key, value in body["fleet"].items()})
    body["reviews"] = tuple(review_from_json(one) for one in body["reviews"])
    body["steps"] = tuple(Step(**{**one, "places": tuple(one["places"])}) for one in body["steps"])
    return FleetPlan(**body)


def _as_tuple(value: Json) -> Json:
    return tuple(value) if isinstance(value, list) else value


def _digest(body: Mapping[str, Json]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
