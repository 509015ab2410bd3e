"""Things that are there already: used like what the platform makes, never changed, and known by what the spec says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from troposphere import encode_to_dict

from compiler.language.schema import load_schema
from compiler.pipeline import check_spec
from compiler.program.existing import known_attributes, shown
from compiler.program.intrinsics import Target, targets
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

GOLDEN = Path(__file__).parent / "golden" / "existing" / "spec.yaml"
SCHEMA = load_schema()
THERE = sorted(section for section, kind in SCHEMA.kinds.items() if "x-existing" in kind)
HEAD = "platform: demo\nenvironments: {dev: {posture: development}, prod: {posture: production}}\n"
WORKER = "functions: {worker: {runtime: python3.13, code: code, handler: app.handler, uses: {orders: send}}}\n"
KEY = "arn:aws:kms:us-east-1:222222222222:key/12345678-1234-1234-1234-123456789012"


def access(text: str, environment: str = "dev") -> dict[str, Json]:
    """Statement id → statement of the worker's policy."""
    found = resources(compiled(HEAD + text, environment))["WorkerFunctionAccess"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    return {one["Sid"]: one for one in found}


def test_a_name_is_looked_for_in_the_account_and_region_of_the_stack() -> None:
    statement = access("queues: {orders: {existing: orders}}\n" + WORKER)["OrdersQueueSend"]
    arn = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"
    assert statement["Resource"] == [{"Fn::Sub": arn}]


def test_an_arn_says_account_and_region_itself() -> None:
    found = resources(compiled(f"{HEAD}queues: {{orders: {{existing: 'arn:aws:sqs:eu-west-1:1:orders'}}}}\n{WORKER}"))
    variables = found["WorkerFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["ORDERS_URL"] == {"Fn::Sub": "https://sqs.eu-west-1.${AWS::URLSuffix}/1/orders"}
    (one,) = found["WorkerFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert one["Resource"] == ["arn:aws:sqs:eu-west-1:1:orders"]


THEIRS, OURS = "222222222222", "111111111111"
FAR = [
    ("tables", "arn:aws:dynamodb:us-east-1:{}:table/far", "read"),
    ("functions", "arn:aws:lambda:us-east-1:{}:function:far", "invoke"),
    ("buses", "arn:aws:events:us-east-1:{}:event-bus/far", "publish"),
]


@pytest.mark.parametrize(("section", "arn", "verb"), FAR)
def test_what_belongs_to_another_account_is_called_by_its_arn(section: str, arn: str, verb: str) -> None:
    assert _far_name(section, arn.format(THEIRS), verb) == arn.format(THEIRS)
    assert _far_name(section, arn.format(OURS), verb) == "far"


@pytest.mark.parametrize(("section", "arn", "verb"), FAR)
def test_what_is_in_another_region_is_called_by_its_arn(section: str, arn: str, verb: str) -> None:
    """A bare name would be looked for in the region of the caller."""
    abroad = arn.format(OURS).replace("us-east-1", "eu-west-1")
    assert _far_name(section, abroad, verb) == abroad


@pytest.mark.parametrize(("section", "arn", "verb"), FAR)
def test_without_an_account_an_arn_stays_one(section: str, arn: str, verb: str) -> None:
    """Nobody knows whether the account is the caller's, for which an ARN is as good."""
    assert _far_name(section, arn.format(THEIRS), verb, None) == arn.format(THEIRS)


def _far_name(section: str, arn: str, verb: str, account: str | None = OURS) -> Json:
    spec = yaml.safe_load(HEAD + WORKER.replace("orders: send", f"far: {verb}"))
    spec["environments"]["dev"] |= {"account": account} if account else {}
    spec.setdefault(section, {})["far"] = {"existing": arn}
    worker = resources(compiled(yaml.safe_dump(spec)))["WorkerFunction"]["Properties"]
    return worker["Environment"]["Variables"]["FAR_NAME"]


def test_a_stream_given_by_its_arn_gives_it_to_its_users() -> None:
    arn = "arn:aws:kinesis:us-east-1:222222222222:stream/far"
    text = f"streams: {{far: {{existing: '{arn}'}}}}\n" + WORKER.replace("orders: send", "far: write")
    variables = resources(compiled(HEAD + text))["WorkerFunction"]["Properties"]["Environment"]["Variables"]
    assert (variables["FAR_NAME"], variables["FAR_ARN"]) == ("far", arn)


def test_nothing_is_made_of_it_and_nothing_waits_for_it() -> None:
    text = "queues: {orders: {existing: orders}}\nmonitoring: {default_alarms: false, dashboard: true}\n"
    found = resources(compiled(HEAD + text + WORKER))
    assert not [name for name, body in found.items() if name.startswith("OrdersQueue") or "SQS" in body["Type"]]


def test_its_own_key_is_granted_and_the_platforms_never() -> None:
    assert list(access("queues: {orders: {existing: orders}}\n" + WORKER)) == ["OrdersQueueSend"]
    found = access(f"queues: {{orders: {{existing: {{id: orders, key: '{KEY}'}}}}}}\n" + WORKER)
    assert found["OrdersQueueSend1"]["Resource"] == [KEY]
    assert "kms:Decrypt" in found["OrdersQueueSend1"]["Action"]


def test_a_key_in_another_region_is_used_through_the_service_there() -> None:
    far, queue = KEY.replace("us-east-1", "eu-west-1"), "arn:aws:sqs:eu-west-1:222222222222:orders"
    found = access(f"queues: {{orders: {{existing: {{id: '{queue}', key: '{far}'}}}}}}\n" + WORKER)
    assert found["OrdersQueueSend1"]["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}


def test_what_reads_like_a_variable_of_a_template_stays_text() -> None:
    text = "email: {post: {existing: {id: example.com, configuration_set: '$${x}'}}}\n"
    found = resources(compiled(HEAD + text + WORKER.replace("orders: send", "post: send")))
    variables = found["WorkerFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["POST_CONFIGURATION_SET"] == {"Fn::Sub": "${!x}"}


def test_its_security_group_is_not_changed() -> None:
    secret = "arn:aws:secretsmanager:us-east-1:222222222222:secret:shop-AbCdEf"
    main = f"{{engine: postgres, existing: {{host: db.example.com, secret: '{secret}', security_group: sg-0a1b0000}}}}"
    text = f"databases: {{main: {main}}}\n" + WORKER.replace("orders: send", "main: connect")
    found = resources(compiled(HEAD + text))
    assert "AWS::EC2::SecurityGroupIngress" not in {one["Type"] for one in found.values()}
    assert found["WorkerFunctionToMainDatabase5432"]["Properties"]["DestinationSecurityGroupId"] == "sg-0a1b0000"


def test_an_environment_may_have_it_already_where_others_make_it() -> None:
    text = (
        "platform: demo\nenvironments:\n  dev: {posture: development}\n"
        "  prod: {posture: production, queues: {orders: {existing: orders}}}\n"
        "defaults: {queues: {retention_days: 7}}\nqueues: {orders: {retention_days: 4, dead_letter: {after: 3}}}\n"
    ) + WORKER
    assert "OrdersQueue" in resources(compiled(text, "dev"))
    assert "OrdersQueue" not in resources(compiled(text, "prod"))


def test_the_effective_spec_shows_no_settings_of_it() -> None:
    (checked,) = check_spec(str(GOLDEN))
    found = shown(checked.document.data, SCHEMA)
    assert set(found["queues"]["orders"]) == {"existing", "fifo", "only", "renamed_from"}
    assert "cidr" not in found["network"]
    assert "memory" in found["functions"]["worker"]


def test_defaults_are_for_what_is_made() -> None:
    text = "defaults: {queues: {retention_days: 7}}\nqueues: {orders: {existing: orders}}\n" + WORKER
    assert faults(HEAD + text) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("queues: {orders: {existing: orders, delay_seconds: 3}}\n" + WORKER, "bad-name"),
        ("queues: {orders: {existing: orders}}\ntopics: {news: {subscribers: [orders]}}\n", "existing-unchanged"),
        ("keys: {k: {}}\nqueues: {orders: {existing: '${k.arn}'}}\n" + WORKER, "bad-value"),
        ("queues: {orders: {existing: '$${env}'}}\n" + WORKER, "bad-value"),
        ("keys: {k: {}}\nroles: {r: {existing: '${env}'}}\n" + WORKER, "unknown-component"),
        ("databases: {main: {existing: {host: a, secret: b, security_group: sg-10000000}}}\n", "bad-value"),
        ("domains: {site: {domain: example.com, existing: {zone: Z1}}}\n" + WORKER, "unknown-component"),
    ],
)
def test_what_can_be_wrong(text: str, code: str) -> None:
    assert code in {one.code for one in faults(HEAD + text)}


def test_a_sender_that_is_there_already_is_held_against_the_mail_too() -> None:
    post = "email: {post: {existing: {id: example.com, configuration_set: mails}}}\n"
    users = "auth: {users: {mail: {identity: post, sender: hello@%s}}}\n"
    assert faults(HEAD + post + users % "example.com") == ()
    assert {one.code for one in faults(HEAD + post + users % "other.org")} == {"mail-sender"}


def test_an_identity_that_is_there_is_not_made_again() -> None:
    there = "post: {existing: {id: example.com, configuration_set: mails}}"
    assert {one.code for one in faults(HEAD + f"email: {{{there}, news: {{identity: example.com}}}}\n")} == {
        "identity-taken"
    }


def test_a_file_system_that_is_there_is_mounted_by_its_access_points() -> None:
    files = "{id: fs-0a000000, security_group: sg-0a000000, access_points: {uploads: fsap-0a000000}}"
    web = (
        "{image: public.ecr.aws/nginx/nginx-unprivileged:1.27, uses: {files: mount}, mounts: {files: {path: /data%s}}}"
    )
    text = HEAD + f"filesystems: {{files: {{existing: {files}}}}}\nservices: {{web: {web}}}\n"
    volume = resources(compiled(text % ""))["WebServiceTaskDefinition"]["Properties"]["Volumes"][0]
    about = volume["EFSVolumeConfiguration"]
    assert (about["FilesystemId"], about["AuthorizationConfig"]["AccessPointId"]) == (
        "fs-0a000000",
        "fsap-0a000000",
    )
    assert {one.code for one in faults(text % ", access_point: data")} == {"not-allowed"}


def test_a_domain_without_certificate_serves_nothing() -> None:
    text = (
        "domains: {site: {domain: example.com, existing: {zone: Z1}}}\n"
        "functions: {worker: {runtime: python3.13, code: code, handler: app.handler}}\n"
        "apis: {public: {routes: {$default: worker}, domain: site}}\n"
    )
    assert [one.code for one in faults(HEAD + text)] == ["no-certificate"]


def test_what_nothing_tells_is_asked_for() -> None:
    text = "network: {existing: {vpc: vpc-10000000, private: [subnet-10000000, subnet-20000000]}}\n"
    with pytest.raises(SpecError) as caught:
        compiled(HEAD + text + "parameters: {range: {value: '${network.cidr}'}}\n")
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.component, fault.suggestion) == (
        "existing-unknown",
        "network",
        f"set 'cidr' in 'existing', or run: stackwright lookup {fault.place.file} --env dev",
    )


@pytest.mark.parametrize("section", THERE)
def test_the_golden_has_one_of_every_kind_that_can_exist(section: str) -> None:
    said = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))[section]
    assert any(one.get("existing") for one in ([said] if SCHEMA.singleton(section) else said.values()))


