"""Rules of the load balancer's own: what each does, which is asked first, and what AWS would refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.program.artifact import Artifact
from compiler.shared.ingress import HIGHEST, LOWEST, earlier, free_before, priority
from compiler.shared.rule_conditions import Further, matched, no_less
from compiler.source.json_value import Json
from deployer.artifacts import package
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
functions: {hook: {runtime: python3.13, code: ./hook, handler: app.handler}}
services:
  web: {image: "example/web:1", port: 8080, ingress: {public: true}}
  next: {image: "example/web:2", port: 8080, ingress: {public: true, path: "/next/*"}}
  tools: {image: "example/web:2", port: 8080, ingress: {path: "/tools/*"}}
"""
ALONE = "platform: demo\nenvironments: {dev: {posture: development}}\nqueues: {jobs: {}}\n"
ARN = "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"


def spec(rules: str, more: str = "") -> str:
    return f"{HEAD}load_balancer: {{certificate: '{ARN}', {more}rules: {{{rules}}}}}\n"


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(text)))


def rule(text: str, name: str = "PublicListenerOneRule") -> Json:
    return built(spec(text))[name]["Properties"]


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("answer: {}", {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}),
        (
            "answer: {status: 503, body: Back soon}",
            {
                "Type": "fixed-response",
                "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "Back soon"},
            },
        ),
        (
            "redirect: {host: www.example.com}",
            {"Type": "redirect", "RedirectConfig": {"Host": "www.example.com", "StatusCode": "HTTP_301"}},
        ),
        (
            "redirect: {path: '/x', query: '', permanent: false}",
            {"Type": "redirect", "RedirectConfig": {"Path": "/x", "Query": "", "StatusCode": "HTTP_302"}},
        ),
        ("to: next", {"Type": "forward", "TargetGroupArn": {"Ref": "NextServicePublicTargetGroup"}}),
        ("to: hook", {"Type": "forward", "TargetGroupArn": {"Ref": "PublicLoadBalancerToHookFunction"}}),
        (
            "split: [{to: web, weight: 999}, {to: hook, weight: 0}]",
            {
                "Type": "forward",
                "ForwardConfig": {
                    "TargetGroups": [
                        {"TargetGroupArn": {"Ref": "WebServicePublicTargetGroup"}, "Weight": 999},
                        {"TargetGroupArn": {"Ref": "PublicLoadBalancerToHookFunction"}, "Weight": 0},
                    ]
                },
            },
        ),
    ],
)
def test_what_a_rule_does(said: str, action: Json) -> None:
    assert rule(f"one: {{public: true, path: /one, {said}}}")["Actions"] == [action]


