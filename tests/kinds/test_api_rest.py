"""REST APIs: their definition, checks, cache, keys, deployments, and from where they are reached."""

from __future__ import annotations

import json

import pytest

from compiler.program.intrinsics import targets
from compiler.source.json_value import Json
from tests.kinds.api_specs import CERTIFICATE, definition, made, of, of_type, operations
from tests.kinds.building import compiled, faults, resources

ORDERS = """"GET /orders": {to: api, cache_seconds: 60, cache_by: [query.page], needs: [header.x-id]},
"GET /orders/{id}": {to: api, cache_seconds: 60, auth: jwt},
"POST /orders": {to: api, api_key: true, body: {type: object}, throttling: {rate: 1, burst: 2}}, "ANY /{rest+}": api"""
SHOP = "jwt: {auth: people}, cache_size: '0.5', plans: {gold: {keys: [acme], quota: {limit: 9, per: day}}}"
PEOPLE = "auth: {people: {clients: {web: {}}}}"


INTEGRATION = "x-amazon-apigateway-integration"
URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
FUNCTION = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.%s}/invocations"


def test_a_rest_api_is_one_definition() -> None:
    found = made("rest", '"GET /orders/{id}": {to: api, timeout: 5}, "ANY /{rest+}": api')
    said = definition(found)
    assert said["openapi"] == "3.0.1" and said["info"]["title"] == "demo-dev-public"
    assert set(said["paths"]) == {"/orders/{id}", "/{rest+}"}
    run = {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": URI + FUNCTION % "ApiFunction"}}
    assert operations(found)["ANY /{rest+}"][INTEGRATION] == run
    assert operations(found)["GET /orders/{id}"][INTEGRATION] == {**run, "timeoutInMillis": 5000}
    assert found["PublicApiRest"]["Properties"]["Mode"] == "overwrite"
    types = {body["Type"] for body in found.values()}
    gone = ("Authorizer", "GatewayResponse", "Method", "Model", "RequestValidator", "Resource")
    assert not types & {f"AWS::ApiGateway::{name}" for name in gone}


def test_a_route_that_leaves_the_spec_leaves_the_definition() -> None:
    """And with it the deployment, which is a copy of it; a {name} may be another one."""
    before = made("rest", '"ANY /a": api, "GET /b/{id}": api')
    after = made("rest", '"GET /a": {to: api, auth: iam}, "GET /b/{name}": api')
    assert set(operations(before)) == {"ANY /a", "GET /b/{id}"}
    assert set(operations(after)) == {"GET /a", "GET /b/{name}"}
    assert operations(after)["GET /a"]["security"] == [{"sigv4": []}]
    kind = "AWS::ApiGateway::Deployment"
    assert [name for name, body in before.items() if body["Type"] == kind] != [
        name for name, body in after.items() if body["Type"] == kind
    ]


def test_functions_are_named_by_the_stage() -> None:
    """So that a function may answer an API and know its URL, and so may one that the user pool runs."""
    text = """
platform: demo
environments: {dev: {posture: development}}
functions:
  api: {runtime: python3.13, code: api, handler: app.handler, uses: {public: call}}
  hook: {runtime: python3.13, code: api, handler: app.handler, environment: {SHOP: "${public.url}"}}
auth: {people: {clients: {web: {}}, triggers: {pre_sign_up: hook}}}
apis:
  public: {type: rest, account_log_role: create, auth: jwt, jwt: {auth: people}, routes: {"GET /": api}}
"""
    found = resources(compiled(text))
    seen, new = set(), {"PublicApiRest"}
    while new:
        seen |= new
        new = {target.logical_id for name in new for target in targets(found[name])} & found.keys() - seen
    assert seen == {"PublicApiRest"}
    variables = found["PublicApiRestStage"]["Properties"]["Variables"]
    assert variables == {
        "ApiFunction": {"Fn::Select": [1, {"Fn::Split": [":function:", {"Fn::GetAtt": ["ApiFunction", "Arn"]}]}]},
        "PeopleUserPool": {"Fn::Select": [1, {"Fn::Split": [":userpool/", {"Fn::GetAtt": ["PeopleUserPool", "Arn"]}]}]},
    }


def test_a_user_pool_that_is_there_already_is_named_itself() -> None:
    pool = "auth: {people: {existing: {id: us-east-1_AbCdEfGhI, clients: {web: 0123456789abcdefghijklmnop}}}}"
    found = made("rest", '"GET /": api', "auth: jwt, jwt: {auth: people}", pool)
    assert "userpool/us-east-1_AbCdEfGhI" in json.dumps(definition(found)["components"]["securitySchemes"]["jwt"])
    assert list(found["PublicApiRestStage"]["Properties"]["Variables"]) == ["ApiFunction"]


def test_who_may_call_a_rest_api() -> None:
    routes = '"GET /jwt": {to: api, auth: jwt, scopes: [a/b]}, "GET /iam": {to: api, auth: iam}, "GET /": api, '
    keyed = '"GET /key": {to: api, api_key: true}, "GET /both": {to: api, auth: jwt, api_key: true}'
    found = made("rest", routes + keyed, "jwt: {auth: people}, plans: {gold: {keys: [acme]}}", PEOPLE)
    assert {key: one.get("security") for key, one in operations(found).items()} == {
        "GET /jwt": [{"jwt": ["a/b"]}],
        "GET /iam": [{"sigv4": []}],
        "GET /": None,
        "GET /key": [{"api_key": []}],
        "GET /both": [{"jwt": []}, {"api_key": []}],
    }
    schemes = definition(found)["components"]["securitySchemes"]
    assert {name: one["name"] for name, one in schemes.items()} == {
        "jwt": "Authorization",
        "sigv4": "Authorization",
        "api_key": "x-api-key",
    }
    assert all((one["type"], one["in"]) == ("apiKey", "header") for one in schemes.values())
    assert schemes["sigv4"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert schemes["jwt"]["x-amazon-apigateway-authtype"] == "cognito_user_pools"
    pool = (
        "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${!stageVariables.PeopleUserPool}"
    )
    authorizer = {"type": "cognito_user_pools", "providerARNs": [{"Fn::Sub": pool}]}
    assert schemes["jwt"]["x-amazon-apigateway-authorizer"] == authorizer
    assert "components" not in definition(made("rest", '"GET /": api'))


@pytest.mark.parametrize(
    ("identity", "header"), [("header.x-who", "x-who"), ("query.t", "Unused"), ("header.a, header.b", "Unused")]
)
def test_an_authorizer_of_one_header_is_named_after_it(identity: str, header: str) -> None:
    found = made("rest", '"GET /": api', f"auth: lambda, authorizer: {{function: guard, identity: [{identity}]}}")
    assert definition(found)["components"]["securitySchemes"]["lambda"]["name"] == header


def test_requests_to_a_rest_api_are_checked() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    said, routes = definition(found), operations(found)
    checker = "x-amazon-apigateway-request-validator"
    (name,) = said["components"]["schemas"]
    assert said["components"]["schemas"][name] == {"type": "object"} and name.isalnum()
    model = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    content = {"$default": model, "application/json": model}
    assert routes["POST /orders"]["requestBody"] == {"required": True, "content": content}
    assert {key: one.get(checker) for key, one in routes.items()} == {
        "GET /orders": "parameters",
        "GET /orders/{id}": None,
        "POST /orders": "body",
        "ANY /{rest+}": None,
    }
    assert said["x-amazon-apigateway-request-validators"] == {
        "body": {"validateRequestBody": True, "validateRequestParameters": False},
        "parameters": {"validateRequestBody": False, "validateRequestParameters": True},
    }
    asked = {(one["name"], one["in"], one["required"]) for one in routes["GET /orders"]["parameters"]}
    assert asked == {("x-id", "header", True), ("page", "query", False)}
    assert [(one["name"], one["in"]) for one in routes["ANY /{rest+}"]["parameters"]] == [("rest", "path")]


def test_limits_of_a_model_stay_numbers() -> None:
    """CloudFormation makes text of the numbers in a map, so the definition is text itself."""
    limits = "{type: string, minLength: 1, pattern: '^${a}$'}".replace("${a}", "[$]{1}x")
    found = made("rest", f'"POST /": {{to: api, body: {{type: object, properties: {{item: {limits}}}}}}}')
    text = found["PublicApiRest"]["Properties"]["Body"]["Fn::Sub"]
    assert '"minLength":1' in (text if isinstance(text, str) else text[0])
    assert isinstance(made("rest", '"GET /": api')["PublicApiRest"]["Properties"]["Body"]["paths"], dict)


@pytest.mark.parametrize(
    ("body", "ok"),
    [
        ("{type: object, required: [a], additionalProperties: false, properties: {a: {type: string}}}", True),
        ("{type: array, items: {type: integer, minimum: 1}}", True),
        ("{type: object, properties: {type: {type: string}, minItems: {type: string}}}", True),
        ("{type: array, maxItems: 3}", False),
        ("{type: object, properties: {a: {allOf: [{type: string}]}}}", False),
        ("{type: array, items: {type: number, exclusiveMinimum: true}}", False),
        ("{type: array, items: [{type: string}]}", False),
        ("{type: [string, integer]}", False),
        ("{type: object, additionalProperties: {type: string}}", False),
    ],
)
def test_a_model_has_only_what_is_checked(body: str, ok: bool) -> None:
    found = faults(of_type("rest", f'"POST /": {{to: api, body: {body}}}'))
    assert [one.code for one in found] == ([] if ok else ["not-allowed"])


@pytest.mark.parametrize("where", ["properties: {%s}", "overrides: {PublicApiRest: {Properties: {%s}}}"])
def test_the_definition_says_what_is_patched_beside_it(where: str) -> None:
    """It replaces all that was there, so that what it leaves out could be gone."""
    patch = where % "MinimumCompressionSize: 1024, BinaryMediaTypes: [image/png], Policy: {Version: '2012-10-17'}"
    own = where.startswith("properties")
    said = definition(made("rest", '"GET /": api', patch if own else "", "" if own else patch))
    assert said["x-amazon-apigateway-minimum-compression-size"] == 1024
    assert said["x-amazon-apigateway-binary-media-types"] == ["image/png"]
    assert said["x-amazon-apigateway-policy"] == {"Version": "2012-10-17"}


def test_a_cached_answer_is_for_one_path_and_one_caller() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    keys = {key: one[INTEGRATION].get("cacheKeyParameters") for key, one in operations(found).items()}
    assert keys["GET /orders"] == ["method.request.querystring.page"]
    own = ["method.request.header.Authorization", "method.request.path.id"]
    assert keys["GET /orders/{id}"] == own and keys["POST /orders"] is None
    stage = found["PublicApiRestStage"]["Properties"]
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
    stage = made("rest", routes, SHOP, PEOPLE)["PublicApiRestStage"]["Properties"]
    said = {(one["ResourcePath"], one["HttpMethod"]): one["CachingEnabled"] for one in stage["MethodSettings"]}
    assert said[("/~1orders", "GET")] is False and said[("/~1orders~1{id}", "GET")] is True
    without = made("rest", '"GET /orders": api')["PublicApiRestStage"]["Properties"]
    assert without["CacheClusterEnabled"] is False and "CacheClusterSize" not in without
    assert [one["CachingEnabled"] for one in without["MethodSettings"]] == [False]


def test_a_rest_stage_is_logged_traced_and_limited() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    stage = found["PublicApiRestStage"]
    everywhere = stage["Properties"]["MethodSettings"][0]
    assert (everywhere["ResourcePath"], everywhere["HttpMethod"], everywhere["LoggingLevel"]) == ("/*", "*", "ERROR")
    assert everywhere["DataTraceEnabled"] is False and everywhere["ThrottlingRateLimit"] == 1000
    limited = {one["HttpMethod"]: one["ThrottlingRateLimit"] for one in stage["Properties"]["MethodSettings"][1:]}
    assert limited == {"GET": 1000, "POST": 1}
    assert stage["Properties"]["TracingEnabled"] is True
    assert stage["DependsOn"] == ["ApiGatewayAccount", "PublicApiRestExecutionLogGroup"]
    group = found["PublicApiRestExecutionLogGroup"]["Properties"]
    assert group["LogGroupName"] == {"Fn::Sub": "API-Gateway-Execution-Logs_${PublicApiRest}/live"}
    assert group["RetentionInDays"] == 30 and "KmsKeyId" in group


def test_keys_are_in_plans_and_no_template_has_their_values() -> None:
    found = made("rest", ORDERS, SHOP, PEOPLE)
    (key,) = of(found, "ApiGateway::ApiKey")
    assert key == {"Enabled": True, "Name": "demo-dev-public-acme"}
    (plan,) = of(found, "ApiGateway::UsagePlan")
    assert plan["Quota"] == {"Limit": 9, "Period": "DAY"}
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "PublicApiRest"}, "Stage": {"Ref": "PublicApiRestStage"}}]
    outputs = compiled(of_type("rest", ORDERS, SHOP, PEOPLE)).root.body["Outputs"]
    assert [name for name in outputs if name.startswith("PublicApiRestAcme")]


