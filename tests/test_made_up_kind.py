"""A kind that is nothing but its schema and its room has all that the language gives, and no other file knows it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import compiler.kinds
from compiler.language import schema
from compiler.language.reference import generated
from compiler.meaning.check import check_names
from compiler.program.registry import kind_of
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.kinds.building import compiled, faults, resources

PARTS = Path(__file__).parent / "made_up"
CACHES = (schema.load_schema, check_names, kind_of)
HEAD = "platform: demo\nenvironments:\n  dev: {posture: development, region: eu-central-1}\n"
WRITTEN = f"""{HEAD}brokers:
  orders: {{user: app, failures: lost, logs: {{name: /mq/orders}}}}
queues:
  lost: {{}}
topics:
  alerts: {{email: [ops@example.com]}}
monitoring: {{notify: alerts}}
functions:
  api: {{runtime: python3.13, code: ./api, handler: app.handler, uses: {{orders: connect}}}}
"""


@pytest.fixture(autouse=True)
def _added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The schema and the room in a folder of their own, which the compiler knows for the time of one test."""
    (tmp_path / "schemas").mkdir()
    shutil.copy(PARTS / "brokers.schema.json", tmp_path / "schemas")
    shutil.copytree(PARTS / "brokers", tmp_path / "rooms" / "brokers")
    monkeypatch.setattr(schema, "KIND_FOLDERS", [*schema.KIND_FOLDERS, tmp_path / "schemas"])
    monkeypatch.setattr(compiler.kinds, "__path__", [*compiler.kinds.__path__, str(tmp_path / "rooms")])
    _forget()
    yield
    for name in [name for name in sys.modules if name.startswith("compiler.kinds.brokers")]:
        del sys.modules[name]
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cache in CACHES:
        cache.cache_clear()


def body(one: Compiled, logical_id: str) -> Json:
    return resources(one)[logical_id]["Properties"]


def codes(text: str) -> list[tuple[str, str]]:
    return [(fault.code, fault.message) for fault in faults(text)]


def test_its_schema_is_held_against_the_spec() -> None:
    assert [code for code, _ in codes(f"{HEAD}brokers: {{main: {{prot: 1}}}}\n")] == [
        "missing-property",
        "unknown-property",
    ]


def test_its_own_checks_see_it_and_what_it_names() -> None:
    text = f"{HEAD}brokers: {{main: {{user: admin, failures: lost}}}}\nqueues: {{lost: {{fifo: true}}}}\n"
    assert codes(text) == [("reserved-name", "'admin' is reserved in brokers.main"), ("fifo-limit", "'lost' is fifo")]


def test_it_brings_what_it_needs() -> None:
    alone = resources(compiled(f"{HEAD}brokers: {{main: {{user: app}}}}\n"))
    assert {"Vpc", "MainBroker", "PlatformKey"} <= alone.keys()
    (checked,) = _sections(f"{HEAD}brokers: {{main: {{user: app}}}}\n")
    assert "load_balancer" not in checked
    (checked,) = _sections(f"{HEAD}brokers: {{main: {{user: app, balanced: true}}}}\n")
    assert "load_balancer" in checked


def _sections(text: str) -> Iterator[set[str]]:
    from tests.kinds.building import platform

    yield {component.section for component in platform(text).components.values()}


def test_a_function_that_uses_it_is_in_the_network_and_may() -> None:
    one = compiled(WRITTEN)
    function = body(one, "ApiFunction")
    assert function["VpcConfig"]["SubnetIds"]
    assert function["Environment"]["Variables"]["ORDERS_PORT"] == "5671"
    assert "ORDERS_HOST" in function["Environment"]["Variables"]
    assert body(one, "OrdersBroker5671FromApiFunction")["FromPort"] == 5671
    assert body(one, "ApiFunctionToOrdersBroker5671")["ToPort"] == 5671
    (statement,) = body(one, "ApiFunctionAccess")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["mq:DescribeBroker"]


def test_it_can_not_be_used_from_outside_the_network() -> None:
    text = WRITTEN.replace("handler: app.handler,", "handler: app.handler, network: never,")
    assert codes(text) == [("no-network", "'brokers.orders' is reachable only in the network, and 'network' is never")]


