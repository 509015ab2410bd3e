"""Several ports of a service, calls to one of them, and tasks of a service that reach each other."""

from __future__ import annotations

import pytest

from compiler.kinds.services.rollout import rollout
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources, warnings

CHECK = "health_check: {command: /joined}"


def spec(settings: str, more: str = "") -> str:
    head = "platform: demo\nenvironments: {dev: {posture: development}}\n"
    return f"{head}services:\n  bus: {{image: 'example/bus:1', {settings}}}\n  web: {{image: 'example/web:1'{more}}}\n"


def built(settings: str, more: str = "") -> dict[str, Json]:
    return {name: body["Properties"] for name, body in resources(compiled(spec(settings, more))).items()}


def container(found: dict[str, Json], name: str) -> Json:
    return found[f"{name}ServiceTaskDefinition"]["ContainerDefinitions"][0]


def variables(found: dict[str, Json], name: str) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in container(found, name).get("Environment", ())}


PORTS = "ports: {client: 4222, monitor: 8222}"


def test_a_call_opens_the_port_that_it_names_and_no_other() -> None:
    found = built(PORTS, ", uses: {bus: call.client}")
    rules = {name: one for name, one in found.items() if name.startswith("BusService") and "From" in name}
    assert [(name, one["FromPort"], one["ToPort"]) for name, one in rules.items()] == [
        ("BusService4222FromWebService", 4222, 4222)
    ]
    assert variables(found, "Web") == {
        "BUS_HOST": "bus.demo-dev.internal",
        "BUS_CLIENT_PORT": "4222",
        "BUS_CLIENT_ADDRESS": "bus.demo-dev.internal:4222",
    }
    assert found["BusServiceNames"]["Name"] == "bus"


def test_ports_are_mapped_with_their_names() -> None:
    mapped = container(built(f"port: 8080, {PORTS}"), "Bus")["PortMappings"]
    assert mapped == [
        {"ContainerPort": 8080, "Protocol": "tcp"},
        {"ContainerPort": 4222, "Name": "client", "Protocol": "tcp"},
        {"ContainerPort": 8222, "Name": "monitor", "Protocol": "tcp"},
    ]


def test_a_load_balancer_asks_the_port_that_an_ingress_names() -> None:
    found = built(f"{PORTS}, ingress: {{port: monitor}}")
    assert found["BusServiceTargetGroup"]["Port"] == 8222
    assert found["BusService"]["LoadBalancers"][0]["ContainerPort"] == 8222
    assert found["BusServiceFromInternalLoadBalancer"]["FromPort"] == 8222


def test_a_pattern_of_uses_may_name_a_port() -> None:
    found = built(PORTS, ", uses: {'services.*': call.monitor}")
    assert "BusService8222FromWebService" in found


@pytest.mark.parametrize(
    ("peers", "numbers", "names"),
    [
        ("{ports: [client], quorum: false}", [4222], {"PEERS_CLIENT_PORT": "4222"}),
        (
            "{ports: [monitor, client], quorum: false}",
            [4222, 8222],
            {"PEERS_CLIENT_PORT": "4222", "PEERS_MONITOR_PORT": "8222"},
        ),
        ("{quorum: false}", [8080], {"PEERS_PORT": "8080"}),
    ],
)
def test_tasks_reach_and_find_each_other(peers: str, numbers: list[int], names: dict[str, str]) -> None:
    found = built(f"port: 8080, {PORTS}, peers: {peers}")
    own = {"Ref": "BusServiceSecurityGroup"}
    for number in numbers:
        rule, other = found[f"BusService{number}FromPeers"], found[f"BusServiceToPeers{number}"]
        assert rule["SourceSecurityGroupId"]["Ref"] == rule["GroupId"]["Ref"] == other["GroupId"]["Ref"] == own["Ref"]
        assert other["DestinationSecurityGroupId"]["Ref"] == own["Ref"]
        assert (rule["FromPort"], rule["ToPort"], other["FromPort"]) == (number, number, number)
    assert len([name for name in found if "Peers" in name]) == 2 * len(numbers)
    assert variables(found, "Bus") == {"PEERS_HOST": "bus.demo-dev.internal", **names}
    assert "BusServiceNames" in found


