"""Services: closed and unprivileged by default, reachable only as the spec says, and what a spec can get wrong."""

from __future__ import annotations

from typing import cast

import pytest

from compiler.program.component import Capability
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}, prod: {posture: production}}
"""
ARN = "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"


def spec(settings: str, more: str = "") -> str:
    return f"{HEAD}services: {{web: {{image: 'example/web:1', {settings}}}}}\n{more}"


def built(settings: str = "", more: str = "", environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more), environment)))


def container(found: dict[str, Json]) -> dict[str, Json]:
    (one,) = found["WebServiceTaskDefinition"]["Properties"]["ContainerDefinitions"]
    return cast("dict[str, Json]", one)


def statements(policies: Json) -> list[Json]:
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


def test_a_container_can_do_little_by_default() -> None:
    one = container(built())
    assert one["User"] == "1000"
    assert one["ReadonlyRootFilesystem"] is True
    assert [mount["ContainerPath"] for mount in one["LinuxParameters"]["Tmpfs"]] == ["/tmp"]
    assert "Privileged" not in one and "PortMappings" not in one
    assert one["LogConfiguration"]["LogDriver"] == "awslogs"


def test_a_writable_root_needs_no_folders() -> None:
    one = container(built("read_only_root: false, user: root"))
    assert one["ReadonlyRootFilesystem"] is False and one["User"] == "root"
    assert one["LinuxParameters"] == {"InitProcessEnabled": True}


def test_tasks_stay_in_private_subnets_and_reach_out_by_https_only() -> None:
    found = built()
    network = found["WebService"]["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert network["Subnets"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    group = found["WebServiceSecurityGroup"]["Properties"]
    assert [rule["FromPort"] for rule in group["SecurityGroupEgress"]] == [443]
    assert "SecurityGroupIngress" not in group


def test_the_service_rolls_back_and_is_up_to_date() -> None:
    service = built()["WebService"]["Properties"]
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert service["PlatformVersion"] == "LATEST"
    assert service["AvailabilityZoneRebalancing"] == "ENABLED"
    assert (service["PropagateTags"], service["EnableECSManagedTags"]) == ("SERVICE", True)
    assert "LaunchType" not in service and "LoadBalancers" not in service


def test_a_task_without_uses_may_do_nothing() -> None:
    role = built()["WebServiceTaskRole"]["Properties"]
    assert "Policies" not in role and "ManagedPolicyArns" not in role
    assert "WebServiceAccess" not in built()


def test_the_agent_may_only_write_the_own_log() -> None:
    (one,) = statements(built()["WebServiceExecutionRole"]["Properties"]["Policies"])
    assert one["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert one["Resource"] == [{"Fn::GetAtt": ["WebServiceLogGroup", "Arn"]}]


@pytest.mark.parametrize(
    ("account", "owner"), [("222222222222", "222222222222"), ("${account}", {"Ref": "AWS::AccountId"})]
)
def test_the_agent_may_pull_from_the_images_own_repository(account: str, owner: Json) -> None:
    image = f"{account}.dkr.ecr.${{region}}.amazonaws.com/shop/web:1"
    found = dict(resources(compiled(spec("").replace("example/web:1", image))))
    registry, repository = statements(found["WebServiceExecutionRole"]["Properties"]["Policies"])[1:]
    assert (registry["Action"], registry["Resource"]) == (["ecr:GetAuthorizationToken"], ["*"])
    assert repository["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ]
    arn = ["arn", {"Ref": "AWS::Partition"}, "ecr", "us-east-1", owner, "repository/shop/web"]
    assert repository["Resource"] == [{"Fn::Join": [":", arn]}]


def test_the_image_is_a_parameter_that_a_pipeline_can_set() -> None:
    one = compiled(spec(""))
    assert one.root.body["Parameters"]["WebServiceImage"]["Default"] == "example/web:1"
    assert container(dict(resources(one)))["Image"] == {"Ref": "WebServiceImage"}


def test_an_image_that_only_aws_knows_is_no_parameter() -> None:
    one = compiled(spec("").replace("example/web:1", "${account}.dkr.ecr.us-east-1.amazonaws.com/web:1"))
    assert "Parameters" not in one.root.body
    expected = {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/web:1"}
    assert container(dict(resources(one)))["Image"] == expected


def test_only_the_load_balancer_reaches_the_port() -> None:
    found = built("port: 8080, ingress: {}")
    way_in = found["WebServiceFromInternalLoadBalancer"]["Properties"]
    assert way_in["GroupId"] == {"Ref": "WebServiceSecurityGroup"}
    assert way_in["SourceSecurityGroupId"] == {"Ref": "InternalLoadBalancerSecurityGroup"}
    assert (way_in["FromPort"], way_in["ToPort"]) == (8080, 8080)
    way_out = found["InternalLoadBalancerToWebService"]["Properties"]
    assert way_out["GroupId"] == {"Ref": "InternalLoadBalancerSecurityGroup"}
    assert way_out["DestinationSecurityGroupId"] == {"Ref": "WebServiceSecurityGroup"}


def test_the_service_waits_for_its_rule_and_permissions() -> None:
    found = built("port: 8080, ingress: {}, uses: {jobs: send}", "queues: {jobs: {}}\n")
    assert found["WebService"]["DependsOn"] == [
        "InternalLoadBalancerToWebService",
        "WebServiceAccess",
        "WebServiceFromInternalLoadBalancer",
        "WebServiceListenerRule",
    ]


def test_a_service_that_becomes_public_has_a_new_target_group() -> None:
    internal = built("port: 8080, ingress: {}")
    public = built("port: 8080, ingress: {public: true}", f"load_balancer: {{certificate: '{ARN}'}}\n")
    assert {"WebServiceTargetGroup", "WebServiceListenerRule"} <= internal.keys() - public.keys()
    assert {"WebServicePublicTargetGroup", "WebServicePublicListenerRule"} <= public.keys() - internal.keys()
    assert public["WebServicePublicListenerRule"]["Properties"]["ListenerArn"] == {"Ref": "PublicListener"}


def test_another_service_changes_no_priority() -> None:
    alone = built("port: 8080, ingress: {path: '/api/*', host: [a.example.com]}")
    other = "  {name}: {{image: 'example/other:1', port: 80, ingress: {{path: '/{name}/*'}}}}\n"
    text = f"{HEAD}services:\n" + "".join(other.format(name=name) for name in ("alpha", "omega"))
    text += "  web: {image: 'example/web:1', port: 8080, ingress: {path: '/api/*', host: [a.example.com]}}\n"
    together = resources(compiled(text))
    assert together["WebServiceListenerRule"] == alone["WebServiceListenerRule"]


@pytest.mark.parametrize(
    ("settings", "environment", "bounds"),
    [("", "dev", (1, 2)), ("", "prod", (2, 4)), ("scale: {min: 3, max: 9}", "dev", (3, 9))],
)
def test_scaling(settings: str, environment: str, bounds: tuple[int, int]) -> None:
    found = built(settings, environment=environment)
    target = found["WebServiceScalableTarget"]["Properties"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == bounds
    policies = {name: found[name]["Properties"] for name in ("WebServiceCpuScaling", "WebServiceMemoryScaling")}
    wanted = [one["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for one in policies.values()]
    assert wanted == [70, 80]
    assert "DesiredCount" not in found["WebService"]["Properties"]


@pytest.mark.parametrize("count", [0, 3])
def test_a_fixed_number_of_tasks(count: int) -> None:
    found = built(f"scale: {{min: {count}, max: {count}}}")
    assert found["WebService"]["Properties"]["DesiredCount"] == count
    assert "WebServiceScalableTarget" not in found and "WebServiceCpuScaling" not in found


def test_scaling_can_leave_memory_out() -> None:
    found = built("scale: {memory: false}")
    assert "WebServiceCpuScaling" in found and "WebServiceMemoryScaling" not in found


@pytest.mark.parametrize(
    ("spot", "strategy"),
    [
        ("false", [("FARGATE", 100, None)]),
        ("true", [("FARGATE_SPOT", 100, None)]),
        ("75", [("FARGATE", 25, 1), ("FARGATE_SPOT", 75, None)]),
    ],
)
def test_spot(spot: str, strategy: list[tuple[str, int, int | None]]) -> None:
    found = built(f"spot: {spot}")["WebService"]["Properties"]["CapacityProviderStrategy"]
    assert [(one["CapacityProvider"], one["Weight"], one.get("Base")) for one in found] == strategy


def test_exec_allows_sessions_and_nothing_else() -> None:
    found = built("exec: true, read_only_root: false")
    assert found["WebService"]["Properties"]["EnableExecuteCommand"] is True
    actions = {one["Sid"]: one["Action"] for one in statements(found["WebServiceTaskRole"]["Properties"]["Policies"])}
    assert actions == {
        "ExecChannels": [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        "ExecLogGroups": ["logs:DescribeLogGroups"],
        "ExecLog": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "ExecKey": ["kms:Decrypt"],
    }


def test_own_variables_win_over_those_of_uses() -> None:
    one = container(built("uses: {jobs: send}, environment: {JOBS_URL: mine, A: b}", "queues: {jobs: {}}\n"))
    assert one["Environment"] == [{"Name": "A", "Value": "b"}, {"Name": "JOBS_URL", "Value": "mine"}]


@pytest.mark.parametrize(
    ("said", "command"),
    [("curl localhost", ["CMD-SHELL", "curl localhost"]), ("[/bin/ok, -q]", ["CMD", "/bin/ok", "-q"])],
)
def test_health_command(said: str, command: list[str]) -> None:
    assert container(built(f"health_check: {{command: {said}}}"))["HealthCheck"]["Command"] == command


def route(settings: str) -> Capability:
    one = platform(spec(settings, f"load_balancer: {{certificate: '{ARN}'}}\n"))
    return one.components["services.web"].offers(one)["route"]


def test_route_allows_the_way_to_the_internal_load_balancer() -> None:
    assert [port.number for port in route("port: 8080, ingress: {}").ports] == [80]
    found = built("port: 8080, ingress: {}", "apis: {front: {routes: {$default: {to: web, auth: none}}}}\n")
    assert found["InternalLoadBalancer80FromFrontApi"]["Properties"]["GroupId"] == {
        "Ref": "InternalLoadBalancerSecurityGroup"
    }
    assert found["InternalLoadBalancer80FromFrontApi"]["Properties"]["SourceSecurityGroupId"] == {
        "Ref": "FrontApiSecurityGroup"
    }


@pytest.mark.parametrize("settings", ["", "port: 8080", "port: 8080, ingress: {public: true}"])
def test_route_denies_all_else(settings: str) -> None:
    assert route(settings) == Capability()
    assert not route("port: 8080, ingress: {}").grants


@pytest.mark.parametrize("verb", ["call"])
def test_a_verb_opens_the_port_of_the_tasks_and_nothing_more(verb: str) -> None:
    """What `call` gives in full, and who gets it, is in test_service_calls.py."""
    one = platform(spec("port: 8080"))
    found = one.components["services.web"].offers(one)[verb]
    assert [port.number for port in found.ports] == [8080]
    assert (found.grants, found.secrets) == ((), {})


def test_alarms_and_charts_of_a_service_with_requests() -> None:
    one = platform(spec("port: 8080, ingress: {}"))
    web = one.components["services.web"]
    names = [alarm.name for alarm in web.alarms(one)]
    assert names == ["CpuHigh", "MemoryHigh", "TasksMissing", "TargetsUnhealthy", "Errors"]
    assert len(list(web.charts(one))) == 3


def test_no_alarm_for_what_is_not_measured() -> None:
    one = platform(spec("", "ecs: {container_insights: disabled}"))
    assert [alarm.name for alarm in one.components["services.web"].alarms(one)] == ["CpuHigh", "MemoryHigh"]


OTHER = "{image: 'example/other:1', port: 80, ingress: {%s}}"


@pytest.mark.parametrize(
    ("settings", "code", "help_text"),
    [
        ("cpu: 1000", "out-of-range", ""),
        ("cpu: 32768, memory: 122881", "fargate-size", "'memory: 122880'"),
        ("cpu: 256, memory: 4096", "fargate-size", "'memory: 2048'"),
        ("cpu: 4096, memory: 512", "fargate-size", "'memory: 8192'"),
        ("scale: {min: 9}", "scale-limits", "'max: 9' or more"),
        ("scale: {min: 0, max: 3}", "scale-limits", "'min: 1'"),
        ("scale: {cpu: false, memory: false}", "scale-limits", "percentage"),
        ("scale: {cpu: true}", "not-allowed", ""),
        ("deployment: {maximum_percent: 100}", "deployment-stuck", "raise 'maximum_percent'"),
        ("exec: true", "exec-read-only", "'read_only_root: false'"),
        ("writable_mb: 600", "writable-size", "512 MiB"),
        ("ingress: {}", "missing-property", "port: 8080"),
        ("port: 80, ingress: {timeout_seconds: 15}", "health-timeout", "below 15"),
        ("port: 80, ingress: {path: [/a, /b, /c, /d], host: [a.com, b.com]}", "rule-limit", "fewer"),
        ("port: 80, ingress: {path: ['/*/*/*', '/?/??/*']}", "rule-limit", "fewer wildcards"),
        ("port: 80, ingress: {path: api}", "bad-value", ""),
        ("scale: {requests: 100}", "scale-limits", "add 'ingress'"),
        ("port: 80, ingress: {sidecar: proxy}", "unknown-container", ""),
        ("port: 80, ingress: {sidecar: p}, sidecars: {p: {image: 'p:1'}}", "missing-property", "port"),
        ("port: 80, ingress: {protocol: http2}", "needs-https", "'public: true'"),
        ("scale: {schedule: {night: {when: rate(1 day), min: 0, max: 1}}}", "scale-limits", "'min: 1'"),
        ("scale: {schedule: {night: {when: rate(1 day), min: 2, max: 1}}}", "scale-limits", "'max: 2'"),
        ("scale: {schedule: {night: {when: midnight, min: 1, max: 1}}}", "bad-schedule", ""),
        ("environment: {PORT: 8080}", "wrong-type", '"8080"'),
        ("user: 1000", "wrong-type", '"1000"'),
    ],
)
def test_faults(settings: str, code: str, help_text: str) -> None:
    found = faults(spec(settings).replace(", prod: {posture: production}", ""))
    assert [one.code for one in found] == [code]
    assert found[0].component == "services.web"
    assert help_text in found[0].suggestion


@pytest.mark.parametrize(
    ("one", "other", "code", "help_text"),
    [
        ("priority: 7", "path: /o, priority: 7", "priority-taken", "ingress.priority: 8"),
        ("path: '/x/*'", "path: [/y, '/x/*']", "route-taken", "another path or host"),
    ],
)
def test_faults_of_two_services_are_told_at_both(one: str, other: str, code: str, help_text: str) -> None:
    more = f"  other: {OTHER % other}\n"
    text = f"{HEAD.replace(', prod: {posture: production}', '')}services:\n  web: {OTHER % one}\n{more}"
    found = faults(text)
    assert [(fault.code, fault.component) for fault in found] == [(code, "services.web"), (code, "services.other")]
    assert all(help_text in fault.suggestion for fault in found)


def test_two_services_with_one_log_group() -> None:
    text = "  {name}: {{image: 'example/x:1', logs: {{name: /ecs/all}}}}\n"
    found = faults(f"{HEAD}services:\n{text.format(name='a')}{text.format(name='b')}")
    assert {(fault.code, fault.component) for fault in found} == {
        ("claimed-name", "services.a"),
        ("claimed-name", "services.b"),
    }


def test_an_api_with_two_services_has_one_rule_on_their_load_balancer() -> None:
    """EC2 refuses a second rule with the same source, port and group."""
    ingress = "ingress: {path: /%s/*}"
    services = "".join(f"  {name}: {{image: 'x:1', port: 8080, {ingress % name}}}\n" for name in ("web", "shop"))
    routes = '"ANY /web/{proxy+}": web, "ANY /shop/{proxy+}": shop'
    head = "platform: demo\nenvironments: {dev: {posture: development}}\n"
    found = resources(compiled(f"{head}services:\n{services}apis:\n  front: {{auth: none, routes: {{{routes}}}}}\n"))
    rules = [one["Properties"] for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    balancer = {"Ref": "InternalLoadBalancerSecurityGroup"}
    assert len([rule for rule in rules if rule["GroupId"] == balancer]) == 1
