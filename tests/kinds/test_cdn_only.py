"""An internet-facing load balancer that only the platform's cdns reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import faults, resources, roots

PAGE = Path(__file__).parents[2] / "docs" / "cdn.md"
HEAD = """
platform: demo
region: eu-central-1
environments: {dev: {posture: development}}
domains: {origin: {domain: origin.example.net, zone: {create: true}, certificate: {}}}
services:
  web: {image: "example/web:1", port: 8080, ingress: {path: "/*", public: true}}
  more:
    image: "example/web:1"
    port: 8080
    ingresses: {in: {path: /in}, out: {path: /out, headers: {x-a: b}, public: true}}
"""
IPV6, WITHOUT = "network: {ipv6: true}\n", "dualstack-without-public-ipv4"
CDN = 'cdn: {site: {paths: {"/*": web}}}\n'
ONLY = "load_balancer: {domain: origin, cdn_only: true, rules: {gone: {path: /gone, public: true, answer: {}}}}\n"
VALUE = {"Fn::Sub": "{{resolve:secretsmanager:${PublicLoadBalancerHeaderSecret}:SecretString:header}}"}
HEADER = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Origin-Verify", "Values": [VALUE]}}


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return {name: one for root in roots(text, environment) for name, one in resources(root).items()}


def test_every_public_rule_wants_the_header_and_no_other() -> None:
    found = built(HEAD + CDN + ONLY)
    rules = {name: one["Properties"] for name, one in found.items() if one["Type"].endswith("::ListenerRule")}
    public = {name for name, one in rules.items() if one["ListenerArn"] == {"Ref": "PublicListener"}}
    assert len(public) == 3 and len(rules) == 4
    assert {name for name, one in rules.items() if HEADER in one["Conditions"]} == public
    (action,) = found["PublicListener"]["Properties"]["DefaultActions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "403"


def test_the_cdn_sends_what_the_rules_want() -> None:
    (origin,) = built(HEAD + CDN + ONLY)["SiteDistribution"]["Properties"]["DistributionConfig"]["Origins"]
    assert origin["OriginCustomHeaders"] == [{"HeaderName": "X-Origin-Verify", "HeaderValue": VALUE}]


def test_the_secret_is_generated_and_has_no_wildcards() -> None:
    secret = built(HEAD + CDN + ONLY)["PublicLoadBalancerHeaderSecret"]["Properties"]
    generated = secret["GenerateSecretString"]
    assert generated["ExcludePunctuation"] is True and generated["PasswordLength"] <= 128
    assert generated["GenerateStringKey"] == "header" and secret["KmsKeyId"] == {"Ref": "PlatformKeyArn"}


def test_only_addresses_of_cloudfront_get_in() -> None:
    found = built(HEAD + CDN + ONLY)
    (rule,) = found["PublicLoadBalancerSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    assert (rule["SourcePrefixListId"], rule["FromPort"], rule["ToPort"]) == ("pl-a3a144ca", 443, 443)
    others = [one["Properties"] for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert {"Ref": "PublicLoadBalancerSecurityGroup"} not in [one.get("GroupId") for one in others]
    assert "PublicRedirectListener" not in found


def test_without_it_nothing_changes() -> None:
    found = built(HEAD + CDN + ONLY.replace("cdn_only: true", "cdn_only: false"))
    text = str(found)
    assert "X-Origin-Verify" not in text and "HeaderSecret" not in text and "PublicRedirectListener" in found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ONLY, "cdn-only"),
        ('cdn: {site: {paths: {"/*": pages}}}\nbuckets: {pages: {}}\n' + ONLY, "cdn-only"),
        (CDN + ONLY.replace("only: true,", "only: true, allow_from: [203.0.113.0/24],"), "unused-setting"),
        (IPV6 + CDN + ONLY.replace("only: true,", f"only: true, ip_address_type: {WITHOUT},"), "cdn-only"),
        (CDN + ONLY.replace("path: /gone,", "path: [/a, /b, /c, /d, /e],"), "rule-limit"),
    ],
)
def test_faults(text: str, code: str) -> None:
    assert [one.code for one in faults(HEAD + text)] == [code]


@pytest.mark.parametrize("port", [80, 443])
def test_a_network_load_balancer_before_it_would_bring_requests_without_the_header(port: int) -> None:
    before = f"network_load_balancers: {{edge: {{public: true, listeners: {{a: {{port: {port}, load_balancer: public, "
    before += f"target_port: {port}}}}}}}}}\n"
    assert [one.code for one in faults(HEAD + CDN + ONLY + before)] == ["cdn-only"]
    assert not faults(HEAD + CDN + ONLY.replace("cdn_only: true", "cdn_only: false") + before)


@pytest.mark.parametrize("only", ["true", "false"])
def test_a_cdn_shows_no_certificate_to_a_load_balancer_that_wants_one(only: str) -> None:
    wanting = ONLY.replace("cdn_only: true,", f"cdn_only: {only}, mutual_tls: {{trust: ./ca.pem}},")
    assert [one.code for one in faults(HEAD + CDN + wanting)] == ["origin-certificate"]


def test_the_list_of_a_region_may_be_said() -> None:
    away = HEAD.replace("eu-central-1", "ap-east-1")
    assert [one.code for one in faults(away + CDN + ONLY)] == ["cdn-only"]
    assert not faults(
        away + CDN + ONLY.replace("only: true,", "only: true, cloudfront_prefix_list: pl-0123456789abcdef0,")
    )


def test_a_service_that_is_only_fallen_back_to_counts() -> None:
    other = """cdn:
  site:
    paths: {"/*": "https://example.com"}
    behaviors: {"/*": {failover: {to: web}}}
"""
    assert not faults(HEAD + other + ONLY)


def test_the_example_of_the_guide() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## A load balancer")[1].split("\n## ")[0]
    text = section.split("```yaml\n")[1].split("\n```")[0]
    assert HEADER in built(text, "prod")["WebServicePublicListenerRule"]["Properties"]["Conditions"]