def test_tasks_of_other_services_reach_no_other() -> None:
    found = built("port: 8080")
    assert not [name for name in found if "Peers" in name or "Names" in name or "Namespace" in name]


@pytest.mark.parametrize(
    ("tasks", "least", "kept"), [(1, 0, 0), (2, 50, 1), (3, 66, 2), (5, 80, 4), (7, 85, 6), (9, 88, 8), (100, 99, 99)]
)
def test_a_deployment_replaces_one_after_the_other(tasks: int, least: int, kept: int) -> None:
    way = rollout(tasks, (None, None), quorum=True)
    assert (way.minimum_percent, way.maximum_percent, way.kept, way.most) == (least, 100, kept, tasks)
    assert not way.stuck
    assert tasks < 3 or way.kept >= way.quorum
    scale = f"scale: {{min: {tasks}, max: {tasks}}}"
    service = built(f"port: 8080, peers: {{}}, {CHECK}, {scale}")["BusService"]
    configured = service["DeploymentConfiguration"]
    assert (configured["MinimumHealthyPercent"], configured["MaximumPercent"]) == (least, 100)
    assert service["AvailabilityZoneRebalancing"] == "DISABLED"
    assert service["DesiredCount"] == tasks


@pytest.mark.parametrize(
    ("settings", "minutes"),
    [
        ("port: 80, peers: {}, scale: {min: 1, max: 1}", 10),
        ("port: 80, peers: {}, scale: {min: 3, max: 3}", 15),
        ("port: 80, peers: {}, scale: {min: 5, max: 5}", 25),
        ("port: 80, peers: {quorum: false}, scale: {min: 5, max: 5}", 10),
        ("port: 80, scale: {min: 5, max: 5}, deployment: {minimum_percent: 80, maximum_percent: 100}", 10),
    ],
)
def test_a_deployment_one_by_one_is_no_alarm(settings: str, minutes: int) -> None:
    one = platform(spec(settings))
    (alarm,) = (each for each in one.components["services.bus"].alarms(one) if each.name == "TasksMissing")
    assert (alarm.evaluation_periods, alarm.datapoints) == (minutes, minutes)
    assert f"for {minutes} minutes" in alarm.description


@pytest.mark.parametrize(
    ("deployment", "least", "most"),
    [
        ("{}", 66, 100),
        ("{maximum_percent: 134}", 100, 134),
        ("{minimum_percent: 50}", 50, 100),
        ("{minimum_percent: 100, maximum_percent: 150}", 100, 150),
    ],
)
def test_what_is_set_of_a_deployment_is_kept(deployment: str, least: int, most: int) -> None:
    settings = f"port: 8080, peers: {{}}, {CHECK}, scale: {{min: 3, max: 3}}, deployment: {deployment}"
    assert faults(spec(settings)) == ()
    configured = built(settings)["BusService"]["DeploymentConfiguration"]
    assert (configured["MinimumHealthyPercent"], configured["MaximumPercent"]) == (least, most)


def test_without_a_quorum_deployments_are_what_they_were() -> None:
    configured = built("port: 8080, peers: {quorum: false}")["BusService"]["DeploymentConfiguration"]
    assert (configured["MinimumHealthyPercent"], configured["MaximumPercent"]) == (100, 200)


ONE = "scale: {min: 1, max: 1}"
THREE = f"port: 8080, peers: {{}}, {CHECK}, scale: {{min: 3, max: 3}}"