def test_its_alarm_is_in_monitoring_and_can_be_tuned() -> None:
    assert body(compiled(WRITTEN), "OrdersBrokerCpuHighAlarm")["Threshold"] == 90
    tuned = WRITTEN.replace("{notify: alerts}", "{notify: alerts, tune: {orders.CpuHigh: {threshold: 50}}}")
    assert body(compiled(tuned), "OrdersBrokerCpuHighAlarm")["Threshold"] == 50
    unknown = WRITTEN.replace("{notify: alerts}", "{notify: alerts, tune: {orders.CpuLow: {threshold: 50}}}")
    assert [code for code, _ in codes(unknown)] == ["unknown-alarm"]


def test_its_log_group_is_sent_on_and_its_alarm_goes_where_its_severity_goes() -> None:
    severe = "{notify: alerts, channels: {on-call: {notify: pages}}, severities: {critical: [on-call]}, "
    text = WRITTEN.replace("{notify: alerts}", severe + "log_alarms: {errors: {pattern: ERROR, of: [orders]}}}")
    text = text.replace("topics:\n", "topics:\n  pages: {}\n")
    one = compiled(text + "buckets: {archive: {}}\nlog_subscriptions: {kept: {to: archive}}\n")
    assert body(one, "KeptLogSubscriptionOfOrdersBrokerLogGroup")["LogGroupName"] == {"Ref": "OrdersBrokerLogGroup"}
    assert body(one, "MonitoringErrorsLogAlarmOfOrdersBrokerLogGroup")["FilterPattern"] == "ERROR"
    assert body(one, "OrdersBrokerCpuHighAlarm")["AlarmActions"] == [{"Ref": "PagesTopic"}]


def test_its_log_group_has_a_name_of_its_own() -> None:
    twice = WRITTEN.replace("handler: app.handler,", "handler: app.handler, logs: {name: /mq/orders},")
    assert {code for code, _ in codes(twice)} == {"claimed-name"}


def test_an_existing_one_is_used_and_not_changed() -> None:
    existing = "orders: {existing: {id: b-1234, security_group: sg-0123456789abcdef0}}"
    one = compiled(WRITTEN.replace("orders: {user: app, failures: lost, logs: {name: /mq/orders}}", existing))
    assert not {"OrdersBroker", "OrdersBroker5671FromApiFunction"} & resources(one).keys()
    assert body(one, "ApiFunctionToOrdersBroker5671")["DestinationSecurityGroupId"] == "sg-0123456789abcdef0"
    assert body(one, "ApiFunction")["Environment"]["Variables"]["ORDERS_HOST"] == "b-1234"
    assert [(resource.resource_type, resource.id) for resource in one.outside] == [
        ("AWS::AmazonMQ::Broker", "b-1234"),
        ("AWS::EC2::SecurityGroup", "sg-0123456789abcdef0"),
    ]


def test_a_domain_that_it_serves_is_served_by_nobody_else() -> None:
    site = "domains: {site: {domain: shop.example.com, zone: {create: true}, certificate: {}}}\n"
    api = "apis: {public: {routes: {$default: api}, domain: site}}\n"
    text = WRITTEN.replace("user: app,", "user: app, domain: site,") + site
    assert "domain-taken" not in {code for code, _ in codes(text)}
    assert ("domain-taken", "apis.public and brokers.orders use the same domain") in codes(text + api)


def test_it_is_in_the_language_reference() -> None:
    texts = generated(schema.load_schema())
    reference = next(text for path, text in texts.items() if path.name == "reference.md")
    assert "## brokers" in reference
    assert "`connect`: Connect over TLS; gives HOST and PORT." in reference


@pytest.mark.parametrize("again", [1, 2])
def test_no_cache_keeps_it(again: int) -> None:
    """Each test has a folder of its own, which is another one the second time."""
    assert "brokers" in schema.load_schema().kinds
    assert kind_of("brokers").__module__ == "compiler.kinds.brokers.kind"
