"""What a platform takes as existing is in the sandbox before it is deployed there, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.meaning.lookup import existing_components
from compiler.pipeline import compile_spec, resolved_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.environment import Plans
from deployer.finder import finder_of
from deployer.plan import Plan, make_plan
from deployer.plan_file import from_json, to_json
from deployer.question import Question
from deployer.removal.destroy import destroy, plan_removal
from deployer.sandbox.existing import StandIn
from deployer.sandbox.note import sandbox_note
from deployer.sandbox.process import open_sandbox
from deployer.sandbox.seed import seeds
from deployer.session import Aws, connect_to, sandbox_destination

REGION, ACCOUNT = "us-east-1", "222222222222"
GOLDEN = Path(__file__).parents[1] / "golden" / "existing" / "spec.yaml"
HEAD = f'environments: {{dev: {{posture: development, account: "{ACCOUNT}"}}}}\n'
ID = "12345678-1234-1234-1234-123456789012"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:stripe-AbCdEf"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{ID}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{ID}"
ZONE = f"""platform: zone
{HEAD}network: {{existing: {{vpc: vpc-0123456789abcdef0, private: [subnet-0ccc3333, subnet-0ddd4444]}}}}
domains: {{site: {{domain: example.com, zone: {{id: Z0123456789ABCDEFGHIJ}}}}}}
secrets: {{stripe: {{existing: "{SECRET}", keys: [api_key]}}}}
email: {{mail: {{identity: example.com, domain: site}}}}
functions:
  worker:
    {{runtime: python3.13, code: worker, handler: app.handler, network: always, uses: {{stripe: read, mail: send}}}}
"""
SERVED = f"""platform: served
{HEAD}encryption: {{existing: "{KEY}"}}
buckets: {{media: {{existing: shop-media}}}}
domains: {{api: {{domain: api.example.org, existing: {{zone: Z0123456789KLMNOPQRS, certificate: "{CERTIFICATE}"}}}}}}
functions: {{worker: {{runtime: python3.13, code: worker, handler: app.handler, uses: {{media: [read, write]}}}}}}
apis: {{public: {{routes: {{$default: worker}}, domain: api}}}}
"""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Aws]:
    """A sandbox with nothing in it."""
    with open_sandbox(tmp_path / "sandbox", REGION, ACCOUNT) as running:
        yield connect_to(sandbox_destination(running, REGION, ACCOUNT))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "app.py").write_text("def handler(event, context):\n    return {}\n")
    return tmp_path


def compiled(folder: Path, text: str) -> Compiled:
    (folder / "spec.yaml").write_text(text)
    (one,) = compile_spec(str(folder / "spec.yaml"), ("dev",))
    return one


def deployed(folder: Path, text: str, aws: Aws) -> Plan:
    """The plan that was carried out, to a good end."""
    plan = make_plan(compiled(folder, text), folder, aws)
    outcome = apply_plan(plan, aws)
    assert outcome.succeeded, outcome
    return plan


def told(plan: Plan) -> list[str]:
    return [str(one) for one in plan.stand_ins]


def test_an_existing_zone_vpc_and_secret(folder: Path, empty: Aws) -> None:
    plan = deployed(folder, ZONE, empty)
    assert told(plan) == [
        "Sandbox: created EC2::VPC vpc-0123456789abcdef0, which network takes as existing.",
        "Sandbox: created EC2::Subnet subnet-0ccc3333, which network takes as existing.",
        "Sandbox: created EC2::Subnet subnet-0ddd4444, which network takes as existing.",
        "Sandbox: created Route53::HostedZone Z0123456789ABCDEFGHIJ, which domains.site takes as existing.",
        f"Sandbox: created SecretsManager::Secret {SECRET}, which secrets.stripe takes as existing.",
    ]
    assert sandbox_note(plan).splitlines()[:5] == told(plan)
    records = empty.client("route53", REGION).list_resource_record_sets(HostedZoneId="Z0123456789ABCDEFGHIJ")
    assert {one["Type"] for one in records["ResourceRecordSets"]} > {"NS", "SOA"}
    value = empty.client("secretsmanager", REGION).get_secret_value(SecretId=SECRET)
    assert value["SecretString"] == '{"api_key": "api_key"}'
    subnets = empty.client("ec2", REGION).describe_subnets(SubnetIds=["subnet-0ccc3333", "subnet-0ddd4444"])["Subnets"]
    assert [(one["VpcId"], one["AvailabilityZone"]) for one in subnets] == [
        ("vpc-0123456789abcdef0", "us-east-1a"),
        ("vpc-0123456789abcdef0", "us-east-1b"),
    ]


def test_an_existing_certificate_key_and_bucket(folder: Path, empty: Aws) -> None:
    plan = deployed(folder, SERVED, empty)
    assert [(one.resource_type, one.id) for one in plan.stand_ins] == [
        ("AWS::KMS::Key", KEY),
        ("AWS::S3::Bucket", "shop-media"),
        ("AWS::Route53::HostedZone", "Z0123456789KLMNOPQRS"),
        ("AWS::CertificateManager::Certificate", CERTIFICATE),
    ]
    assert empty.client("kms", REGION).describe_key(KeyId=KEY)["KeyMetadata"]["Arn"] == KEY
    about = empty.client("acm", REGION).describe_certificate(CertificateArn=CERTIFICATE)["Certificate"]
    assert (about["DomainName"], about["Status"]) == ("api.example.org", "ISSUED")


def test_what_the_sandbox_has_is_neither_made_again_nor_removed(folder: Path, empty: Aws) -> None:
    deployed(folder, SERVED, empty)
    empty.s3.put_object(Bucket="shop-media", Key="logo.svg", Body=b"<svg/>")
    again = make_plan(compiled(folder, SERVED), folder, empty)
    assert (again.empty, again.stand_ins, sandbox_note(again)) == (True, (), "")
    assert destroy(plan_removal(empty, "served-dev"), empty).succeeded
    assert empty.s3.get_object(Bucket="shop-media", Key="logo.svg")["Body"].read() == b"<svg/>"
    assert deployed(folder, SERVED, empty).stand_ins == ()


def test_it_is_kept_with_the_state_of_the_sandbox(folder: Path) -> None:
    for expected in (5, 0):
        with open_sandbox(folder / "sandbox", REGION, ACCOUNT) as running:
            plan = make_plan(compiled(folder, ZONE), folder, connect_to(sandbox_destination(running, REGION)))
            assert len(plan.stand_ins) == expected


def test_everything_that_can_exist(folder: Path, empty: Aws) -> None:
    """All that ministack makes is there, and is found by `lookup` with what the spec has of it."""
    plan = deployed(folder, GOLDEN.read_text("utf-8"), empty)
    absent = {one.component for one in plan.stand_ins if not one.made}
    assert [one for one in plan.stand_ins if one.problem or one.made != (one.resource_type in seeds())] == []
    assert len([one for one in plan.stand_ins if one.made]) >= 44
    schema, document = load_schema(), resolved_spec(str(folder / "spec.yaml"), "dev")[0]
    for component in existing_components(document, schema):
        find = finder_of(component.section)
        question = Question(component, empty, schema.kinds[component.section]["x-existing"].get("arn", ""))
        if find and question.account == ACCOUNT and component.name not in absent:
            find(question)


RAW = f"""platform: raw
{HEAD}naming: "${{platform}}-${{name}}"
topics: {{own: {{}}}}
functions: {{worker: {{runtime: python3.13, code: worker, handler: app.handler, layers: [LAYER]}}}}
resources:
  record:
    Type: AWS::Route53::RecordSet
    Properties:
      {{HostedZoneId: Z0123456789ABCDEFGHIJ, Name: x.example.com, Type: A,
       AliasTarget: {{HostedZoneId: Z35SXDOTRQ7X7K, DNSName: lb.example.com}}}}
  news: {{Type: "AWS::SNS::Subscription", Properties: &of {{TopicArn: "arn:aws:sns:{REGION}:{ACCOUNT}:news",
    Protocol: email, Endpoint: a@example.com}}}}
  mine: {{Type: "AWS::SNS::Subscription", DependsOn: [OwnTopic], Properties: {{<<: *of,
    TopicArn: "arn:aws:sns:{REGION}:{ACCOUNT}:raw-own"}}}}
