"""Checks of a fleet: what excludes each other, what StackSets does not take, and values that only one stack can have.

Sources: CloudFormation API reference (CreateStackSet, CreateStackInstances, StackSetOperationPreferences), its user
guide ("StackSets concepts", "Prerequisites for using StackSets"), and for regions that an account has to enable the AWS
General Reference, "Managing AWS Regions", as of 2026-06.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.fleet import EVERY_ACCOUNT, Fleet, Variant, fleet_of
from compiler.language.partitions import partition
from compiler.language.schema import Schema
from compiler.meaning.lookup import existing_components, missing_attributes
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path
from compiler.source.json_value import Json

OPT_IN = frozenset(
    (
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
        *("ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1"),
        *("me-central-1", "me-south-1", "mx-central-1"),
    )
)
"""Regions that are disabled in an account until somebody enables them."""
MOST_STACKS = 100_000
"""Of one stack set. CloudFormation quotas, "Stack instances per stack set"."""
_MANY = 2
"""How many accounts an organizational unit is counted as: nobody knows, but more than one."""
_OF_ACCOUNTS = ("administration_role", "execution_role", "nested", "by_account")
_OF_UNITS = ("delegated_administrator", "auto_deploy")
MOST_NAMED = 400
"""Accounts whose ARNs a bucket policy of 20 KB holds beside the rest (Amazon S3 user guide, "Bucket policies")."""
_ID = re.compile(
    r"\b(?:vpc|subnet|sg|rtb|igw|nat|ami|vpce|eni|eipalloc|fs|fsap|tgw|acl|pcx)-(?:[0-9a-f]{17}|[0-9a-f]{8})\b"
)
_ARN = re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):([0-9]{12}):")


def fleet_faults(document: Document) -> Iterator[Diagnostic]:
    """Errors and warnings of the settings of a fleet; nothing for an environment that is none."""
    fleet = fleet_of(document.data)
    if fleet:
        yield from _targets(fleet, document)
        yield from _of_the_other(fleet, document)
        yield from _regions(fleet, document)
        yield from _changed(fleet, document)
        yield from _pace(fleet, document)


def _told(document: Document, path: Path, message: str, help_text: str) -> Diagnostic:
    place, name = document.value_place(("fleet", *path)), ".".join(("fleet", *map(str, path)))
    return Diagnostic("fleet-setting", f"'{name}' {message}", place, "", help_text)


def _warned(code: str, document: Document, path: Path, told: tuple[str, str]) -> Diagnostic:
    """A warning of `path` in the document: message and suggestion."""
    message, help_text = told
    owner = address_of(path[:2]) if path[0] != "fleet" else ""
    return Diagnostic(code, message, document.value_place(path), owner, help_text, severity="warning")


def _targets(fleet: Fleet, document: Document) -> Iterator[Diagnostic]:
    if fleet.accounts and fleet.organizational_units:
        message = "can't stand beside 'accounts': a stack set is for listed accounts or for organizational units"
        yield _told(document, ("organizational_units",), message, "remove one of the two")
    elif not fleet.accounts and not fleet.organizational_units:
        yield _told(document, (), "names no accounts", "add 'accounts' or 'organizational_units'")
    if fleet.organizational_units and not fleet.organization:
        message = "needs 'organization', whose accounts may read code from the artefact buckets"
        yield _told(document, ("organizational_units",), message, "add its id: organization: o-…")
    if len(fleet.accounts) > MOST_NAMED and not fleet.organization:
        message = f"has {len(fleet.accounts)} accounts, more than the policy of the artefact bucket can name"
        yield _told(document, ("accounts",), message, "add the id of their organization: organization: o-…")
    if len(fleet.accounts) * len(fleet.regions) > MOST_STACKS:
        message = f"has {len(fleet.accounts) * len(fleet.regions)} stacks; a stack set has at most {MOST_STACKS}"
        yield _told(document, (), message, "divide the accounts between several environments")


def _of_the_other(fleet: Fleet, document: Document) -> Iterator[Diagnostic]:
    """Settings of one permission model in a fleet of the other."""
    said: Mapping[str, Json] = document.data["fleet"]
    units = fleet.service_managed
    for name in _OF_ACCOUNTS if units else _OF_UNITS:
        if not said.get(name):
            continue
        only = "accounts" if units else "organizational_units"
        yield _told(document, (name,), f"is for a fleet with '{only}'", _instead(name))


def _instead(name: str) -> str:
    if name == "nested":
        return (
            "StackSets takes no nested stacks in organizational units: leave it out, which puts all resources into one "
            "template, or list the accounts"
        )
    if name == "by_account":
        return "accounts of an organizational unit come and go: use 'by_region', or list the accounts"
    return "remove it"


def _regions(fleet: Fleet, document: Document) -> Iterator[Diagnostic]:
    for index, region in enumerate(fleet.regions):
        if partition(region) != partition(fleet.region):
            message = f"is in another partition than the stack set in {fleet.region}"
            yield _told(document, ("regions", index), message, f"set 'region' of the environment near {region}")
        elif region in OPT_IN:
            message = f"{region} is disabled by default, and has to be enabled in every account"
            help_text = "enable it, else the stacks there fail"
            yield _warned("fleet-opt-in", document, ("fleet", "regions", index), (message, help_text))


def _changed(fleet: Fleet, document: Document) -> Iterator[Diagnostic]:
    for kind, known in (("by_region", fleet.regions), ("by_account", fleet.accounts)):
        for name in document.data["fleet"][kind]:
            if name not in known and not (kind == "by_account" and fleet.service_managed):
                of = "regions" if kind == "by_region" else "accounts"
                yield _told(document, (kind, name), f"is for none of '{of}'", f"add {name} to '{of}', or remove it")


def _pace(fleet: Fleet, document: Document) -> Iterator[Diagnostic]:
    at_once, failing = _counted(fleet.concurrency, fleet), _counted(fleet.failure_tolerance, fleet)
    if fleet.concurrency_mode == "strict" and at_once is not None and failing is not None and at_once > failing + 1:
        message = f"'concurrency' is lowered to {failing + 1} by CloudFormation, which is failure_tolerance + 1"
        help_text = "set 'concurrency_mode: soft', or raise 'failure_tolerance'"
        yield _warned("fleet-concurrency", document, ("fleet", "concurrency"), (message, help_text))


def _counted(amount: int | str, fleet: Fleet) -> int | None:
    """Accounts of a region; None for a share of nobody knows how many.

    "CloudFormation rounds down to the next whole number" (StackSetOperationPreferences).
    """
    if isinstance(amount, int):
        return amount
    share = int(amount.removesuffix("%"))
    return 0 if share == 0 else None if fleet.service_managed else len(fleet.accounts) * share // 100


def fixed_values(variants: Sequence[tuple[Variant, Document]], fleet: Fleet, schema: Schema) -> Iterator[Diagnostic]:
    """Values that belong to one account or region, and that several stacks would have."""
    stacks: Counter[tuple[Path, str]] = Counter()
    regions: dict[tuple[Path, str], set[str]] = {}
    documents: dict[tuple[Path, str], Document] = {}
    alike = _MANY if fleet.service_managed else len(set(fleet.accounts) - set(fleet.changed_accounts))
    for variant, document in variants:
        for path, value in _texts(document, schema):
            stacks[path, value] += alike if variant.account == EVERY_ACCOUNT else 1
            regions.setdefault((path, value), set()).add(variant.region)
            documents.setdefault((path, value), document)
    for (path, value), count in stacks.items():
        if count > 1:
            yield from _fixed(documents[path, value], path, value, regions[path, value])


def _texts(document: Document, schema: Schema) -> Iterator[tuple[Path, str]]:
    for _, _, path, data in components(document, schema):
        yield from _below(data, path)


def _below(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if _ID.search(value) or _ARN.search(value):
            yield path, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _below(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _below(child, (*path, index))


def _fixed(document: Document, path: Path, value: str, regions: set[str]) -> Iterator[Diagnostic]:
    one, arn = _ID.search(value), _ARN.search(value)
    part = "set it for each under 'by_account' or 'by_region'"
    if one and not arn:
        message = f"{one[0]} is in one account and region, and several stacks of the fleet would have it"
        yield Diagnostic("fleet-fixed-value", message, document.value_place(path), address_of(path[:2]), part)
    elif arn:
        where = f"account {arn[2]}" + (f" in {arn[1]}" if arn[1] else "")
        far = " and other regions" if arn[1] and regions - {arn[1]} else ""
        message = f"this belongs to {where}, and stacks in other accounts{far} would have it"
        help_text = f"if they do not all use that one, {part}, or write ${{account}} and ${{region}}"
        yield _warned("fleet-fixed-arn", document, path, (message, help_text))


def lookups(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """Existing resources with attributes to look up: the lock file has those of one account and region."""
    for component in existing_components(document, schema):
        missing = missing_attributes(schema, component, {})
        if missing:
            listed = ", ".join("its ARN" if name == "id" else name for name in missing)
            message = f"attributes are not set that would have to be looked up in each account and region: {listed}"
            help_text = "set them in 'existing', with ${account} and ${region} or under 'by_account' and 'by_region'"
            place = document.value_place((*component.path, "existing"))
            yield Diagnostic("fleet-lookup", message, place, component.name, help_text)
