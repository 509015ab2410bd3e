"""An API of AWS that a component needs, and to which neither NAT nor an endpoint leads, is told at the line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from compiler.language.schema import load_schema, schema_folder
from compiler.pipeline import compile_spec, platform_of
from compiler.reach.calls import calls
from compiler.reach.services import DATA, is_known, services_of
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.reach.linked import followed
from tests.reach.proof import case, differences, without

ROOT = Path(__file__).parent.parent.parent
IMAGE = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/app:1"
TASK = ("ecr.api", "ecr.dkr", "logs", "s3")


def spec(endpoints: tuple[str, ...], body: str, nat: str = "none") -> str:
    listed = ", ".join(endpoints)
    return f"""\
platform: shop
region: eu-central-1
environments: {{dev: {{posture: development}}}}
network: {{nat: {nat}, endpoints: [{listed}]}}
{body}"""


def faults(folder: Path, text: str) -> list[Diagnostic]:
    file = folder / "spec.yaml"
    file.write_text(text)
    try:
        compile_spec(str(file))
    except SpecError as problem:
        return list(problem.diagnostics)
    return []


def service(settings: str, more: str = "") -> str:
    return f"services:\n  web:\n    image: {IMAGE}\n    {settings}\n{more}"


def function(settings: str, more: str = "") -> str:
    database = "databases: {main: {engine: postgres, version: '17', iam_users: [app]}}\n"
    code = "functions:\n  api:\n    runtime: python3.13\n    code: ./api\n    handler: a.b\n    "
    return f"{code}{settings}\n{database}{more}"


IN = "uses: {main: connect}"
ROWS: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("a queue", TASK, service("uses: {jobs: send}", "queues: {jobs: {}}"), ("sqs",)),
    ("a topic", TASK, service("uses: {news: publish}", "topics: {news: {}}"), ("sns",)),
    ("a table", TASK, service("uses: {orders: read}", "tables: {orders: {key: id}}"), ("dynamodb",)),
    ("a stream", TASK, service("uses: {clicks: write}", "streams: {clicks: {}}"), ("kinesis-streams",)),
    ("a bus", TASK, service("uses: {events: publish}", "buses: {events: {}}"), ("events",)),
    (
        "a secret, injected",
        TASK,
        service("uses: {keys: read}", "secrets: {keys: {generate: {keys: [a]}}}"),
        ("secretsmanager",),
    ),
    ("a parameter", TASK, service("uses: {flags: read}", "parameters: {flags: {value: 'on'}}"), ("ssm",)),
    ("a key", TASK, service("uses: {mine: use}", "keys: {mine: {}}"), ("kms",)),
    ("ECS Exec", TASK, service("exec: true\n    read_only_root: false"), ("kms", "ssmmessages")),
    ("users", TASK, service("uses: {people: read}", "auth: {people: {}}"), ("cognito-idp",)),
    ("mail", TASK, service("uses: {post: send}", "email: {post: {identity: example.com}}"), ("email",)),
    ("a job", TASK, service("uses: {nightly: start}", f"jobs: {{nightly: {{image: '{IMAGE}'}}}}"), ("ecs",)),
    (
        "a function",
        TASK,
        service("uses: {api: invoke}", "functions: {api: {runtime: python3.13, code: ./api, handler: a.b}}"),
        ("lambda",),
    ),
    ("a function that uses", (), function("uses: {main: connect, jobs: send}", "queues: {jobs: {}}"), ("sqs",)),
    (
        "a function that feeds itself",
        (),
        function("uses: {main: connect, jobs: send}\n    triggers: [{queue: jobs}]", "queues: {jobs: {}}"),
        ("sqs",),
    ),
)


@pytest.mark.parametrize(("about", "there", "body", "missing"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_used_needs_its_endpoint(
    tmp_path: Path, about: str, there: tuple[str, ...], body: str, missing: tuple[str, ...]
) -> None:
    """Told at the setting; gone with the endpoint, and gone with NAT."""
    (fault,) = faults(tmp_path, spec(there, body))
    assert fault.code == "no-egress"
    assert fault.message == f"without NAT it does not reach {', '.join(missing)}"
    line = (tmp_path / "spec.yaml").read_text().splitlines()[fault.place.line - 1]
    assert line.strip().startswith(("uses:", "exec:"))
    assert f"endpoints: [{', '.join((*there, *missing))}]" in fault.suggestion
    assert faults(tmp_path, spec((*there, *missing), body)) == []
    assert faults(tmp_path, spec(there, body, "single")) == []


def test_each_setting_is_told_at_its_own_line(tmp_path: Path) -> None:
    more = "queues: {jobs: {}}\ntopics: {news: {}}\n"
    uses = "exec: true\n    read_only_root: false\n    uses:\n      jobs: send\n      news: publish"
    text = spec(TASK, service(uses, more))
    found = {text.splitlines()[one.place.line - 1].strip(): one.message for one in faults(tmp_path, text)}
    assert found == {
        "exec: true": "without NAT it does not reach kms, ssmmessages",
        "jobs: send": "without NAT it does not reach sqs",
        "news: publish": "without NAT it does not reach sns",
    }


def test_an_image_of_another_registry_needs_the_internet(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, spec(TASK, service("").replace(IMAGE, "nginx:1.27")))
    assert fault.message == "without NAT it does not reach the internet for nginx:1.27"
    assert fault.place.line == 7
    assert fault.suggestion == "set 'network: {nat: single}'"


HANDLER = "functions: {api: {runtime: python3.13, code: ./api, handler: a.b}}"
API = f"apis: {{shop: {{routes: {{$default: api}}, auth: iam}}}}\n{HANDLER}"
REST = "type: rest, endpoint: private, account_log_role: existing"
PRIVATE_API = f"apis: {{shop: {{routes: {{GET /: api}}, auth: iam, {REST}}}}}\n{HANDLER}"
HOSTED = "auth: {people: {domain: {prefix: shop-dev}}}"
URL = "functions: {api: {runtime: python3.13, code: ./api, handler: a.b, url: {auth: iam}}}"
OUTSIDE = (
    ("a public API", "uses: {shop: call}", API, "execute-api:Invoke"),
    ("users with a page to sign in", "uses: {people: read}", HOSTED, "cognito-idp:AdminGetUser"),
    ("the URL of a function", "uses: {api: call}", URL, "lambda:InvokeFunctionUrl"),
)


@pytest.mark.parametrize(("about", "uses", "more", "action"), OUTSIDE, ids=[row[0] for row in OUTSIDE])
def test_what_no_endpoint_leads_to_needs_the_internet(
    tmp_path: Path, about: str, uses: str, more: str, action: str
) -> None:
    """Neither told as an endpoint that would not help, nor reached by it."""
    for there in (TASK, (*TASK, "cognito-idp", "execute-api", "lambda")):
        (fault,) = faults(tmp_path, spec(there, service(uses, more)))
        assert fault.message.startswith("without NAT it does not reach the internet for ")
        assert action in fault.message
        assert fault.suggestion == "set 'network: {nat: single}'"
    assert faults(tmp_path, spec(TASK, service(uses, more), "single")) == []


def test_all_that_needs_the_internet_is_told_in_one_list(tmp_path: Path) -> None:
    body = service("uses: {shop: manage}", "domains: {shop: {domain: example.com, zone: {create: true}}}")
    (fault,) = faults(tmp_path, spec(TASK, body))
    assert fault.message.startswith("without NAT it does not reach the internet for route53:ChangeResourceRecordSets, ")
    assert fault.message.count("internet") == 1


def test_a_private_api_is_called_through_its_endpoint(tmp_path: Path) -> None:
    assert faults(tmp_path, spec((*TASK, "execute-api"), service("uses: {shop: call}", PRIVATE_API))) == []


@pytest.mark.parametrize("host", ("dkr.ecr.eu-central-1.amazonaws.com", "dkr-ecr.eu-central-1.on.aws"))
def test_both_names_of_a_private_registry_are_known(tmp_path: Path, host: str) -> None:
    text = service("").replace("dkr.ecr.eu-central-1.amazonaws.com", host)
    assert faults(tmp_path, spec(TASK, text)) == []


def test_another_way_out_is_taken_for_one(tmp_path: Path) -> None:
    """Where a transit gateway leads to, only its owners know."""
    route = {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-0123456789abcdef0"}
    ways = {
        f"way-{zone}": {
            "Type": "AWS::EC2::Route",
            "Properties": {**route, "RouteTableId": {"Ref": f"PrivateRouteTable{zone}"}},
        }
        for zone in (1, 2)
    }
    body = service("uses: {jobs: send}", "queues: {jobs: {}}\n")
    assert faults(tmp_path, spec(TASK, body)) != []
    assert faults(tmp_path, spec(TASK, body + yaml.safe_dump({"resources": ways}))) == []


def test_an_existing_network_is_not_asked(tmp_path: Path) -> None:
    there = "network: {existing: {vpc: vpc-0123456789abcdef0, private: [subnet-0aaa1111, subnet-0bbb2222]}}"
    text = spec(TASK, service("uses: {jobs: send}", "queues: {jobs: {}}\n"))
    line = next(one for one in text.splitlines() if one.startswith("network"))
    assert faults(tmp_path, text.replace(line, there)) == []


PRIVATE = """\
platform: shop
region: eu-central-1
environments: {dev: {posture: development}}
network: {nat: none, endpoints: [s3, dynamodb, ecr.api, ecr.dkr, logs, sqs, secretsmanager]}
databases: {main: {engine: postgres, version: "17"}}
queues: {jobs: {}}
tables: {orders: {key: id}}
services:
  web:
    image: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/app:1
    uses: {main: connect, jobs: send, orders: read}
