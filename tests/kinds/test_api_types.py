"""What the types of APIs have in common, WebSocket APIs, and what each type can't be."""

from __future__ import annotations

import pytest

from tests.kinds.api_specs import CERTIFICATE, GUARD, HEAD, JWT, SERVICE, definition, made, of, of_type, operations
from tests.kinds.building import compiled, faults, platform, resources


def test_a_function_decides_for_an_http_api() -> None:
    found = made("http", '"GET /": api', GUARD)
    (made_one,) = of(found, "ApiGatewayV2::Authorizer")
    assert made_one["IdentitySource"] == ["$request.header.authorization", "$request.querystring.t"]
    assert made_one["AuthorizerResultTtlInSeconds"] == 60
    assert made_one["AuthorizerUri"]["Fn::Sub"][1] == {"Function": {"Fn::GetAtt": ["GuardFunction", "Arn"]}}
    (route,) = of(found, "ApiGatewayV2::Route")
    name = next(name for name, body in found.items() if body["Properties"] is made_one)
    assert (route["AuthorizationType"], route["AuthorizerId"]) == ("CUSTOM", {"Ref": name})
    permission = found[f"{name}Permission"]["Properties"]
    assert permission["FunctionName"] == {"Fn::GetAtt": ["GuardFunction", "Arn"]}
    assert permission["SourceArn"]["Fn::Sub"].endswith(f"/authorizers/${{{name}}}")