""".replace("LAYER", f"'arn:aws:lambda:{REGION}:{ACCOUNT}:layer:shared:7'")


def test_ids_in_raw_cloudformation_and_layers(folder: Path, empty: Aws) -> None:
    """Not the zone of a load balancer, which is AWS's own, nor a topic that the platform creates itself."""
    assert [(one.component, one.resource_type) for one in deployed(folder, RAW, empty).stand_ins] == [
        ("functions.worker", "AWS::Lambda::LayerVersion"),
        ("resources.record", "AWS::Route53::HostedZone"),
        ("resources.news", "AWS::SNS::Topic"),
    ]


def test_what_can_not_be_made_is_told_and_the_deployment_goes_on(folder: Path) -> None:
    """A bucket's name is taken world-wide, here by another account of the same sandbox."""
    with open_sandbox(folder / "sandbox", REGION, "333333333333") as running:
        connect_to(sandbox_destination(running, REGION)).s3.create_bucket(Bucket="shop-media")
    with open_sandbox(folder / "sandbox", REGION, ACCOUNT) as running:
        plan = deployed(folder, SERVED, connect_to(sandbox_destination(running, REGION)))
    (problem,) = [text for text in told(plan) if "cannot" in text]
    start = "Sandbox: cannot create S3::Bucket shop-media, which buckets.media takes as existing: "
    assert problem.startswith(start) and problem.endswith("already exists")


def test_a_saved_plan_has_what_was_made_for_it(folder: Path, aws: Aws) -> None:
    plans = Plans((make_plan(compiled(folder, SERVED), folder, aws),))
    assert from_json(to_json(plans)) == plans


def test_a_type_that_the_sandbox_can_not_make_is_told() -> None:
    one = StandIn("brokers.orders", "AWS::AmazonMQ::Broker", "b-1234", made=False)
    assert str(one) == "Sandbox: does not create AmazonMQ::Broker b-1234, which brokers.orders takes as existing."


def test_nothing_is_made_outside_the_sandbox(folder: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    from deployer.sandbox import existing

    def never(*_: Json) -> Json:
        raise AssertionError("asked")

    monkeypatch.setattr(existing, "_post", never)
    other = Aws(aws.cloudformation, aws.s3, ACCOUNT, REGION, "", "", 0.0, aws.client)
    assert existing.stand_in(other, compiled(folder, SERVED)) == ()
