"""Website buckets: what S3 is told, who reads what by HTTP and by TLS, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.access.account import account_of, stranger
from tests.access.decision import Decision, Request, decide
from tests.access.physical import Deployed
from tests.goldens.round_trip import followed
from tests.kinds.building import compiled, faults, resources, roots, warnings

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
PUBLIC = "public_read: {reason: Pages of the spring fair, paths: %s}"
ALL = PUBLIC % '["*"]'


def spec(website: str, paths: str = '["*"]') -> str:
    return f"{HEAD}buckets: {{site: {{{PUBLIC % paths}, website: {website}}}, other: {{}}}}\n"


def configuration(website: str) -> Json:
    return resources(compiled(spec(website)))["SiteBucket"]["Properties"]["WebsiteConfiguration"]


def test_documents_and_redirects_are_those_of_s3() -> None:
    rules = "[{prefix: a/, replace_prefix: b/}, {error_status: 404, host: 'https://www.example.com', status: 302}]"
    assert configuration(f"{{error: 404.html, redirects: {rules}}}") == {
        "IndexDocument": "index.html",
        "ErrorDocument": "404.html",
        "RoutingRules": [
            {
                "RedirectRule": {"HttpRedirectCode": "301", "ReplaceKeyPrefixWith": "b/"},
                "RoutingRuleCondition": {"KeyPrefixEquals": "a/"},
            },
            {
                "RedirectRule": {"HttpRedirectCode": "302", "HostName": "www.example.com", "Protocol": "https"},
                "RoutingRuleCondition": {"HttpErrorCodeReturnedEquals": "404"},
            },
        ],
    }


def test_an_empty_replacement_removes_the_prefix() -> None:
    (rule,) = configuration("{redirects: [{prefix: a/, replace_prefix: '', host: 'https://b.example.com'}]}")[
        "RoutingRules"
    ]
    assert rule["RedirectRule"]["ReplaceKeyPrefixWith"] == ""


def test_a_bucket_that_redirects_everything_stays_private() -> None:
    text = f"{HEAD}buckets: {{moved: {{website: {{redirect_all_to: 'https://www.example.com:8443'}}}}}}\n"
    found = resources(compiled(text))
    properties = found["MovedBucket"]["Properties"]
    target = {"HostName": "www.example.com:8443", "Protocol": "https"}
    assert properties["WebsiteConfiguration"] == {"RedirectAllRequestsTo": target}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    statements = found["MovedBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Sid"] for one in statements] == ["TlsOnly"]
    assert statements[0]["Action"] == ["s3:*"]
    assert not warnings(text)


def allowed(paths: str, action: str, key: str, tls: str) -> bool:
    """Whether a stranger may do it with an object of the website."""
    account = account_of(Deployed(followed(roots(spec("{}", paths)))))
    bucket = account.deployed.read("SiteBucket", "Arn")
    resource = account.resource(f"{bucket}/{key}" if key else bucket, action)
    request = Request(stranger(), action, resource, {"aws:SecureTransport": (tls,)})
    return decide(request) is Decision.ALLOWED


@pytest.mark.parametrize(
    ("paths", "action", "key", "tls", "expected"),
    [
        ('["*"]', "s3:GetObject", "index.html", "false", True),
        ('["*"]', "s3:GetObject", "index.html", "true", True),
        ('["*"]', "s3:ListBucket", "", "false", False),
        ('["*"]', "s3:ListBucket", "", "true", False),
        ('["*"]', "s3:PutObject", "index.html", "true", False),
        ('["*"]', "s3:GetObjectVersion", "index.html", "false", False),
        ('["*"]', "s3:GetObjectAcl", "index.html", "true", False),
        ('["open/*"]', "s3:GetObject", "open/index.html", "false", True),
        ('["open/*"]', "s3:GetObject", "closed/index.html", "false", False),
        ('["open/*"]', "s3:GetObject", "closed/index.html", "true", False),
    ],
)
def test_anyone_reads_public_objects_alone(paths: str, action: str, key: str, tls: str, expected: bool) -> None:
    assert allowed(paths, action, key, tls) is expected


def test_what_is_not_public_is_read_by_tls_alone() -> None:
    text = spec("{}", '["open/*"]') + (
        "functions: {job: {runtime: python3.13, code: ., handler: app.handler, uses: {site: [read, write]}}}\n"
    )
    account = account_of(Deployed(followed(roots(text))))
    bucket, role = account.deployed.read("SiteBucket", "Arn"), account.role("JobFunctionRole")
    for action, key, plain in (
        ("s3:GetObject", "open/a", True),
        ("s3:GetObject", "closed/a", False),
        ("s3:PutObject", "open/a", False),
    ):
        for tls, expected in (("true", True), ("false", plain)):
            context = {"aws:SecureTransport": (tls,)}
            request = Request(role, action, account.resource(f"{bucket}/{key}", action), context)
            assert (decide(request) is Decision.ALLOWED) is expected, (action, key, tls)


def test_a_website_is_told_to_have_no_tls() -> None:
    (one,) = warnings(spec("{}"))
    assert (one.code, one.component) == ("plain-website", "buckets.site")


def test_its_address_is_an_attribute_and_an_output() -> None:
    text = spec("{}") + 'parameters: {address: {value: "${site.website}"}}\n'
    assert {"Fn::GetAtt": ["SiteBucket", "WebsiteURL"]} in [
        one["Value"] for root in roots(text) for template in root.templates for one in template.body["Outputs"].values()
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("website: {}", "private-website"),
        (f"website: {{}}, {PUBLIC % '[index.htm]'}", "private-website"),
        (f"website: {{error: e/404.html}}, {PUBLIC % '[a/*, index.html]'}", "private-website"),
        ("website: {redirect_all_to: 'https://a.example.com', error: 404.html}", "unused-setting"),
        ("website: {redirect_all_to: 'https://a.example.com', redirects: [{replace_key: a}]}", "unused-setting"),
        ("website: {redirect_all_to: 'https://a.example.com/path'}", "bad-value"),
        ("website: {redirect_all_to: a.example.com}", "bad-value"),
        (f"{ALL}, website: {{index: pages/index.html}}", "bad-value"),
        (f"{ALL}, website: {{redirects: [{{prefix: a}}]}}", "missing-property"),
        (f"{ALL}, website: {{redirects: [{{replace_key: a, replace_prefix: b}}]}}", "one-of-two"),
        (f"{ALL}, website: {{redirects: [{{prefix: a, replace_prefix: ab}}]}}", "redirect-loop"),
        (f"{ALL}, website: {{redirects: [{{replace_key: a}}]}}", "redirect-loop"),
        (
            f"{ALL}, website: {{redirects: [{{prefix: a, replace_key: b}}, {{prefix: ab, replace_key: c}}]}}",
            "unreachable-path",
        ),
        (f"{ALL}, website: {{}}, receives_logs: true", "public-logs"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}buckets: {{site: {{{settings}}}}}\n")} == {code}


@pytest.mark.parametrize(
    "website",
    [
        "{redirects: [{error_status: 404, replace_key: missing.html}]}",
        "{redirects: [{prefix: ab, replace_key: c}, {prefix: a, replace_key: b}]}",
        "{redirects: [{prefix: a, error_status: 404, replace_key: c}, {prefix: a, replace_key: b}]}",
        "{redirects: [{prefix: a, replace_prefix: ab, host: 'https://b.example.com'}]}",
    ],
)
def test_sound_redirects(website: str) -> None:
    assert not faults(spec(website))
