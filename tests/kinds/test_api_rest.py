"""REST APIs: paths, checks, cache, keys, deployments, and from where they are reached."""

from __future__ import annotations

import json

import pytest

from compiler.json_value import Json
from tests.kinds.api_specs import made, of, of_type
from tests.kinds.building import compiled, resources

ORDERS = """"GET /orders": {to: api, cache_seconds: 60, cache_by: [query.page], needs: [header.x-id]},
"GET /orders/{id}": {to: api, cache_seconds: 60, auth: jwt},
"POST /orders": {to: api, api_key: true, body: {type: object}, throttling: {rate: 1, burst: 2}}, "ANY /{rest+}": api"""
SHOP = "jwt: {auth: people}, cache_size: '0.5', plans: {gold: {keys: [acme], quota: {limit: 9, per: day}}}"
PEOPLE = "auth: {people: {clients: {web: {}}}}"


def methods(found: dict[str, Json]) -> dict[str, Json]:
    """First words of a logical id → properties: method and path name it."""
    every = (body["Properties"] for _, body in sorted(found.items()) if body["Type"] == "AWS::ApiGateway::Method")
    return {f"{one['HttpMethod']} {one['ResourceId'].get('Ref', '/')[:-14]}": one for one in every}


def test_a_rest_api_has_its_paths_once() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    parts = {one["PathPart"]: one["ParentId"] for one in of(found, "ApiGateway::Resource")}
    assert set(parts) == {"orders", "{id}", "{rest+}"}
    assert parts["orders"] == parts["{rest+}"] == {"Fn::GetAtt": ["PublicRestApi", "RootResourceId"]}
    assert parts["{id}"]["Ref"].startswith("PublicRestApiOrders")
    (one,) = of(found, "ApiGateway::Authorizer")
    assert one["Type"] == "COGNITO_USER_POOLS" and one["ProviderARNs"] == [{"Fn::GetAtt": ["PeopleUserPool", "Arn"]}]


def test_requests_to_a_rest_api_are_checked() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    post = methods(found)["POST PublicRestApiOrders"]
    (model,) = of(found, "ApiGateway::Model")
    assert json.loads(model["Schema"]) == {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
    assert list(post["RequestModels"]) == ["$default"] and post["ApiKeyRequired"] is True
    assert post["RequestValidatorId"] == {"Ref": "PublicRestApiBodyValidator"}
    assert found["PublicRestApiBodyValidator"]["Properties"]["ValidateRequestBody"] is True
    get = methods(found)["GET PublicRestApiOrders"]
    assert get["RequestValidatorId"] == {"Ref": "PublicRestApiParametersValidator"}
    assert get["RequestParameters"] == {"method.request.header.x-id": True, "method.request.querystring.page": False}
    rest = methods(found)["ANY PublicRestApiRest"]
    assert "RequestValidatorId" not in rest and rest["RequestParameters"] == {"method.request.path.rest": True}


def test_a_cached_answer_is_for_one_path_and_one_caller() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    keys = {key: one["Integration"].get("CacheKeyParameters") for key, one in methods(found).items()}
    assert keys["GET PublicRestApiOrders"] == ["method.request.querystring.page"]
    own = ["method.request.header.Authorization", "method.request.path.id"]
    assert keys["GET PublicRestApiOrdersId"] == own and keys["POST PublicRestApiOrders"] is None
    stage = found["PublicRestApiStage"]["Properties"]
    assert (stage["CacheClusterEnabled"], stage["CacheClusterSize"]) == (True, "0.5")
    cached = {
        (one["ResourcePath"], one["HttpMethod"]): one["CacheTtlInSeconds"]
        for one in stage["MethodSettings"]
        if one["CachingEnabled"]
    }
    assert cached == {("/~1orders", "GET"): 60, ("/~1orders~1{id}", "GET"): 60}
    assert all(one["CacheDataEncrypted"] for one in stage["MethodSettings"])


def test_what_is_cached_no_longer_is_said_to_be_so() -> None:
    """To leave it unsaid would leave the cache on, and without its keys."""
    routes = ORDERS.replace("cache_seconds: 60, cache_by: [query.page], ", "")
    assert routes != ORDERS
    stage = made("rest", routes, SHOP, PEOPLE)["PublicRestApiStage"]["Properties"]
    said = {(one["ResourcePath"], one["HttpMethod"]): one["CachingEnabled"] for one in stage["MethodSettings"]}
    assert said[("/~1orders", "GET")] is False and said[("/~1orders~1{id}", "GET")] is True
    without = made("rest", '"GET /orders": api')["PublicRestApiStage"]["Properties"]
    assert without["CacheClusterEnabled"] is False and "CacheClusterSize" not in without
    assert [one["CachingEnabled"] for one in without["MethodSettings"]] == [False]


def test_a_rest_stage_is_logged_traced_and_limited() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    stage = found["PublicRestApiStage"]
    everywhere = stage["Properties"]["MethodSettings"][0]
    assert (everywhere["ResourcePath"], everywhere["HttpMethod"], everywhere["LoggingLevel"]) == ("/*", "*", "ERROR")
    assert everywhere["DataTraceEnabled"] is False and everywhere["ThrottlingRateLimit"] == 1000
    limited = {one["HttpMethod"]: one["ThrottlingRateLimit"] for one in stage["Properties"]["MethodSettings"][1:]}
    assert limited == {"GET": 1000, "POST": 1}
    assert stage["Properties"]["TracingEnabled"] is True
    assert stage["DependsOn"] == ["ApiGatewayAccount", "PublicRestApiExecutionLogGroup"]
    group = found["PublicRestApiExecutionLogGroup"]["Properties"]
    assert group["LogGroupName"] == {"Fn::Sub": "API-Gateway-Execution-Logs_${PublicRestApi}/live"}
    assert group["RetentionInDays"] == 30 and "KmsKeyId" in group


def test_keys_are_in_plans_and_no_template_has_their_values() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    (key,) = of(found, "ApiGateway::ApiKey")
    assert key == {"Enabled": True, "Name": "demo-dev-public-acme"}
    (plan,) = of(found, "ApiGateway::UsagePlan")
    assert plan["Quota"] == {"Limit": 9, "Period": "DAY"}
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "PublicRestApi"}, "Stage": {"Ref": "PublicRestApiStage"}}]
    outputs = compiled(of_type("rest", ORDERS, SHOP, PEOPLE)).root.body["Outputs"]
    assert [name for name in outputs if name.startswith("PublicRestApiAcme")]


