"""What the definition of a REST API names through variables of its stage: functions and the user pool.

Named itself, each would have to be there before the API, and could not know the API's URL.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import Select, Split, Sub

from compiler.kinds.apis.routes import Route
from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import Component, Platform, Value

_URI = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.%s}/invocations"
)
_POOL = "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${!stageVariables.%s}"
"""API Gateway developer guide, stage variables reference: a function's name with its alias, and the id of a pool."""


def function_uri(function: Component) -> Sub:
    return Sub(_URI % function.main_id)


def pool_arn(pool: Component) -> Value:
    """A pool that is there already needs nothing of the API."""
    return Sub(_POOL % pool.main_id) if pool.existing is None else pool.attributes()["arn"]


def stage_variables(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> dict[str, Value]:
    functions = {route.to for route in routes} | ({api.authorizer.function} if api.authorizer else set())
    named = dict.fromkeys(functions, ":function:")
    if api.jwt and api.jwt.auth:
        named[api.jwt.auth] = ":userpool/"
    found = {platform.components[name]: before for name, before in sorted(named.items())}
    return {
        one.main_id: Select(1, Split(before, one.attributes()["arn"]))
        for one, before in found.items()
        if one.existing is None
    }
