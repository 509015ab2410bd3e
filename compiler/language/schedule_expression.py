"""Schedule expressions of AWS: ``cron(…)``, ``rate(…)`` and ``at(…)``, wherever a schema says ``x-schedule``.

The annotation names the forms that a setting takes (``{"takes": ["cron", "rate", "at"]}``) and whether AWS refuses
more than one start an hour (``"at_most_hourly": true``). EventBridge Scheduler, EventBridge rules, Application Auto
Scaling and AWS Backup have the same syntax. Sources: EventBridge user guide, "Cron expressions reference" and "Rate
expressions reference"; EventBridge Scheduler user guide, "Schedule types"; Application Auto Scaling user guide,
"Schedule recurring scaling actions", which refers to the first; AWS Backup API, BackupRule.ScheduleExpression. A range
may go over the end of the field, as in the first one's example ``cron(0/30 20-2 ? * MON-FRI *)``, 8 p.m. to 2 a.m.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

EXAMPLES = {"cron": "cron(0 6 * * ? *)", "rate": "rate(1 hour)", "at": "at(2027-01-01T00:00:00)"}
_FORM = re.compile(r"(cron|rate|at)\((.*)\)", re.DOTALL)
_RATE = re.compile(r"([0-9]+) +(minute|hour|day)(s?)")
_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})")
_ORDER = "minutes hours day-of-month month day-of-week year"
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@frozen(eq=True)
class BadSchedule:
    """What is wrong with an expression, and what would be right."""

    reason: str
    suggestion: str = ""


@frozen(eq=True)
class _Field:
    """One of the six fields of cron: its numbers, and its names for the first of them."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()

    @property
    def expects(self) -> str:
        return f"{self.least} to {self.most}" + (f" or {self.first} to {self.last}" if self.names else "")

    @property
    def first(self) -> str:
        return self.names[0] if self.names else str(self.least)

    @property
    def last(self) -> str:
        return self.names[-1] if self.names else str(self.most)

    def number(self, text: str) -> int | None:
        """The value that `text` stands for, if the field has it."""
        if text in self.names:
            return self.least + self.names.index(text)
        number = int(text) if re.fullmatch("[0-9]{1,4}", text) else -1
        return number if self.least <= number <= self.most else None


