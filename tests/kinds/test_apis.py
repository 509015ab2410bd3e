"""APIs: where requests go, who may send them, and what a spec can get wrong."""

from __future__ import annotations

import json
from typing import cast

import pytest

from compiler.source.json_value import Json
from tests.kinds.api_specs import CERTIFICATE, HEAD, JWT, SERVICE
from tests.kinds.building import compiled, faults, platform, resources

ROUTES = '"ANY /{proxy+}": api'


def spec(routes: str = ROUTES, settings: str = "", more: str = "") -> str:
    return f"{HEAD}apis: {{public: {{routes: {{{routes}}}{', ' if settings else ''}{settings}}}}}\n{more}"


def built(routes: str = ROUTES, settings: str = "", more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(routes, settings, more))))


def routes(found: dict[str, Json]) -> dict[str, Json]:
    """Route key → properties."""
    every = (body["Properties"] for body in found.values() if body["Type"] == "AWS::ApiGatewayV2::Route")
    return {one["RouteKey"]: one for one in every}


def access(auth: str) -> list[Json]:
    """What a component that calls an API may do beyond its own."""
    one = platform(spec(settings=f"auth: {auth}"))
    grants = one.components["apis.public"].offers(one)["call"].grants
    return [{"Action": grant.actions, "Resource": grant.resources} for grant in grants]


@pytest.mark.parametrize("verb", ["call"])
def test_a_verb_allows_signed_requests_to_that_api(verb: str) -> None:
    (invoke,) = access("iam")
    assert invoke["Action"] == ("execute-api:Invoke",)
    (resource,) = (one.to_dict()["Fn::Sub"] for one in invoke["Resource"])
    assert resource.endswith(":${AWS::AccountId}:${PublicApi}/*"), verb


@pytest.mark.parametrize("verb", ["call"])
def test_a_verb_allows_nothing_where_nothing_is_asked_for(verb: str) -> None:
    assert access("none") == [], verb


def test_call_gives_the_url_and_a_network_gets_the_host() -> None:
    one = platform(spec())
    offered = one.components["apis.public"].offers(one)
    host = "${PublicApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    url, domain = cast(Json, offered["call"].environment["URL"]), cast(Json, offered["origin"].environment["DOMAIN"])
    assert url.to_dict() == {"Fn::Sub": f"https://{host}"}
    assert domain.to_dict() == {"Fn::Sub": host}


