"""`renamed_from:` replaces nothing: the templates are those of the old name but for the variables of the users."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.kinds.building import compiled, faults, resources

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
PLATFORM = """
naming: "${env}-${name}"
queues:
  QUEUE: {dead_letter: {after: 3}RENAMED_QUEUE}
topics:
  news: {subscribers: [QUEUE]}
  sales: {fifo: true}
services:
  SERVICE: {image: "nginx:1.27", port: 80, ingress: {path: "/*"}RENAMED_SERVICE}
apis:
  public: {routes: {"ANY /{proxy+}": SERVICE}}
databases:
  DATABASE: {engine: postgres, version: "16"RENAMED_DATABASE}
network: {cidr: 10.0.0.0/16}
functions:
  worker:
    runtime: python3.13
    code: ./worker
    handler: app.handler
    triggers: [{queue: QUEUE}]
    uses: {QUEUE: {verbs: send, as: JOBS}, DATABASE: {verbs: connect, as: DB}}
    environment: {NAME: "${QUEUE.name} of ${env}, ${DATABASE.endpoint}"}
monitoring: {notify: news, tune: {QUEUE.DeadLetters: {threshold: 7}, DATABASE.CpuHigh: {enabled: false}}}
"""

OLD = {"QUEUE": "processing", "DATABASE": "main", "SERVICE": "web"}
NEW = {"QUEUE": "jobs", "DATABASE": "store", "SERVICE": "front"}


def one(names: Mapping[str, str], renamed: bool = False) -> Compiled:
    """The platform with these names, each said to be `renamed_from` what it is in `OLD`, or not."""
    text = HEAD + PLATFORM
    for kind, name in names.items():
        text = text.replace(f"RENAMED_{kind}", f", renamed_from: {OLD[kind]}" if renamed else "").replace(kind, name)
    return compiled(text)


def bodies(found: Compiled) -> dict[str, Json]:
    return {template.name: template.body for template in found.templates}


def test_a_rename_changes_no_template() -> None:
    before = bodies(one(OLD))
    assert bodies(one(NEW, renamed=True)) == before
    assert bodies(one(NEW)) != before


def test_two_components_may_swap_their_names() -> None:
    text = (
        "queues: {%s: {delay_seconds: 1%s}, %s: {delay_seconds: 2%s}}\nfunctions: {w: {%s, uses: {a: send, b: send}}}\n"
    )
    function = "runtime: python3.13, code: w, handler: app.handler"
    before = resources(compiled(HEAD + text % ("a", "", "b", "", function)))
    after = resources(compiled(HEAD + text % ("b", ", renamed_from: a", "a", ", renamed_from: b", function)))
    assert after["AQueue"] == before["AQueue"] and after["BQueue"] == before["BQueue"]
    variables = after["WFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"A_URL": {"Ref": "BQueue"}, "B_URL": {"Ref": "AQueue"}}


def test_variables_of_users_and_origins_have_the_new_name() -> None:
    function = "runtime: python3.13, code: w, handler: app.handler, uses: {jobs: send}"
    found = compiled(f"{HEAD}queues: {{jobs: {{renamed_from: old}}}}\nfunctions: {{w: {{{function}}}}}\n")
    variables = resources(found)["WFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"JOBS_URL": {"Ref": "OldQueue"}}
    (messaging,) = (child for child in found.children if child.name == "messaging")
    assert messaging.origins["OldQueue"] == "queues.jobs"
    assert found.places["queues.jobs"].line == 3


def test_templates_with_each_can_be_renamed() -> None:
    text = 'queues: {"jobs-{t}": {each: {t: [a, b]}, renamed_from: "work-{t}"}}\n'
    assert {"WorkAQueue", "WorkBQueue"} <= set(resources(compiled(HEAD + text)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("queues: {jobs: {renamed_from: old}, old: {}}", "duplicate-name"),
        ("queues: {jobs: {renamed_from: old}, mails: {renamed_from: old}}", "duplicate-name"),
        ("queues: {jobs: {renamed_from: my-old}, my_old: {}}", "duplicate-name"),
        ("queues: {jobs: {renamed_from: Old}}", "bad-value"),
        ("network: {renamed_from: old}", "unknown-property"),
        ("defaults: {queues: {renamed_from: old}}\nqueues: {jobs: {}}", "unknown-property"),
    ],
)
def test_what_can_not_be_renamed(text: str, code: str) -> None:
    assert [found.code for found in faults(f"{HEAD}{text}\n")] == [code]


def test_a_fault_after_the_rename_is_told_at_the_new_name() -> None:
    text = "queues:\n  jobs: {renamed_from: old, properties: {DelaySecond: 3}}\n"
    with pytest.raises(SpecError) as fault:
        compiled(HEAD + text)
    (found,) = fault.value.diagnostics
    assert (found.place.line, found.place.column, found.component) == (4, 42, "queues.jobs")


def test_raw_overrides_point_at_the_renamed_component() -> None:
    text = "queues: {orders: {renamed_from: jobs}, other: {}}\n"
    text += "overrides: {OtherQueue: {Properties: {Tags: [{Key: of, Value: 'for ${orders.name} jobs'}]}}}\n"
    tags = resources(compiled(HEAD + text))["OtherQueue"]["Properties"]["Tags"]
    assert tags == [{"Key": "of", "Value": {"Fn::Sub": "for ${JobsQueue.QueueName} jobs"}}]


def test_rules_of_a_renamed_bus_still_reach_their_queue() -> None:
    text = "queues: {jobs: {}}\n"
    text += "buses: {events: {renamed_from: old, rules: {all: {pattern: {source: [a]}, to: jobs}}}}\n"
    found = resources(compiled(HEAD + text))
    allow = found["JobsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"][-1]
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["OldBusRuleAll", "Arn"]}}}
