"""Read and write plan files: a write is complete or not at all, and a changed file is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.source.json_value import Json
from compiler.source.whole_file import check_whole, write_whole
from deployer.errors import DeployError, refused
from reviewer.change import review_from_json

if TYPE_CHECKING:
    from deployer.changeset import Request
    from deployer.environment import Plans
    from deployer.plan import Plan

_FORMAT = "stackwright-plan/6"


def to_json(plans: Plans) -> dict[str, Json]:
    """The plans as JSON, with their format and a digest over the rest."""
    body = json.loads(json.dumps(asdict(plans)))
    return {"format": _FORMAT, "digest": _digest(body), **body}


def from_json(data: Mapping[str, Json]) -> Plans:
    """Raises ValueError, TypeError, KeyError or AttributeError when `data` is not what `to_json` wrote."""
    from deployer.environment import Plans, Waiting

    if data["format"] != _FORMAT:
        raise ValueError(f"its format is '{data['format']}', this version reads '{_FORMAT}'")
    body = {key: value for key, value in data.items() if key not in ("format", "digest")}
    if data["digest"] != _digest(body):
        raise ValueError("it was changed after it was written")
    waiting = (Waiting(item["stack"], item["region"], tuple(item["after"])) for item in body["waiting"])
    return Plans(tuple(_plan(dict(item)) for item in body["plans"]), tuple(waiting))


def _plan(body: dict[str, Json]) -> Plan:
    from deployer.history.materials import materials_from_json
    from deployer.kept.values import Kept
    from deployer.plan import Plan
    from deployer.sandbox.existing import StandIn
    from deployer.snapshots import Snapshot

    review, request = review_from_json(body.pop("review")), _request(body.pop("request"))
    stand_ins = tuple(StandIn(**item) for item in body.pop("stand_ins", ()))
    snapshots = tuple(Snapshot(**item) for item in body.pop("snapshots", ()))
    body["kept"] = tuple(Kept(**item) for item in body.get("kept", ()))
    later = tuple(map(_request, body.pop("later")))
    body["materials"] = materials_from_json(body["materials"])
    return Plan(review=review, request=request, stand_ins=stand_ins, snapshots=snapshots, later=later, **body)


def _request(body: dict[str, Json]) -> Request:
    from deployer.changeset import Request

    return Request(**{**body, "unchanged": tuple(body["unchanged"]), "imported": tuple(body["imported"])})


def check_plan_file(path: Path) -> None:
    """Raises `DeployError` when no plan can be written there, before one is made."""
    try:
        check_whole(path)
    except OSError as fault:
        raise _unwritable(path, fault) from fault


def _unwritable(path: Path, fault: OSError) -> DeployError:
    return refused(f"cannot write the plan to '{path}': {fault.strerror}", "name another file", "bad-plan")


def write_plan(plans: Plans, path: Path) -> None:
    """Raises `DeployError` when the file cannot be written; a file that existed before is then unchanged."""
    write_json(to_json(plans), path)


def write_json(plan: Mapping[str, Json], path: Path) -> None:
    """Write a plan of any kind. Raises `DeployError` as `write_plan` does."""
    text = json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    try:
        write_whole(path, text.encode())
    except OSError as fault:
        raise _unwritable(path, fault) from fault


def read_plan(path: Path) -> Plans:
    """Raises `DeployError` for a file that is missing, is not a plan, or was changed since it was written."""
    hint = "create it again with `plan`"
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise refused(f"cannot read the plan '{path}': {fault.strerror}", hint, "bad-plan") from fault
    except json.JSONDecodeError as fault:
        raise refused(f"'{path}' is not a plan: not JSON (line {fault.lineno})", hint, "bad-plan") from fault
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, RecursionError) as fault:
        raise refused(f"'{path}' is not a plan: unexpected content", hint, "bad-plan") from fault
    except ValueError as fault:
        raise refused(f"'{path}' cannot be applied: {fault}", hint, "bad-plan") from fault


def _digest(body: Mapping[str, Json]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