def deployment(text: str) -> str:
    (one,) = (name for name, body in resources(compiled(text)).items() if body["Type"] == "AWS::ApiGateway::Deployment")
    return one


@pytest.mark.parametrize(
    ("routes", "settings", "more", "same"),
    [
        ('"PUT /": api, "GET /": api', "", "", True),
        ('"GET /": api, "PUT /": api', "throttling: {rate: 1}", "", True),
        ('"GET /": api, "PUT /": guard', "", "", False),
        ('"GET /": api, "PUT /": {to: api, timeout: 3}', "", "", False),
        ('"GET /": api', "", "", False),
        ('"GET /": api, "PUT /": api', "allow_from: [198.51.100.0/24]", "", False),
        ('"GET /": api, "PUT /": api', "properties: {MinimumCompressionSize: 1024}", "", False),
        (
            '"GET /": api, "PUT /": api',
            "",
            "overrides: {PublicRestApi: {Properties: {ApiKeySourceType: HEADER}}}",
            False,
        ),
    ],
)
def test_another_definition_is_another_deployment(routes: str, settings: str, more: str, same: bool) -> None:
    before = deployment(of_type("rest", '"GET /": api, "PUT /": api'))
    assert (deployment(of_type("rest", routes, settings, more)) == before) is same


def policy(settings: str, more: str = "") -> list[Json]:
    """Effect, resource and condition of each statement of a REST API's policy."""
    api = made("rest", '"GET /": api', settings, more)["PublicRestApi"]["Properties"]
    statements = api.get("Policy", {"Statement": []})["Statement"]
    return [(one["Effect"], one["Resource"], one.get("Condition")) for one in statements]


INSIDE = "endpoint: private, vpc_endpoints: [vpce-0123456789abcdef0]"
OTHERS = ("Deny", "execute-api:/*", {"StringNotEquals": {"aws:SourceVpce": ["vpce-0123456789abcdef0"]}})
ANYBODY = ("Allow", "execute-api:/*", None)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", []),
        (INSIDE, [ANYBODY, OTHERS]),
        (f"{INSIDE}, auth: iam", [OTHERS]),
        (f"{INSIDE}, auth: iam, cors: {{origins: ['*']}}", [("Allow", "execute-api:/*/OPTIONS/*", None), OTHERS]),
        (
            "allow_from: [198.51.100.0/24]",
            [ANYBODY, ("Deny", "execute-api:/*", {"NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}})],
        ),
    ],
)
def test_a_policy_denies_the_rest_and_signed_routes_need_a_permission(settings: str, expected: Json) -> None:
    assert policy(settings) == expected


def test_a_private_api_is_behind_the_networks_own_endpoint() -> None:
    (_, denied) = policy("endpoint: private", "network: {endpoints: [execute-api]}")
    assert denied[2] == {"StringNotEquals": {"aws:SourceVpce": [{"Ref": "ExecuteApiEndpoint"}]}}


def test_browsers_are_answered_by_a_rest_api_itself() -> None:
    routes = '"ANY /": api, "OPTIONS /own": api'
    found = made("rest", routes, "auth: iam, cors: {origins: ['https://a.example']}")
    mocks = [one for one in of(found, "ApiGateway::Method") if one["Integration"]["Type"] == "MOCK"]
    (mock,) = mocks
    assert mock["ResourceId"] == {"Fn::GetAtt": ["PublicRestApi", "RootResourceId"]}
    assert mock["AuthorizationType"] == "NONE"
    (answer,) = mock["Integration"]["IntegrationResponses"]
    assert answer["ResponseParameters"]["method.response.header.Access-Control-Allow-Origin"] == "'https://a.example'"
    assert "ResponseTemplates" not in answer
    assert {one["ResponseType"] for one in of(found, "ApiGateway::GatewayResponse")} == {"DEFAULT_4XX", "DEFAULT_5XX"}
    several = made("rest", '"GET /": api', "cors: {origins: ['https://a.example', 'https://b.example']}")
    (mock,) = (one for one in of(several, "ApiGateway::Method") if one["Integration"]["Type"] == "MOCK")
    text = mock["Integration"]["IntegrationResponses"][0]["ResponseTemplates"]["application/json"]
    assert '$origin == "https://b.example"' in text and of(several, "ApiGateway::GatewayResponse") == []


def test_a_firewall_stands_before_the_stage() -> None:
    found = made("rest", '"GET /": api', "firewall: edge", "firewalls: {edge: {}}")
    (one,) = of(found, "WAFv2::WebACLAssociation")
    assert one["ResourceArn"]["Fn::Sub"].endswith("::/restapis/${PublicRestApi}/stages/${PublicRestApiStage}")