def test_a_function_decides_for_a_rest_api() -> None:
    found = made("rest", '"GET /": api', GUARD)
    assert operations(found)["GET /"]["security"] == [{"lambda": []}]
    scheme = definition(found)["components"]["securitySchemes"]["lambda"]
    assert (scheme["name"], scheme["x-amazon-apigateway-authtype"]) == ("Unused", "custom")
    decides = scheme["x-amazon-apigateway-authorizer"]
    assert (decides["type"], decides["authorizerResultTtlInSeconds"]) == ("request", 60)
    assert decides["identitySource"] == "method.request.header.authorization,method.request.querystring.t"
    assert decides["authorizerUri"]["Fn::Sub"].endswith(":function:${!stageVariables.GuardFunction}/invocations")
    permission = found["PublicApiRestLambdaAuthorizerPermission"]["Properties"]
    assert permission["FunctionName"] == {"Fn::GetAtt": ["GuardFunction", "Arn"]}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${PublicApiRest}/authorizers/*")


@pytest.mark.parametrize("kind", ["http", "rest"])
def test_a_function_with_versions_is_run_by_its_alias(kind: str) -> None:
    text = of_type(kind, '"GET /": api').replace("code: api,", "code: api, provisioned: 1,")
    found = resources(compiled(text))
    (permission,) = of(found, "Lambda::Permission")
    alias = permission["FunctionName"]["Ref"]
    assert found[alias]["Type"] == "AWS::Lambda::Alias"
    if kind == "http":
        assert of(found, "ApiGatewayV2::Integration")[0]["IntegrationUri"] == {"Ref": alias}
    else:
        (stage,) = of(found, "ApiGateway::Stage")
        assert stage["Variables"]["ApiFunction"]["Fn::Select"][1] == {"Fn::Split": [":function:", {"Ref": alias}]}


def test_an_http_api_says_how_its_authorizer_answers() -> None:
    (simple,) = of(made("http", '"GET /": api', GUARD), "ApiGatewayV2::Authorizer")
    assert (simple["AuthorizerPayloadFormatVersion"], simple["EnableSimpleResponses"]) == ("2.0", True)


def test_a_route_has_limits_of_its_own() -> None:
    found = made("http", '"GET /": api, "PUT /": {to: api, timeout: 5, throttling: {rate: 1, burst: 2}}')
    stage = found["PublicApiStage"]
    limits = {"DetailedMetricsEnabled": True, "ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 2}
    assert stage["Properties"]["RouteSettings"] == {"PUT /": limits}
    (route,) = (name for name in found if name.startswith("PublicApiPut"))
    assert stage["DependsOn"] == [route]
    assert found[route]["Properties"]["Target"] == {"Fn::Sub": "integrations/${PublicApiToApiFunctionWithin5Seconds}"}
    assert found["PublicApiToApiFunctionWithin5Seconds"]["Properties"]["TimeoutInMillis"] == 5000
    assert "TimeoutInMillis" not in found["PublicApiToApiFunction"]["Properties"]
    assert len(of(found, "Lambda::Permission")) == 1


def test_the_reason_of_an_open_route_is_there_for_scanners_and_readers() -> None:
    route = '"GET /": {to: api, reason: "health check"}'
    (body,) = (body for body in made("http", route).values() if body["Type"].endswith("::Route"))
    assert body["Metadata"]["checkov"]["skip"] == [{"id": "CKV_AWS_309", "comment": "health check"}]
    assert operations(made("rest", route))["GET /"]["description"] == "health check"


def test_callers_show_certificates() -> None:
    domain = f"domain: {{name: api.example.com, certificate: '{CERTIFICATE}'}}, default_endpoint: false"
    for kind in ("http", "rest"):
        found = made(kind, '"GET /": api', f"{domain}, mutual_tls: {{truststore: 's3://trust/all.pem', version: v1}}")
        name = found["PublicApiDomain"]["Properties"]
        assert name["MutualTlsAuthentication"] == {"TruststoreUri": "s3://trust/all.pem", "TruststoreVersion": "v1"}
        assert found["PublicApiDomainMapping"]["Properties"]["Stage"] == ("live" if kind == "rest" else "$default")


def test_a_websocket_api() -> None:
    routes = "$connect: api, $default: {to: api, answer: true}, say: api"
    found = made("websocket", routes, "auth: lambda, authorizer: {function: guard, identity: [query.t]}, route_by: a.b")
    api = found["PublicApiWebsocket"]["Properties"]
    assert (api["ProtocolType"], api["RouteSelectionExpression"]) == ("WEBSOCKET", "$request.body.a.b")
    taken = {one["RouteKey"]: one for one in of(found, "ApiGatewayV2::Route")}
    assert {key: one["AuthorizationType"] for key, one in taken.items()} == {
        "$connect": "CUSTOM",
        "$default": "NONE",
        "say": "NONE",
    }
    assert [key for key, one in taken.items() if "RouteResponseSelectionExpression" in one] == ["$default"]
    (answer,) = of(found, "ApiGatewayV2::RouteResponse")
    assert answer["RouteResponseKey"] == "$default"
    integration = found["PublicApiWebsocketToApiFunction"]["Properties"]
    assert (integration["IntegrationType"], integration["IntegrationMethod"]) == ("AWS_PROXY", "POST")
    assert integration["IntegrationUri"]["Fn::Sub"][1] == {"Function": {"Fn::GetAtt": ["ApiFunction", "Arn"]}}
    stage = found["PublicApiWebsocketStage"]
    assert (stage["Properties"]["StageName"], stage["Properties"]["AutoDeploy"]) == ("live", True)
    assert "LoggingLevel" not in stage["Properties"]["DefaultRouteSettings"]
    assert stage["DependsOn"] == ["ApiGatewayAccount"]
    (authorizer,) = of(found, "ApiGatewayV2::Authorizer")
    assert authorizer["IdentitySource"] == ["route.request.querystring.t"]
    assert "AuthorizerResultTtlInSeconds" not in authorizer and "AuthorizerPayloadFormatVersion" not in authorizer


def test_a_function_may_answer_and_post_to_the_same_connections() -> None:
    text = """
platform: demo
environments: {dev: {posture: development}}
functions: {chat: {runtime: python3.13, code: c, handler: app.handler, uses: {live: send}}}
apis: {live: {type: websocket, account_log_role: existing, routes: {$default: chat}}}
"""
    found = resources(compiled(text))
    url = "https://${LiveApiWebsocket}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"
    assert found["ChatFunction"]["Properties"]["Environment"]["Variables"] == {"LIVE_ENDPOINT": {"Fn::Sub": url}}
    assert "ApiGatewayAccount" not in found


def test_the_account_logs_with_one_role_that_stays() -> None:
    one = 'a: {type: rest, account_log_role: create, routes: {"GET /": api}}'
    other = "b: {type: websocket, account_log_role: create, routes: {say: api}}"
    found = resources(compiled(f"{HEAD}apis: {{{one}, {other}}}\n"))
    stays = [name for name, body in found.items() if body.get("DeletionPolicy") == "Retain"]
    assert sorted(stays) == ["ApiGatewayAccount", "ApiGatewayLogRole"]
    assert "ApiGatewayAccount" in found["AApiRestStage"]["DependsOn"]
    assert "ApiGatewayAccount" in found["BApiWebsocketStage"]["DependsOn"]


@pytest.mark.parametrize(
    ("kind", "routes", "names", "dimensions"),
    [
        ("http", '"GET /": api', ["5xx"], ["ApiId"]),
        ("rest", '"GET /": api', ["5XXError"], ["ApiName", "Stage"]),
        ("websocket", "say: api", ["IntegrationError", "ExecutionError"], ["ApiId"]),
    ],
)
def test_alarms_watch_the_metrics_of_the_type(kind: str, routes: str, names: list[str], dimensions: list[str]) -> None:
    one = platform(of_type(kind, routes))
    api = one.components["apis.public"]
    (alarm,) = api.alarms(one)
    metrics = [query["MetricStat"]["Metric"] for query in alarm.metrics if "MetricStat" in query]
    assert [metric["MetricName"] for metric in metrics] == names
    assert [part["Name"] for part in metrics[0]["Dimensions"]] == dimensions
    charted = [row[1] for chart in api.charts(one) for row in chart.metrics]
    assert set(names) <= set(charted)


OWN = f"domain: {{name: a.example.com, certificate: '{CERTIFICATE}'}}, default_endpoint: false"
PRIVATE = "endpoint: private, vpc_endpoints: [vpce-0123456789abcdef0]"


@pytest.mark.parametrize(
    ("kind", "given", "settings", "more", "code"),
    [
        ("http", "say: api", "", "", "bad-name"),
        ("http", "$connect: api", "", "", "bad-name"),
        ("http", "say: web", "", SERVICE, "bad-name"),
        ("http", '"GET /": {to: api, body: {type: object}}', "", "", "unused-setting"),
        ("http", '"GET /": api', "firewall: edge", "firewalls: {edge: {}}", "unused-setting"),
        ("http", '"GET /": api', "cache_size: '0.5'", "", "unused-setting"),
        ("http", '"GET /": api', "endpoint: private", "", "unused-setting"),
        ("http", '"GET /": api', "auth: lambda", "", "missing-property"),
        ("http", '"GET /": {to: api, auth: lambda}', "", "", "missing-property"),
        ("http", '"GET /": api', "authorizer: {function: guard}", "", "unused-setting"),
        ("http", '"GET /": {to: api, reason: x, auth: iam}', "", "", "unused-setting"),
        ("http", '"GET /": api', "mutual_tls: {truststore: 's3://a-b/c'}", "", "missing-property"),
        ("http", '"GET /": {to: api, timeout: 31}', "", "", "out-of-range"),
        (
            "http",
            '"GET /": api',
            "",
            "roles: {ci: {trusted: {accounts: ['111111111111']}, uses: {public: send}}}",
            "unknown-verb",
        ),
        ("websocket", "say: api", "auth: iam", "", "missing-property"),
        ("websocket", "$connect: api", "auth: jwt", "", "not-allowed"),
        ("websocket", "say: {to: api, auth: none}", "", "", "unused-setting"),
        ("websocket", "$connect: api", GUARD, "", "unused-setting"),
        ("websocket", "say: api", "cors: {origins: ['*']}", "", "unused-setting"),
        ("websocket", '"GET /": api', "", "", "bad-name"),
        ("websocket", "say: api", f"{OWN}, mutual_tls: {{truststore: 's3://a-b/c'}}", "", "unused-setting"),
        ("websocket", "say: {to: api, timeout: 30}", "", "", "out-of-range"),
        ("websocket", "say: web", "", SERVICE, "wrong-kind"),
        ("websocket", "say: api", "", "cdn: {site: {paths: {'/*': public}}}", "wrong-kind"),
        ("rest", '"GET /": web', "", SERVICE, "wrong-kind"),
        ("rest", '"GET /": api', "", "cdn: {site: {paths: {'/*': public}}}", "wrong-kind"),
        ("rest", "$default: api", "", "", "bad-name"),
        ("rest", '"GET /orders/": api', "", "", "bad-name"),
        ("rest", '"GET /a/{id}": api, "GET /a/{name}/b": api', "", "", "duplicate-route"),
        ("rest", '"GET /": {to: api, answer: true}', "", "", "unused-setting"),
        ("rest", '"GET /": {to: api, auth: jwt}', JWT, "", "not-allowed"),
        ("rest", '"ANY /": {to: api, throttling: {rate: 1, burst: 1}}', "", "", "not-allowed"),
        ("rest", '"GET /": {to: api, api_key: true}', "", "", "missing-property"),
        ("rest", '"GET /": api', "plans: {gold: {keys: [a]}}", "", "unused-setting"),
        ("rest", '"GET /": {to: api, api_key: true}', "plans: {a: {keys: [k]}, b: {keys: [k]}}", "", "duplicate-value"),
        ("rest", '"GET /": {to: api, cache_seconds: 5}', "", "", "missing-property"),
        ("rest", '"GET /": {to: api, cache_by: [query.a]}', "", "", "unused-setting"),
        ("rest", '"PUT /": {to: api, cache_seconds: 5}', "cache_size: '0.5'", "", "not-allowed"),
        ("rest", '"GET /": {to: api, cache_seconds: 5}', "cache_size: '0.5', auth: iam", "", "not-allowed"),
        ("rest", '"GET /": api', "cache_size: '0.5'", "", "unused-setting"),
        ("rest", '"GET /": api', "allow_from: [198.51.100.1/24]", "", "bad-cidr"),
        ("rest", '"GET /": api', "endpoint: private", "", "missing-property"),
        ("rest", '"GET /": api', "vpc_endpoints: [vpce-0123456789abcdef0]", "", "unused-setting"),
        (
            "rest",
            '"GET /": api',
            f"{PRIVATE}, domain: {{name: a.example.com, certificate: '{CERTIFICATE}'}}",
            "",
            "not-allowed",
        ),
        ("rest", '"GET /": api, "PUT /": {to: api, auth: iam}', PRIVATE, "", "mixed-auth"),
    ],
)
def test_what_a_type_of_api_can_not_be(kind: str, given: str, settings: str, more: str, code: str) -> None:
    assert {one.code for one in faults(of_type(kind, given, settings, more))} == {code}


def test_an_api_that_logs_with_the_account_says_whose_role() -> None:
    text = HEAD + 'apis: {public: {type: rest, routes: {"GET /": api}}}\n'
    assert [one.code for one in faults(text)] == ["missing-property"]


def test_a_certificate_is_asked_of_everybody() -> None:
    domain = f"domain: {{name: api.example.com, certificate: '{CERTIFICATE}'}}"
    text = of_type("http", '"GET /": api', f"{domain}, mutual_tls: {{truststore: 's3://trust/all.pem'}}")
    assert [one.code for one in faults(text)] == ["unused-setting"]