def pointed_at(values: Iterable[Json]) -> set[Target]:
    """What values of kinds point at."""
    return {target for value in values for target in targets(json.loads(json.dumps(encode_to_dict(value))))}


@pytest.mark.parametrize("section", THERE)
def test_what_an_existing_thing_gives_needs_nothing_that_is_not_told(section: str) -> None:
    one = platform(GOLDEN.read_text(encoding="utf-8"))
    known, about = known_attributes(one.document, SCHEMA).texts, SCHEMA.kinds[section]["x-existing"]
    components = [each for each in one.components.values() if each.section == section and each.existing is not None]
    for component in components:
        read = [value for name, value in component.attributes().items() if name not in about.get("lacks", ())]
        given = [one.offered(component, verb) for verb in about["offers"]]
        read += [value for each in given for value in (*each.environment.values(), *each.secrets.values())]
        read += [value for each in given for grant in (*each.grants, *each.secret_grants) for value in grant.resources]
        read += [port.security_group for each in given for port in each.ports]
        assert {target for target in pointed_at(read) - known.keys() if target.logical_id != "PlatformKey"} == set()


def test_an_attribute_that_is_missing_is_named_once() -> None:
    (found,) = faults(f"{HEAD}search: {{main: {{existing: {{id: shop}}}}}}\n")
    assert found.message == "attributes of the existing resource are not set: its ARN, endpoint"
