"""Firewalls: what they protect and where they lie, their rules, their log and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.kinds.firewalls.rules import managed_groups, units
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
  far: {posture: production, region: eu-central-1}
buckets:
  static: {}
"""
CDN = "cdn: {site: {paths: {'/*': static}, firewall: edge}}\n"
POOL = "auth: {users: {firewall: edge}}\n"


def spec(settings: str, more: str = "") -> str:
    return f"{HEAD}{more}firewalls: {{edge: {{{settings}}}}}\n"


def built(settings: str, more: str = "", environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more), environment)))


def rules(settings: str) -> dict[str, Json]:
    found = built(settings)["EdgeFirewallWebAcl"]["Properties"]["Rules"]
    return {one["Name"]: one for one in found}


@pytest.mark.parametrize(
    ("protected", "acls"),
    [
        ("", {"EdgeFirewallWebAcl": "REGIONAL"}),
        (POOL, {"EdgeFirewallWebAcl": "REGIONAL"}),
        (CDN, {"EdgeFirewallCdnWebAcl": "CLOUDFRONT"}),
        (CDN + POOL, {"EdgeFirewallWebAcl": "REGIONAL", "EdgeFirewallCdnWebAcl": "CLOUDFRONT"}),
    ],
)
def test_scopes_follow_what_is_protected(protected: str, acls: dict[str, str]) -> None:
    found = built("", protected)
    assert {
        name: one["Properties"]["Scope"] for name, one in found.items() if one["Type"] == "AWS::WAFv2::WebACL"
    } == acls


def test_what_is_protected_is_attached() -> None:
    found = built("", CDN + POOL)
    assert found["SiteDistribution"]["Properties"]["DistributionConfig"]["WebACLId"] == {
        "Ref": "EdgeFirewallCdnWebAclArn"
    }
    attached = found["UsersUserPoolFirewallAssociation"]["Properties"]
    assert attached == {
        "ResourceArn": {"Fn::GetAtt": ["UsersUserPool", "Arn"]},
        "WebACLArn": {"Ref": "EdgeFirewallWebAclArn"},
    }


def test_another_firewall_takes_the_place_of_the_first_without_a_gap() -> None:
    """To take the old association away would take the new one away: WAF is told only of which resource."""
    association = built("", POOL)["UsersUserPoolFirewallAssociation"]
    assert (association["UpdateReplacePolicy"], association["DeletionPolicy"]) == ("Retain", "Delete")


def test_nothing_is_attached_that_names_no_firewall() -> None:
    found = built("", "cdn: {site: {paths: {'/*': static}}}\nauth: {users: {}}\n")
    assert "WebACLId" not in found["SiteDistribution"]["Properties"]["DistributionConfig"]
    assert not [one for one in found.values() if one["Type"] == "AWS::WAFv2::WebACLAssociation"]


@pytest.mark.parametrize(
    ("environment", "ids"),
    [
        ("dev", set()),
        ("prod", set()),
        (
            "far",
            {
                "EdgeFirewallCdnWebAcl",
                "EdgeFirewallCdnWebAclBlockV4",
                "EdgeFirewallCdnWebAclLogGroup",
                "EdgeFirewallCdnWebAclLogging",
            },
        ),
    ],
)
def test_what_is_of_a_cdn_lies_in_the_region_of_cloudfront(environment: str, ids: set[str]) -> None:
    one = platform(spec("block_ips: [198.51.100.7/32]", CDN + POOL), environment)
    assert one.components["firewalls.edge"].elsewhere(one) == dict.fromkeys(ids, "us-east-1")


def test_what_lies_elsewhere_needs_nothing_of_the_platforms_region() -> None:
    one = platform(spec("block_ips: [198.51.100.7/32]", CDN), "far")
    edge = one.components["firewalls.edge"]
    abroad = edge.elsewhere(one)
    bodies = {str(each.title): each.to_dict() for each in edge.build(one)}
    assert bodies.keys() == abroad.keys()
    assert "PlatformKey" not in str(bodies)
    (skip,) = bodies["EdgeFirewallCdnWebAclLogGroup"]["Metadata"]["checkov"]["skip"]
    assert skip["id"] == "CKV_AWS_158"


def test_the_usual_groups_are_there() -> None:
    found = rules("")
    assert list(found) == ["managed-ip-reputation", "managed-common", "managed-bad-inputs"]
    assert all(one["OverrideAction"] == {"None": {}} for one in found.values())
    names = [one["Statement"]["ManagedRuleGroupStatement"]["Name"] for one in found.values()]
    assert names == [managed_groups()[name].name for name in ("ip-reputation", "common", "bad-inputs")]


