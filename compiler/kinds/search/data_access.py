"""Data access policies: OpenSearch Serverless' own list of who may do what with documents and indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import GetAtt, Sub
from troposphere import opensearchserverless as serverless

from compiler.kinds.search.search import Search
from compiler.kinds.search.settings import Collection, identity
from compiler.program.component import Component, Platform, Value
from compiler.shared.digest import mark
from compiler.shared.json_text import with_references
from compiler.shared.physical_names import physical_name
from compiler.source.json_value import Json

_LONGEST = 32
_MARK = 6
Permissions = tuple[frozenset[str], frozenset[str]]
"""On the collection, and on its indexes."""
_READ: Permissions = (frozenset({"DescribeCollectionItems"}), frozenset({"DescribeIndex", "ReadDocument"}))
_WRITE: Permissions = (
    frozenset({"DescribeCollectionItems"}),
    frozenset({"CreateIndex", "DescribeIndex", "UpdateIndex", "WriteDocument"}),
)
_MANAGE: Permissions = (
    frozenset({"CreateCollectionItems", "DeleteCollectionItems", "DescribeCollectionItems", "UpdateCollectionItems"}),
    frozenset({"CreateIndex", "DeleteIndex", "DescribeIndex", "UpdateIndex"}),
)
DONE_BY: Mapping[str, Permissions] = {"read": _READ, "write": _WRITE, "manage": _MANAGE, "receive_logs": _WRITE}
"""Verb → permissions. A document that is written can make its index and new fields in it.

Source: OpenSearch Service developer guide, "Supported operations and plugins in Amazon OpenSearch Serverless".
"""


def administrators_id(search: Search) -> str:
    return f"{search.stem}Administrators"


def administrators_policy(search: Search, settings: Collection, platform: Platform) -> serverless.AccessPolicy:
    """What people and the deployment may do, documents to read included, as dashboards show them."""
    principals = [identity(one) for one in settings.administrators]
    return serverless.AccessPolicy(
        administrators_id(search),
        Name=_name(platform, search, "administrators"),
        Type="data",
        Policy=_policy(search.known_as(platform), ("read", "manage"), principals),
    )


def user_policy(search: Search, user: Component, verbs: Sequence[str], platform: Platform) -> serverless.AccessPolicy:
    """What the role of a component may do, beside the user, so that no policy is shared."""
    return serverless.AccessPolicy(
        f"{user.stem}To{search.stem}",
        Name=_name(platform, search, user.address),
        Type="data",
        Policy=_policy(search.known_as(platform), verbs, [GetAtt(user.role_id, "Arn")]),
    )


def _policy(collection: Value, verbs: Sequence[str], principals: Sequence[Value]) -> Value:
    done = [DONE_BY[verb] for verb in verbs if verb in DONE_BY]
    rules = [
        _rule("collection", _resource(collection, "collection/{}"), frozenset().union(*(one[0] for one in done))),
        _rule("index", _resource(collection, "index/{}/*"), frozenset().union(*(one[1] for one in done))),
    ]
    return with_references([{"Rules": rules, "Principal": list(principals)}])


def _resource(collection: Value, form: str) -> Value:
    return form.format(collection) if isinstance(collection, str) else Sub(form.format("${Name}"), Name=collection)


def _rule(resource_type: str, resource: Value, permissions: frozenset[str]) -> Mapping[str, Json]:
    allowed = [f"aoss:{one}" for one in sorted(permissions)]
    return {"ResourceType": resource_type, "Resource": [resource], "Permission": allowed}


def _name(platform: Platform, search: Search, user: str) -> str:
    """Unique in an account and region: the mark is of all that tells two policies apart."""
    whole = "/".join((platform.name, platform.environment, search.address, user))
    shown = physical_name((platform.name, platform.environment, user.split(".")[-1]), _LONGEST - _MARK - 1)
    return f"{shown}-{mark(whole).lower()}"
