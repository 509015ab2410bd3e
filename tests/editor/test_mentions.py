"""Where a spec names its components."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.pipeline import check_spec
from reviewer.editor.reading import Reading
from reviewer.editor.text import Text
from tests.editor.lsp import ROOT
from tests.editor.reading import read, read_at

SPECS = [*sorted((ROOT / "spec").glob("*.yaml")), *sorted((ROOT / "tests/golden").glob("*-fullest/spec.yaml"))]
SHOP = """\
platform: shop
environments:
  dev: {posture: development, queues: {jobs: {retention_days: 2}, mails: null}}
  prod: {posture: production}
defaults: {functions: {environment: {ALL: "${jobs.url}"}}}
tables:
  "orders-{tenant}": {each: {tenant: [acme, globex]}, key: id}
queues:
  jobs: {}
  mails: {}
topics:
  main: {}
  jobs: {}
databases:
  main: {engine: postgres, version: "17"}
functions:
  worker:
    triggers: [{queue: jobs}]
    uses: {queues.jobs: send, "mai*": connect, mails: send, orders-acme: read, nobody: send}
    environment: {A: "🐕 ${ queues.jobs.url }, $${mails.url} ${mails.arn}", B: "${main.endpoint}"}
monitoring: {tune: {mails.DeadLetters: false}}
lint: {ignore: [{rule: x, component: queues.mails, reason: y}, {rule: x, component: "tables.orders-{tenant}"}]}
"""


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_edge_of_the_compiler_is_named_somewhere(spec: Path) -> None:
    content = spec.read_text("utf-8")
    found = Reading(str(spec), Text(content), load_schema()).mentions
    named = {(one.source, one.address) for one in found}
    written = {address for _, address in named}
    by_default = {address for source, address in named if not source}
    edges = {
        (edge.source, edge.target)
        for one in check_spec(str(spec))
        for edge in (*one.connections.edges, *one.connections.pointers)
        if edge.source and edge.target in written - by_default
    }
    assert edges <= named
    assert all(one.exact for one in found if "*" not in str(one.path[-1])) or "each:" in content


def mentions_of(address: str) -> list[tuple[str, bool]]:
    """What stands at each place that names a component, and whether it is its name."""
    reading = read(SHOP)
    return [(reading.text.cut(one.span), one.exact) for one in reading.of({address})]


def test_a_component_is_named_under_environments_in_settings_and_in_text() -> None:
    assert mentions_of("queues.jobs") == [("jobs", True)] * 6


def test_alarms_accepted_findings_and_pointers_name_components() -> None:
    assert mentions_of("queues.mails") == [("mails", True)] * 6


def test_an_escaped_pointer_names_nothing() -> None:
    reading = read(SHOP)
    assert not reading.mentioned(SHOP.index("$${mails") + 4)


def test_a_bare_name_is_the_component_that_fits() -> None:
    assert mentions_of("databases.main") == [("main", True), ("mai*", False), ("main", True)]
    assert mentions_of("topics.main") == [("main", True)]


def test_what_each_makes_is_declared_by_the_template() -> None:
    assert mentions_of("tables.orders-acme") == [
        ("orders-{tenant}", False),
        ("orders-acme", True),
        ("tables.orders-{tenant}", False),
    ]


GROUPED = """\
platform: shop
environments:
  dev: {posture: development, groups: {tenant: {queues: {"jobs-{tenant}": {delay_seconds: 3}}}}}
  prod: {posture: production, groups: {tenant: null}}
groups:
  tenant:
    each: {tenant: [acme, globex]}
    queues: {"jobs-{tenant}": {}}
    functions:
      "worker-{tenant}": {runtime: python3.13, code: ./w, handler: w.w, uses: {"jobs-{tenant}": consume}}
functions:
  intake: {runtime: python3.13, code: ./i, handler: i.i, uses: {jobs-acme: send}}
lint: {ignore: [{rule: x, component: queues.jobs-acme, reason: y}]}
"""


def test_a_component_of_a_group_is_declared_used_and_changed_in_it() -> None:
    reading = read(GROUPED)
    found = [(reading.text.cut(one.span), one.declares, one.changes) for one in reading.of({"queues.jobs-acme"})]
    assert found == [
        ("jobs-{tenant}", False, True),
        ("tenant", False, True),
        ("jobs-{tenant}", True, False),
        ("jobs-{tenant}", False, False),
        ("jobs-acme", False, False),
        ("jobs-acme", False, False),
    ]
    assert reading.written
    assert set(reading.written.made[("queues", "jobs-{tenant}")]) == {"jobs-acme", "jobs-globex"}


def test_what_is_not_there_is_nowhere() -> None:
    assert not {one.address for one in read(SHOP).mentions} & {"queues.nobody", "nobody"}


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "platform",
        "[]",
        "queues: [a]",
        "queues: {a: [], b: 3, c: {existing: x, uses: [b]}}",
        "network: 3\nqueues: null",
        "functions: {f: {uses: {g: null, h: [1, {}], i: {verbs: {}}}}, g: {}}",
        "roles: {r: {existing: {id: x}}}\nfunctions: {f: {uses: {r: read, 'r*': read}, existing: {a: 1}}}",
        "encryption: {existing: x}\nfunctions: {f: {environment: {A: '${encryption.arn}'}}}",
        "resources: {r: {verbs: 3}}\nfunctions: {f: {uses: {r: post}, environment: {A: '${r.Arn}'}}}",
        "queues: {'a-{b}': {each: {b: 3}}, 'c-{d}': {each: [1]}}",
        "environments: {dev: null, prod: [1], test: {queues: [1], network: 2, defaults: 3}}",
        "groups: 3",
        "groups: {a: [x], b: {each: 3, queues: {'x-{b}': [], y: {each: 1}}}}",
        "groups: {c: {each: {c: 3}, queues: 4, network: {}}, d: {each: [d], queues: {'x-{d}': {each: {d: 3}}}}}",
        "groups: {a: {each: {a: [x]}, queues: {'j-{a}': {only: 3}}}}\nqueues: {'j-{a}': {}}",
        "environments: {dev: {groups: {a: null}}, prod: {fleet: {by_region: {x: {groups: {a: 3}}}, by_account: 3}}}",
        "lint: {ignore: {a: b}}\ndefaults: [x]\noverrides: 3",
    ],
)
def test_a_spec_with_errors_is_read_as_far_as_it_goes(broken: str) -> None:
    assert isinstance(read(broken).mentions, tuple)


def test_a_path_leads_back_from_an_offset() -> None:
    reading, offset = read_at("platform: shop\nqueues: {jobs: {fifo: tr‸ue}}\n")
    assert reading.path_at(offset) == (("queues", "jobs", "fifo"), False)
