"""Times as text, such as ``30m`` or ``4d``, wherever a schema says ``x-time``; a number there is of the setting's unit.

The keyword tells that unit and, where AWS takes finer times, their `grain` and the `least` of them in grains.
A text is held against the other keywords of its setting as the number that it stands for, and becomes that number when
defaults are written in. A time between two numbers stays text, which kinds read with `in_seconds`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

TIME = "x-time"
PATTERN = "^[0-9]+[smhd]$"
"""What an editor can check of a time."""
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_LETTERS = {unit[0]: seconds for unit, seconds in _UNITS.items()}
_TEXT = re.compile(r"([0-9]{1,12})([smhd])")
_SEVERAL = re.compile(r"([0-9]{1,12}[smhd]\s*)+")
_LOOSE = re.compile(r"([0-9]{1,12})\s*(s|m|h|d|sec|min|hr|(?:second|minute|hour|day)s?|secs|mins|hrs)", re.IGNORECASE)


@frozen(eq=True)
class BadTime:
    """What is wrong with a text, as the rest of a message whose subject is the setting."""

    code: str
    reason: str
    suggestion: str = ""


def timed(about: Mapping[str, Json], value: Json) -> bool:
    """Whether `value` is the text of a time in the setting that `about` is the schema of."""
    return isinstance(value, str) and TIME in about


def in_seconds(value: int | str, unit: str) -> int:
    """A resolved time in seconds: a number of `unit`, or a text."""
    return value * _UNITS[unit] if isinstance(value, int) else _seconds(value)


def in_units(value: int | str, unit: str, finer: str) -> tuple[int, str]:
    """A resolved time as a number, and of which of the two units: a text is of the finer one."""
    return (value, unit) if isinstance(value, int) else (_seconds(value) // _UNITS[finer], finer)


def plain(text: str, about: Mapping[str, Json]) -> int | str:
    """A time as the number of its unit, or as the shortest text if it is between two of them; all else as it is."""
    if not _TEXT.fullmatch(text):
        return text
    seconds, unit = _seconds(text), _UNITS[about[TIME]["unit"]]
    return spelled(seconds) if seconds % unit else seconds // unit


def spelled(seconds: int, letter: str = "") -> str:
    """`seconds` as text, in the unit of `letter` if that is exact, else in the largest one that is."""
    if letter and seconds and seconds % _LETTERS[letter] == 0:
        return f"{seconds // _LETTERS[letter]}{letter}"
    best = max((one for one in _LETTERS if seconds % _LETTERS[one] == 0), key=lambda one: _LETTERS[one])
    return f"{seconds // _LETTERS[best]}{best if seconds else 's'}"


def told(unit: str, value: int | str) -> str:
    """A resolved time in a message: ``4 days``, or the text that it is."""
    return f"{value} {unit}" if isinstance(value, int) else value


def example(about: Mapping[str, Json]) -> str:
    """A time that the setting takes, to show its form."""
    shown = next((one for one in about.get("examples", ()) if isinstance(one, int) and not isinstance(one, bool)), 1)
    return f"{shown}{about[TIME]['unit'][0]}"


def shorter(about: Mapping[str, Json]) -> str:
    """What to write for less than the smallest number, where AWS takes that."""
    if "grain" not in about.get(TIME, {}) or bounds(about)[0] >= about["minimum"] * _UNITS[about[TIME]["unit"]]:
        return ""
    return f'a shorter time is text: "{spelled(bounds(about)[0])}" or more'


def bad_time(text: str, about: Mapping[str, Json]) -> BadTime | None:
    """Why `text` can't stand where `about` is the schema; None if it can."""
    found = _TEXT.fullmatch(text)
    if not found:
        return BadTime("bad-time", f"can't be {_quoted(text)}: {_form(about)}", _meant(text, about))
    seconds, unit = _seconds(text), _UNITS[about[TIME]["unit"]]
    if "enum" in about:
        return _unlisted(text, [one * unit for one in about["enum"] if one is not None])
    grain = _UNITS[about[TIME].get("grain", about[TIME]["unit"])] * about.get("multipleOf", 1)
    low, high = bounds(about)
    bad = _outside(text, low, high)
    return bad or (_between(text, grain, low, high) if seconds % grain else None)


def bounds(about: Mapping[str, Json]) -> tuple[int, int | None]:
    """The shortest and the longest time of a setting, in seconds."""
    unit, time = _UNITS[about[TIME]["unit"]], about[TIME]
    low = time["least"] * _UNITS[time["grain"]] if "least" in time else about.get("minimum", 0) * unit
    return low, about["maximum"] * unit if "maximum" in about else None


def _seconds(text: str) -> int:
    return int(text[:-1]) * _LETTERS[text[-1]]


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


def _form(about: Mapping[str, Json]) -> str:
    return f'it takes a number of {about[TIME]["unit"]}, or a time such as "{example(about)}" with s, m, h or d'


def _meant(text: str, about: Mapping[str, Json]) -> str:
    """The right spelling of ``4 days``, ``1h30m`` or ``"4"``, if it would be right there."""
    if re.fullmatch("[0-9]{1,12}", text):
        number, letter = int(text), about[TIME]["unit"][0]
        return f'write {number} without quotes, or "{number}{letter}"'
    found = _LOOSE.fullmatch(text.strip())
    guess = f"{int(found[1])}{found[2][0].lower()}" if found else _sum(text.strip())
    return f"did you mean '{guess}'?" if guess and bad_time(guess, about) is None else ""


def _sum(text: str) -> str:
    """Several times after each other as one, from the longest unit to the shortest; empty for anything else."""
    parts = [(int(number), letter) for number, letter in _TEXT.findall(text)]
    units = [_LETTERS[letter] for _, letter in parts]
    if len(parts) < 2 or not _SEVERAL.fullmatch(text) or units != sorted(set(units), reverse=True):
        return ""
    return spelled(sum(number * unit for (number, _), unit in zip(parts, units, strict=True)))


def _unlisted(text: str, options: Iterable[int]) -> BadTime | None:
    if _seconds(text) in options:
        return None
    listed = ", ".join(spelled(one, text[-1]) for one in options)
    return BadTime("not-allowed", f"can't be {_quoted(text)}; it is one of {listed}")


def _outside(text: str, low: int, high: int | None) -> BadTime | None:
    seconds, letter = _seconds(text), text[-1]
    if seconds < low:
        return BadTime("out-of-range", f"is at least {spelled(low, letter)}, not {_quoted(text)}")
    if high is not None and seconds > high:
        return BadTime("out-of-range", f"is at most {spelled(high, letter)}, not {_quoted(text)}")
    return None


def _between(text: str, grain: int, low: int, high: int | None) -> BadTime:
    below = _seconds(text) // grain * grain
    near = [one for one in (below, below + grain) if one >= low and (high is None or one <= high)]
    step = "a multiple of " + spelled(grain)
    whole = next((f"whole {unit}" for unit, seconds in _UNITS.items() if seconds == grain), step)
    told = f"can't be {_quoted(text)}: AWS takes {whole} here"
    return BadTime("bad-time", told, "write " + " or ".join(spelled(one) for one in near))
