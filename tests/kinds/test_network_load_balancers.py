"""Network load balancers: what they make of connections, who may connect, and what AWS would refuse."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

ARN = "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"
HEAD = """
platform: demo
environments: {dev: {posture: development}}
services:
  app: {image: "example/app:1", port: 8080, ingress: {path: "/*"}, sidecars: {proxy: {image: "a/proxy:1", port: 9000}}}
  bare: {image: "example/bare:1"}
"""
STEM = "EdgeNetworkLoadBalancer"


def spec(listeners: str, more: str = "", head: str = HEAD) -> str:
    return f"{head}network_load_balancers: {{edge: {{{more}listeners: {{{listeners}}}}}}}\n"


def built(listeners: str, more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(listeners, more))))


def attributes(group: Json) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in group["Properties"]["TargetGroupAttributes"]}


@pytest.mark.parametrize(
    ("listener", "wanted"),
    [
        ("port: 80, to: app", {"preserve_client_ip.enabled": "false", "proxy_protocol_v2.enabled": "false"}),
        ("port: 80, to: app, preserve_client_ip: true", {"preserve_client_ip.enabled": "true"}),
        ("port: 80, to: app, proxy_protocol: true", {"proxy_protocol_v2.enabled": "true"}),
        ("port: 80, to: app, sticky: true", {"stickiness.enabled": "true", "stickiness.type": "source_ip"}),
        ("port: 80, to: app, drain_seconds: 2m", {"deregistration_delay.timeout_seconds": "120"}),
        (
            "port: 80, to: app, end_connections: false",
            {"deregistration_delay.connection_termination.enabled": "false"},
        ),
    ],
)
def test_attributes_of_a_target_group(listener: str, wanted: dict[str, str]) -> None:
    found = attributes(built(f"a: {{{listener}}}")[f"{STEM}ATargetGroup"])
    assert found.items() >= wanted.items()


def test_aws_itself_keeps_the_address_with_udp() -> None:
    found = attributes(built("a: {port: 53, protocol: tcp_udp, to: app}")[f"{STEM}ATargetGroup"])
    assert "preserve_client_ip.enabled" not in found


@pytest.mark.parametrize("kept", ["false", "true"])
def test_tasks_let_in_the_load_balancer_alone_whatever_address_they_see(kept: str) -> None:
    found = built(f"a: {{port: 80, to: app, preserve_client_ip: {kept}}}", "public: true, ")
    rule = found[f"AppService8080From{STEM}"]["Properties"]
    assert rule["SourceSecurityGroupId"] == {"Ref": f"{STEM}SecurityGroup"}
    assert "SecurityGroupIngress" not in found["AppServiceSecurityGroup"]["Properties"]


@pytest.mark.parametrize(
    ("listener", "group", "ports"),
    [
        ("port: 80, to: app", ("TCP", 8080), {("tcp", 8080)}),
        ("port: 53, protocol: tcp_udp, to: app", ("TCP_UDP", 8080), {("tcp", 8080), ("udp", 8080)}),
        ("port: 53, protocol: tcp_udp, to: bare, target_port: 5353", ("TCP_UDP", 5353), {("tcp", 5353), ("udp", 5353)}),
        (
            "port: 514, protocol: udp, to: app, target_port: 5514, health_check: {port: 8080}",
            ("UDP", 5514),
            {("udp", 5514), ("tcp", 8080)},
        ),
        ("port: 80, to: app, sidecar: proxy", ("TCP", 9000), {("tcp", 9000)}),
    ],
)
def test_ports_of_a_target_group_and_its_security_groups(
    listener: str, group: tuple[str, int], ports: set[tuple[str, int]]
) -> None:
    found = built(f"a: {{{listener}}}")
    about = found[f"{STEM}ATargetGroup"]["Properties"]
    assert (about["Protocol"], about["Port"]) == group
    for kind, own in (("Ingress", "SourceSecurityGroupId"), ("Egress", "GroupId")):
        rules = [one["Properties"] for one in found.values() if one["Type"] == f"AWS::EC2::SecurityGroup{kind}"]
        rules = [one for one in rules if one[own] == {"Ref": f"{STEM}SecurityGroup"}]
        assert {(one["IpProtocol"], one["FromPort"]) for one in rules} == ports


def test_tasks_are_registered_once_all_of_it_is_there() -> None:
    found = built("a: {port: 80, to: app, sidecar: proxy, grace_seconds: 180}")
    service = found["AppService"]
    listed = service["Properties"]["LoadBalancers"]
    assert [(one["ContainerName"], one["ContainerPort"]) for one in listed] == [("app", 8080), ("proxy", 9000)]
    assert service["Properties"]["HealthCheckGracePeriodSeconds"] == 180
    needed = {f"{STEM}AListener", f"AppService9000From{STEM}", f"{STEM}ToAppService9000"}
    assert needed <= set(service["DependsOn"])


def test_a_container_listens_by_udp_where_connections_are_of_that() -> None:
    found = built("a: {port: 53, protocol: tcp_udp, to: app, target_port: 5353}, b: {port: 80, to: app}")
    mapped = found["AppServiceTaskDefinition"]["Properties"]["ContainerDefinitions"][0]["PortMappings"]
    assert [(one["ContainerPort"], one["Protocol"]) for one in mapped] == [(8080, "tcp"), (5353, "tcp"), (5353, "udp")]


@pytest.mark.parametrize(
    ("more", "opened"),
    [
        ("", set()),
        ("public: true, ", {"0.0.0.0/0"}),
        ("public: true, allow_from: [], ", set()),
        ("allow_from: [10.0.0.0/8], ", {"10.0.0.0/8"}),
    ],
)
def test_who_may_connect(more: str, opened: set[str]) -> None:
    group = built("a: {port: 80, to: app}", more)[f"{STEM}SecurityGroup"]["Properties"]
    assert {one["CidrIp"] for one in group.get("SecurityGroupIngress", [])} == opened


IPV6 = HEAD + "network: {existing: {vpc: vpc-0123456789abcdef0, private: [subnet-0aaa1111, subnet-0bbb2222], %s}}\n"
PUBLIC = "public: [subnet-0ccc3333, subnet-0ddd4444], ipv6: true"


@pytest.mark.parametrize(
    ("more", "opened"),
    [
        ("", {"0.0.0.0/0", "::/0"}),
        ("allow_from: [203.0.113.0/24], ", {"203.0.113.0/24"}),
        ("allow_from: [203.0.113.0/24], allow_from_ipv6: ['2001:db8::/32'], ", {"203.0.113.0/24", "2001:db8::/32"}),
    ],
)
def test_ipv6_opens_no_more_than_ipv4_does(more: str, opened: set[str]) -> None:
    text = spec("a: {port: 80, to: app}", f"public: true, ip_address_type: dualstack, {more}", IPV6 % PUBLIC)
    group = resources(compiled(text))[f"{STEM}SecurityGroup"]["Properties"]
    assert {one.get("CidrIp", one.get("CidrIpv6")) for one in group["SecurityGroupIngress"]} == opened


def test_an_address_for_each_zone() -> None:
    text = spec("a: {port: 80, to: app}", "public: true, static_addresses: true, ")
    found = resources(compiled(text))
    mapped = found[STEM]["Properties"]["SubnetMappings"]
    assert [one["SubnetId"]["Ref"] for one in mapped] == ["PublicSubnet1", "PublicSubnet2"]
    assert [one["AllocationId"]["Fn::GetAtt"] for one in mapped] == [
        [f"{STEM}Address1", "AllocationId"],
        [f"{STEM}Address2", "AllocationId"],
    ]
    assert {f"{STEM}Address1", f"{STEM}Address2"} <= compiled(text).root.body["Outputs"].keys()


def test_an_application_load_balancer_listens_before_it_is_a_target() -> None:
    found = built("a: {port: 80, load_balancer: internal}")
    group = found[f"{STEM}ATargetGroup"]
    assert group["DependsOn"] == ["InternalListener"]
    assert group["Properties"]["Targets"] == [{"Id": {"Ref": "InternalLoadBalancer"}, "Port": 80}]
    assert "TargetGroupAttributes" not in group["Properties"]
    assert found[f"InternalLoadBalancer80From{STEM}"]["Properties"]["FromPort"] == 80


@pytest.mark.parametrize(("said", "held"), [("{}", "off"), ("{filter: true}", "on")])
def test_connections_through_endpoints_are_held_to_ranges_only_if_wanted(said: str, held: str) -> None:
    found = built("a: {port: 80, to: app}", f"allow_from: [10.0.0.0/8], endpoint_service: {said}, ")
    assert found[STEM]["Properties"]["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == held
    assert f"{STEM}EndpointServicePermissions" not in found


def test_the_record_that_proves_a_private_name_is_told() -> None:
    text = spec("a: {port: 80, to: app}", "endpoint_service: {private_name: app.example.com}, ")
    outputs = compiled(text).root.body["Outputs"]
    assert {f"{STEM}ServiceName", f"{STEM}ProofName", f"{STEM}ProofValue"} <= outputs.keys()


@pytest.mark.parametrize(
    ("listeners", "variables"),
    [
        ("a: {port: 80, to: app}", {"EDGE_HOST", "EDGE_PORT"}),
        ("a: {port: 80, to: app}, b-c: {port: 81, to: app}", {"EDGE_HOST", "EDGE_A_PORT", "EDGE_B_C_PORT"}),
    ],
)
def test_who_connects_is_told_where(listeners: str, variables: set[str]) -> None:
    head = HEAD + '  user: {image: "example/user:1", uses: {edge: connect}}\n'
    found = resources(compiled(spec(listeners, head=head)))
    (container,) = found["UserServiceTaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert {one["Name"] for one in container["Environment"]} == variables


def test_two_transports_of_one_port_are_two_rules() -> None:
    head = HEAD + '  user: {image: "example/user:1", uses: {edge: connect}}\n'
    found = resources(compiled(spec("a: {port: 53, protocol: tcp_udp, to: app}", head=head)))
    assert found[f"UserServiceTo{STEM}53"]["Properties"]["IpProtocol"] == "tcp"
    assert found[f"UserServiceTo{STEM}53Udp"]["Properties"]["IpProtocol"] == "udp"
    assert found[f"{STEM}53UdpFromUserService"]["Properties"]["IpProtocol"] == "udp"


TCP = "a: {port: 80, to: app}"
REFUSED = [
    ("a: {port: 80}", "", "one-of-two"),
    ("a: {port: 80, to: app, load_balancer: internal}", "", "one-of-two"),
    ("a: {port: 80, to: nobody}", "", "unknown-component"),
    ("a: {port: 80, to: bare}", "", "missing-property"),
    ("a: {port: 80, to: app, sidecar: prox}", "", "unknown-container"),
    ("a: {port: 80, to: app}, b: {port: 80, protocol: udp, to: app, health_check: {port: 8080}}", "", "port-taken"),
    ("a-b: {port: 80, to: app}, a_b: {port: 81, to: app}", "", "duplicate-name"),
    ("a: {port: 443, protocol: tls, to: app}", "", "certificate-needed"),
    (TCP, f"certificate: '{ARN}', ", "unused-setting"),
    ("a: {port: 443, protocol: tls, to: app}", f"certificate: '{ARN.replace('east', 'west')}', ", "certificate-region"),
    ("a: {port: 80, to: app, alpn: HTTP1Only}", "", "unused-setting"),
    ("a: {port: 80, to: app, target_tls: true}", "", "unused-setting"),
    ("a: {port: 443, protocol: tls, to: app, sticky: true}", f"certificate: '{ARN}', ", "unused-setting"),
    ("a: {port: 443, protocol: tls, to: app, idle_seconds: 90}", f"certificate: '{ARN}', ", "unused-setting"),
    ("a: {port: 53, protocol: tcp_udp, to: app, preserve_client_ip: false}", "", "unused-setting"),
    ("a: {port: 53, protocol: udp, to: app}", "", "missing-property"),
    ("a: {port: 80, to: app, health_check: {timeout_seconds: 15}}", "", "health-timeout"),
    ("a: {port: 80, to: app, health_check: {codes: '200'}}", "", "unused-setting"),
    ("a: {port: 80, load_balancer: public}", "", "no-load-balancer"),
    ("a: {port: 53, protocol: tcp_udp, load_balancer: internal}", "", "needs-tcp"),
    ("a: {port: 80, load_balancer: internal, proxy_protocol: true}", "", "unused-setting"),
    ("a: {port: 80, load_balancer: internal, health_check: {protocol: tcp}}", "", "needs-http"),
    ("a: {port: 80, load_balancer: internal, target_port: 81}", "", "port-unknown"),
    (TCP, "allow_from: [10.0.0.1/8], ", "bad-cidr"),
    (TCP, "allow_from_ipv6: ['2001:db8::1/32'], ", "bad-cidr"),
    (TCP, "allow_from_ipv6: ['2001:db8::/32'], ", "unused-setting"),
    (TCP, "ip_address_type: dualstack, ", "no-ipv6"),
    (TCP, "static_addresses: true, ", "static-addresses"),
    (TCP, "logs_to: logs, ", "unused-setting"),
    (TCP, "endpoint_service: {filter: true}, ", "nobody-allowed"),
    (TCP, "endpoint_service: {regions: [us-east-1]}, ", "duplicate-value"),
    (", ".join(f"l{number}: {{port: {number}, to: app}}" for number in range(1, 6)), "", "target-group-limit"),
]


@pytest.mark.parametrize(("listeners", "more", "code"), REFUSED)
def test_what_aws_would_refuse(listeners: str, more: str, code: str) -> None:
    found = faults(spec(listeners, more, HEAD + "buckets: {logs: {receives_logs: true}}\n"))
    assert code in {one.code for one in found}, found
    assert all(one.suggestion for one in found)


@pytest.mark.parametrize(("check", "codes"), [("{}", ["needs-http"]), ("{protocol: http, port: 80}", [])])
def test_a_health_check_shows_no_certificate(check: str, codes: list[str]) -> None:
    public = '  shop: {image: "example/shop:1", port: 8080, ingress: {public: true}}\n'
    tls = f"load_balancer: {{certificate: '{ARN}', mutual_tls: {{trust: ./ca.pem}}}}\n"
    text = spec(
        f"a: {{port: 443, load_balancer: public, health_check: {check}}}", "public: true, ", HEAD + public + tls
    )
    assert [one.code for one in faults(text)] == codes
    if not codes:
        found = resources(compiled(text))
        assert found[f"{STEM}ToPublicLoadBalancer80"]["Properties"]["FromPort"] == 80
        assert found[f"PublicLoadBalancer80From{STEM}"]["Properties"]["FromPort"] == 80


def test_a_service_is_in_five_target_groups() -> None:
    four = ", ".join(f"l{number}: {{port: {number}, to: app}}" for number in range(1, 5))
    assert faults(spec(four)) == ()
    assert len(built(four)["AppService"]["Properties"]["LoadBalancers"]) == 5


def test_as_many_addresses_as_public_subnets() -> None:
    ids = "static_addresses: [eipalloc-0123456789abcdef0], public: true, "
    with pytest.raises(Exception, match="there are 2 public subnets"):
        compiled(spec(TCP, ids))


@pytest.mark.parametrize("code", ["no-ipv6", ""])
def test_an_existing_network_says_itself_whether_it_has_ipv6(code: str) -> None:
    network = IPV6 % ("ipv6: false" if code else "ipv6: true")
    found = faults(spec(TCP, "ip_address_type: dualstack, ", network))
    assert {one.code for one in found} == ({code} if code else set())


def test_udp_has_no_dual_stack() -> None:
    found = faults(spec("a: {port: 53, protocol: tcp_udp, to: app}", "ip_address_type: dualstack, ", IPV6 % PUBLIC))
    assert [one.code for one in found] == ["udp-dualstack"]


def test_a_public_one_is_not_connected_to_from_inside() -> None:
    head = HEAD + '  user: {image: "example/user:1", uses: {edge: connect}}\n'
    found = faults(spec(TCP, "public: true, ", head))
    assert [one.code for one in found] == ["public-load-balancer"]


def test_two_network_load_balancers_are_before_one_other() -> None:
    three = ", ".join(f"{name}: {{listeners: {{a: {{port: 80, load_balancer: internal}}}}}}" for name in "xyz")
    found = faults(f"{HEAD}network_load_balancers: {{{three}}}\n")
    assert [(one.component, one.code) for one in found] == [("network_load_balancers.z", "target-group-limit")]


def test_a_service_name_needs_an_endpoint_service() -> None:
    head = HEAD + '  user: {image: "example/user:1", environment: {NAME: "${edge.service_name}"}}\n'
    assert [one.code for one in faults(spec(TCP, head=head))] == ["no-endpoint-service"]
    assert faults(spec(TCP, "endpoint_service: {}, ", head)) == ()


@pytest.mark.parametrize(
    ("more", "users", "codes"),
    [
        ("", "", ["nobody-connects"]),
        ("public: true, ", "", []),
        ("endpoint_service: {}, ", "", []),
        ("endpoint_service: {acceptance: false}, ", "", ["own-endpoints"]),
        ("", "uses: {edge: connect}, ", []),
    ],
)
def test_what_a_reviewer_is_told(more: str, users: str, codes: list[str]) -> None:
    head = HEAD + f'  user: {{{users}image: "example/user:1"}}\n'
    assert [one.code for one in warnings(spec(TCP, more, head))] == codes


def test_a_task_that_would_connect_to_itself_is_told() -> None:
    head = HEAD.replace("port: 8080, ingress", "port: 8080, uses: {edge: connect}, ingress")
    assert warnings(spec(TCP, head=head)) == ()
    kept = spec("a: {port: 80, to: app, preserve_client_ip: true}", head=head)
    assert [one.code for one in warnings(kept)] == ["own-connection"]


UNITS = """
platform: demo
environments:
  dev:
    posture: development
    fleet: {organizational_units: [ou-ab12-34cd56ef], organization: o-a1b2c3d4e5, regions: [us-east-1]}
load_balancer: {certificate: "%s"}
services:
  app: {image: "example/app:1", port: 8080, ingress: {public: true}}
  inner: {image: "example/app:1", port: 8080, ingress: {path: "/inner/*"}}
"""


def test_public_addresses_wait_for_the_gateway_where_no_stack_does() -> None:
    """In one template nothing else says that the gateway is attached before them, and detached after them."""
    listeners = "a: {port: 80, to: app}"
    found = compiled(spec(listeners, "public: true, static_addresses: true, ", UNITS % ARN)).root.body["Resources"]
    waiting = {name for name, one in found.items() if "InternetGatewayAttachment" in one.get("DependsOn", ())}
    assert {STEM, f"{STEM}Address1", f"{STEM}Address2", "PublicLoadBalancer"} <= waiting
    assert "InternalLoadBalancer" in found and "InternalLoadBalancer" not in waiting
    inside = compiled(spec(listeners, head=UNITS % ARN)).root.body["Resources"]
    assert "InternetGatewayAttachment" not in inside[STEM].get("DependsOn", ())
