"""One record of what was done to an environment: what was begun, and how it ended.

A record is two objects that are written once: `Begun` right before something is changed, `Ended` by whoever sees the
end first. What was reviewed is a third one, which only `show` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Literal

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.history.materials import Materials, materials_from_json
from deployer.outcome import Failure

FORMAT = "stackwright-record/1"
Result = Literal["succeeded", "failed", "not-started"]
REMOVAL = "destroy"
RECOVERY = "recover"


@frozen(eq=True)
class Version:
    """One version of a root, without a secret: what it takes to deploy it again."""

    materials: Materials
    parameters: Mapping[str, str]
    """Values of the root's parameters as people give them, but for those that CloudFormation does not show."""
    tags: Mapping[str, str]
    role: str
    origins: Mapping[str, Mapping[str, str]]
    places: Mapping[str, str]
    posture: str
    takes: Mapping[str, str]


@frozen(eq=True)
class Begun:
    """An operation on one root, as it was begun."""

    operation: str
    """``create``, ``update``, ``recreate``, ``destroy`` or ``recover``."""
    stack: str
    region: str
    account: str
    stack_id: str
    request: str
    """Client request token, by which the events of the operation are known."""
    who: str
    """ARN of the identity."""
    summary: str
    """What it does, in one line."""
    change_set: str = ""
    """ARN of what was executed; empty for removals and recoveries."""
    spec: tuple[str, str] = ("", "")
    """Digests of the effective settings before and after."""
    back_to: int = 0
    """Number of the record that it returned to; 0: none."""
    version: Version | None = None
    """What was deployed."""

    def to_json(self) -> dict[str, Json]:
        return {"format": FORMAT, **asdict(self)}


@frozen(eq=True)
class Ended:
    """How an operation ended; times are those of CloudFormation's events."""

    result: Result
    status: str = ""
    """Of the root."""
    started: str = ""
    """ISO 8601, as `ended`."""
    ended: str = ""
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    seen_by: str = ""
    """ARN of the identity that saw the end."""

    def to_json(self) -> dict[str, Json]:
        return {"format": FORMAT, **asdict(self)}


@frozen(eq=True)
class Record:
    """A record with its number in the environment."""

    number: int
    begun: Begun
    written: str
    """When it was begun, by the clock of S3; ISO 8601."""
    ended: Ended | None = None
    """None while the operation runs, and of one whose end nobody has seen yet."""

    @property
    def when(self) -> str:
        return (self.ended.started if self.ended else "") or self.written

    @property
    def result(self) -> str:
        return self.ended.result if self.ended else "unknown"

    @property
    def deployed(self) -> bool:
        """Whether it left another version behind, or nothing: imports and earlier change sets of a plan do neither."""
        begun = self.begun
        return self.result == "succeeded" and (begun.version is not None or begun.operation == REMOVAL)

    def to_json(self) -> dict[str, Json]:
        return {
            "number": self.number,
            "when": self.when,
            "result": self.result,
            "begun": self.begun.to_json(),
            "ended": self.ended.to_json() if self.ended else None,
        }


def begun_from_json(data: Mapping[str, Json]) -> Begun:
    """Raises ValueError, TypeError, KeyError or AttributeError for anything that `Begun.to_json` has not written."""
    read = Begun(**_body(data))
    version = read.version
    if version is not None:
        fields: dict[str, Json] = dict(version)  # type: ignore[call-overload]
        version = Version(**{**fields, "materials": materials_from_json(fields["materials"])})
    return replace(read, spec=(read.spec[0], read.spec[1]), version=version)


def ended_from_json(data: Mapping[str, Json]) -> Ended:
    """Raises as `begun_from_json`."""
    read = Ended(**_body(data))
    failures = tuple(Failure(**dict(item)) for item in data["failures"])
    return replace(read, failures=failures, notes=tuple(read.notes))


def _body(data: Mapping[str, Json]) -> dict[str, Json]:
    if data["format"] != FORMAT:
        raise ValueError(f"its format is '{data['format']}', this version reads '{FORMAT}'")
    return {key: value for key, value in data.items() if key != "format"}
