"""An environment that is deployed as a fleet: its settings, and the spec as the stacks of one account or region see it.

All stacks of a CloudFormation stack set have one template. What an account or a region changes is compiled by itself,
each a variant of the environment, and the variants become one template later: `compiler.stacks.fleet`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from compiler.language.schema import Schema
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

EVERY_ACCOUNT = ""
"""The account of a variant for all accounts that change nothing."""


@frozen(eq=True)
class Variant:
    """What a variant is compiled for."""

    account: str
    """`EVERY_ACCOUNT` or an account that changes something."""
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}" if self.account else self.region


@frozen(eq=True)
class Fleet:
    """The accounts and regions of an environment, and how its stack set is operated."""

    regions: tuple[str, ...]
    account: str | None
    """The only account that may hold the stack set, where the spec names one."""
    region: str
    """Region of the stack set."""
    accounts: tuple[str, ...] = ()
    """Empty for a fleet of organizational units."""
    organizational_units: tuple[str, ...] = ()
    organization: str = ""
    order: str = "sequential"
    concurrency: int | str = 1
    failure_tolerance: int | str = 0
    concurrency_mode: str = "strict"
    nested: bool = False
    administration_role: str = ""
    execution_role: str = ""
    delegated_administrator: bool = False
    auto_deploy: bool = False
    retain_on_removal: bool = True
    changed_accounts: tuple[str, ...] = field(default=())
    """Accounts with settings of their own."""

    @property
    def service_managed(self) -> bool:
        """Whether AWS Organizations makes the roles: for organizational units alone."""
        return bool(self.organizational_units)

    @property
    def rows(self) -> tuple[str, ...]:
        """What a variant is for: `EVERY_ACCOUNT` if an account changes nothing, and each that does."""
        alike = self.service_managed or bool(set(self.accounts) - set(self.changed_accounts))
        return (*((EVERY_ACCOUNT,) if alike else ()), *self.changed_accounts)

    @property
    def places(self) -> tuple[Variant, ...]:
        """An account and region for each variant, in the order in which they are compiled; without an account for
        those of organizational units, which nobody knows.
        """
        alike = next((one for one in self.accounts if one not in self.changed_accounts), EVERY_ACCOUNT)
        return tuple(Variant(row or alike, region) for row in self.rows for region in self.regions)


def fleet_of(data: Mapping[str, Json]) -> Fleet | None:
    """The fleet of a resolved environment; None where it is none."""
    said = data.get("fleet")
    if not said:
        return None
    return Fleet(
        regions=tuple(said["regions"]),
        account=said["home"].get("account"),
        region=said["home"]["region"],
        accounts=tuple(said.get("accounts", ())),
        organizational_units=tuple(said.get("organizational_units", ())),
        organization=said.get("organization", ""),
        order=said["order"],
        concurrency=said["concurrency"],
        failure_tolerance=said["failure_tolerance"],
        concurrency_mode=said["concurrency_mode"],
        nested=said["nested"],
        administration_role=said["administration_role"] or "",
        execution_role=said["execution_role"] or "",
        delegated_administrator=said["delegated_administrator"],
        auto_deploy=said["auto_deploy"],
        retain_on_removal=said["retain_on_removal"],
        changed_accounts=tuple(said["by_account"]),
    )


def variants_of(document: Document, environment: str) -> tuple[Variant, ...]:
    """What an environment is compiled for, in a spec whose header is valid; nothing for one that is no fleet."""
    said = _said(document, environment)
    if not said:
        return ()
    changed = tuple(said.get("by_account") or ())
    alike = "accounts" not in said or set(said["accounts"]) - set(changed)
    rows = (*((EVERY_ACCOUNT,) if alike or not changed else ()), *changed)
    return tuple(Variant(account, region) for account in rows for region in said["regions"])


def as_first_variant(document: Document, schema: Schema) -> Document:
    """The spec in which each fleet is as its first account and region see it: what most of a compile looks at."""
    for environment in document.data["environments"]:
        variants = variants_of(document, environment)
        if variants:
            document = as_variant(document, (environment, variants[0]), schema)
    return document


def as_variant(document: Document, of: tuple[str, Variant], schema: Schema) -> Document:
    """The spec in which a fleet is as one account and region see it: with the changes for them, and in that region."""
    environment, variant = of
    said, at = _said(document, environment), ("environments", environment)
    settings = dict(document.data["environments"][environment])
    usual = document.data.get("region") or schema.base["properties"]["region"]["default"]
    account = settings.pop("account", None)
    home = {"region": settings.get("region") or usual} | ({"account": account} if account else {})
    patches = _Patches(document, at)
    for kind, name in (("by_region", variant.region), ("by_account", variant.account)):
        settings = patches.over(settings, (said.get(kind) or {}).get(name) or {}, at, (*at, "fleet", kind, name))
    # Only whose changes there are: what they change is in the settings now, or of no concern here.
    changed: dict[str, Json] = {
        kind: {name: {} for name in said.get(kind) or {}} for kind in ("by_region", "by_account")
    }
    settings |= {"region": variant.region, "fleet": {**said, **changed, "home": home}}
    environments = {**document.data["environments"], environment: settings}
    data = {**document.data, "environments": environments}
    patches.values[(*at, "region")] = patches.place((*at, "fleet", "regions"))
    return replace(document, data=data, keys=patches.keys, values=patches.values)


def _said(document: Document, environment: str) -> Mapping[str, Json]:
    said: Mapping[str, Json] = (document.data["environments"][environment] or {}).get("fleet") or {}
    return said


class _Patches:
    """Changes laid over the environment's own; a null stays, since it removes something of the base."""

    def __init__(self, document: Document, at: Path) -> None:
        self._document = document
        self.keys = dict(document.keys)
        self.values = dict(document.values)

    def place(self, path: Path) -> Json:
        return self._document.value_place(path)

    def over(self, base: Json, patch: Json, path: Path, source: Path) -> Json:
        """`base`, an environment's settings at `path`, with `patch` over it, which stands at `source`."""
        for table, places in ((self.keys, self._document.keys), (self.values, self._document.values)):
            if source in places:
                table[path] = places[source]
        if not isinstance(patch, dict):
            self._whole(patch, path, source)
            return patch
        merged = dict(base) if isinstance(base, dict) else {}
        for key, value in patch.items():
            merged[key] = self.over(merged.get(key), value, (*path, key), (*source, key))
        return merged

    def _whole(self, value: Json, path: Path, source: Path) -> None:
        for index, child in _below(value):
            self.over(None, child, (*path, index), (*source, index))


def _below(value: Json) -> Iterator[tuple[int, Json]]:
    if isinstance(value, list):
        yield from enumerate(value)
