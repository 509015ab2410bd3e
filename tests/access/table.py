"""The tables of `verbs/` as values: what each verb's row needs, on which ARNs, in which context."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from compiler.language.names import pascal
from compiler.source.json_value import Json
from tests.access.account import Account, account_of
from tests.access.matching import Context
from tests.access.physical import ACCOUNT, Deployed
from tests.access.possible import acts_on
from tests.goldens.round_trip import followed
from tests.kinds.building import roots

FOLDER = Path(__file__).parent / "verbs"
SIBLING = "-sibling"
_HEADER = {"platform": "demo", "environments": {"dev": {"posture": "production"}}}
_FUNCTION = {"runtime": "python3.13", "code": "user", "handler": "app.handler"}
_PLACE = re.compile(r"\{(\w+)(?:\.([\w.]+))?\}")
_REVISION = re.compile(r"(:\d+)?$")
"""The end of a name: of a task definition before its revision."""
EVERY = "every"
"""Instead of ARNs: all that the rows of the target name and that the actions can act on."""
BYSTANDER = "bystander"
"""A function that uses nothing."""


@dataclass(frozen=True, slots=True)
class Need:
    """One action on one ARN, with what AWS puts into the request."""

    action: str
    arn: str
    context: Mapping[str, tuple[str, ...]]

    @property
    def lower(self) -> Context:
        """The context as statements read it, whose keys have no case."""
        return {key.lower(): values for key, values in self.context.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """A verb of a section in one of its forms."""

    section: str
    name: str
    about: Mapping[str, Json]

    @property
    def verb(self) -> str:
        return self.name.split()[0]

    @property
    def target(self) -> str:
        return str(self.about.get("target", "target"))

    @property
    def user(self) -> str:
        """Name of the function that uses the target so."""
        return f"user-{[one.name for one in rows() if one.section == self.section].index(self.name)}"

    @property
    def role_id(self) -> str:
        return f"{pascal(self.user)}FunctionRole"

    def needs(self, account: Account, *, sibling: bool = False) -> Iterator[Need]:
        """What the row's user needs of the target, or the same of the target's sibling."""
        for group in self.about.get("needs", ()):
            with_it = group.get("with", {}).items()
            context = {key: (self._put_in(account, value, sibling),) for key, value in with_it}
            arns = self.arns(account, sibling=sibling)
            if group["of"] != EVERY:
                arns = tuple(self._put_in(account, arn, sibling) for arn in group["of"])
            for name in group["actions"]:
                yield from (Need(name, arn, context) for arn in arns if group["of"] != EVERY or acts_on(name, arn))

    def arns(self, account: Account, *, sibling: bool = False) -> tuple[str, ...]:
        """All ARNs that the rows of the same target name."""
        return tuple(dict.fromkeys(self._put_in(account, text, sibling) for text in self._texts()))

    def _texts(self) -> list[str]:
        alike = [row for row in rows() if row.section == self.section and row.target == self.target]
        groups = [group["of"] for row in alike for group in row.about.get("needs", ()) if group["of"] != EVERY]
        return [arn for arns in (*groups, *(row.about.get("also", ()) for row in alike)) for arn in arns]

    def neighbours(self, account: Account) -> tuple[str, ...]:
        """The target's ARNs with names that begin as the target's, which a wildcard behind a name would take in."""
        stem = pascal(self.target)

        def longer(match: re.Match[str]) -> str:
            if not match[1].startswith(stem):
                return match[0]
            value = account.deployed.read(match[1], match[2] or "Ref")
            return _REVISION.sub(lambda found: f"2{found[0]}", value)

        texts = (_PLACE.sub(longer, text) for text in self._texts())
        found = dict.fromkeys(self._put_in(account, text, sibling=False) for text in texts)
        return tuple(arn for arn in found if arn not in self.arns(account))

    def services(self) -> tuple[str, ...]:
        """The services whose actions the section's rows name."""
        groups = (group for row in rows() if row.section == self.section for group in row.about.get("needs", ()))
        return tuple(sorted({name.split(":")[0] for group in groups for name in group["actions"]}))

    def _put_in(self, account: Account, text: str, sibling: bool) -> str:
        stem = pascal(self.target)

        def read(match: re.Match[str]) -> str:
            if match[1] == "account":
                return ACCOUNT
            name = match[1]
            if sibling and name.startswith(stem):
                name = f"{stem}{pascal(SIBLING[1:])}{name.removeprefix(stem)}"
            return account.deployed.read(name, match[2] or "Ref")

        return _PLACE.sub(read, text)


@functools.cache
def rows() -> tuple[Row, ...]:
    return tuple(
        Row(path.stem, name, about or {})
        for path in sorted(FOLDER.glob("*.yaml"))
        for name, about in _table(path.stem)["rows"].items()
    )


@functools.cache
def account(section: str) -> Account:
    """The platform of a section's table, deployed on paper, with a function for each row."""
    table = _table(section)
    mine = {row.user: {**_FUNCTION, **_user(table, row)} for row in rows() if row.section == section}
    functions = {**table["spec"].get("functions", {}), **mine, BYSTANDER: _FUNCTION}
    spec = {**_HEADER, **table["spec"], "functions": functions}
    return account_of(Deployed(followed(roots(json.dumps(spec)))))


def _user(table: Json, row: Row) -> Mapping[str, Json]:
    more = json.loads(json.dumps(table.get("user", {})).replace("{target}", row.target))
    return {**more, "uses": {row.target: row.verb}}


@functools.cache
def _table(section: str) -> Json:
    return yaml.safe_load((FOLDER / f"{section}.yaml").read_text(encoding="utf-8"))
