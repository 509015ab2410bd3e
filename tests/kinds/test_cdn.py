"""CDN: origins and how they are reached, headers, logs, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  far: {posture: production, region: eu-central-1}
buckets:
  static: {}
  media: {}
  logs: {receives_logs: true}
"""
CERTIFICATE = "arn:aws:acm:us-east-1:222222222222:certificate/8f6c2b1e-0000-4000-8000-000000000000"
ONE = "paths: {'/*': static}"


def built(settings: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}cdn: {{site: {{{settings}}}}}\n", environment)))


def config(settings: str) -> dict[str, Json]:
    found: dict[str, Json] = built(settings)["SiteDistribution"]["Properties"]["DistributionConfig"]
    return found


def test_buckets_are_reached_with_signed_requests() -> None:
    found = built("paths: {'/media/*': media, '/m/*': media, '/*': static}")
    origins = found["SiteDistribution"]["Properties"]["DistributionConfig"]["Origins"]
    assert [one["Id"] for one in origins] == ["buckets.media", "buckets.static"]
    assert all(
        one["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteDistributionOriginAccess", "Id"]} for one in origins
    )
    signing = found["SiteDistributionOriginAccess"]["Properties"]["OriginAccessControlConfig"]
    assert (signing["SigningBehavior"], signing["SigningProtocol"]) == ("always", "sigv4")


def test_a_bucket_lets_cloudfront_read_and_nothing_else() -> None:
    found = built(ONE)
    read = next(
        one
        for one in found["StaticBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        if one["Sid"] == "CloudFrontReads"
    )
    assert (read["Action"], read["Principal"]) == (["s3:GetObject"], {"Service": "cloudfront.amazonaws.com"})
    distributions = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"}
    assert read["Condition"] == {"ArnLike": {"aws:SourceArn": distributions}}
    other = found["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Sid"] for one in other] == ["TlsOnly"]


@pytest.mark.parametrize(("settings", "there"), [(ONE, True), ("paths: {'/*': logs}", False)])
def test_the_key_lets_cloudfront_decrypt_when_an_origin_needs_it(settings: str, there: bool) -> None:
    policy = built(settings)["PlatformKey"]["Properties"]["KeyPolicy"]["Statement"]
    principals = [one["Principal"].get("Service") for one in policy]
    assert ("cloudfront.amazonaws.com" in principals) is there


def test_visitors_use_https_and_only_read() -> None:
    found = config("paths: {'/media/*': media, '/*': static}")
    for behavior in (found["DefaultCacheBehavior"], *found["CacheBehaviors"]):
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
        assert behavior["AllowedMethods"] == ["GET", "HEAD"]
        assert behavior["Compress"] is True
    assert found["DefaultRootObject"] == "index.html"
    assert found["HttpVersion"] == "http2and3"


def test_paths_are_asked_in_the_order_of_the_spec() -> None:
    found = config("paths: {'/*': static, '/m/x/*': static, '/m/*': media, '/a': media}")
    assert [one["PathPattern"] for one in found["CacheBehaviors"]] == ["/m/x/*", "/m/*", "/a"]


API = """
functions:
  job: {runtime: python3.13, code: ., handler: app.handler}
apis:
  public: {routes: {"ANY /api/{proxy+}": job}}
"""


