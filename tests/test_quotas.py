"""Quotas of AWS: what is just within one compiles, and one more is told at its line before anything is uploaded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.program import quotas as room
from compiler.program.intrinsics import targets
from compiler.program.policy_size import policy_size
from compiler.program.quota_measures import MEASURES, by_type, measured
from compiler.program.quotas import Quota, quotas
from compiler.program.resource import Resource
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.json_value import Json
from compiler.stacks.place import May
from compiler.stacks.recorded import Placing

ROOT = Path(__file__).resolve().parent.parent
HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\nresources:\n"
Bodies = Mapping[str, Json]
"""Name of a raw resource → its body; the first is at the line that is told."""
ARN = "arn:aws:elasticloadbalancing:us-east-1:111122223333"
LISTENER = f"{ARN}:listener/app/it/0123456789abcdef/0123456789abcdef"
ANYONE_HERE = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*", "Resource": "*"}


def body(kind: str, **properties: Json) -> Json:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def document(length: int) -> Json:
    """A policy of that many characters."""
    found = {"Version": "2012-10-17", "Statement": [{"Sid": "", **ANYONE_HERE}]}
    return {**found, "Statement": [{"Sid": "x" * (length - policy_size(found)), **ANYONE_HERE}]}


def one(kind: str, **properties: Callable[[int], Json]) -> Callable[[int], Bodies]:
    """A resource whose properties grow."""
    return lambda amount: {"it": body(kind, **{name: value(amount) for name, value in properties.items()})}


def several(amount: int, make: Callable[[int], Json]) -> dict[str, Json]:
    return {f"n{number}": make(number) for number in range(amount)}


def fixed(value: Json) -> Callable[[int], Json]:
    return lambda amount: value


def listed(item: Json) -> Callable[[int], Json]:
    return lambda amount: [item] * amount


def numbered(text: str) -> Callable[[int], Json]:
    return lambda amount: [text.format(number) for number in range(amount)]


def rules(side: str) -> Callable[[int], Json]:
    rule = {"IpProtocol": "tcp", "CidrIp": "10.0.0.0/8", "FromPort": 443, "ToPort": 443}
    return lambda amount: [{**rule, "FromPort": 443 - number} for number in range(amount)]


def listener_rule(number: int, groups: Sequence[int]) -> Json:
    found = [{"TargetGroupArn": f"{ARN}:targetgroup/g{one}/0123456789abcdef"} for one in groups]
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/{number}"]}}
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": found}}
    rule = "ElasticLoadBalancingV2::ListenerRule"
    return body(rule, ListenerArn=LISTENER, Priority=number + 1, Conditions=[condition], Actions=[action])


def listener_rules(amount: int) -> Bodies:
    return several(amount, lambda number: listener_rule(number, [0]))


def target_groups(amount: int) -> Bodies:
    """Two groups a rule, so that there are not too many rules."""
    return several(
        -(-amount // 2), lambda number: listener_rule(number, range(2 * number, min(2 * number + 2, amount)))
    )


def certificates(amount: int) -> Bodies:
    kind = "ElasticLoadBalancingV2::ListenerCertificate"
    arn = "arn:aws:acm:us-east-1:111122223333:certificate/{}"
    return several(
        amount, lambda number: body(kind, ListenerArn=LISTENER, Certificates=[{"CertificateArn": arn.format(number)}])
    )


def event_rules(amount: int) -> Bodies:
    pattern = {"source": ["demo"]}
    made = several(amount, lambda number: body("Events::Rule", EventBusName={"Ref": "Bus"}, EventPattern=pattern))
    return {"bus": {**body("Events::EventBus", Name="demo"), "logical_id": "Bus"}, **made}


def subscriptions(amount: int, topic: Json, **more: Json) -> Bodies:
    queue = "arn:aws:sqs:us-east-1:111122223333:q{}"
    made = several(
        amount,
        lambda number: body(
            "SNS::Subscription", TopicArn={"Ref": "Topic"}, Protocol="sqs", Endpoint=queue.format(number), **more
        ),
    )
    return {"topic": {**body("SNS::Topic", **topic), "logical_id": "Topic"}, **made}


def dashboard(widgets: Callable[[int], Json]) -> Callable[[int], Bodies]:
    return one("CloudWatch::Dashboard", DashboardBody=lambda amount: json.dumps({"widgets": widgets(amount)}))


def graphs(amount: int) -> Json:
    """Graphs of a hundred metrics each, and what is left."""
    parts = [100] * (amount // 100) + ([amount % 100] if amount % 100 else [])
    return [{"type": "metric", "properties": {"metrics": [["N", "m"]] * part}} for part in parts]


def function_policy(amount: int) -> Bodies:
    """Permissions of a function, the last with as long a source as is left."""
    permission = body(
        "Lambda::Permission", FunctionName="f", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    size = dict(measured("function-policy", by_type(parsed({"n": permission}))))["n"]
    whole, rest = divmod(amount, size)
    made = several(whole, lambda number: permission)
    longer = {**permission["Properties"], "SourceArn": "x" * rest}
    return {**made, f"n{whole - 1}": {**permission, "Properties": longer}}


def task(amount: int) -> Bodies:
    def made(length: int) -> Json:
        return body("ECS::TaskDefinition", Family="it", ContainerDefinitions=[{"Name": "x" * length, "Image": "a"}])

    return {"it": made(amount - policy_size(made(0)["Properties"]))}


FUNCTION = {
    "Role": fixed("arn:aws:iam::111122223333:role/f"),
    "Code": fixed({"ZipFile": "pass"}),
    "Runtime": fixed("python3.13"),
    "Handler": fixed("index.handler"),
}
SPECS: Mapping[str, Callable[[int], Bodies]] = {
    "trust-policy": one("IAM::Role", AssumeRolePolicyDocument=document),
    "inline-policies": one(
        "IAM::Role",
        AssumeRolePolicyDocument=fixed(document(200)),
        Policies=lambda amount: [{"PolicyName": "a", "PolicyDocument": document(amount)}],
    ),
    "managed-policies": one(
        "IAM::Role",
        AssumeRolePolicyDocument=fixed(document(200)),
        ManagedPolicyArns=numbered("arn:aws:iam::111122223333:policy/p{}"),
    ),
    "key-policy": one("KMS::Key", KeyPolicy=document),
    "bucket-policy": one("S3::BucketPolicy", Bucket=fixed("demo-bucket"), PolicyDocument=document),
    "function-policy": function_policy,
    "inbound-rules": one("EC2::SecurityGroup", GroupDescription=fixed("it"), SecurityGroupIngress=rules("")),
    "outbound-rules": one("EC2::SecurityGroup", GroupDescription=fixed("it"), SecurityGroupEgress=rules("")),
    "listener-rules": listener_rules,
    "target-groups": target_groups,
    "certificates": certificates,
    "event-rules": event_rules,
    "event-targets": one(
        "Events::Rule",
        EventPattern=fixed({"source": ["demo"]}),
        Targets=lambda amount: [{"Id": f"t{number}", "Arn": f"arn:aws:sqs:::q{number}"} for number in range(amount)],
    ),
    "fifo-subscriptions": lambda amount: subscriptions(amount, {"TopicName": "a.fifo", "FifoTopic": True}),
    "filtered-subscriptions": lambda amount: subscriptions(amount, {}, FilterPolicy={"kind": ["a"]}),
    "widgets": dashboard(lambda amount: [{"type": "text", "properties": {"markdown": "a"}}] * amount),
    "metrics": dashboard(graphs),
    "variables": one(
        "Lambda::Function", **FUNCTION, Environment=lambda amount: {"Variables": {"A": "x" * (amount - len("A"))}}
    ),
    "task-definition": task,
    "state-machine": one(
        "StepFunctions::StateMachine",
        RoleArn=fixed("arn:aws:iam::111122223333:role/s"),
        DefinitionString=lambda amount: "x" * amount,
    ),
}
TYPES = {
    "AWS::IAM::Role": {"AssumeRolePolicyDocument": document(200)},
    "AWS::IAM::ManagedPolicy": {"PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    "AWS::S3::Bucket": {},
    "AWS::DynamoDB::Table": {"KeySchema": []},
    "AWS::RDS::DBInstance": {"DBInstanceClass": "db.t4g.micro"},
    "AWS::EC2::EIP": {"Domain": "vpc"},
    "AWS::EC2::SecurityGroup": {"GroupDescription": "it"},
    "AWS::ECS::Service": {"TaskDefinition": "a"},
}
LARGE = ("task-definition", "state-machine")
"""More than fits into a short test, or into a template at all: the rule is the same with a smaller number."""


def parsed(bodies: Bodies) -> dict[str, Resource]:
    return {name: Resource(name, "", one, frozenset(targets(one))) for name, one in bodies.items()}


def told(folder: Path, bodies: Bodies, code: str) -> list[Diagnostic]:
    spec = folder / "spec.yaml"
    spec.write_text(HEAD + "".join(f"  {name}: {json.dumps(one)}\n" for name, one in bodies.items()))
    try:
        found: Sequence[Diagnostic] = compile_spec(str(spec), (), Placing(May.ALL))[0].warnings
    except SpecError as problem:
        found = problem.diagnostics
    return [diagnostic for diagnostic in found if diagnostic.code == code]


def lowered(monkeypatch: pytest.MonkeyPatch, quota: Quota, usual: int) -> Quota:
    """The quota with a number that a test can reach, alone."""
    low = replace(quota, usual=usual, most=usual if quota.fixed else quota.most)
    monkeypatch.setattr(room, "quotas", lambda: (low,))
    return low


BY_NAME = {quota.measure: quota for quota in quotas()}


def test_every_quota_has_a_row_here_and_a_measure() -> None:
    assert BY_NAME.keys() == {*SPECS, *TYPES}
    assert SPECS.keys() == MEASURES


@pytest.mark.parametrize("name", SPECS)
def test_a_quota_is_kept_to_the_last_and_told_above_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = lowered(monkeypatch, BY_NAME[name], 9_000 if name in LARGE else BY_NAME[name].usual)
    assert told(tmp_path, SPECS[name](quota.usual), quota.code) == []
    (found,) = told(tmp_path, SPECS[name](quota.usual + 1), quota.code)
    assert (found.severity, found.suggestion) == ("error" if quota.fixed else "warning", quota.help)
    assert f"{quota.usual + 1:,}" in found.message
    assert f"AWS allows {quota.usual:,}" in found.message
    section, _, resource = found.component.partition(".")
    bodies = [*SPECS[name](quota.usual + 1)]
    assert (section, found.place.line) == ("resources", HEAD.count("\n") + 1 + bodies.index(resource))


@pytest.mark.parametrize("name", ["trust-policy", "managed-policies", "inbound-rules"])
def test_more_than_a_quota_can_be_raised_to_is_refused(name: str, tmp_path: Path) -> None:
    quota = BY_NAME[name]
    assert quota.most
    assert [one.severity for one in told(tmp_path, SPECS[name](quota.most), quota.code)] == ["warning"]
    (found,) = told(tmp_path, SPECS[name](quota.most + 1), quota.code)
    assert (found.severity, found.place.line, found.component) == ("error", 4, "resources.it")


@pytest.mark.parametrize("name", TYPES)
def test_quotas_of_an_account_are_told_at_the_platform(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = lowered(monkeypatch, BY_NAME[name], 3)
    bodies = several(4, lambda number: {"Type": name, "Properties": TYPES[name]})
    assert told(tmp_path, dict([*bodies.items()][:3]), quota.code) == []
    (found,) = told(tmp_path, bodies, quota.code)
    assert (found.severity, found.place.line, found.component) == ("warning", 1, "")


def test_a_large_environment_is_told_nothing_of_operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployer divides what is too large for one."""
    monkeypatch.setattr("compiler.stacks.fleet.operation.OPERATION_LIMIT", 3)
    assert told(tmp_path, several(11, lambda number: body("SNS::Topic")), "operation-limit") == []


def test_every_quota_is_in_the_docs_as_it_is_in_the_data() -> None:
    page = (ROOT / "docs" / "size.md").read_text(encoding="utf-8")
    for quota in quotas():
        most = "fixed" if quota.fixed else f"{quota.most:,}" if quota.most else "yes"
        what = f"{quota.quota} (`{quota.measure}`)" if "::" in quota.measure else quota.quota
        assert f"| [{what}]({quota.source}) | {quota.usual:,} | {most} | `{quota.code}` |" in page


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"a": {"Ref": "Queue"}}, len('{"a":""}') + 90),
        ([{"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::GetAtt": "Queue.Arn"}], len('["",""]') + 180),
        ({"Fn::Sub": "${A}-${AWS::Region}"}, len('"-"') + 40),
        ({"Fn::Sub": ["${A}-${B}", {"B": {"Ref": "Queue"}}]}, len('"-"') + 40),
        ({"Fn::Sub": 'say \\"${A}\\"'}, len(json.dumps('say \\"\\"')) + 20),
        ('{"Ref":"Queue"}', len(json.dumps('{"Ref":"Queue"}'))),
    ],
)
def test_what_is_known_after_deployment_only_is_estimated(value: Json, size: int) -> None:
    assert policy_size(value) == size
