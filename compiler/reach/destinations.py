"""Where the calls of an action go, by the resources that it is allowed on.

To some there is no endpoint, though there is one to others of their kind.

Sources: API Gateway developer guide, "Private REST APIs in API Gateway", and re:Post, "Why do I get an HTTP 403
Forbidden error when connecting to my API Gateway APIs from a VPC?" (an endpoint leads to private APIs alone); Amazon
Cognito developer guide, "Access Amazon Cognito using an interface endpoint", notes 2 and 3 of its first table (a user
pool that has a domain takes no request that comes through an endpoint).
"""

from __future__ import annotations

from collections.abc import Mapping

from compiler.reach.services import INTERNET, services_of
from compiler.reach.values import Resources, each, name, of_type, properties_of, referred
from compiler.source.json_value import Json

_INVOKE, _USERS = "execute-api:Invoke", "cognito-idp"
_REST, _HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
_TYPES = ("EndpointConfiguration", "Types", "*")


def destinations(resources: Resources, statement: Mapping[str, Json], action: str) -> tuple[str, ...]:
    """Short names of endpoints, as `services_of` has them."""
    if action == _INVOKE:
        return _of_apis(resources, statement) or services_of(action)
    if action.partition(":")[0] == _USERS and _has_domain(resources, statement):
        return (INTERNET,)
    return services_of(action)


def _of_apis(resources: Resources, statement: Mapping[str, Json]) -> tuple[str, ...]:
    """Of an API that exists already it is not known whether it is private: none."""
    about = [one for one in referred(statement.get("Resource")) if resources.get(one, {}).get("Type") in (_REST, _HTTP)]
    found = (services_of(_INVOKE) if _private(resources, one) else (INTERNET,) for one in about)
    return tuple(dict.fromkeys(service for several in found for service in several))


def _private(resources: Resources, api: str) -> bool:
    return "PRIVATE" in each(properties_of(resources, api), _TYPES)


def _has_domain(resources: Resources, statement: Mapping[str, Json]) -> bool:
    pools = {name(one.get("UserPoolId")) for _, one in of_type(resources, "AWS::Cognito::UserPoolDomain")}
    return not pools.isdisjoint(referred(statement.get("Resource")))