def test_an_api_is_reached_by_tls_and_never_cached() -> None:
    text = f"{HEAD}{API}cdn: {{site: {{paths: {{'/*': public}}}}}}\n"
    found = dict(resources(compiled(text)))
    distribution = found["SiteDistribution"]["Properties"]["DistributionConfig"]
    (origin,) = distribution["Origins"]
    reached = {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    assert origin["CustomOriginConfig"] == reached and "OriginAccessControlId" not in origin
    behavior = distribution["DefaultCacheBehavior"]
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behavior["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert len(behavior["AllowedMethods"]) == 7
    assert "DefaultRootObject" not in distribution and "SiteDistributionOriginAccess" not in found


@pytest.mark.parametrize(
    ("settings", "certificate"),
    [
        (ONE, {"CloudFrontDefaultCertificate": True}),
        (
            f"{ONE}, domains: ['www.${{env}}.example.com'], certificate: '{CERTIFICATE}'",
            {
                "AcmCertificateArn": CERTIFICATE,
                "MinimumProtocolVersion": "TLSv1.2_2021",
                "SslSupportMethod": "sni-only",
            },
        ),
    ],
)
def test_certificates(settings: str, certificate: Json) -> None:
    assert config(settings)["ViewerCertificate"] == certificate


def test_every_answer_has_security_headers() -> None:
    policy = built(ONE)["SiteDistributionHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert set(policy) == {"ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"}
    assert policy["FrameOptions"] == {"FrameOption": "DENY", "Override": True}
    assert policy["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 31536000
    assert config(ONE)["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == {"Ref": "SiteDistributionHeaders"}


def test_an_application_answers_its_own_paths_only() -> None:
    found = built("paths: {'/media/*': media, '/*': static}, spa: true, root_object: app.html")
    distribution = found["SiteDistribution"]["Properties"]["DistributionConfig"]
    (association,) = distribution["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    assert "request.uri = '/app.html'" in found["SiteDistributionRootObjectFunction"]["Properties"]["FunctionCode"]
    assert "FunctionAssociations" not in distribution["CacheBehaviors"][0]
    assert "CustomErrorResponses" not in distribution


def test_errors_get_pages() -> None:
    (one,) = config(f"{ONE}, errors: {{'403': {{page: /404.html, status: 404}}}}")["CustomErrorResponses"]
    expected = {"ErrorCode": 403, "ResponseCode": 404, "ResponsePagePath": "/404.html", "ErrorCachingMinTTL": 10}
    assert one == expected


@pytest.mark.parametrize(
    ("settings", "restriction"),
    [
        (ONE, {"RestrictionType": "none"}),
        (f"{ONE}, countries: {{allow: [DE, AT]}}", {"RestrictionType": "whitelist", "Locations": ["AT", "DE"]}),
        (f"{ONE}, countries: {{block: [KP]}}", {"RestrictionType": "blacklist", "Locations": ["KP"]}),
    ],
)
def test_countries(settings: str, restriction: Json) -> None:
    assert config(settings)["Restrictions"] == {"GeoRestriction": restriction}


def test_the_log_reaches_its_bucket() -> None:
    text = f"{HEAD}cdn: {{site: {{{ONE}, logs_to: logs}}}}\n".replace(", region: eu-central-1", "")
    found = dict(resources(compiled(text)))
    assert found["SiteDistributionLogSource"]["Properties"]["LogType"] == "ACCESS_LOGS"
    delivery = found["SiteDistributionLogDelivery"]["Properties"]
    assert delivery["DeliverySourceName"] == {"Ref": "SiteDistributionLogSource"}
    statements = found["LogsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (let_in,) = [one for one in statements if one["Sid"] == "DistributionLogs"]
    assert let_in["Resource"] == [{"Fn::Sub": "${LogsBucket.Arn}/AWSLogs/${AWS::AccountId}/*"}]
    assert let_in["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_long_names_are_cut_to_what_aws_takes_and_stay_apart() -> None:
    long = "a" * 38
    names = set()
    for last in ("x", "y"):
        text = f"{HEAD}cdn: {{site-{'b' * 26}{last}: {{{ONE}}}}}\n".replace("demo", long)
        stem = f"SiteB{'b' * 25}{last}Distribution"
        found = dict(resources(compiled(text)))
        names.add(found[f"{stem}OriginAccess"]["Properties"]["OriginAccessControlConfig"]["Name"])
    assert len(names) == 2 and all(len(one) == 64 for one in names)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{}", "missing-property"),
        ("{paths: {}}", "out-of-range"),
        ("{paths: {'/media/*': media}}", "no-default-path"),
        ("{paths: {'/*': nothing}}", "unknown-component"),
        ("{paths: {'media/*': media, '/*': static}}", "bad-name"),
        ("{paths: {'/a/*': media, '/a/b': static, '/*': static}}", "unreachable-path"),
        (f"{{{ONE}, domains: [www.example.com]}}", "no-certificate"),
        (f"{{{ONE}, certificate: '{CERTIFICATE}'}}", "no-domains"),
        (f"{{{ONE}, certificate: 'arn:aws:acm:eu-west-1:1:certificate/x', domains: [a.example.com]}}", "bad-value"),
        (f"{{{ONE}, countries: {{}}}}", "countries"),
        (f"{{{ONE}, countries: {{allow: [DE], block: [FR]}}}}", "countries"),
        (f"{{{ONE}, countries: {{allow: [Germany]}}}}", "bad-value"),
        (f"{{{ONE}, logs_to: logs}}", "log-region"),
        (f"{{{ONE}, errors: {{'418': {{page: /x}}}}}}", "bad-name"),
        (f"{{{ONE}, root_object: /index.html}}", "bad-value"),
        (f"{{{ONE}, firewall: 'arn:aws:wafv2:eu-west-1:1:regional/webacl/a/b'}}", "bad-value"),
        (f"{{{ONE}, price_class: '300'}}", "not-allowed"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}cdn: {{site: {settings}}}\n")} == {code}


def test_logs_need_a_bucket_that_receives_them() -> None:
    text = f"{HEAD}cdn: {{site: {{{ONE}, logs_to: media}}}}\n".replace(", region: eu-central-1", "")
    assert {one.code for one in faults(text)} == {"not-a-log-bucket"}


def test_an_application_is_served_from_a_bucket() -> None:
    text = f"{HEAD}{API}cdn: {{site: {{paths: {{'/*': public}}, spa: true}}}}\n"
    assert {one.code for one in faults(text)} == {"no-bucket"}


FRONT = """
domains: {origin: {domain: origin.example.com, zone: {create: true}, certificate: {}}}
load_balancer: {domain: origin}
services:
  web: {image: public.ecr.aws/nginx/nginx-unprivileged:1.27, port: 8080, ingress: {public: true%s}}
"""


def origin(target: str, more: str) -> Json:
    found = resources(compiled(f"{HEAD}{more}cdn: {{site: {{paths: {{'/app/*': {target}, '/*': static}}}}}}\n"))
    config = found["SiteDistribution"]["Properties"]["DistributionConfig"]
    (behavior,) = config["CacheBehaviors"]
    assert len(behavior["AllowedMethods"]) == 7
    return next(one for one in config["Origins"] if one["Id"] == behavior["TargetOriginId"])


@pytest.mark.parametrize(
    ("ingress", "name"), [("", "origin.example.com"), (", host: ['*.example.com', app.example.com]", "app.example.com")]
)
def test_a_service_is_asked_by_a_name_that_its_certificate_is_for(ingress: str, name: str) -> None:
    found = origin("web", FRONT % ingress)
    assert (found["Id"], found["DomainName"]) == ("services.web", name)
    assert found["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


@pytest.mark.parametrize(("path", "folder"), [("", None), ("/v2/app", "/v2/app")])
def test_an_address_of_somebody_else_answers_too(path: str, folder: str | None) -> None:
    found = origin(f"'https://old.example.net{path}'", "")
    assert (found["DomainName"], found.get("OriginPath")) == ("old.example.net", folder)


@pytest.mark.parametrize(
    ("target", "more", "code"),
    [
        ("web", "services: {web: {image: 'example/web:1', port: 8080}}\n", "no-ingress"),
        ("web", FRONT.replace("domain: origin}", f"certificate: '{CERTIFICATE}'}}") % "", "no-ingress"),
        ("'http://old.example.net'", "", "bad-value"),
        ("nobody", "", "unknown-component"),
    ],
)
def test_what_can_not_answer(target: str, more: str, code: str) -> None:
    text = f"{HEAD}{more}cdn: {{site: {{paths: {{'/app/*': {target}, '/*': static}}}}}}\n"
    assert code in {one.code for one in faults(text)}