def deployment(text: str) -> str:
    found = resources(compiled(text))
    (one,) = (name for name, body in found.items() if body["Type"] == "AWS::ApiGateway::Deployment")
    assert one == f"PublicApiRestDeployment{definition(found)['info']['version']}"
    assert found[one]["Properties"] == {"RestApiId": {"Ref": "PublicApiRest"}}
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
            "overrides: {PublicApiRest: {Properties: {ApiKeySourceType: HEADER}}}",
            False,
        ),
    ],
)
def test_another_definition_is_another_deployment(routes: str, settings: str, more: str, same: bool) -> None:
    before = deployment(of_type("rest", '"GET /": api, "PUT /": api'))
    assert (deployment(of_type("rest", routes, settings, more)) == before) is same


def policy(settings: str, more: str = "") -> list[Json]:
    """Effect, resource and condition of each statement of a REST API's policy."""
    api = made("rest", '"GET /": api', settings, more)["PublicApiRest"]["Properties"]
    assert api.get("Policy") == api["Body"].get("x-amazon-apigateway-policy")
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


def test_the_definition_says_where_the_api_is_reached() -> None:
    endpoint = "x-amazon-apigateway-endpoint-configuration"
    assert definition(made("rest", '"GET /": api', INSIDE))[endpoint] == {"vpcEndpointIds": ["vpce-0123456789abcdef0"]}
    domain = f"domain: {{name: api.example.com, certificate: '{CERTIFICATE}'}}, default_endpoint: false"
    assert definition(made("rest", '"GET /": api', domain))[endpoint] == {"disableExecuteApiEndpoint": True}
    assert endpoint not in definition(made("rest", '"GET /": api'))