def test_a_function_is_run_by_this_api_only() -> None:
    found = built()
    integration = found["PublicApiToApiFunction"]["Properties"]
    assert (integration["IntegrationType"], integration["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")
    assert integration["IntegrationUri"] == {"Fn::GetAtt": ["ApiFunction", "Arn"]}
    permission = found["PublicApiToApiFunctionPermission"]["Properties"]
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(":execute-api:${AWS::Region}:${AWS::AccountId}:${PublicApi}/*/*")
    assert routes(found)["ANY /{proxy+}"]["Target"] == {"Fn::Sub": "integrations/${PublicApiToApiFunction}"}
    assert "PublicApiVpcLink" not in found


def test_a_service_is_reached_through_the_network() -> None:
    found = built('"ANY /app/{proxy+}": web', more=SERVICE)
    integration = found["PublicApiToWebService"]["Properties"]
    assert (integration["IntegrationType"], integration["ConnectionType"]) == ("HTTP_PROXY", "VPC_LINK")
    assert integration["IntegrationUri"] == {"Ref": "InternalListener"}
    link = found["PublicApiVpcLink"]["Properties"]
    assert link["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    assert link["SecurityGroupIds"] == [{"Fn::GetAtt": ["PublicApiSecurityGroup", "GroupId"]}]
    rules = [body["Properties"] for body in found.values() if body["Type"].startswith("AWS::EC2::SecurityGroup")]
    ours = [one for one in rules if one.get("SourceSecurityGroupId") == {"Ref": "PublicApiSecurityGroup"}]
    assert [(one["FromPort"], one["GroupId"]) for one in ours] == [(80, {"Ref": "InternalLoadBalancerSecurityGroup"})]


def test_a_stage_is_logged_throttled_and_measured() -> None:
    found = built(settings="throttling: {rate: 20, burst: 10}")
    stage = found["PublicApiStage"]["Properties"]
    assert stage["AutoDeploy"] is True and stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"] == {
        "DetailedMetricsEnabled": True,
        "ThrottlingRateLimit": 20,
        "ThrottlingBurstLimit": 10,
    }
    assert json.loads(stage["AccessLogSettings"]["Format"])["status"] == "$context.status"
    assert found["PublicApiLogGroup"]["Properties"]["LogGroupName"] == "/aws/vendedlogs/demo/dev/public"
    assert found["PublicApiLogGroup"]["Properties"]["KmsKeyId"] == {"Ref": "PlatformKeyArn"}


def test_each_route_asks_for_what_it_says() -> None:
    settings = "auth: jwt, jwt: {issuer: 'https://login.example.com', audience: [shop]}"
    open_ones = '"GET /c": {to: api, auth: iam}, "GET /d": {to: api, auth: none}'
    found = built(f'"GET /a": api, "GET /b": {{to: api, scopes: [read]}}, {open_ones}', settings)
    asked = {key: one["AuthorizationType"] for key, one in routes(found).items()}
    assert asked == {"GET /a": "JWT", "GET /b": "JWT", "GET /c": "AWS_IAM", "GET /d": "NONE"}
    assert routes(found)["GET /a"]["AuthorizerId"] == {"Ref": "PublicApiAuthorizer"}
    assert routes(found)["GET /b"]["AuthorizationScopes"] == ["read"]
    authorizer = found["PublicApiAuthorizer"]["Properties"]
    assert authorizer["JwtConfiguration"] == {"Issuer": "https://login.example.com", "Audience": ["shop"]}


def test_a_route_keeps_its_logical_id_when_others_come() -> None:
    few, more = built('"GET /a": api'), built('"GET /": api, "GET /A": api, "GET /a": api')
    assert {name for name in few if name.endswith("Route")} < {name for name in more if name.endswith("Route")}


def test_a_domain_takes_the_place_of_the_default_endpoint() -> None:
    domain = f"domain: {{name: api.example.com, certificate: '{CERTIFICATE}'}}, default_endpoint: false"
    found = built(settings=domain)
    assert found["PublicApi"]["Properties"]["DisableExecuteApiEndpoint"] is True
    (settings,) = found["PublicApiDomain"]["Properties"]["DomainNameConfigurations"]
    assert (settings["SecurityPolicy"], settings["EndpointType"]) == ("TLS_1_2", "REGIONAL")
    assert found["PublicApiDomainMapping"]["DependsOn"] == ["PublicApiStage"]
    one = platform(spec(settings=domain))
    assert one.components["apis.public"].offers(one)["origin"].environment == {"DOMAIN": "api.example.com"}


@pytest.mark.parametrize(
    ("given", "settings", "more", "code"),
    [
        ('"FETCH /": api', "", "", "bad-name"),
        ('"GET orders": api', "", "", "bad-name"),
        ('"GET /{proxy+}/x": api', "", "", "bad-name"),
        ('"GET /{id}": api, "GET /{name}": api', "", "", "duplicate-route"),
        ('"GET /{id}/{id}": api', "", "", "duplicate-route"),
        (ROUTES, "cors: {origins: ['*'], credentials: true}", "", "open-credentials"),
        (ROUTES, "cors: {origins: [www.example.com]}", "", "bad-value"),
        (ROUTES, "auth: jwt", "", "missing-property"),
        ('"GET /": {to: api, auth: jwt}', "", "", "missing-property"),
        (ROUTES, JWT, "", "unused-setting"),
        ('"GET /": {to: api, scopes: [read]}', "", "", "unused-setting"),
        (ROUTES, "default_endpoint: false", "", "missing-property"),
        (ROUTES, "logs: {name: /x}", "services: {web: {image: 'example/web:1', logs: {name: /x}}}", "claimed-name"),
        ('"GET /": jobs', "", "queues: {jobs: {}}", "wrong-kind"),
        ('"GET /": web', "", "services: {web: {image: 'example/web:1'}}", "no-ingress"),
        ('"GET /other": web', "", SERVICE, "no-ingress"),
    ],
)
def test_what_an_api_can_not_be(given: str, settings: str, more: str, code: str) -> None:
    assert {one.code for one in faults(spec(given, settings, more))} == {code}


def test_a_service_of_the_public_load_balancer_is_no_target() -> None:
    more = f"""
load_balancer: {{certificate: '{CERTIFICATE}'}}
services: {{web: {{image: 'example/web:1', port: 8080, ingress: {{path: '/*', public: true}}}}}}
"""
    assert {one.code for one in faults(spec('"GET /": web', more=more))} == {"no-ingress"}


def reached(verb: str, kind: str) -> tuple[list[Json], list[str]]:
    """What a verb of an API of a type lets its user do, and the variables that it gives."""
    given = {
        "http": '{routes: {"GET /": api}}',
        "websocket": "{type: websocket, account_log_role: existing, auth: iam, routes: {$connect: api}}",
        "rest": '{type: rest, account_log_role: existing, auth: iam, routes: {"GET /": api}}',
    }[kind]
    one = platform(f"{HEAD}apis: {{public: {given}}}\n")
    offered = one.components["apis.public"].offers(one)[verb]
    grants = [
        (*grant.actions, *(cast(Json, arn).to_dict()["Fn::Sub"].rsplit(":", 1)[1] for arn in grant.resources))
        for grant in offered.grants
    ]
    return grants, sorted(offered.environment)


CONNECTIONS = "${PublicApiWebsocket}/live/%s/@connections/*"


@pytest.mark.parametrize(
    ("verb", "kind", "allowed", "variables"),
    [
        ("call", "websocket", [("execute-api:Invoke", "${PublicApiWebsocket}/live/$connect")], ["URL"]),
        ("call", "rest", [("execute-api:Invoke", "${PublicApiRest}/*")], ["URL"]),
        ("send", "websocket", [("execute-api:ManageConnections", CONNECTIONS % "POST")], ["ENDPOINT"]),
        (
            "manage",
            "websocket",
            [("execute-api:ManageConnections", *(CONNECTIONS % one for one in ("DELETE", "GET", "POST")))],
            ["ENDPOINT"],
        ),
        ("send", "http", [], []),
        ("manage", "rest", [], []),
    ],
)
def test_a_verb_allows_just_this(verb: str, kind: str, allowed: list[Json], variables: list[str]) -> None:
    assert reached(verb, kind) == (allowed, variables)
