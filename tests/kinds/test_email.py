"""Mail identities: who may send, by TLS and signed, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development, account: "111111111111"}
  prod: {posture: production, account: "222222222222"}
"""
USER = "functions: {job: {runtime: python3.13, code: job, handler: app.handler, uses: {post: send}}}"
BOTH = "email: {post: {identity: example.com}, others: {identity: a@example.org}}"
PLACE = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def test_send_allows_mail_of_that_identity() -> None:
    found = built(f"{BOTH}\n{USER}")
    (send,) = found["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert send["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert send["Resource"] == [
        {"Fn::Sub": f"{PLACE}:identity/${{PostIdentity}}"},
        {"Fn::Sub": f"{PLACE}:configuration-set/${{PostIdentityConfigurationSet}}"},
    ]


def test_send_allows_no_more_than_that() -> None:
    (send,) = built(f"{BOTH}\n{USER}")["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert "OthersIdentity" not in str(send) and "*" not in str(send)


def test_send_names_the_identity_and_its_configuration_set() -> None:
    variables = built(f"{BOTH}\n{USER}")["JobFunction"]["Properties"]["Environment"]["Variables"]
    assert set(variables) == {"POST_IDENTITY", "POST_CONFIGURATION_SET"}


def test_a_domain_is_signed_and_its_mail_goes_by_tls() -> None:
    found = built("email: {post: {identity: example.com, mail_from: mail.example.com}}")
    identity, settings = found["PostIdentity"]["Properties"], found["PostIdentityConfigurationSet"]["Properties"]
    assert identity["DkimAttributes"] == {"SigningEnabled": True}
    assert identity["DkimSigningAttributes"] == {"NextSigningKeyLength": "RSA_2048_BIT"}
    assert identity["MailFromAttributes"]["BehaviorOnMxFailure"] == "USE_DEFAULT_VALUE"
    assert identity["ConfigurationSetAttributes"] == {"ConfigurationSetName": {"Ref": "PostIdentityConfigurationSet"}}
    assert settings["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert settings["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert settings["ReputationOptions"] == {"ReputationMetricsEnabled": True}


def test_the_outputs_are_the_records_that_dns_needs() -> None:
    one = compiled(f"{HEAD}email: {{post: {{identity: example.com, mail_from: mail.example.com}}}}")
    outputs = one.root.body["Outputs"]
    assert {name for name in outputs if name.startswith("PostIdentityDkim")} == {
        f"PostIdentityDkimRecord{n}" for n in (1, 2, 3)
    }
    text, values = outputs["PostIdentityDkimRecord1"]["Value"]["Fn::Sub"]
    assert text == "${PostIdentityDkimDNSTokenName1} CNAME ${PostIdentityDkimDNSTokenValue1}"
    assert len(values) == 2
    assert (
        outputs["PostIdentityMailFromTxtRecord"]["Value"] == 'mail.example.com TXT "v=spf1 include:amazonses.com ~all"'
    )


def test_an_address_has_no_records() -> None:
    one = compiled(f"{HEAD}email: {{post: {{identity: shop@example.com}}}}")
    assert "Outputs" not in one.root.body
    assert "DkimAttributes" not in resources(one)["PostIdentity"]["Properties"]


def test_alarms_tell_of_bounces_and_complaints() -> None:
    found = built("email: {post: {identity: example.com}}\ntopics: {alerts: {}}\nmonitoring: {notify: alerts}")
    alarm = found["PostIdentityBounceRateHighAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("Reputation.BounceRate", 0.05)
    assert alarm["Dimensions"][0]["Name"] == "ses:configuration-set"


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_what_stays_is_up_to_the_posture(environment: str, policy: str) -> None:
    assert built("email: {post: {identity: example.com}}", environment)["PostIdentity"]["DeletionPolicy"] == policy


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{}", "missing-property"),
        ("{identity: nobody}", "bad-value"),
        ("{identity: '*@example.com *'}", "bad-value"),
        ("{identity: example.com, suppress: [spam]}", "not-allowed"),
        ("{identity: a@example.com, mail_from: mail.example.com}", "unused-setting"),
        ("{identity: example.com, mail_from: mail.example.org}", "mail-from"),
        ("{identity: example.com, mail_from_required: true}", "unused-setting"),
        ("{identity: OTHER.example.com}", "identity-taken"),
        ("{identity: '${jobs.name}.example.com'}", "bad-value"),
    ],
)
def test_what_an_identity_can_not_be(settings: str, code: str) -> None:
    text = f"{HEAD}email: {{post: {settings}, other: {{identity: other.example.com}}}}\nqueues: {{jobs: {{}}}}"
    assert code in {one.code for one in faults(text)} and len({one.code for one in faults(text)}) == 1


NEWS = "email: {news: {identity: %s, domain: site%s}}\ndomains: {site: {domain: example.com, zone: {create: true}}}\n"


def test_the_zone_gets_the_records_that_let_a_domain_send() -> None:
    one = compiled(HEAD + NEWS % ("news.example.com", ", mail_from: mail.news.example.com"))
    records = {name: body["Properties"] for name, body in resources(one).items() if "Record" in name}
    assert sorted(records) == [
        *(f"NewsIdentityDkimRecord{number}" for number in (1, 2, 3)),
        "NewsIdentityMailFromMxRecord",
        "NewsIdentityMailFromTxtRecord",
    ]
    first = records["NewsIdentityDkimRecord1"]
    assert (first["Type"], first["Name"]) == ("CNAME", {"Fn::GetAtt": ["NewsIdentity", "DkimDNSTokenName1"]})
    assert {str(record["HostedZoneId"]) for record in records.values()} == {"{'Ref': 'SiteDomainZone'}"}
    assert not [name for name in one.root.body["Outputs"] if "Dkim" in name or "MailFrom" in name]


@pytest.mark.parametrize(("identity", "code"), [("ops@example.com", "unused-setting"), ("example.org", "outside-zone")])
def test_records_lie_in_the_zone_of_the_identity(identity: str, code: str) -> None:
    assert {one.code for one in faults(HEAD + NEWS % (identity, ""))} == {code}
