"""Network load balancers in the sandbox: the parts find each other, and a change keeps what it can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.plan import make_plan
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination

REGION = "us-east-1"
SPEC = """platform: streams
environments: {dev: {posture: development}}
network_load_balancers:
  front:
    public: true
    static_addresses: true
    listeners:
      plain: {port: 1883, to: broker}
      names: {port: 53, protocol: tcp_udp, to: broker, target_port: 5353}
  offered:
    listeners: {web: {port: 80, load_balancer: internal}}
    endpoint_service: {principals: ["arn:aws:iam::333333333333:root"]}
services:
  broker: {image: "public.ecr.aws/docker/library/eclipse-mosquitto:2", port: 1883}
  web: {image: "public.ecr.aws/nginx/nginx:1.27", port: 8080, ingress: {health_check: /}}
"""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Aws]:
    with open_sandbox(tmp_path / "sandbox", REGION) as running:
        yield connect_to(sandbox_destination(running, REGION))


def deployed(folder: Path, text: str, aws: Aws) -> None:
    (folder / "spec.yaml").write_text(text)
    (one,) = compile_spec(str(folder / "spec.yaml"), ("dev",))
    outcome = apply_plan(make_plan(one, folder, aws), aws)
    assert outcome.succeeded, outcome


def balancers(aws: Aws) -> dict[str, Json]:
    found = aws.client("elbv2", REGION).describe_load_balancers()["LoadBalancers"]
    return {one["LoadBalancerArn"]: one for one in found}


def test_they_deploy_and_a_further_listener_keeps_them(tmp_path: Path, empty: Aws) -> None:
    deployed(tmp_path, SPEC, empty)
    first = balancers(empty)
    assert sorted((one["Type"], one["Scheme"]) for one in first.values()) == [
        ("application", "internal"),
        ("network", "internal"),
        ("network", "internet-facing"),
    ]
    listening = [one for arn in first for one in _listeners(empty, arn)]
    assert sorted((one["Protocol"], one["Port"]) for one in listening) == [
        *(("HTTP", 80), ("TCP", 80), ("TCP", 1883), ("TCP_UDP", 53)),
    ]
    deployed(tmp_path, SPEC.replace("      names:", "      other: {port: 1884, to: broker}\n      names:"), empty)
    assert balancers(empty).keys() == first.keys()


def _listeners(aws: Aws, balancer: str) -> list[Json]:
    return list(aws.client("elbv2", REGION).describe_listeners(LoadBalancerArn=balancer)["Listeners"])
