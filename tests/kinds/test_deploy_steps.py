"""Functions and jobs that run at deployments: when, in which order, with which permissions, and what can't be."""

from __future__ import annotations

import pytest

from compiler.kinds.functions import trigger_rules
from compiler.language.facts import fact
from compiler.shared import deploy_steps
from compiler.shared.shipped import RUNTIME
from compiler.source.json_value import Json
from reviewer.template_set import STEP_TYPE
from tests.kinds.building import compiled, faults, resources, roots

HEAD = """
platform: demo
environments: {dev: {posture: development}}
databases: {main: {engine: postgres, version: "16"}, other: {engine: postgres, version: "16"}}
queues: {mail: {}}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"


def functions(trigger: str = "deploy: before", settings: str = "uses: {main: manage}", more: str = "") -> str:
    return f"{HEAD}functions: {{step: {{{FUNCTION}, {settings}, triggers: [{{{trigger}}}]}}{more}}}\n"


def jobs(deploy: str = "before", more: str = "") -> str:
    return f"{HEAD}jobs: {{step: {{image: 'example/step:1', deploy: {deploy}, uses: {{main: manage}}}}{more}}}\n"


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(text)))


def step(text: str) -> Json:
    (found,) = (body for body in built(text).values() if body["Type"] == STEP_TYPE)
    return found


def statements(text: str) -> dict[str, Json]:
    """What the provider of the step may do beyond its own log and traces."""
    (role,) = (body for name, body in built(text).items() if name.endswith("DeployProviderRole"))
    (policy,) = role["Properties"]["Policies"]
    found = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
    assert all(one["Effect"] == "Allow" for one in found.values())
    return {sid: one for sid, one in found.items() if sid not in ("Logs", "Traces")}


def test_the_step_names_its_function_its_event_and_what_runs_it_again() -> None:
    found = step(functions("deploy: before, with: {schema: 42, dry: false, host: '${main.endpoint}'}"))
    properties = found["Properties"]
    assert properties["ServiceToken"] == {"Fn::GetAtt": ["StepFunctionDeployProvider", "Arn"]}
    assert properties["Function"] == {"Fn::GetAtt": ["StepFunction", "Arn"]}
    assert properties["Step"] == "functions.step"
    given = {"Fn::Sub": '{"dry":false,"host":"${MainDatabaseEndpointAddress}","schema":42}'}
    assert properties["With"] == given, "CloudFormation would make text of a number or a boolean"
    assert properties["Version"]["MAIN_HOST"] == {"Ref": "MainDatabaseEndpointAddress"}
    assert properties["Version"]["Made"]["Fn::Sub"][1] == {"Code": {"Ref": "StepFunctionCodeKey"}}


@pytest.mark.parametrize("more", ["memory: 512", "environment: {LEVEL: info}", "properties: {Description: mine}"])
def test_another_setting_runs_it_again(more: str) -> None:
    before, after = (step(functions(settings=f"uses: {{main: manage}}{one}")) for one in ("", f", {more}"))
    assert before["Properties"]["Version"] != after["Properties"]["Version"]
    same = {name: value for name, value in before["Properties"].items() if name != "Version"}
    assert same == {name: value for name, value in after["Properties"].items() if name != "Version"}


@pytest.mark.parametrize("more", ["only: [dev]", "concurrency: 5"])
def test_what_is_no_part_of_the_code_does_not(more: str) -> None:
    assert step(functions()) == step(functions(settings=f"uses: {{main: manage}}, {more}"))


def test_a_function_with_versions_runs_by_its_newest() -> None:
    found = step(functions(settings="provisioned: 1"))
    assert found["Properties"]["Function"] == {"Ref": "StepFunctionLive"}
    assert statements(functions(settings="provisioned: 1"))["Run"]["Resource"] == [{"Ref": "StepFunctionLive"}]


def test_the_provider_of_a_function_may_invoke_it_and_look_at_its_own_stack() -> None:
    found = statements(functions())
    assert {sid: (one["Action"], one["Resource"]) for sid, one in found.items()} == {
        "Run": (["lambda:InvokeFunction"], [{"Fn::GetAtt": ["StepFunction", "Arn"]}]),
        "Rollback": (["cloudformation:DescribeStacks"], [{"Ref": "AWS::StackId"}]),
    }


def test_the_provider_of_a_job_may_run_it_wait_for_it_and_read_its_log() -> None:
    found = statements(jobs())
    assert {sid: one["Action"] for sid, one in found.items()} == {
        "Start": ["ecs:RunTask"],
        "PassRoles": ["iam:PassRole"],
        "Wait": ["ecs:DescribeTasks"],
        "Reason": ["logs:GetLogEvents"],
        "Rollback": ["cloudformation:DescribeStacks"],
    }
    roles = [{"Fn::GetAtt": [f"StepJob{kind}Role", "Arn"]} for kind in ("Task", "Execution")]
    assert found["PassRoles"]["Resource"] == roles
    assert found["PassRoles"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    cluster = {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["EcsCluster", "Arn"]}}}
    assert found["Start"]["Condition"] == found["Wait"]["Condition"] == cluster
    assert found["Reason"]["Resource"] == [{"Fn::GetAtt": ["StepJobLogGroup", "Arn"]}]
    assert "*" not in [resource for one in found.values() for resource in one["Resource"]]


@pytest.mark.parametrize("text", [functions(), jobs()])
@pytest.mark.parametrize("never", ["lambda:Update", "ecs:Stop", "iam:Create", "secretsmanager:", "kms:", "s3:", "rds:"])
def test_the_provider_may_do_nothing_else(text: str, never: str) -> None:
    assert not [one for found in statements(text).values() for one in found["Action"] if one.startswith(never)]


def test_a_job_says_how_its_task_runs() -> None:
    task = step(jobs("{when: after, with: {RELEASE: '42'}}"))["Properties"]
    assert task["Task"] == {
        "Cluster": {"Ref": "EcsCluster"},
        "TaskDefinition": {"Ref": "StepJobTaskDefinition"},
        "Container": "step",
        "Subnets": [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}],
        "SecurityGroup": {"Ref": "StepJobSecurityGroup"},
        "LogGroup": {"Ref": "StepJobLogGroup"},
    }
    assert task["With"] == '{"RELEASE":"42"}'
    assert task["Version"] == {"TaskDefinition": {"Ref": "StepJobTaskDefinition"}}


@pytest.mark.parametrize("text", [functions(settings="uses: {web: call}"), jobs().replace("main: manage", "web: call")])
def test_a_step_waits_for_the_service_that_it_calls(text: str) -> None:
    found = step(f"{text}services: {{web: {{image: 'nginx:1.27', port: 80}}}}\n")
    assert "WebService" in found["DependsOn"], "whose address is text, so that nothing else makes it wait"


def test_a_step_does_not_say_that_it_waits_for_what_it_reads() -> None:
    """cfn-lint warns of it (W3005), and nobody could change it."""
    web = "services: {web: {image: 'example/web:1', port: 8080}}\n"
    found = step(functions("deploy: after, with: {service: '${web.name}'}", "uses: {web: call}") + web)
    assert "WebService" in str(found["Properties"]["With"]) and "WebService" not in found["DependsOn"]


@pytest.mark.parametrize("kind", ["", "type: rest, account_log_role: existing, "])
def test_a_step_waits_until_an_api_that_it_calls_answers(kind: str) -> None:
    """Not for the API alone, which has neither routes nor a stage then."""
    api = f"apis: {{pub: {{{kind}reason: it is public for all, routes: {{'GET /x': shown}}}}}}\n"
    found = built(functions("deploy: after", "uses: {pub: call}", f", shown: {{{FUNCTION}}}") + api)
    types = {found[name]["Type"].rpartition("::")[2] for name in found["StepFunctionDeployStep"]["DependsOn"]}
    assert {"Stage", "Permission"} <= types and types & {"Route", "Deployment"}


ANSWERS = "{url: '${pub.url}'}"


@pytest.mark.parametrize(
    "text",
    [
        functions(f"deploy: after, with: {ANSWERS}", "uses: {main: manage}", f", shown: {{{FUNCTION}}}"),
        f"{jobs(f'{{when: after, with: {ANSWERS}}}')}functions: {{shown: {{{FUNCTION}}}}}\n",
    ],
)
def test_a_step_waits_until_an_api_answers_whose_address_it_is_given(text: str) -> None:
    found = built(text + "apis: {pub: {reason: it is public for all, routes: {'GET /x': shown}}}\n")
    (one,) = (body for body in found.values() if body["Type"] == "Custom::DeployStep")
    types = {found[name]["Type"].rpartition("::")[2] for name in one["DependsOn"]}
    assert {"Stage", "Permission", "Route"} <= types


def test_a_step_before_others_does_not_wait_for_an_api_that_leads_to_them() -> None:
    more = f", shown: {{{FUNCTION}, uses: {{main: connect}}}}"
    text = functions(f"deploy: before, with: {ANSWERS}", "uses: {main: manage}", more)
    found = built(text + "apis: {pub: {reason: it is public for all, routes: {'GET /x': shown}}}\n")
    types = {found[name]["Type"].rpartition("::")[2] for name in found["StepFunctionDeployStep"]["DependsOn"]}
    assert "Route" not in types
    assert "StepFunctionDeployStep" in found["ShownFunction"]["DependsOn"]


@pytest.mark.parametrize("text", [functions(), jobs()])
def test_a_step_waits_for_its_rights_and_its_way_to_what_it_uses(text: str) -> None:
    stem = "StepFunction" if "functions:" in text else "StepJob"
    assert set(step(text)["DependsOn"]) == {
        f"{stem}Access",
        f"{stem}DeployProviderOnce",
        f"{stem}ToMainDatabase5432",
        f"MainDatabase5432From{stem}",
    }


OTHERS = f", api: {{{FUNCTION}, uses: {{main: connect}}}}, far: {{{FUNCTION}, uses: {{other: connect}}}}"
OTHERS += f", mailer: {{{FUNCTION}, uses: {{mail: send}}}}"


def waiting(text: str) -> set[str]:
    """Functions that are updated only after the step."""
    return {
        name
        for name, body in built(text).items()
        if body["Type"] == "AWS::Lambda::Function" and "StepFunctionDeployStep" in body.get("DependsOn", ())
    }


def test_before_is_before_whatever_uses_the_same_data() -> None:
    assert waiting(functions(settings="uses: {main: manage, mail: send}", more=OTHERS)) == {"ApiFunction"}


def test_after_is_before_nothing() -> None:
    assert waiting(functions("deploy: after", "uses: {main: manage, mail: send}", OTHERS)) == set()


def test_services_jobs_and_workflows_wait_too() -> None:
    more = "services: {web: {image: 'nginx:1.27', uses: {main: connect}}}\n"
    more += "jobs: {late: {image: 'example/late:1', deploy: after, schedule: rate(1 day), uses: {main: connect}}}\n"
    found = built(functions() + more)
    for name in ("WebService", "LateJobSchedule", "LateJobDeployStep"):
        assert "StepFunctionDeployStep" in found[name]["DependsOn"]


def test_what_lies_in_another_stack_does_not_wait_or_the_stacks_would_go_round() -> None:
    more = 'backups: {daily: {of: [main], rules: {daily: {schedule: "cron(0 5 * * ? *)", keep_days: 35}}}}\n'
    found = built(functions() + more)
    kinds = {body["Type"]: body.get("DependsOn", ()) for body in found.values()}
    assert "StepFunctionDeployStep" not in kinds["AWS::Backup::BackupSelection"]


def test_two_that_run_before_others_do_not_wait_for_each_other() -> None:
    text = functions(more=f", two: {{{FUNCTION}, uses: {{main: manage}}, triggers: [{{deploy: before}}]}}")
    found = built(text)
    assert "TwoFunctionDeployStep" not in found["StepFunctionDeployStep"]["DependsOn"]
    assert "StepFunctionDeployStep" not in found["TwoFunctionDeployStep"]["DependsOn"]


def test_a_step_before_what_it_calls_is_a_cycle_told_at_its_lines() -> None:
    text = functions(settings="uses: {main: manage, api: invoke}", more=f", api: {{{FUNCTION}, uses: {{main: read}}}}")
    text = text.replace("main: read", "main: connect")
    with pytest.raises(Exception, match="cycle"):
        roots(text)


def test_the_provider_is_asked_once_and_answers_before_cloudformation_gives_up() -> None:
    found = built(functions())
    assert found["StepFunctionDeployProviderOnce"]["Properties"]["MaximumRetryAttempts"] == 0
    seconds = found["StepFunctionDeployProvider"]["Properties"]["Timeout"]
    assert (
        trigger_rules._LONGEST_STEP
        == deploy_steps.LONGEST
        < seconds
        < step(functions())["Properties"]["ServiceTimeout"]
    )


def test_the_provider_runs_in_a_runtime_that_aws_keeps() -> None:
    assert RUNTIME in fact("lambda-runtimes").current()


WRONG = (
    (functions("deploy: later"), "not-allowed", "before"),
    (functions("deploy: before, batch: 5"), "bad-trigger", "a deploy takes: with"),
    (functions("schedule: rate(1 day), with: {a: 1}"), "bad-trigger", "a schedule takes"),
    (functions("deploy: before}, {deploy: after"), "duplicate-value", "remove one"),
    (functions("deploy: before, queue: mail"), "bad-trigger", "list entry"),
    (functions(settings="timeout: 801"), "out-of-range", "800"),
    (functions(settings="concurrency: 0"), "out-of-range", "concurrency: 1"),
    (jobs("always"), "bad-value", "before"),
    (jobs("{with: {A: b}}"), "missing-property", "when"),
    (jobs("{when: before, with: {1A: b}}"), "bad-name", ""),
)


@pytest.mark.parametrize(("text", "code", "help_text"), WRONG)
def test_what_can_not_be(text: str, code: str, help_text: str) -> None:
    found = faults(text)
    assert [one.code for one in found] == [code]
    assert help_text in found[0].suggestion + found[0].message


@pytest.mark.parametrize("settings", ["timeout: 800", "concurrency: 1"])
def test_the_last_that_can_be(settings: str) -> None:
    assert faults(functions(settings=settings)) == ()
