"""What a platform loses with its region, and whether that is as much as the spec allows.

A component that offers ``wish`` says in which region, after what loss (`rpo`) and in what time (`rto`) the platform
comes back. A kind that offers ``recover`` keeps data: its room has a module `recovers` whose function `recovers` lists
the ways in which that data comes back there. Each is held against the wish at the line of its component.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import field

from compiler.language.names import pascal, shout
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

LIVE = 15
"""Minutes until a copy that is already running, or the service itself there, is in use. A planning value of ours."""
RESTORE = 120
"""Minutes until data of ordinary size is restored from a copy. A planning value of ours: AWS promises none."""
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


@frozen(eq=True)
class Step:
    """What a person does, with the commands for it."""

    text: str
    commands: tuple[str, ...] = ()


@frozen(eq=True)
class Way:
    """One way in which data comes back in the other region."""

    name: str
    loses: int
    """Minutes of changes that are lost at most."""
    takes: int
    """Minutes until it can be used."""
    steps: tuple[Step, ...] = ()
    settings: Mapping[str, Json] = field(default_factory=dict)
    """What the component gets in an environment of the other region."""


@frozen(eq=True)
class Recovers:
    """The ways of one component, and the setting that would bring a better one."""

    ways: tuple[Way, ...]
    setting: str
    """Where the error is shown, if the spec has it."""
    help_text: str


@frozen(eq=True)
class Wish:
    """What the spec wants of all its data."""

    address: str
    region: str
    home: str
    """The region that may be lost."""
    rpo: int
    """Minutes of changes that may be lost."""
    rto: int
    """Minutes until everything is back."""
    otherwise: Mapping[str, str]
    """Address → how a component is recovered that is not held to the wish."""


def wish_of(spec: ResolvedSpec) -> Wish | None:
    """The wish of an environment; None where there is none."""
    component = next(iter(spec.able("wish")), None)
    if component is None:
        return None
    said = component.settings
    otherwise = {one.address: text for name, text in said["otherwise"].items() for one in spec.candidates(name)}
    rpo, rto = minutes(said["rpo"]), minutes(said["rto"])
    return Wish(component.address, said["region"], spec.region, rpo, rto, otherwise)


def minutes(text: str) -> int:
    """``15m``, ``4h`` or ``1d`` in minutes."""
    return int(text[:-1]) * _MINUTES[text[-1]]


def spelled(time: int) -> str:
    """Minutes as people say them: ``15 minutes``, ``25 hours``, ``7 days``."""
    for unit, length in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if time % length == 0 and (time >= 2 * length or length == 1 or time == length == 60):
            return f"{time // length} {unit}{'' if time == length else 's'}"
    return f"{time} minutes"


def recovered(spec: ResolvedSpec, wish: Wish) -> Iterator[tuple[ResolvedComponent, Recovers]]:
    """Each component that keeps data and that the platform creates, by address, with how its data comes back."""
    for component in sorted(spec.able("recover"), key=lambda one: one.address):
        if component.settings.get("existing") is None:
            found: Recovers | None = _room(component.section).recovers(component, spec, wish)
            if found is not None:
                yield component, found


@functools.cache
def _room(section: str) -> Json:
    return importlib.import_module(f"compiler.kinds.{section}.recovers")


def best(found: Recovers, wish: Wish) -> Way | None:
    """The way that meets the wish, or the one that comes nearest: least loss before least time."""
    fitting = [one for one in found.ways if one.loses <= wish.rpo and one.takes <= wish.rto]
    return min(fitting or found.ways, key=lambda one: (one.loses, one.takes), default=None)


def unmet(spec: ResolvedSpec) -> Iterator[tuple[ResolvedComponent, Fault]]:
    """A fault for each component whose data would not come back as the spec wants."""
    wish = wish_of(spec)
    if wish is None or wish.region == wish.home:
        return  # the section's own check refuses the second
    for component, found in recovered(spec, wish):
        message = _unmet(best(found, wish), wish)
        if message and component.address not in wish.otherwise:
            yield component, Fault("recovery-wish", message, _path(found), _help(found, wish, component))


def _path(found: Recovers) -> Path:
    return (found.setting,) if found.setting else ()


def _help(found: Recovers, wish: Wish, component: ResolvedComponent) -> str:
    otherwise = f"say how it comes back in '{wish.address}: {{otherwise: {{{component.address}: …}}}}'"
    return f"{found.help_text}, or {otherwise}" if found.help_text else otherwise


def _unmet(way: Way | None, wish: Wish) -> str:
    if way is None:
        return f"nothing of it is in {wish.region}, and '{wish.address}' wants it back there"
    if way.loses > wish.rpo:
        return f"{way.name} may lose {spelled(way.loses)}, and 'rpo' of '{wish.address}' allows {spelled(wish.rpo)}"
    if way.takes > wish.rto:
        return f"{way.name} takes about {spelled(way.takes)}, and 'rto' of '{wish.address}' allows {spelled(wish.rto)}"
    return ""


def created_name(component: ResolvedComponent) -> str:
    """The name by which the component was created, which its logical ids have."""
    return str(component.settings.get("renamed_from") or component.name)


def hole(component: ResolvedComponent, word: str) -> str:
    """What stands in commands and settings for something that an earlier command shows: ``UPLOADS_BUCKET``."""
    return f"{shout(created_name(component))}_{word}"


def logical_id(component: ResolvedComponent, more: str = "") -> str:
    return pascal(created_name(component)) + str(component.kind["x-logical-id"]) + more


RECOVERY_KEY = "RECOVERY_KEY"
"""Stands in a runbook for the ARN of the key that the platform has in the other region."""


def existing(name: str, key: str | None = RECOVERY_KEY) -> Mapping[str, Json]:
    """Settings of an existing resource with the key that encrypts it."""
    return {"existing": {"id": name, **({"key": key} if key else {})}}


def of_stack(spec: ResolvedSpec, attribute: str) -> str:
    """A JMESPath condition: whether CloudFormation named `attribute` in a stack of the environment.

    Such names start with that of the root stack and have the logical id behind it, where there is room.
    """
    return f"starts_with({attribute}, '{spec.platform}-{spec.environment}-')"
