"""Values of a template that differ by account or region, as Mappings that each stack reads with its own names.

What a mapping can't hold, such as a reference, is chosen by conditions on the same names.

Mappings, and not parameters with overrides for stack instances: an account that joins its organizational unit later
gets the stack set's own values of parameters and no overrides, each other set of overrides is an operation of its own,
and a template with its Mappings can be read, linted and compared as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.language.fleet import EVERY_ACCOUNT, Fleet, Variant
from compiler.source.json_value import Json

REGION, ACCOUNT = {"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}
MOST_ATTRIBUTES = 200
"""Of one key of a mapping. CloudFormation quotas, "Mapping attributes"."""
_LONGEST = 100
_NO_LETTER = re.compile("[^A-Za-z0-9]+")


@dataclass(slots=True)
class Tables:
    """The tables of one template, made while its values are read."""

    fleet: Fleet
    variants: Sequence[Variant]
    _regions: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    _accounts: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    _both: dict[str, Mapping[str, Mapping[str, Json]]] = field(default_factory=dict)
    _conditions: dict[str, Json] = field(default_factory=dict)

    def read(self, values: Sequence[Json], path: Sequence[str | int]) -> Json:
        """What reads a value that differs, which is at `path` of the template: `values` are those of the variants."""
        of = dict(zip(((one.account, one.region) for one in self.variants), map(as_text, values), strict=True))
        name, rows, regions = self._name(path), self.fleet.rows, self.fleet.regions
        if all(of[row, region] == of[rows[0], region] for row in rows for region in regions):
            self._regions[name] = {region: of[rows[0], region] for region in regions}
            return {"Fn::FindInMap": [self._table("Regions", self._regions, name), REGION, name]}
        if all(of[row, region] == of[row, regions[0]] for row in rows for region in regions):
            self._accounts[name] = {account: of[row, regions[0]] for account, row in self._each_account()}
            return {"Fn::FindInMap": [self._table("Accounts", self._accounts, name), ACCOUNT, name]}
        if len(self.fleet.accounts) > MOST_ATTRIBUTES:
            return self.choose(values)
        # A region is no name of an attribute, which has letters and digits alone.
        self._both[name] = {
            region: {account: of[row, region] for account, row in self._each_account()} for region in regions
        }
        return {"Fn::FindInMap": [f"Fleet{name}", REGION, ACCOUNT]}

    def mappings(self) -> dict[str, Json]:
        """The section `Mappings` of the template; empty where nothing differs."""
        found: dict[str, dict[str, dict[str, Json]]] = {}
        for kind, made in (("Regions", self._regions), ("Accounts", self._accounts)):
            for name, by_key in made.items():
                for key, value in by_key.items():
                    found.setdefault(self._table(kind, made, name), {}).setdefault(key, {})[name] = value
        return {**found, **{f"Fleet{name}": dict(rows) for name, rows in self._both.items()}}

    def choose(self, values: Sequence[Json]) -> Json:
        """The values of the variants behind conditions; None is the absence of a property."""
        absent = {"Ref": "AWS::NoValue"}
        of = {
            (one.account, one.region): absent if value is None else value
            for one, value in zip(self.variants, values, strict=True)
        }
        default, *own = ((row, self._by_region(of, row)) for row in self.fleet.rows)
        chosen = default[1]
        for account, value in reversed(own):
            chosen = self._if("FleetOf", account, (ACCOUNT, value, chosen))
        return chosen

    def _by_region(self, of: Mapping[tuple[str, str], Json], row: str) -> Json:
        *others, last = self.fleet.regions
        chosen = of[row, last]
        for region in reversed(others):
            chosen = self._if("FleetIn", region, (REGION, of[row, region], chosen))
        return chosen

    def _if(self, stem: str, name: str, branches: tuple[Json, Json, Json]) -> Json:
        """The first value in an account or a region of this name, and the second one elsewhere."""
        own, here, elsewhere = branches
        if here == elsewhere:
            return here
        condition = stem + "".join(word.capitalize() for word in name.split("-"))
        self._conditions[condition] = {"Fn::Equals": [own, name]}
        return {"Fn::If": [condition, here, elsewhere]}

    def conditions(self) -> dict[str, Json]:
        """The section `Conditions` of the template; empty where nothing is chosen."""
        return dict(sorted(self._conditions.items()))

    def _table(self, kind: str, made: Mapping[str, Json], name: str) -> str:
        number = [*made].index(name) // MOST_ATTRIBUTES
        return f"Fleet{kind}{number + 1 if number else ''}"

    def _each_account(self) -> Iterator[tuple[str, str]]:
        """Each account, and the variant that has its values."""
        for account in self.fleet.accounts:
            yield account, account if account in self.fleet.changed_accounts else EVERY_ACCOUNT

    def _name(self, path: Sequence[str | int]) -> str:
        """A name that tells the place: ``JobsQueueMessageRetentionPeriod``; with a number if it is taken."""
        words = [_NO_LETTER.sub("", str(step)) for step in path if step != "Properties"]
        stem = "".join(f"{word[:1].upper()}{word[1:]}" for word in words)[:_LONGEST]
        taken = {*self._regions, *self._accounts, *self._both}
        names = (stem if number == 1 else f"{stem}No{number}" for number in range(1, len(taken) + 3))
        return next(name for name in names if name not in taken)


def as_text(value: Json) -> Json:
    """A value as a mapping holds it, which knows text and lists of texts; CloudFormation reads it back by its place."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case [*items]:
            return [as_text(item) for item in items]
        case _:
            return value