@pytest.mark.parametrize(
    ("said", "conditions"),
    [
        ("host: a.example.com,", [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com"]}}]),
        (
            "headers: {X-B: [b, c], X-A: a},",
            [
                {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["a"]}},
                {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-B", "Values": ["b", "c"]}},
            ],
        ),
        ("methods: [POST],", [{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["POST"]}}]),
        ("sources: ['2001:db8::/32'],", [{"Field": "source-ip", "SourceIpConfig": {"Values": ["2001:db8::/32"]}}]),
        (
            "query: {v: ['1', '2']},",
            [
                {
                    "Field": "query-string",
                    "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}, {"Key": "v", "Value": "2"}]},
                }
            ],
        ),
    ],
)
def test_which_requests_a_rule_takes(said: str, conditions: list[Json]) -> None:
    assert rule(f"one: {{{said} to: hook}}", "InternalListenerOneRule")["Conditions"] == conditions


def test_a_function_is_run_by_its_target_group_alone() -> None:
    found = built(spec("one: {path: /hook, to: hook}, two: {path: /hook2, to: hook}"))
    group, permission = (
        found["InternalLoadBalancerToHookFunction"],
        found["InternalLoadBalancerToHookFunctionPermission"],
    )
    assert group["Properties"] == {
        "Name": "demo-dev-internal-hook",
        "TargetType": "lambda",
        "Targets": [{"Id": {"Fn::GetAtt": ["HookFunction", "Arn"]}}],
    }
    assert group["DependsOn"] == ["InternalLoadBalancerToHookFunctionPermission"]
    assert permission["Properties"]["Principal"] == "elasticloadbalancing.amazonaws.com"
    assert permission["Properties"]["SourceArn"]["Fn::Sub"].endswith(":targetgroup/demo-dev-internal-hook/*")
    assert "PublicLoadBalancerToHookFunction" not in found


def test_rules_alone_make_a_load_balancer() -> None:
    found = built(f"{ALONE}load_balancer: {{rules: {{one: {{answer: {{}}}}}}}}\n")
    assert {"InternalLoadBalancer", "InternalListener", "Vpc"} <= found.keys()
    assert "PublicLoadBalancer" not in found


def test_a_rule_more_or_less_moves_no_other() -> None:
    def numbers(text: str) -> dict[str, int]:
        return {
            name: body["Properties"]["Priority"]
            for name, body in built(spec(text)).items()
            if body["Type"] == "AWS::ElasticLoadBalancingV2::ListenerRule"
        }

    one = "one: {public: true, path: /one, answer: {}}"
    before, after = numbers(one), numbers(f"zero: {{public: true, path: /zero, answer: {{}}}}, {one}")
    assert before.items() < after.items()


@pytest.mark.parametrize("paths", [("/*",), ("/a/*",), ("/a/b/*",), ("/a*",)])
@pytest.mark.parametrize("hosts", [(), ("*.example.com",), ("www.example.com",)])
def test_narrower_rules_are_asked_before_divided_ones_and_these_before_services(
    paths: tuple[str, ...], hosts: tuple[str, ...]
) -> None:
    names = [f"n{number}" for number in range(50)]
    narrow = [earlier(name, paths, hosts, narrowed=True) for name in names]
    divided = [earlier(name, paths, hosts, narrowed=False) for name in names]
    assert LOWEST <= min(narrow) <= max(narrow) < min(divided)
    assert max(divided) < min(priority(name, paths, hosts) for name in names) <= HIGHEST


@pytest.mark.parametrize(
    ("rules", "code", "help_text"),
    [
        ("one: {path: /one}", "one-of-two", "answer, redirect, to, split"),
        ("one: {path: /one, answer: {}, to: hook}", "one-of-two", "answer, redirect, to, split"),
        ("one: {path: /one, redirect: {query: a=b}}", "redirect-loop", "'host', 'path' or 'https'"),
        ("one: {public: true, path: /one, redirect: {https: true}}", "unused-setting", "remove it"),
        ("one: {path: /one, to: hook, sticky_seconds: 5}", "unused-setting", "'split'"),
        ("one: {split: [{to: tools, weight: 0}, {to: hook, weight: 0}]}", "no-weight", "raise"),
        ("one: {split: [{to: tools, weight: 1}, {to: tools, weight: 2}]}", "duplicate-value", "one of the two"),
        ("one: {path: /one, to: web}", "no-ingress", "not public"),
        ("one: {public: true, path: /one, to: tools}", "no-ingress", "'public: true'"),
        ("one: {path: [/a, /b, /c, /d], methods: [GET, PUT], answer: {}}", "rule-limit", "fewer"),
        ("one: {path: '/*?*?*?', answer: {}}", "rule-limit", "fewer wildcards"),
        ("one: {headers: {host: a.example.com}, answer: {}}", "bad-condition", "'host'"),
        ("one: {headers: {X-A: a, x-a: b}, answer: {}}", "bad-condition", "once"),
        ("one: {sources: [203.0.113.7/24], answer: {}}", "bad-cidr", "203.0.113.0/24"),
        ("one: {public: true, path: /one, priority: 43706, answer: {}}", "priority-taken", "43707"),
        ("one: {public: true, answer: {}, priority: 5}", "route-taken", "above"),
        ("one: {public: true, path: /x, answer: {}, priority: 50000}", "route-taken", "43705"),
        ("a-1: {path: /one, answer: {}}, a1: {path: /two, answer: {}}", "duplicate-name", "rename"),
        ("one: {path: /one, answer: {status: 301}}", "not-allowed", ""),
        ("one: {path: /one, answer: {body: '" + "x" * 1025 + "'}}", "out-of-range", ""),
        ("one: {split: [{to: tools, weight: 1000}, {to: hook, weight: 0}]}", "out-of-range", ""),
        ("one: {path: '/" + "x" * 128 + "', answer: {}}", "bad-value", ""),
        ("one: {path: /one, to: logs}", "unknown-component", ""),
    ],
)
def test_what_aws_would_refuse_is_told_at_its_line(rules: str, code: str, help_text: str) -> None:
    found = faults(spec(rules))
    assert [(one.code, help_text in one.suggestion) for one in found][:1] == [(code, True)]
    assert {one.place.line for one in found} == {9}


@pytest.mark.parametrize(
    "rules",
    [
        "one: {public: true, answer: {}, host: a.example.com}",
        "one: {public: true, split: [{to: web, weight: 1}, {to: next, weight: 1}]}",
        "one: {public: true, path: /x, methods: [PUT], answer: {}}, two: {public: true, to: web, priority: 40000}",
    ],
)
def test_rules_that_leave_each_other_requests(rules: str) -> None:
    assert faults(spec(rules)) == ()


def test_a_public_rule_needs_a_certificate() -> None:
    found = faults(f"{ALONE}load_balancer: {{rules: {{one: {{public: true, answer: {{}}}}}}}}\n")
    assert [one.code for one in found] == ["certificate-needed"]


def test_maintenance_comes_before_everything_and_removes_nothing() -> None:
    before, after = built(spec("")), built(spec("", "maintenance: true, "))
    added = {name: body["Properties"] for name, body in after.items() if name not in before}
    assert {name: body for name, body in after.items() if name in before} == before
    assert {*added} == {"InternalListenerMaintenanceRule", "PublicListenerMaintenanceRule"}
    for one in added.values():
        assert one["Priority"] == 1
        assert one["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["*"]}}]
        (action,) = one["Actions"]
        assert action["FixedResponseConfig"]["StatusCode"] == "503"
        assert "maintenance" in action["FixedResponseConfig"]["MessageBody"]


def test_maintenance_needs_the_first_number() -> None:
    found = faults(spec("one: {public: true, path: /one, answer: {}, priority: 1}", "maintenance: true, "))
    assert [(one.code, "priority: 2" in one.suggestion) for one in found] == [("priority-taken", True)]


@pytest.mark.parametrize(
    ("ingress", "code"),
    [
        ("{public: true, path: '/next/*', headers: {X-A: a}, priority: 50000}", "route-taken"),
        ("{public: true, methods: [GET, PUT, POST, HEAD], sources: [10.0.0.0/8]}", "rule-limit"),
        ("{public: true, sources: [10.0.0.1/8]}", "bad-cidr"),
    ],
)
def test_conditions_of_an_ingress(ingress: str, code: str) -> None:
    text = f"{spec('')}".replace('{public: true, path: "/next/*"}', ingress)
    assert [one.code for one in faults(text)] == [code]


@pytest.mark.parametrize(
    ("pattern", "other", "covers"),
    [
        ("/*", "/a/*", True),
        ("/a*", "/a/*", True),
        ("/a/*", "/a", False),
        ("/?", "/*", False),
        ("/a", "/a", True),
        ("/a.b", "/axb", False),
        ("/*b*d", "/abcbd", True),
        ("/a?c", "/abc", True),
        ("/" + "*a" * 60, "/" + "a" * 59 + "b", False),
    ],
)
def test_a_pattern_takes_what_another_takes(pattern: str, other: str, covers: bool) -> None:
    assert matched([pattern], [other]) is covers


@pytest.mark.parametrize(
    ("one", "other", "less"),
    [
        ([], [Further("source-ip", "", ("10.0.0.0/8",))], True),
        ([Further("source-ip", "", ("10.0.0.0/8",))], [], False),
        ([Further("http-header", "X-A", ("a", "b"))], [Further("http-header", "x-a", ("a",))], True),
        ([Further("http-header", "X-A", ("a",))], [Further("http-header", "X-A", ("a", "b"))], False),
    ],
)
def test_fewer_conditions_take_more(one: list[Further], other: list[Further], less: bool) -> None:
    assert no_less(one, other) is less


@pytest.mark.parametrize(("later", "taken", "free"), [(9, {8}, 7), (2, {1}, None), (1, set(), None)])
def test_free_before(later: int, taken: set[int], free: int | None) -> None:
    assert free_before(later, frozenset(taken)) == free


SEVERAL = """
platform: demo
environments: {dev: {posture: development}}
services:
  web:
    image: "example/web:1"
    port: 8080
    ingress: {public: true}
    ingresses: INGRESSES
"""


def several(ingresses: str) -> str:
    return f"{SEVERAL.replace('INGRESSES', ingresses)}load_balancer: {{certificate: '{ARN}'}}\n"


def test_a_service_has_several_ingresses() -> None:
    found = built(several("{inside: {path: '/in/*'}, admin: {path: '/admin/*', port: 9090}}"))
    balanced = found["WebService"]["Properties"]["LoadBalancers"]
    assert [(one["TargetGroupArn"]["Ref"], one["ContainerPort"]) for one in balanced] == [
        ("WebServicePublicTargetGroup", 8080),
        ("WebServiceTargetGroupInside", 8080),
        ("WebServiceTargetGroupAdmin", 9090),
    ]
    (container,) = found["WebServiceTaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert [one["ContainerPort"] for one in container["PortMappings"]] == [8080, 9090]
    opened = {
        (body["Properties"]["SourceSecurityGroupId"]["Ref"], body["Properties"]["FromPort"])
        for body in found.values()
        if body["Type"] == "AWS::EC2::SecurityGroupIngress"
    }
    internal = "InternalLoadBalancerSecurityGroup"
    assert opened == {("PublicLoadBalancerSecurityGroup", 8080), (internal, 8080), (internal, 9090)}


def test_a_further_ingress_leaves_the_first_as_it_is() -> None:
    before, after = built(several("{}")), built(several("{inside: {path: '/in/*'}}"))
    changed = {name for name, body in before.items() if after[name] != body}
    assert changed <= {"WebService", "Dashboard"}


@pytest.mark.parametrize(
    ("ingresses", "code"),
    [
        ("{again: {public: true}}", "route-taken"),
        ("{a-1: {path: /a}, a1: {path: /b}}", "duplicate-name"),
        ("{inside: {sidecar: proxy}}", "unknown-container"),
        ("{inside: {timeout_seconds: 15}}", "health-timeout"),
        ("{inside: {protocol: grpc}}", "needs-https"),
        ("{inside: {path: [/a, /b, /c], host: [a.b, c.d, e.f]}}", "rule-limit"),
    ],
)
def test_what_is_wrong_with_a_further_ingress_is_told_there(ingresses: str, code: str) -> None:
    found = faults(several(ingresses))
    assert (code, 9) in [(one.code, one.place.line) for one in found]


def test_an_api_and_a_cdn_find_the_ingress_that_is_for_them() -> None:
    api = "apis: {shop: {auth: none, reason: Shop window, routes: {$default: web}}}\n"
    found = built(several("{inside: {path: '/in/*'}}") + api)
    (integration,) = (one for one in found.values() if one["Type"] == "AWS::ApiGatewayV2::Integration")
    assert integration["Properties"]["IntegrationUri"] == {"Ref": "InternalListener"}
    assert [one.code for one in faults(several("{}") + api)] == ["no-ingress"]


SIGN_IN = """
platform: demo
environments: {dev: {posture: development}}
auth: {people: {POOL}}
services: {web: {image: "example/web:1", port: 8080, ingress: {public: true, sign_in: {SAID}}}}
"""
POOL = "domain: {prefix: shop}, clients: {web: {secret: true, callback_urls: ['https://a.example.com/oauth2/idpresponse']}}"
OIDC = (
    "oidc: {issuer: 'https://a.example', authorization_url: 'https://a.example/a', token_url: 'https://a.example/t',"
    " user_info_url: 'https://a.example/u', client_id: shop, secret: login}"
)


def signed_in(said: str, pool: str = POOL) -> str:
    text = SIGN_IN.replace("{POOL}", f"{{{pool}}}").replace("{SAID}", f"{{{said}}}")
    return f"{text}load_balancer: {{certificate: '{ARN}'}}\n"


def test_users_of_a_pool_sign_in_before_their_requests_are_forwarded() -> None:
    found = built(signed_in("users: people, client: web"))
    first, second = found["WebServicePublicListenerRule"]["Properties"]["Actions"]
    assert (first["Order"], first["Type"]) == (1, "authenticate-cognito")
    assert first["AuthenticateCognitoConfig"] == {
        "UserPoolArn": {"Fn::GetAtt": ["PeopleUserPool", "Arn"]},
        "UserPoolClientId": {"Ref": "PeopleUserPoolWebClient"},
        "UserPoolDomain": {"Ref": "PeopleUserPoolDomain"},
        "Scope": "openid",
        "SessionTimeout": 28800,
        "OnUnauthenticatedRequest": "authenticate",
    }
    assert (second["Order"], second["Type"]) == (2, "forward")
    group = found["PublicLoadBalancerSecurityGroup"]["Properties"]["SecurityGroupEgress"]
    assert [(one["CidrIp"], one["FromPort"], one["ToPort"]) for one in group] == [("0.0.0.0/0", 443, 443)]


def test_users_of_a_provider_sign_in_with_a_secret_that_no_template_shows() -> None:
    found = built(signed_in(f"{OIDC}, scopes: [openid, email], others: deny"))
    first, _ = found["WebServicePublicListenerRule"]["Properties"]["Actions"]
    config = first["AuthenticateOidcConfig"]
    assert config["ClientSecret"] == "{{resolve:secretsmanager:login:SecretString:client_secret}}"
    assert (config["Scope"], config["OnUnauthenticatedRequest"]) == ("openid email", "deny")


@pytest.mark.parametrize(
    ("said", "pool", "code"),
    [
        ("scopes: [openid]", POOL, "one-of-two"),
        (f"users: people, client: web, {OIDC}", POOL, "one-of-two"),
        (f"client: web, {OIDC}", POOL, "unused-setting"),
        ("users: people", POOL, "missing-property"),
        ("users: people, client: wed", POOL, "sign-in-client"),
        ("users: people, client: web", POOL.replace("domain: {prefix: shop}, ", ""), "sign-in-client"),
        ("users: people, client: web", POOL.replace("secret: true, ", ""), "sign-in-client"),
        ("users: people, client: web", POOL.replace("idpresponse", "other"), "sign-in-client"),
        ("users: wed, client: web", POOL, "unknown-component"),
        ("users: people, client: web, session_seconds: 604801", POOL, "out-of-range"),
    ],
)
def test_who_can_not_sign_in_is_told_there(said: str, pool: str, code: str) -> None:
    assert (code, 5) in [(one.code, one.place.line) for one in faults(signed_in(said, pool))]


def test_nobody_signs_in_by_http() -> None:
    text = signed_in("users: people, client: web").replace("public: true, ", "")
    assert [one.code for one in faults(text)] == ["needs-https"]


INSIDE = """domains: {inside: {domain: in.example.com, zone: {id: Z0123456789ABCDEFGHIJ}, certificate: {}}}
load_balancer: {internal_domain: inside}
network: {%s}
"""
ENDPOINTS = "endpoints: [ecr.api, ecr.dkr, logs, s3]"


@pytest.mark.parametrize(
    ("network", "codes"),
    [("nat: single", []), (f"nat: none, {ENDPOINTS}", ["no-egress"])],
)
def test_an_internal_load_balancer_reaches_the_provider(network: str, codes: list[str]) -> None:
    text = signed_in(OIDC).replace("public: true, ", "").partition("load_balancer:")[0]
    assert [one.code for one in faults(text + INSIDE % network)] == codes


def test_without_an_address_of_ipv4_no_provider_is_reached() -> None:
    subnets = "public: [subnet-0ccc3333, subnet-0ddd4444], private: [subnet-0aaa1111, subnet-0bbb2222]"
    network = f"network: {{existing: {{vpc: vpc-0123456789abcdef0, ipv6: true, {subnets}}}}}\n"
    for kind, codes in (("dualstack", []), ("dualstack-without-public-ipv4", ["no-egress"])):
        text = signed_in(OIDC).replace("load_balancer: {", f"load_balancer: {{ip_address_type: {kind}, ")
        assert [one.code for one in faults(text + network)] == codes


def test_clients_show_a_certificate() -> None:
    one = compiled(spec("", "mutual_tls: {trust: ./a/ca.pem}, "))
    found = dict(resources(one))
    assert found["PublicListener"]["Properties"]["MutualAuthentication"] == {
        "Mode": "verify",
        "TrustStoreArn": {"Ref": "PublicLoadBalancerTrustStore"},
        "IgnoreClientCertificateExpiry": False,
        "AdvertiseTrustStoreCaNames": "off",
    }
    assert "MutualAuthentication" not in found["InternalListener"]["Properties"]
    assert [(made.parameter, made.source) for made in one.artifacts if "Trust" in made.parameter] == [
        ("PublicLoadBalancerTrustKey", "a/ca.pem")
    ]


def test_nobody_shows_a_certificate_where_nothing_faces_the_internet() -> None:
    found = faults(f"{ALONE}load_balancer: {{mutual_tls: {{trust: ./ca.pem}}, rules: {{one: {{answer: {{}}}}}}}}\n")
    assert [one.code for one in found] == ["no-load-balancer"]


def test_the_file_of_authorities_is_uploaded_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    made = package(Artifact("PublicLoadBalancerTrustKey", "load_balancer", "ca.pem"), tmp_path)
    assert made.body == b"-----BEGIN CERTIFICATE-----\n"
    assert made.key.endswith(".pem")