"""


def private(folder: Path) -> tuple[str, Compiled]:
    file = folder / "spec.yaml"
    file.write_text(PRIVATE)
    return str(file), compile_spec(str(file))[0]


def test_each_endpoint_and_its_rules_that_are_taken_out_are_noticed(tmp_path: Path) -> None:
    file, compiled = private(tmp_path)
    whole = case(platform_of(file, "dev"), compiled)
    assert differences(whole) == []
    kinds = ("AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroupIngress")
    asked = [name for name, body in whole.found.resources.items() if body["Type"] in kinds]
    assert len(asked) == 9
    assert [one for one in asked if not differences(without(whole, one))] == []


def actions(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("Effect") == "Allow" and isinstance(value.get("Action"), list):
            yield from value["Action"]
        for child in value.values():
            yield from actions(child)
    elif isinstance(value, list):
        for child in value:
            yield from actions(child)


def test_every_action_that_a_verb_gives_is_known() -> None:
    """A verb whose API nobody has named would be taken for one that calls nothing."""
    verbs = yaml.safe_load((ROOT / "tests" / "kinds" / "verbs.yaml").read_text())
    sections = [about for section, about in verbs.items() if section in load_schema().kinds]
    given = {one for section in sections for verb in section.values() for one in verb.get("allow") or ()}
    assert sorted(one for one in given if not is_known(one)) == []
    assert len(given) > 100


def test_the_endpoints_have_the_form_of_the_setting() -> None:
    data = json.loads((schema_folder() / DATA).read_bytes())
    named = [one for lists in (data["by_service"], data["by_action"]) for several in lists.values() for one in several]
    pattern = load_pattern()
    assert all(pattern.fullmatch(one) for one in named)
    assert services_of("ecr:GetAuthorizationToken") == ("ecr.api",)
    assert services_of("ecr:UploadLayerPart") == ("ecr.dkr",), "only what is pulled comes from s3"
    assert services_of("bedrock:InvokeModel") == ("bedrock-runtime",)


@pytest.mark.parametrize("action", ("sagemaker:Invoke*", "ecr:*", "states:Start??ncExecution", "execute-api:*"))
def test_a_wildcard_over_actions_of_several_endpoints_tells_none(action: str) -> None:
    """Which of them are called is not known; of a service with one endpoint it is."""
    assert services_of(action) == ()
    assert services_of("s3:Get*") == ("s3",)


def load_pattern() -> re.Pattern[str]:
    network = json.loads((schema_folder() / "kinds" / "network.schema.json").read_bytes())
    return re.compile(network["properties"]["endpoints"]["items"]["pattern"])


def test_pods_call_through_the_interfaces_of_their_cluster() -> None:
    roots = compile_spec(str(ROOT / "spec" / "ai-community.yaml"), ("prod",))
    found = followed(next(one for one in roots if one.region == one.home))
    called = {
        one.service for one in calls(found.resources, found.network, found.owners) if one.component == "workloads.api"
    }
    assert called == {"s3", "secretsmanager", "sqs"}


DATABASE = "databases: {main: {engine: postgres, version: '17', iam_users: [app]}}\n"
MODEL = f"""\
buckets: {{artifacts: {{}}}}
models:
  fit:
    image: {IMAGE}
    artifact: s3://${{artifacts.name}}/model.tar.gz
    instances: {{type: ml.m5.large}}
"""
STARTS = (
    ("a service", service(""), {"ecr.api", "ecr.dkr", "logs", "s3"}),
    ("the bastion", f"bastion: {{uses: {{main: connect}}}}\n{DATABASE}", {"ssm", "ssmmessages"}),
    ("extensions", DATABASE.replace("iam_users: [app]", "extensions: [vector]"), {"secretsmanager"}),
    ("a model", MODEL, {"s3"}),
)


@pytest.mark.parametrize(("about", "body", "wanted"), STARTS, ids=[row[0] for row in STARTS])
def test_what_validate_asks_for_is_computed_too(tmp_path: Path, about: str, body: str, wanted: set[str]) -> None:
    """The checks of kinds tell earlier what a component needs to start; its roles tell the same."""
    file = tmp_path / "spec.yaml"
    file.write_text(spec((), body, "single"))
    found = followed(compile_spec(str(file))[0])
    assert {one.service for one in calls(found.resources, found.network, found.owners)} == wanted
    assert {one.code for one in faults(tmp_path, spec((), body))} == {"no-egress"}
