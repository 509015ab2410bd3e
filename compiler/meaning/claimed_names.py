"""Find resources with the same name where AWS requires a unique one, such as log groups of an account and region.

`claims` reads them from a resolved document: the `naming:` pattern of kinds with ``x-physical-name``, and settings
whose schema says ``x-claims`` with the CloudFormation type that they name. Environments may lie in one account unless
both name theirs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from compiler.language.components import components
from compiler.language.naming import physical_name
from compiler.language.partitions import partition
from compiler.language.schema import Schema
from compiler.language.unique_names import ACCOUNT, GIVEN, PUBLIC_REGION, REGION, SCOPES, UNIQUE, WORLD
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json


@frozen(eq=True)
class Claim:
    """The name that one resource will have, where it is written, and the account and region."""

    type: str
    name: str
    owner: str
    """Path of the component."""
    place: Place
    environment: str
    region: str
    account: str | None
    accounts: tuple[str, ...] = ()
    """Those of a fleet, in place of the one of its stack set."""

    @property
    def key(self) -> tuple[str, str]:
        return self.type, self.name

    def meets(self, other: Claim) -> bool:
        """Whether two claims of one type and name would conflict in AWS."""
        scope = UNIQUE[self.type][0]
        near = {
            REGION: self.region == other.region and self._may_share_account(other),
            ACCOUNT: self._may_share_account(other) and partition(self.region) == partition(other.region),
            PUBLIC_REGION: self.region == other.region,
            WORLD: partition(self.region) == partition(other.region),
        }
        return near[scope]

    def _may_share_account(self, other: Claim) -> bool:
        if self.environment == other.environment:
            return True
        own, others = self._known_accounts, other._known_accounts
        return not own or not others or not own.isdisjoint(others)

    @property
    def _known_accounts(self) -> frozenset[str]:
        """Empty where any account may be meant."""
        return frozenset(self.accounts or ((self.account,) if self.account else ()))


def claims(document: Document, schema: Schema) -> Iterator[Claim]:
    """The names that the settings of a resolved document claim."""
    for section, name, path, data in components(document, schema):
        kind = schema.kinds[section]
        physical = physical_name(document.data["naming"], kind, name, data)
        if physical and not renamed_by_patch(
            kind["x-physical-name"], data.get("properties"), document.data.get("overrides")
        ):
            yield _claim(document, path, (kind["x-physical-name"]["type"], physical), ("naming",))
        if data.get("existing") is None:
            for where, claimed in _settings(kind, data, path, schema):
                yield _claim(document, path, claimed, where)


def renamed_by_patch(about: Mapping[str, Json], properties: Json, overrides: Json) -> bool:
    """Whether raw properties may give another name than the pattern; then the compiled resource tells."""
    names = {about["property"], *about.get("property_of", {}).values()}
    raw = overrides.values() if isinstance(overrides, dict) else ()
    patches = [properties, *(one.get("Properties") for one in raw if isinstance(one, dict))]
    return any(isinstance(patch, dict) and not names.isdisjoint(patch) for patch in patches)


def _claim(document: Document, owner: Path, claimed: tuple[str, str], where: Path) -> Claim:
    data, place = document.data, document.value_place(where)
    accounts = tuple((data.get("fleet") or {}).get("accounts", ()))
    path, where_to = ".".join(map(str, owner)), (data["environment"], data["region"], data["account"])
    return Claim(*claimed, path, place, *where_to, accounts)


def _settings(about: Json, value: Json, path: Path, schema: Schema) -> Iterator[tuple[Path, tuple[str, str]]]:
    """Settings that name a resource: path, and type and name."""
    about = schema.deref(about)
    if isinstance(value, str):
        if "x-claims" in about and OPEN not in value:
            yield path, (about["x-claims"], value)
    elif isinstance(value, Mapping):
        known, rest = about.get("properties", {}), about.get("additionalProperties")
        for key, child in value.items():
            below = known.get(key, rest)
            if isinstance(below, dict) and schema.reaches(below, ("x-claims",)):
                yield from _settings(below, child, (*path, key), schema)
    elif isinstance(value, list) and isinstance(about.get("items"), dict):
        for index, child in enumerate(value):
            yield from _settings(about["items"], child, (*path, index), schema)


def claimed_twice(every: Iterable[Claim]) -> Iterator[Diagnostic]:
    """A fault for each name that two resources would have."""
    by_key: dict[tuple[str, str], list[Claim]] = {}
    for claim in every:
        by_key.setdefault(claim.key, []).append(claim)
    for alike in by_key.values():
        meeting: dict[tuple[str, Place], list[Claim]] = {}
        for claim, other in itertools.permutations(alike, 2):
            if claim.meets(other):
                meeting.setdefault((claim.owner, claim.place), [claim]).append(other)
        yield from (_fault(claim, others) for claim, *others in meeting.values())


def _fault(claim: Claim, others: list[Claim]) -> Diagnostic:
    kind, scope = claim.type.removeprefix("AWS::").replace("::", " "), SCOPES[UNIQUE[claim.type][0]]
    what = f"the name '{claim.name}' ({kind})" if claim.name else f"the {kind}"
    beside = sorted({other.owner for other in others if other.environment == claim.environment} - {claim.owner})
    environments = sorted({claim.environment, *(other.environment for other in others)})
    if beside or len(environments) == 1:
        message = f"{', '.join(beside or [claim.owner])} has {what} too, which must be unique {scope}"
        help_text = "give each its own name"
    else:
        *first, last = environments
        message = f"the environments {', '.join(first)} and {last} have {what}, which must be unique {scope}"
        help_text = _how_to_part(claim)
    also = sorted({other.place for other in others} - {claim.place})
    return Diagnostic("claimed-name", message, claim.place, claim.owner, help_text, tuple(also))


def _how_to_part(claim: Claim) -> str:
    if not claim.name:
        return "keep it to one environment with 'only', or give each environment an 'account' of its own"
    accounts = "" if UNIQUE[claim.type][0] in (WORLD, PUBLIC_REGION) else ", or give each environment its own 'account'"
    return ("set another one in each environment" if claim.type in GIVEN else "write ${env} into the name") + accounts