@pytest.mark.parametrize(
    ("group", "statement"),
    [
        ("common: {version: Version_1.14}", {"Version": "Version_1.14"}),
        (
            "common: {count: [B, A]}",
            {"RuleActionOverrides": [{"Name": one, "ActionToUse": {"Count": {}}} for one in "AB"]},
        ),
        (
            "bots: {}",
            {"ManagedRuleGroupConfigs": [{"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": "COMMON"}}]},
        ),
    ],
)
def test_what_a_group_becomes(group: str, statement: Json) -> None:
    (one,) = rules(f"managed: {{{group}}}").values()
    body = one["Statement"]["ManagedRuleGroupStatement"]
    assert {key: value for key, value in body.items() if key not in ("Name", "VendorName")} == statement


def test_a_group_can_only_count() -> None:
    assert rules("managed: {sql: {count_only: true}}")["managed-sql"]["OverrideAction"] == {"Count": {}}


def below(path: str) -> Json:
    cleaned = [{"Priority": 0, "Type": "URL_DECODE"}, {"Priority": 1, "Type": "NORMALIZE_PATH"}]
    return {
        "ByteMatchStatement": {
            "FieldToMatch": {"UriPath": {}},
            "PositionalConstraint": "STARTS_WITH",
            "SearchString": path,
            "TextTransformations": cleaned,
        }
    }


@pytest.mark.parametrize(
    ("paths", "scope"),
    [
        ("paths: [/a]", below("/a")),
        ("paths: [/a, /b]", {"OrStatement": {"Statements": [below("/a"), below("/b")]}}),
        ("except_paths: [/c]", {"NotStatement": {"Statement": below("/c")}}),
        (
            "paths: [/a], except_paths: [/a/c]",
            {"AndStatement": {"Statements": [below("/a"), {"NotStatement": {"Statement": below("/a/c")}}]}},
        ),
    ],
)
def test_paths_narrow_groups_and_limits(paths: str, scope: Json) -> None:
    group = rules(f"managed: {{sql: {{{paths}}}}}")["managed-sql"]["Statement"]["ManagedRuleGroupStatement"]
    limit = rules(f"rate_limits: {{x: {{requests: 100, {paths}}}}}")["limit-x"]["Statement"]["RateBasedStatement"]
    assert group["ScopeDownStatement"] == limit["ScopeDownStatement"] == scope


def test_a_rate_limit() -> None:
    one = rules("rate_limits: {login: {requests: 100, seconds: 60, action: challenge}}")["limit-login"]
    expected = {"AggregateKeyType": "IP", "Limit": 100, "EvaluationWindowSec": 60}
    assert one["Statement"]["RateBasedStatement"] == expected
    assert one["Action"] == {"Challenge": {}}


def test_addresses_are_kept_in_sets_of_their_version() -> None:
    found = built("block_ips: ['2001:db8::/32', 198.51.100.7/32], allow_ips: [203.0.113.0/24]")
    sets = {
        name: (one["Properties"]["IPAddressVersion"], one["Properties"]["Addresses"])
        for name, one in found.items()
        if one["Type"] == "AWS::WAFv2::IPSet"
    }
    assert sets == {
        "EdgeFirewallWebAclAllowV4": ("IPV4", ["203.0.113.0/24"]),
        "EdgeFirewallWebAclBlockV4": ("IPV4", ["198.51.100.7/32"]),
        "EdgeFirewallWebAclBlockV6": ("IPV6", ["2001:db8::/32"]),
    }
    allow, block = found["EdgeFirewallWebAcl"]["Properties"]["Rules"][:2]
    assert (allow["Action"], block["Action"]) == ({"Allow": {}}, {"Block": {}})
    assert allow["Statement"] == {
        "IPSetReferenceStatement": {"Arn": {"Fn::GetAtt": ["EdgeFirewallWebAclAllowV4", "Arn"]}}
    }
    assert len(block["Statement"]["OrStatement"]["Statements"]) == 2


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ("block: [KP, IR]", {"GeoMatchStatement": {"CountryCodes": ["IR", "KP"]}}),
        ("allow: [DE]", {"NotStatement": {"Statement": {"GeoMatchStatement": {"CountryCodes": ["DE"]}}}}),
    ],
)
def test_countries(said: str, statement: Json) -> None:
    one = rules(f"countries: {{{said}}}")["countries"]
    assert (one["Statement"], one["Action"]) == (statement, {"Block": {}})