_MINUTES = _Field("minutes", 0, 59)
_HOURS = _Field("hours", 0, 23)
_DAY = _Field("day-of-month", 1, 31)
_MONTH = _Field("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"))
_WEEKDAY = _Field("day-of-week", 1, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
_YEAR = _Field("year", 1970, 2199)
_FIELDS = (_MINUTES, _HOURS, _DAY, _MONTH, _WEEKDAY, _YEAR)


def bad_schedule(text: str, about: Mapping[str, Json]) -> BadSchedule | None:
    """Why AWS would refuse `text` where `about`, an ``x-schedule``, stands; None if it is right."""
    form = _FORM.fullmatch(text)
    if form is None or form[1] not in about["takes"]:
        examples = _either([EXAMPLES[name] for name in about["takes"]])
        return BadSchedule(f"expected {_either([f'{name}(…)' for name in about['takes']])}", f"write {examples}")
    if form[1] == "rate":
        return _bad_rate(form[2])
    if form[1] == "at":
        real = _TIME.fullmatch(form[2]) and real_time(form[2])
        return None if real else BadSchedule(f"'{form[2]}' is not a time", f"write {EXAMPLES['at']}")
    return next(_bad_cron(form[2].split(), bool(about.get("at_most_hourly"))), None)


def real_time(text: str) -> bool:
    """Whether the calendar and the clock have the time that starts `text`, such as ``2027-02-28T06:00:00``."""
    found = _TIME.match(text)
    if not found:
        return False
    year, month, day, hour, minute, second = map(int, found.groups())
    return 1 <= month <= len(_DAYS) and _has_day(year, month, day) and hour < 24 and minute < 60 and second < 60


def _has_day(year: int, month: int, day: int) -> bool:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _DAYS[month - 1] - (month == 2 and not leap)


def _either(words: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _bad_rate(text: str) -> BadSchedule | None:
    found = _RATE.fullmatch(text)
    if not found:
        return BadSchedule("a rate is a number and minutes, hours or days", "write rate(5 minutes) or rate(1 hour)")
    number, unit = int(found[1]), found[2]
    if number == 0:
        return BadSchedule("a rate is at least 1", f"write rate(1 {unit})")
    if (number == 1) == bool(found[3]):
        plural = "singular after 1" if number == 1 else f"plural after {number}"
        return BadSchedule(f"the unit of a rate is {plural}", f"write rate({number} {unit}{'s' * (number > 1)})")
    return None


def _bad_cron(texts: Sequence[str], hourly: bool) -> Iterator[BadSchedule]:
    if len(texts) != len(_FIELDS):
        reason = f"cron(…) has six fields ({_ORDER}), not {len(texts)}"
        yield BadSchedule(reason, f"write, for example, {EXAMPLES['cron']}")
        return
    for field, text in zip(_FIELDS, texts, strict=True):
        yield from _bad_field(field, text)
    yield from _bad_days(texts)
    yield from _no_such_day(texts)
    if hourly and len(_values(_MINUTES, texts[0]) or ()) > 1:
        reason = f"minutes '{texts[0]}' start it more than once an hour, and once an hour is the most here"
        yield BadSchedule(reason, "give one minute, such as 0")


def _bad_field(field: _Field, text: str) -> Iterator[BadSchedule]:
    if text == "?" and field in (_DAY, _WEEKDAY):
        return
    if field is _WEEKDAY and "#" in text:
        yield from _bad_nth(text)
        return
    for item in text.split(","):
        if not _special(field, item):
            yield from _bad_item(field, item)


def _more(field: _Field) -> str:
    """The signs that a field takes beside its values."""
    own = {_DAY.name: ", ?, L, LW and 15W", _WEEKDAY.name: ", ?, L, 6L and 6#3"}
    return f", a list (a,b), a range (a-b), a step (a/n) or *{own.get(field.name, '')}"


def _special(field: _Field, item: str) -> bool:
    """Whether `item` is a day that depends on the month: ``L``, ``LW``, ``15W``; ``L``, ``6L``, ``FRIL``."""
    if field is _DAY:
        return item in ("L", "LW") or (item.endswith("W") and field.number(item[:-1]) is not None)
    return field is _WEEKDAY and (item == "L" or (item.endswith("L") and field.number(item[:-1]) is not None))


def _bad_nth(text: str) -> Iterator[BadSchedule]:
    """``6#3``, the third Friday: alone in its field."""
    day, _, nth = text.partition("#")
    if "," in text:
        help_text = "write one day#week, or a schedule for each"
        yield BadSchedule(f"day-of-week '{text}' is more than one day#week, and cron takes one", help_text)
    elif _WEEKDAY.number(day) is None or not re.fullmatch("[1-5]", nth):
        reason = f"day-of-week '{text}' is not a day and week of the month"
        yield BadSchedule(reason, "write a day (1 to 7 or SUN to SAT), # and a week (1 to 5), such as FRI#3")


def _bad_item(field: _Field, item: str) -> Iterator[BadSchedule]:
    """Why an entry of a list is none of a value, a range and a step."""
    start, slash, step = item.partition("/")
    first, dash, last = start.partition("-")
    for text in (first, last) if dash else (first,):
        if field.number(text) is None and (dash or text != "*"):
            reason = f"{field.name} can't be '{text}'" + (f" in '{item}'" if text != item else "")
            yield BadSchedule(reason, f"write {field.expects}{_more(field)}")
            return
    if field is _YEAR and dash and first > last:
        yield BadSchedule(f"{field.name} '{item}' ends before it starts", f"write {last}-{first}{slash}{step}")
    if slash and not (re.fullmatch("[0-9]{1,4}", step) and 1 <= int(step) <= field.most):
        yield BadSchedule(f"{field.name} '{item}' has the step '{step}'", f"a step is 1 to {field.most}")


def _bad_days(texts: Sequence[str]) -> Iterator[BadSchedule]:
    day, weekday = texts[2], texts[4]
    if (day == "?") != (weekday == "?"):
        return
    if day == "?":
        reason, day, weekday = "day-of-month and day-of-week are both '?', one of them must be set", "*", "?"
    else:
        reason = "day-of-month and day-of-week are both set, one of them must be '?'"
        day, weekday = ("?", weekday) if day == "*" != weekday else (day, "?")
    yield BadSchedule(reason, f"write cron({' '.join((*texts[:2], day, texts[3], weekday, texts[5]))})")


def _no_such_day(texts: Sequence[str]) -> Iterator[BadSchedule]:
    """A day of the month that none of the months has in any of the years."""
    days = _values(_DAY, texts[2].replace("LW", "1").replace("L", "1").replace("W", ""))
    months, years = _values(_MONTH, texts[3]), _values(_YEAR, texts[5])
    if not (days and months and years):
        return
    if not any(_has_day(year, month, day) for day in days for month in months for year in years):
        reason = f"day-of-month '{texts[2]}' never comes in month '{texts[3]}'"
        if texts[5] != "*":
            reason += f" of year '{texts[5]}'"
        yield BadSchedule(reason, "write L for the last day of a month")


def _values(field: _Field, text: str) -> frozenset[int]:
    """All values of a field; none if it has a sign that is not about values."""
    found: set[int] = set()
    for item in text.split(","):
        start, _, step = item.partition("/")
        first, dash, last = start.partition("-")
        low = field.least if first == "*" else field.number(first)
        high = field.number(last) if dash else low if not step and first != "*" else field.most
        if low is None or high is None:
            return frozenset()
        run = (*range(low, high + 1),) if low <= high else (*range(low, field.most + 1), *range(field.least, high + 1))
        found.update(run[:: int(step or 1)])
    return frozenset(found)


def longest_gap(text: str) -> int:
    """Most minutes between two starts of a cron expression that starts once an hour at most, rounded up by the day."""
    _, hours, day, month, weekday, year = text.removeprefix("cron(").removesuffix(")").split()
    if (month, year) != ("*", "*"):
        return 366 * _DAY_MINUTES
    days = _days_between(day, weekday)
    if days > 1:
        return days * _DAY_MINUTES
    return 60 * _around(sorted(_values(_HOURS, hours)), 24)


_DAY_MINUTES = 24 * 60


def _days_between(day: str, weekday: str) -> int:
    """Days from one day of the expression to the next at most; of days of the month, a whole month."""
    if day in ("*", "1/1") or (day == "?" and weekday == "*"):
        return 1
    chosen = sorted(_values(_WEEKDAY, weekday)) if day == "?" else []
    return _around(chosen, 7) if chosen else 31


def _around(values: Sequence[int], length: int) -> int:
    """The longest step from a value to the next one, from the last to the first too."""
    following = (*values[1:], values[0] + length)
    return max(later - one for one, later in zip(values, following, strict=True))