@pytest.mark.parametrize(
    ("settings", "more", "code", "told"),
    [
        (PORTS, ", uses: {bus: call}", "missing-property", "'port' is not set"),
        (PORTS, ", uses: {bus: call.cluster}", "unknown-verb", "'call.cluster'"),
        ("port: 8080", ", uses: {bus: call.client}", "unknown-verb", "'call.client'"),
        ("ingress: {}", "", "missing-property", "needs 'port'"),
        (f"{PORTS}, ingress: {{}}", "", "missing-property", "needs 'port'"),
        (f"{PORTS}, ingress: {{port: monitr}}", "", "unknown-port", "'monitr'"),
        ("port: 8080, ingress: {port: monitor}", "", "unknown-port", "'monitor'"),
        ("ports: {a: 1, b: 1}", "", "port-taken", "'a' is port 1"),
        ("ports: {a-b: 1, a_b: 2}", "", "duplicate-name", "'a-b'"),
        ("ports: {a: 9000}, sidecars: {log: {image: 'a/b:1', port: 9000}}", "", "port-taken", "own container"),
        ("ports: {a: 4317}, tracing: {}", "", "port-taken", "4317"),
        (f"{PORTS}, peers: {{quorum: false}}", "", "missing-property", "no port is named"),
        ("peers: {quorum: false}", "", "missing-property", "no port is named"),
        (f"{PORTS}, peers: {{ports: [cluster], quorum: false}}", "", "unknown-port", "'cluster'"),
        ("port: 8080, peers: {}", "", "quorum-lost", "fixed number"),
        (f"{THREE.replace('max: 3', 'max: 5')}", "", "quorum-lost", "fixed number"),
        (f"{THREE}, deployment: {{minimum_percent: 0}}", "", "quorum-lost", "keeps 0 of up to 3"),
        (f"{THREE}, deployment: {{minimum_percent: 33}}", "", "quorum-lost", "keeps 1 of up to 3"),
        (f"{THREE}, deployment: {{maximum_percent: 200}}", "", "quorum-lost", "keeps 3 of up to 6"),
        (f"{THREE}, deployment: {{minimum_percent: 67}}", "", "deployment-stuck", "of 3 tasks 3 have to stay"),
        (
            "scale: {min: 1, max: 1}, deployment: {minimum_percent: 50, maximum_percent: 150}",
            "",
            "deployment-stuck",
            "1",
        ),
        ("deployment: {maximum_percent: 100}", "", "deployment-stuck", "no room"),
    ],
)
def test_faults(settings: str, more: str, code: str, told: str) -> None:
    found = faults(spec(settings, more))
    assert [one.code for one in found] == [code], found
    assert told in found[0].message
    assert found[0].suggestion


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (THREE.replace("3", "4"), "quorum-even"),
        (THREE.replace(f"{CHECK}, ", ""), "quorum-unchecked"),
        (f"{THREE}, spot: 50", "quorum-on-spot"),
        (f"{THREE}, spot: true", "quorum-on-spot"),
        (f"{THREE}, capacity: {{base: 1}}", "quorum-on-spot"),
    ],
)
def test_warnings_of_a_quorum(settings: str, code: str) -> None:
    assert [one.code for one in warnings(spec(settings))] == [code]


@pytest.mark.parametrize(
    "settings",
    [
        THREE,
        THREE.replace("3", "1"),
        f"{THREE}, capacity: {{base: 2}}",
        f"{THREE}, capacity: {{base: 0, spot: 0}}",
        f"{THREE.replace(f'{CHECK}, ', '')}, ingress: {{}}",
        "port: 8080, peers: {}, scale: {min: 1, max: 9, parked: true}",
        f"port: 4222, {PORTS}, ingress: {{port: client}}",
    ],
)
def test_what_is_well(settings: str) -> None:
    assert faults(spec(settings)) == warnings(spec(settings)) == ()


def test_who_uses_itself_is_told_of_peers() -> None:
    (found,) = faults(spec("port: 80, uses: {bus: call}"))
    assert (found.code, found.message) == ("unknown-component", "a component can't use itself")
    assert "'peers'" in found.suggestion


def test_a_use_with_the_stem_of_the_peers_is_told() -> None:
    text = spec("port: 8080, peers: {quorum: false}, uses: {web: {verbs: call, as: PEERS}}", ", port: 80")
    with pytest.raises(SpecError) as problem:
        compiled(text)
    assert "duplicate-variable" in {one.code for one in problem.value.diagnostics}


def test_a_function_outside_of_the_network_calls_no_port() -> None:
    function = "functions: {f: {runtime: python3.13, code: x, handler: a.b, network: never, uses: {bus: call.client}}}"
    (found,) = faults(spec(PORTS) + function)
    assert found.code == "no-network"


def test_a_call_of_a_port_gives_no_permission() -> None:
    one = platform(spec(PORTS, ", uses: {bus: call.client}"))
    offered = one.components["services.bus"].offers(one)
    assert {"call", "call.client", "call.monitor"} <= offered.keys()
    assert not offered["call.client"].grants
    assert not offered["call"].ports
