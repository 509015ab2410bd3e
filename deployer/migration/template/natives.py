"""Which resources of a template become components of native sections, and how they are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import TypeAlias

from compiler.language.names import pascal
from compiler.source.json_value import Json
from deployer.migration.addons import buckets, tables
from deployer.migration.draft import Owner, slug
from deployer.migration.template import queues, topics
from deployer.migration.template.given import Given

NATIVE: Mapping[str, ModuleType] = {one.TYPE: one for one in (tables, buckets, queues, topics)}
_POLICIES = {"AWS::S3::BucketPolicy": "Bucket", **dict((queues.POLICY, topics.POLICY))}
"""Type of a policy → the property that names what it is of. A section makes a policy, and there is but one."""
Made: TypeAlias = Callable[[str], "dict[str, Json] | None"]
"""Logical id → settings of a component, or None."""
ODD = (LookupError, TypeError, AttributeError, ValueError)
"""What a resource that has not the form of its type raises."""


def component_name(logical_id: str, noun: str = "") -> str:
    """``OrdersTable`` of `tables` is ``orders``, whose logical id is the same again."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", logical_id)
    short = slug(words.removesuffix(f"-{noun}")) if noun else ""
    return short if short and pascal(short) + noun == logical_id else slug(words)


def owners_of(given: Given, nouns: Mapping[str, str], made: Made) -> dict[str, Owner]:
    """Logical id → section and component, of the resources of which `made` gives settings."""
    found: dict[str, Owner] = {}
    own = {*_with_policies(given)}
    for name, resource in given.resources.items():
        module = NATIVE.get(str(resource["Type"]))
        if module is not None and name not in own and not _own_key(resource) and made(name) is not None:
            found[name] = (module.SECTION, component_name(name, nouns[module.SECTION]))
    return _apart(found)


def _own_key(resource: Mapping[str, Json]) -> bool:
    """Whether a bucket is encrypted by a key of the template's, which its section does not take."""
    return "KMSMasterKeyID" in str(resource.get("Properties", {}).get("BucketEncryption", ""))


def _apart(found: dict[str, Owner]) -> dict[str, Owner]:
    """Each component for one resource: where two would have one name, none of them is native."""
    owners = [*found.values()]
    return {name: owner for name, owner in found.items() if owners.count(owner) == 1}


def _with_policies(given: Given) -> Iterator[str]:
    """What the template has a policy for, other than one that only demands TLS, which a section adds by itself."""
    for resource in given.resources.values():
        target = _POLICIES.get(str(resource["Type"]))
        if target and not only_demands_tls(resource):
            yield from _named(resource.get("Properties", {}).get(target))


def _named(value: Json) -> Iterator[str]:
    rows = value if isinstance(value, list) else [value]
    yield from (str(one["Ref"]) for one in rows if isinstance(one, Mapping) and "Ref" in one)


def needless(given: Given, name: str, natives: Mapping[str, Owner]) -> bool:
    """Whether it is a policy that the section adds by itself to all that it is of."""
    resource = given.resources[name]
    target = _POLICIES.get(str(resource["Type"]))
    named = [*_named(resource.get("Properties", {}).get(target))] if target else []
    return bool(named) and only_demands_tls(resource) and all(one in natives for one in named)


def only_demands_tls(policy: Mapping[str, Json]) -> bool:
    try:
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        rows = statements if isinstance(statements, list) else [statements]
        return all(one["Effect"] == "Deny" and _insecure(one["Condition"]) for one in rows)
    except ODD:
        return False


def _insecure(condition: Json) -> bool:
    return [*condition] == ["Bool"] and {
        key.lower(): str(value).lower() for key, value in condition["Bool"].items()
    } == {"aws:securetransport": "false"}
