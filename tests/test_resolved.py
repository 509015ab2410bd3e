"""What checks ask of a resolved environment, in either spelling of a reference."""

from __future__ import annotations

import pytest

from compiler.language.schema import load_schema
from compiler.meaning.resolved import ResolvedSpec, resolved_spec
from compiler.source.document import Document
from compiler.source.interpolation import CLOSE, OPEN
from compiler.source.json_value import Json

DATA: dict[str, Json] = {
    "platform": "shop",
    "environment": "prod",
    "region": "eu-central-1",
    "account": None,
    "posture": "production",
    "naming": {},
    "overrides": {"ApiFunction": {"Description": f"{OPEN}databases.main.host{CLOSE}"}},
    "network": {"uses": None},
    "databases": {"main": {}},
    "caches": {"main": {}},
    "queues": {"orders": {}},
    "functions": {
        "short": {"uses": {"orders": "send"}, "environment": {"URL": f"{OPEN}orders.url{CLOSE}"}},
        "long": {
            "uses": {"queues.orders": {"verbs": ["send", "receive"]}, "caches.main": "connect"},
            "environment": {"NAME": f"{OPEN}queues.orders.name{CLOSE}", "VPC": f"{OPEN}network.vpc_id{CLOSE}"},
        },
    },
}


@pytest.fixture(name="spec")
def _spec() -> ResolvedSpec:
    return resolved_spec(Document("spec.yaml", DATA, {}, {}), load_schema())


def test_header(spec: ResolvedSpec) -> None:
    assert (spec.platform, spec.environment, spec.region) == ("shop", "prod", "eu-central-1")
    assert (spec.account, spec.posture) == (None, "production")
    assert "queues" not in spec.header


@pytest.mark.parametrize(
    ("reference", "sections", "address"),
    [
        ("orders", (), "queues.orders"),
        ("queues.orders", (), "queues.orders"),
        ("network", (), "network"),
        ("orders", ("topics", "queues"), "queues.orders"),
        ("orders", ("topics",), None),
        ("queues.orders", ("topics",), None),
        ("main", (), None),
        ("main", ("caches",), "caches.main"),
        ("caches.main", (), "caches.main"),
        ("caches.other", (), None),
        ("topics.orders", (), None),
        ("other", (), None),
        ("", (), None),
        (None, (), None),
    ],
)
def test_component_by_reference(
    spec: ResolvedSpec, reference: Json, sections: tuple[str, ...], address: str | None
) -> None:
    component = spec.component(reference, *sections)
    assert (component and component.address) == address


def test_components_of_sections(spec: ResolvedSpec) -> None:
    assert [one.address for one in spec.components("caches", "topics", "databases")] == [
        "caches.main",
        "databases.main",
    ]
    assert [one.address for one in spec.components()][:3] == ["network", "databases.main", "caches.main"]


def test_verbs_and_users(spec: ResolvedSpec) -> None:
    orders, long = spec.at("queues.orders"), spec.at("functions.long")
    assert spec.verbs(spec.at("functions.short"), orders) == ("send",)
    assert spec.verbs(long, orders) == ("send", "receive")
    assert spec.verbs(long, spec.at("caches.main")) == ("connect",)
    assert spec.verbs(long, spec.at("databases.main")) == ()
    assert [user.name for user in spec.users(orders, "send")] == ["short", "long"]
    assert [user.name for user in spec.users(orders, "receive")] == ["long"]


def test_reads(spec: ResolvedSpec) -> None:
    assert [*spec.reads(spec.at("queues.orders"))] == [("functions.short", "url"), ("functions.long", "name")]
    assert [*spec.reads(spec.at("network"))] == [("functions.long", "vpc_id")]
    assert [*spec.reads(spec.at("databases.main"))] == [("overrides", "host")]
