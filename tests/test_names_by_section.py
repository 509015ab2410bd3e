"""Names are unique in their section only: what a bare one means, and that no other component changes a logical id."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from compiler.language.schema import load_schema
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

GOLDEN = Path(__file__).parent / "golden"
SPEC = (GOLDEN / "names-by-section" / "spec.yaml").read_text(encoding="utf-8")
LAYERS = {"x-exports", "x-imports"}
"""Kinds of which one names the other components, and the other one needs another file."""
SECTIONS = sorted(
    section
    for section, kind in load_schema().kinds.items()
    if not load_schema().singleton(section) and LAYERS.isdisjoint(kind)
)
HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
FUNCTION = "runtime: python3.13, code: ./api, handler: app.handler"
SMALLEST: Json = {
    "queues": {},
    "topics": {},
    "tables": {"key": "id"},
    "buckets": {},
    "secrets": {},
    "streams": {},
    "repositories": {},
    "keys": {},
}


def edges(text: str) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.target, edge.verb) for edge in platform(text).edges}


def test_taking_a_component_away_changes_no_logical_id_of_the_rest() -> None:
    alone = SPEC.replace(", caches.main: {verbs: connect, as: CACHE}", "")
    alone = "".join(line for line in alone.splitlines(keepends=True) if not line.startswith("caches:"))
    whole, rest = resources(compiled(SPEC)), resources(compiled(alone))
    gone = whole.keys() - rest.keys()
    assert rest.keys() <= whole.keys() and gone
    assert all("MainCache" in name for name in gone)


@pytest.mark.parametrize("section", SECTIONS)
def test_components_of_other_sections_with_the_same_name_change_no_logical_id(section: str) -> None:
    """What stays bare in the spec still means what it meant, or is refused; here nothing else can be meant."""
    text = (GOLDEN / f"{section}-smallest" / "spec.yaml").read_text(encoding="utf-8")
    before = compiled(text, _environment(text))
    after = compiled(_with_namesakes(text, section), _environment(text))
    assert resources(before).keys() < resources(after).keys()
    assert before.root.body.get("Parameters", {}).keys() <= after.root.body.get("Parameters", {}).keys()
    assert before.root.body.get("Outputs", {}).keys() <= after.root.body.get("Outputs", {}).keys()


def _environment(text: str) -> str:
    return str(next(iter(yaml.safe_load(text)["environments"])))


def _with_namesakes(text: str, section: str) -> str:
    """The spec with a component of each kind that needs no setting for each name in it, unless a setting has it."""
    data: Json = yaml.safe_load(text)
    names = [name for name in data[section] if str(data).count(f"'{name}'") == 1]
    for other, settings in SMALLEST.items():
        if other not in data:
            data[other] = {name: dict(settings) for name in names}
    return yaml.safe_dump(data, sort_keys=False)


@pytest.mark.parametrize(
    ("uses", "target"),
    [
        ("main: connect", "databases.main"),
        ("main: send", "queues.main"),
        ("databases.main: connect", "databases.main"),
        ("queues.main: send", "queues.main"),
    ],
)
def test_the_verb_decides_what_a_bare_name_means(uses: str, target: str) -> None:
    text = f"{HEAD}databases: {{main: {{engine: postgres, version: '17'}}}}\nqueues: {{main: {{}}}}\n"
    found = edges(f"{text}functions: {{main: {{{FUNCTION}, uses: {{{uses}}}}}}}")
    assert ("functions.main", target, uses.split(": ")[1]) in found


def test_the_offer_that_a_setting_needs_decides() -> None:
    text = (
        f"{HEAD}functions: {{api: {{{FUNCTION}}}}}\napis: {{api: {{routes: {{'GET /': api}}}}}}\nbuckets: {{api: {{}}}}"
    )
    assert edges(text) == {("apis.api", "functions.api", "route")}


@pytest.mark.parametrize("pointer", ["main.url", "queues.main.url"])
def test_the_attribute_decides_what_a_pointer_reads(pointer: str) -> None:
    text = f"{HEAD}queues: {{main: {{}}}}\ntopics: {{main: {{}}}}\n"
    found = resources(compiled(f"{text}functions: {{api: {{{FUNCTION}, environment: {{URL: '${{{pointer}}}'}}}}}}"))
    variables = found["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"URL": {"Ref": "MainQueue"}}


@pytest.mark.parametrize(
    ("pointer", "message"),
    [
        ("queues.main", "'queues.main' is a component: say which attribute"),
        ("topics.main.arn", "there is no component 'topics.main'"),
        ("topics.main", "there is no component 'topics.main'"),
    ],
)
def test_a_pointer_with_a_section_is_read_as_an_address(pointer: str, message: str) -> None:
    text = f"{HEAD}queues: {{main: {{}}}}\nfunctions: {{api: {{{FUNCTION}, environment: {{URL: '${{{pointer}}}'}}}}}}"
    (fault,) = faults(text)
    assert message in fault.message


def test_a_section_that_is_one_component_can_share_its_name_with_another_section() -> None:
    text = f"{HEAD}network: {{}}\ntopics: {{network: {{}}, alerts: {{}}}}\nmonitoring: {{notify: network}}\n"
    assert edges(text) == {("monitoring", "topics.network", "notify")}


def test_a_mount_and_an_alarm_name_components_by_section_too() -> None:
    files = "filesystems: {data: {}}\nqueues: {data: {}}\ntopics: {data: {}}\n"
    web = "services: {web: {image: 'x:1', uses: {filesystems.data: mount}, mounts: {data: {path: /data}}}}\n"
    tune = "monitoring: {notify: topics.data, tune: {queues.data.DeadLetters: {threshold: 7}}}\n"
    found = resources(compiled(HEAD + files + web + tune))
    (volume,) = found["WebServiceTaskDefinition"]["Properties"]["Volumes"]
    assert volume["Name"] == "data" and "DataFileSystem" in str(volume)
    assert found["DataQueueDeadLettersAlarm"]["Properties"]["Threshold"] == 7


def codes(text: str) -> Iterable[str]:
    return sorted(fault.code for fault in faults(HEAD + text))


def test_a_name_that_two_components_can_mean_is_refused_with_both() -> None:
    text = "queues: {jobs: {}}\ntopics: {jobs: {}}\n"
    text += f"functions: {{api: {{{FUNCTION}, environment: {{ARN: '${{jobs.arn}}'}}}}}}"
    (fault,) = faults(HEAD + text)
    assert fault.code == "ambiguous-component"
    assert "queues.jobs or topics.jobs" in fault.message


@pytest.mark.parametrize(
    ("setting", "code", "said", "help_text"),
    [
        ("uses: {main: sned}", "unknown-verb", "databases.main nor queues.main", "did you mean 'send'?"),
        (
            "uses: {main: [send, x]}",
            "unknown-verb",
            "a queue ('main')",
            "available: consume, consume_dead_letters, redrive, send",
        ),
        ("environment: {XX: '${main.urll}'}", "unknown-attribute", "databases.main nor queues.main", "mean 'url'?"),
        ("triggers: [{table: main}]", "wrong-kind", "databases.main nor queues.main", "component of: tables"),
    ],
)
def test_what_no_component_of_a_name_has_is_told_of_all(setting: str, code: str, said: str, help_text: str) -> None:
    text = "databases: {main: {engine: postgres, version: '17'}}\nqueues: {main: {}}\n"
    (fault,) = faults(f"{HEAD}{text}functions: {{api: {{{FUNCTION}, {setting}}}}}")
    assert fault.code == code
    assert said in fault.message
    assert help_text in fault.suggestion


def test_one_component_in_two_spellings_is_refused() -> None:
    assert codes(
        f"queues: {{jobs: {{}}}}\nfunctions: {{api: {{{FUNCTION}, uses: {{jobs: send, queues.jobs: receive}}}}}}"
    ) == ["duplicate-key"]


@pytest.mark.parametrize(
    "text",
    [
        "queues: {a: {}}\nbuses: {b: {rules: {r: {pattern: {source: [x]}, to: [queues.a, a]}}}}",
        "tables: {a: {key: id}}\nbackups: {nightly: {of: [a, tables.a]}}",
        "domains: {a: {domain: a.example.com, zone: {create: true}, certificate: {}}}\n"
        "load_balancer: {domain: [a, domains.a]}\n"
        "services: {web: {image: 'x:1', port: 80, ingress: {path: /*, public: true}}}",
    ],
)
def test_one_component_in_two_spellings_of_a_list_is_refused(text: str) -> None:
    (fault,) = faults(HEAD + text)
    assert fault.code == "duplicate-value"
    assert "are one component" in fault.message


def test_an_old_name_is_taken_by_a_component_of_its_own_section_only() -> None:
    text = "queues: {tasks: {renamed_from: jobs}}\ntopics: {jobs: {subscribers: [tasks]}}\n"
    found = resources(compiled(HEAD + text))
    assert {"JobsQueue", "JobsTopic", "JobsTopicToJobsQueueSubscription"} <= found.keys()


def test_a_logical_id_of_what_is_there_by_itself_is_told_at_the_component_that_has_it_too() -> None:
    text = "resources: {platform-key: {Type: 'AWS::SNS::Topic', layer: data}}\n"
    with pytest.raises(SpecError) as refused:
        compiled(HEAD + text)
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.component, fault.suggestion) == (
        "duplicate-logical-id",
        "resources.platform-key",
        "rename it",
    )
    assert fault.place.line == 3 and not fault.also


def test_a_logical_id_that_a_component_gives_twice_is_told_of_it_alone() -> None:
    names = "a: {domain: x.example.com, zone: {create: true}, certificate: {}}, b: {domain: x.example.com, "
    text = f"domains: {{{names}zone: {{id: Z0123456789ABCDEFGHIJ}}, certificate: {{}}}}}}\n"
    text += "load_balancer: {domain: [a, b]}\n"
    text += "services: {web: {image: 'x:1', port: 80, ingress: {path: /*, public: true}}}\n"
    with pytest.raises(SpecError) as refused:
        compiled(HEAD + text)
    (fault,) = refused.value.diagnostics
    assert fault.component == "load_balancer"
    assert fault.message.startswith("two of its settings give the logical id")


@pytest.mark.parametrize("others", ["", "cdn: {site: {domain: site, paths: {'/*': 'https://origin.example.com'}}}\n"])
@pytest.mark.parametrize("pointer", ["site.name", "domains.site.name"])
def test_a_component_reads_no_attribute_of_its_own(pointer: str, others: str) -> None:
    check = f"health_check: {{host: 'www.${{{pointer}}}'}}"
    site = f"{{domain: example.com, zone: {{create: true}}, certificate: {{}}, {check}}}"
    found = [one for one in faults(f"{HEAD}{others}domains: {{site: {site}}}\n") if one.code.startswith("unknown")]
    (fault,) = found
    assert fault.message == "a component can't read an attribute of its own"
    assert fault.suggestion == "write the value itself"
