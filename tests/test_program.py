"""The late passes on one small platform: patches, pointers, glue, wiring, limits, cycles."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.program.intrinsics import Target, joined, retargeted, targets
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled

HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
FUNCTION = "runtime: python3.13, code: ./code, handler: app.handler"


def compiled(folder: Path, text: str) -> Compiled:
    (folder / "spec.yaml").write_text(HEAD + text)
    (one,) = compile_spec(str(folder / "spec.yaml"))
    return one


def template(one: Compiled, name: str) -> Json:
    return next(template.body for template in one.templates if template.name == name)


def test_properties_patch_the_main_resource_and_overrides_any(tmp_path: Path) -> None:
    text = (
        "queues:\n  jobs: {properties: {DelaySeconds: 7, KmsMasterKeyId: null}}\n"
        "overrides:\n  JobsQueueDeadLetter: {DeletionPolicy: Retain}\n"
    )
    resources = template(compiled(tmp_path, text), "messaging")["Resources"]
    assert resources["JobsQueue"]["Properties"]["DelaySeconds"] == 7
    assert "KmsMasterKeyId" not in resources["JobsQueue"]["Properties"]
    assert resources["JobsQueueDeadLetter"]["DeletionPolicy"] == "Retain"


def test_a_pointer_becomes_the_attribute_and_text_around_it_a_sub(tmp_path: Path) -> None:
    text = (
        "queues:\n  jobs: {}\nfunctions:\n"
        f"  one: {{{FUNCTION}, environment: {{AA: '${{jobs.url}}', BB: 'in ${{env}}: ${{jobs.name}}/$${{x}}'}}}}\n"
    )
    function = template(compiled(tmp_path, text), "compute")["Resources"]["OneFunction"]
    variables = function["Properties"]["Environment"]["Variables"]
    assert variables["AA"] == {"Ref": "JobsQueue"}
    assert variables["BB"] == {"Fn::Sub": "in dev: ${JobsQueueQueueName}/${!x}"}


def test_a_pointer_may_read_text_that_points_on(tmp_path: Path) -> None:
    text = "queues: {jobs: {}}\ndomains: {site: {domain: '${jobs.name}.example.com', zone: {create: true}}}\n"
    text += "parameters: {one: {value: '${site.name}'}, two: {value: 'at ${site.name}'}}\n"
    resources = template(compiled(tmp_path, text), "compute")["Resources"]
    host = {"Fn::Sub": "${JobsQueueQueueName}.example.com"}
    assert resources["OneParameter"]["Properties"]["Value"] == host
    assert resources["TwoParameter"]["Properties"]["Value"] == {"Fn::Sub": ["at ${Part1}", {"Part1": host}]}


def test_an_output_may_be_a_pointer_and_its_description_tells_which(tmp_path: Path) -> None:
    text = "queues:\n  jobs: {}\ndomains:\n  site: {domain: '${jobs.name}', zone: {create: true}}\n"
    outputs = template(compiled(tmp_path, text), "root")["Outputs"]
    assert outputs["SiteDomainZoneId"]["Description"] == "Zone of ${queues.jobs.name}"


def test_only_what_crosses_becomes_an_output_and_a_parameter(tmp_path: Path) -> None:
    text = f"queues:\n  jobs: {{}}\n  alone: {{}}\nfunctions:\n  one: {{{FUNCTION}, uses: {{jobs: send}}}}\n"
    one = compiled(tmp_path, text)
    outputs = template(one, "messaging")["Outputs"]
    assert {name for name in outputs if name.startswith("JobsQueue")} == {"JobsQueue", "JobsQueueArn"}
    compute = template(one, "compute")
    stack = template(one, "root")["Resources"]["ComputeStack"]["Properties"]
    assert set(compute["Parameters"]) == set(stack["Parameters"])
    assert stack["Parameters"]["JobsQueueArn"] == {"Fn::GetAtt": ["MessagingStack", "Outputs.JobsQueueArn"]}
    for child in one.children:
        used = {target.logical_id for target in targets(child.body["Resources"])}
        assert set(child.body.get("Parameters", {})) <= used


def test_every_reference_is_answered_in_its_own_template(tmp_path: Path) -> None:
    text = f"queues:\n  jobs: {{}}\nfunctions:\n  one: {{{FUNCTION}, uses: {{jobs: send}}}}\n"
    for one in compiled(tmp_path, text).templates:
        known = set(one.body["Resources"]) | set(one.body.get("Parameters", {}))
        assert {target.logical_id for target in targets(one.body)} <= known


def test_tags_reach_every_nested_stack(tmp_path: Path) -> None:
    root = template(compiled(tmp_path, "tags: {owner: me}\nqueues:\n  jobs: {}\n"), "root")
    for stack in root["Resources"].values():
        assert {"Key": "owner", "Value": "me"} in stack["Properties"]["Tags"]
        assert {"Key": "stackwright:environment", "Value": "dev"} in stack["Properties"]["Tags"]


def test_a_layer_over_a_limit_is_refused_with_its_place_until_it_is_placed(tmp_path: Path) -> None:
    queues = "".join(f"  q{number}: {{}}\n" for number in range(130))
    with pytest.raises(SpecError) as fault:
        compiled(tmp_path, f"queues:\n{queues}")
    (found,) = fault.value.diagnostics
    assert (found.code, found.place.line) == ("not-placed", 5)
    assert "520 resources" in found.message


def test_a_role_with_more_permissions_than_usual_is_told(tmp_path: Path) -> None:
    """Ten managed policies hold what this function may do with about 240 queues."""
    queues = "".join(f"  q{number}: {{}}\n" for number in range(120))
    tables = "".join(f"  t{number}: {{key: id}}\n" for number in range(250))
    uses = ", ".join(
        (*(f"q{number}: [send, consume]" for number in range(120)), *(f"t{one}: [read, write]" for one in range(250)))
    )
    with pytest.raises(SpecError) as fault:
        compiled(tmp_path, f"queues:\n{queues}tables:\n{tables}functions:\n  one: {{{FUNCTION}, uses: {{{uses}}}}}\n")
    messages = {found.code: found.message for found in fault.value.diagnostics}
    assert messages.keys() == {"policy-limit", "environment-limit"}
    assert "its role needs 15 managed policies for what it uses: AWS allows 10" in messages["policy-limit"]


def test_a_role_that_holds_too_many_permissions_itself_is_refused(tmp_path: Path) -> None:
    """IAM counts what stands in the role and what is attached to it together."""
    names = [f"s{number}" for number in range(14)]
    services = "".join(f"  {name}: {{image: 'example/web:1', port: 8080}}\n" for name in names)
    stages = "".join(f"      - {{name: {name}, deploy: {{service: {{name: '${{{name}.name}}'}}}}}}\n" for name in names)
    text = f"repositories: {{code: {{content: code}}}}\nservices:\n{services}pipelines:\n  release:\n"
    with pytest.raises(SpecError) as fault:
        compiled(tmp_path, f"{text}    source: {{repository: '${{code.name}}'}}\n    stages:\n{stages}")
    (found,) = fault.value.diagnostics
    assert (found.code, found.component) == ("policy-limit", "pipelines.release")


def test_an_unrelated_component_changes_nothing_elsewhere(tmp_path: Path) -> None:
    before = compiled(tmp_path, "queues:\n  jobs: {}\n")
    after = compiled(tmp_path, "queues:\n  another: {}\n  jobs: {}\n")
    old = template(before, "messaging")["Resources"]
    new = template(after, "messaging")["Resources"]
    assert {name: new[name] for name in old} == old
    assert template(before, "security") == template(after, "security")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"Ref": "A"}, {Target("A")}),
        ({"Ref": "AWS::Region"}, set()),
        ({"Fn::GetAtt": ["A", "B.C"]}, {Target("A", "B.C")}),
        ({"Fn::GetAtt": "A.B.C"}, {Target("A", "B.C")}),
        ({"Fn::Sub": "${A}-${B.Arn}-${!C}-${AWS::Region}"}, {Target("A"), Target("B", "Arn")}),
        ({"Fn::Sub": ["${A}-${V}", {"V": {"Ref": "B"}}]}, {Target("A"), Target("B")}),
        ([{"x": [{"Ref": "A"}]}, "text ${B}"], {Target("A")}),
        ({"Ref": "A", "Other": 1}, set()),
        ({"Fn::Sub": [{"V": {"Ref": "B"}}]}, {Target("B")}),
        ({"Fn::Sub": []}, set()),
        ({"Fn::GetAtt": []}, set()),
        ({"Fn::GetAtt": ["A"]}, set()),
        ({"Ref": ["A"]}, set()),
    ],
)
def test_targets(value: Json, found: set[Target]) -> None:
    assert set(targets(value)) == found


def test_retargeting_leaves_what_stays() -> None:
    value = {"Fn::Sub": ["${A.Arn} ${B} ${V} ${!A.Arn}", {"V": {"Fn::GetAtt": ["A", "Arn"]}}]}
    names = {Target("A", "Arn"): "AArn"}
    assert retargeted(value, names.get) == {"Fn::Sub": ["${AArn} ${B} ${V} ${!A.Arn}", {"V": {"Ref": "AArn"}}]}


@pytest.mark.parametrize(
    ("pieces", "value"),
    [
        (["", {"Ref": "A"}, ""], {"Ref": "A"}),
        (["https://", "${x}.example.com", ""], "https://${x}.example.com"),
        (["a ", {"Fn::GetAtt": ["A", "B"]}, " ${x}"], {"Fn::Sub": "a ${A.B} ${!x}"}),
        (["a", {"Fn::Sub": "${A}"}], {"Fn::Sub": ["a${Part1}", {"Part1": {"Fn::Sub": "${A}"}}]}),
    ],
)
def test_joining(pieces: list[Json], value: Json) -> None:
    assert joined(pieces) == value


def test_like_access_to_several_targets_is_one_statement(tmp_path: Path) -> None:
    uses = "uses: {jobs: [send, consume], mails: send}"
    text = f"queues:\n  jobs: {{}}\n  mails: {{}}\nfunctions:\n  one: {{{FUNCTION}, {uses}}}\n"
    policy = template(compiled(tmp_path, text), "compute")["Resources"]["OneFunctionAccess"]["Properties"][
        "PolicyDocument"
    ]
    found = {one["Sid"]: one for one in policy["Statement"]}
    assert list(found) == ["JobsQueueConsume", "JobsQueueConsume1", "SqsSend", "KmsSend1"]
    assert found["SqsSend"]["Resource"] == [{"Ref": "JobsQueueArn"}, {"Ref": "MailsQueueArn"}]
    assert found["KmsSend1"]["Resource"] == [{"Ref": "PlatformKeyArn"}]
    assert found["JobsQueueConsume"]["Resource"] == [{"Ref": "JobsQueueArn"}]


def test_statement_ids_are_unique_in_a_policy(tmp_path: Path) -> None:
    components = "tables:\n  t1: {key: id}\n  t2: {key: id}\nbuckets:\n  b1: {}\n  b2: {}\n"
    uses = ", ".join(f"{name}: [read, write]" for name in ("t1", "t2", "b1", "b2"))
    one = compiled(tmp_path, f"{components}functions:\n  one: {{{FUNCTION}, uses: {{{uses}}}}}\n")
    policy = template(one, "compute")["Resources"]["OneFunctionAccess"]["Properties"]["PolicyDocument"]
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(sids) == len(set(sids)) >= 6
    assert all(sid.isalnum() for sid in sids)


CALLBACK = """
functions:
  pack: {runtime: python3.13, code: code, handler: app.handler, uses: {fulfil: send}}
workflows:
  fulfil:
    definition: {StartAt: PackFunction, States: {PackFunction: {Type: Task, Resource: "${pack.arn}", End: true}}}
    uses: {pack: invoke}
"""


def test_a_function_that_answers_to_the_workflow_that_calls_it_does_not_wait_for_its_permission(tmp_path: Path) -> None:
    found = template(compiled(tmp_path, CALLBACK), "compute")["Resources"]
    waiting = {name: found[name].get("DependsOn", []) for name in ("PackFunction", "FulfilWorkflow")}
    assert sorted(map(len, waiting.values())) == [0, 1]
    assert found["PackFunctionAccess"]["Properties"]["RoleName"] == {"Ref": "PackFunctionRole"}


def test_a_function_waits_for_its_permissions_where_nothing_forbids_it(tmp_path: Path) -> None:
    text = f"queues: {{jobs: {{}}}}\nfunctions: {{pack: {{{FUNCTION}, uses: {{jobs: send}}}}}}\n"
    assert template(compiled(tmp_path, text), "compute")["Resources"]["PackFunction"]["DependsOn"] == [
        "PackFunctionAccess"
    ]