def test_a_header_without_an_address_lets_nobody_in() -> None:
    found = rules(
        "client_ip_header: X-Real-IP, allow_ips: [203.0.113.0/24], block_ips: [198.51.100.0/24],"
        " countries: {allow: [DE]}, rate_limits: {all: {requests: 100}}"
    )

    def fallback(name: str, *steps: str) -> tuple[str, str]:
        one = found[name]["Statement"]
        for step in steps:
            one = one[step]
        return one["HeaderName"], one["FallbackBehavior"]

    allowed = fallback("allow-ips", "IPSetReferenceStatement", "IPSetForwardedIPConfig")
    blocked = fallback("block-ips", "IPSetReferenceStatement", "IPSetForwardedIPConfig")
    inside = fallback("countries", "NotStatement", "Statement", "GeoMatchStatement", "ForwardedIPConfig")
    limited = fallback("limit-all", "RateBasedStatement", "ForwardedIPConfig")
    assert (allowed, blocked) == (("X-Real-IP", "NO_MATCH"), ("X-Real-IP", "MATCH"))
    assert (inside, limited) == (("X-Real-IP", "NO_MATCH"), ("X-Real-IP", "MATCH"))
    assert found["limit-all"]["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "FORWARDED_IP"


def test_rules_are_asked_in_the_order_that_is_told_and_no_two_at_once() -> None:
    found = rules(
        "allow_ips: [203.0.113.0/24], block_ips: [198.51.100.0/24], countries: {block: [KP]},"
        " rate_limits: {b: {requests: 10}, a: {requests: 10}},"
        " rules: {own: {action: count, statement: {GeoMatchStatement: {CountryCodes: [FR]}}}}"
    )
    ordered = ["allow-ips", "block-ips", "countries", "own-own", "limit-a", "limit-b"]
    assert list(found)[:6] == ordered
    priorities = [one["Priority"] for one in found.values()]
    assert priorities == sorted(set(priorities))


def test_a_rule_of_ones_own_is_taken_as_it_is() -> None:
    one = rules("rules: {own: {action: count, statement: {GeoMatchStatement: {CountryCodes: [FR]}}}}")["own-own"]
    assert one["Statement"] == {"GeoMatchStatement": {"CountryCodes": ["FR"]}}
    assert one["Action"] == {"Count": {}}


@pytest.mark.parametrize(("said", "action"), [("", {"Allow": {}}), ("otherwise: block", {"Block": {}})])
def test_what_happens_otherwise(said: str, action: Json) -> None:
    assert built(said)["EdgeFirewallWebAcl"]["Properties"]["DefaultAction"] == action


def test_samples_can_be_turned_off() -> None:
    acl = built("samples: false")["EdgeFirewallWebAcl"]["Properties"]
    seen = [acl["VisibilityConfig"], *(one["VisibilityConfig"] for one in acl["Rules"])]
    assert [one["SampledRequestsEnabled"] for one in seen] == [False] * 4
    assert all(one["CloudWatchMetricsEnabled"] for one in seen)


def test_the_log_has_the_name_that_waf_demands_and_no_credentials() -> None:
    found = built("", environment="prod")
    group, logging = found["EdgeFirewallWebAclLogGroup"], found["EdgeFirewallWebAclLogging"]["Properties"]
    assert group["Properties"]["LogGroupName"] == "aws-waf-logs-demo-prod-edge"
    assert group["Properties"]["KmsKeyId"] == {"Fn::GetAtt": ["PlatformKey", "Arn"]}
    assert group["Properties"]["RetentionInDays"] == 365
    (destination,) = logging["LogDestinationConfigs"]
    assert destination["Fn::Sub"].endswith(":log-group:${EdgeFirewallWebAclLogGroup}")
    assert [one["SingleHeader"]["Name"] for one in logging["RedactedFields"]] == ["authorization", "cookie"]
    (kept,) = logging["LoggingFilter"]["Filters"]
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP" and kept["Behavior"] == "KEEP"
    assert "ALLOW" not in {one["ActionCondition"]["Action"] for one in kept["Conditions"]}


@pytest.mark.parametrize(
    ("logs", "environment", "there"),
    [
        ("", "dev", False),
        ("", "prod", True),
        ("logs: {requests: all}", "dev", True),
        ("logs: {requests: none}", "prod", False),
    ],
)
def test_who_has_a_log(logs: str, environment: str, there: bool) -> None:
    assert ("EdgeFirewallWebAclLogging" in built(logs, environment=environment)) is there


def test_all_requests_are_logged_on_request() -> None:
    logging = built("logs: {requests: all, redact: [query], redact_headers: []}")["EdgeFirewallWebAclLogging"][
        "Properties"
    ]
    assert "LoggingFilter" not in logging and logging["RedactedFields"] == [{"QueryString": {}}]


@pytest.mark.parametrize(
    ("environment", "protected", "names"),
    [
        ("dev", CDN + POOL, {"Blocked": "us-east-1", "CdnBlocked": None}),
        ("far", CDN + POOL, {"Blocked": "eu-central-1"}),
        ("far", CDN, {}),
    ],
)
def test_alarms(environment: str, protected: str, names: dict[str, str | None]) -> None:
    one = platform(spec("", protected), environment)
    found = {}
    for alarm in one.components["firewalls.edge"].alarms(one):
        dimensions = {each["Name"]: each["Value"] for each in alarm.metrics[0]["MetricStat"]["Metric"]["Dimensions"]}
        assert dimensions["WebACL"] == f"demo-{environment}-edge" and dimensions["Rule"] == "ALL"
        found[alarm.name] = dimensions.get("Region")
    assert found == names


def test_all_groups_together_fit_into_a_web_acl() -> None:
    plain: Json = {"paths": [], "except_paths": []}
    data: dict[str, Json] = {
        "managed": dict.fromkeys(managed_groups(), plain), "rate_limits": {}, "rules": {},
        "allow_ips": [], "block_ips": [], "countries": None,
    }  # fmt: skip
    assert units(data) == 2025


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("managed: {postgres: {}}", "bad-name"),
        ("managed: {common: {level: targeted}}", "unused-setting"),
        ("managed: {ip-reputation: {version: Version_1.0}}", "unused-setting"),
        ("managed: {common: {version: '1.0'}}", "bad-value"),
        ("allow_ips: [203.0.113.0]", "bad-value"),
        ("allow_ips: [0.0.0.0/0]", "bad-value"),
        ("block_ips: [203.0.113.1/24]", "bad-cidr"),
        ("block_ips: ['2001:db8::1/32']", "bad-cidr"),
        ("block_ips: [300.0.113.0/24]", "bad-cidr"),
        ("countries: {}", "countries"),
        ("countries: {allow: [DE], block: [KP]}", "countries"),
        ("rate_limits: {all: {}}", "missing-property"),
        ("rate_limits: {all: {requests: 5}}", "out-of-range"),
        ("rate_limits: {all: {requests: 50, seconds: 30}}", "not-allowed"),
        (
            "rules: {own: {action: block, statement: {GeoMatchStatement: {Countries: [KP]}}}}",
            "unknown-resource-property",
        ),
        ("rules: {own: {action: block, statement: {Geo: {}}}}", "unknown-resource-property"),
        ("rules: {own: {action: block, units: 4500, statement: {GeoMatchStatement: {}}}}", "firewall-capacity"),
        ("logs: {requests: some}", "not-allowed"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert {one.code for one in faults(spec(settings))} == {code}


@pytest.mark.parametrize(
    ("firewall", "code"),
    [
        ("nobody", "unknown-component"),
        ("static", "wrong-kind"),
        ("arn:aws:wafv2:eu-west-1:222222222222:regional/webacl/a/b", "bad-value"),
    ],
)
def test_a_cdn_names_a_firewall_or_the_arn_of_one(firewall: str, code: str) -> None:
    text = f"{HEAD}cdn: {{site: {{paths: {{'/*': static}}, firewall: '{firewall}'}}}}\n"
    assert {one.code for one in faults(text)} == {code}


def test_the_arn_of_a_web_acl_is_no_reference() -> None:
    arn = "arn:aws:wafv2:us-east-1:222222222222:global/webacl/site/8f6c2b1e-0000-4000-8000-000000000000"
    text = f"{HEAD}cdn: {{site: {{paths: {{'/*': static}}, firewall: '{arn}'}}}}\n"
    found = resources(compiled(text))["SiteDistribution"]["Properties"]["DistributionConfig"]
    assert found["WebACLId"] == arn


def test_elsewhere_an_arn_is_still_no_component() -> None:
    text = f"{HEAD}monitoring: {{notify: 'arn:aws:sns:us-east-1:222222222222:alerts'}}\n"
    assert {one.code for one in faults(text)} == {"unknown-component"}


def test_a_name_with_an_underscore_is_described_without_it() -> None:
    found = resources(compiled(f"{HEAD}firewalls: {{blue_green: {{}}}}\n"))
    assert found["BlueGreenFirewallWebAcl"]["Properties"]["Description"] == "demo dev blue-green"


@pytest.mark.parametrize(
    "where",
    ["firewalls: {edge: {countries: {block: [%s]}}}", "cdn: {site: {paths: {'/*': static}, countries: {block: [%s]}}}"],
)
def test_countries_are_those_there_are(where: str) -> None:
    assert faults(f"{HEAD}{where % 'DE'}\n") == ()
    assert {one.code for one in faults(f"{HEAD}{where % 'PV'}\n")} == {"bad-value"}