def test_a_private_api_is_behind_the_networks_own_endpoint() -> None:
    (_, denied) = policy("endpoint: private", "network: {endpoints: [execute-api]}")
    assert denied[2] == {"StringNotEquals": {"aws:SourceVpce": [{"Ref": "ExecuteApiEndpoint"}]}}


def test_browsers_are_answered_by_a_rest_api_itself() -> None:
    routes = '"ANY /": api, "OPTIONS /own": api'
    found = made("rest", routes, "auth: iam, cors: {origins: ['https://a.example']}")
    mocks = [key for key, one in operations(found).items() if one[INTEGRATION]["type"] == "mock"]
    assert mocks == ["OPTIONS /"]
    mock = operations(found)["OPTIONS /"]
    assert "security" not in mock and operations(found)["OPTIONS /own"]["security"] == [{"sigv4": []}]
    answer = mock[INTEGRATION]["responses"]["default"]
    assert answer["responseParameters"]["method.response.header.Access-Control-Allow-Origin"] == "'https://a.example'"
    assert "responseTemplates" not in answer and "Access-Control-Allow-Origin" in mock["responses"]["204"]["headers"]
    header = {"gatewayresponse.header.Access-Control-Allow-Origin": "'https://a.example'"}
    own = {"responseParameters": header}
    errors = "x-amazon-apigateway-gateway-responses"
    assert definition(found)[errors] == {"DEFAULT_4XX": own, "DEFAULT_5XX": own}
    several = made("rest", '"GET /": api', "cors: {origins: ['https://a.example', 'https://b.example']}")
    answer = operations(several)["OPTIONS /"][INTEGRATION]["responses"]["default"]
    assert '$origin == "https://b.example"' in answer["responseTemplates"]["application/json"]
    assert errors not in definition(several)


def test_a_firewall_stands_before_the_stage() -> None:
    found = made("rest", '"GET /": api', "firewall: edge", "firewalls: {edge: {}}")
    (one,) = of(found, "WAFv2::WebACLAssociation")
    assert one["ResourceArn"]["Fn::Sub"].endswith("::/restapis/${PublicApiRest}/stages/${PublicApiRestStage}")
