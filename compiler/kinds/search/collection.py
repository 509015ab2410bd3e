"""A serverless collection with its encryption, network, retention and indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref
from troposphere import opensearchserverless as serverless

from compiler.kinds.search.data_access import administrators_policy
from compiler.kinds.search.indexes import indexes
from compiler.kinds.search.names import LONGEST_COLLECTION
from compiler.kinds.search.search import Search
from compiler.kinds.search.settings import Collection
from compiler.language.times import in_units
from compiler.program.component import Platform, Value
from compiler.shared.json_text import with_references
from compiler.shared.keep import deletion
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import VPC_ID, security_group
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json

ENDPOINT_ID = "SearchEndpoint"
"""Logical id of the VPC endpoint. A VPC has one: it answers for the names of all collections of its region."""
ENDPOINT_GROUP_ID = "SearchEndpointSecurityGroup"
_TYPES = {"search": "SEARCH", "vector": "VECTORSEARCH", "logs": "TIMESERIES"}


def collection(search: Search, settings: Collection, platform: Platform) -> Iterator[AWSObject]:
    """A policy's name is the collection's: each collection has one of each type."""
    name, policies = search.physical_name(platform), deletion(search.keep, search_replaced(search))
    yield from _endpoint(search, platform)
    yield from _policies(search, settings, platform)
    yield serverless.Collection(
        search.main_id,
        Name=name,
        Description=f"{platform.name} {platform.environment} {search.name}",
        Type=_TYPES[settings.type],
        StandbyReplicas=_switch(settings.standby),
        DeletionProtection=_switch(settings.deletion_protection),
        DependsOn=[encryption_id(search), network_id(search)],
        **_acceleration(settings),
        **policies,
    )
    if settings.administrators:
        yield administrators_policy(search, settings, platform)
    yield from indexes(search, settings)


def search_replaced(search: Search) -> str:
    """Of what is replaced, what `keep` says of what is removed."""
    return "Retain" if search.keep == "retain" else "Delete"


def _switch(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"


def _acceleration(settings: Collection) -> Mapping[str, Json]:
    if settings.type != "vector":
        return {}
    switch = _switch(settings.acceleration)
    return {"VectorOptions": serverless.VectorOptions(ServerlessVectorAcceleration=switch)}


def encryption_id(search: Search) -> str:
    return f"{search.stem}EncryptionPolicy"


def network_id(search: Search) -> str:
    return f"{search.stem}NetworkPolicy"


def _policies(search: Search, settings: Collection, platform: Platform) -> Iterator[AWSObject]:
    """A collection finds the policies that match its name when it is made, so that they come first and go last.

    Source: OpenSearch Service developer guide, "Encryption in Amazon OpenSearch Serverless" and "Network access".
    """
    name, kept = search.physical_name(platform), deletion(search.keep, search_replaced(search))
    key = {"Rules": [_all(name)], "AWSOwnedKey": False, "KmsARN": settings.key or KEY_ARN}
    yield serverless.SecurityPolicy(
        encryption_id(search), Name=name, Type="encryption", Policy=with_references(key), **kept
    )
    yield serverless.SecurityPolicy(
        network_id(search),
        Name=name,
        Type="network",
        Policy=with_references([*_reached(name, settings, search.network)]),
        **kept,
    )
    if settings.expire_days:
        rule = {
            "ResourceType": "index",
            "Resource": [f"index/{name}/*"],
            "MinIndexRetention": "{}{:.1}".format(*in_units(settings.expire_days, "days", "hours")),
        }
        yield serverless.LifecyclePolicy(
            f"{search.stem}Retention", Name=name, Type="retention", Policy=with_references({"Rules": [rule]}), **kept
        )


def _all(name: str, resource_type: str = "collection") -> Mapping[str, Json]:
    return {"ResourceType": resource_type, "Resource": [f"collection/{name}"]}


def _reached(name: str, settings: Collection, inside: bool) -> Iterator[Mapping[str, Json]]:
    """Who comes over which way; AWS services reach collections, but no dashboards."""
    rules = [_all(name), _all(name, "dashboard")]
    if not inside:
        yield {"Rules": rules, "AllowFromPublic": True}
        return
    yield {"Rules": rules, "AllowFromPublic": False, "SourceVPCEs": [_endpoint_id(settings)]}
    if settings.services:
        yield {"Rules": [_all(name)], "AllowFromPublic": False, "SourceServices": list(settings.services)}


def _endpoint_id(settings: Collection) -> Value:
    return settings.endpoint.id if settings.endpoint else Ref(ENDPOINT_ID)


def endpoint_group(settings: Collection) -> Value:
    """Security group in front of a collection."""
    return settings.endpoint.security_group if settings.endpoint else Ref(ENDPOINT_GROUP_ID)


def _endpoint(search: Search, platform: Platform) -> Iterator[AWSObject]:
    """Of the first collection that needs it: the VPC endpoint of all of them."""
    needing = (
        one
        for one in platform.of(Search)
        if one.existing is None and one.collection and one.network and not one.collection.endpoint
    )
    if next(needing, None) is not search:
        return
    yield security_group(ENDPOINT_GROUP_ID, "VPC endpoint of OpenSearch Serverless")
    yield serverless.VpcEndpoint(
        ENDPOINT_ID,
        Name=physical_name((platform.name, platform.environment), LONGEST_COLLECTION),
        VpcId=Ref(VPC_ID),
        SubnetIds=private_subnets(platform),
        SecurityGroupIds=[Ref(ENDPOINT_GROUP_ID)],
    )
