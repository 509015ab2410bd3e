"""Many users of one security group share a group: who may connect to whom stays the same, with few rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from compiler.program.quota_measures import by_type, measured, named
from compiler.program.resource import Resource
from compiler.program.shared_groups import USUAL_RULES, with_shared_groups
from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources
from tests.test_linking import flat

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\nnetwork: {}\n"
CACHE = "caches: {hot: {engine: valkey, version: '8.0'}}\n"
INGRESS, EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"


def spec(services: int) -> str:
    """Services that use a cache, each behind the load balancer, and a function in the network that does too."""
    made = "".join(
        f"  s{number}: {{image: 'web:1', port: 80, ingress: {{path: /s{number}}}, uses: {{hot: connect}}}}\n"
        for number in range(services)
    )
    function = "{runtime: python3.13, code: ./code, handler: app.handler, uses: {hot: connect}}"
    return f"{HEAD}{CACHE}load_balancer: {{}}\nservices:\n{made}functions: {{f: {function}}}\n"


def group_of(value: Json) -> str:
    """The group that a value means, whether it is in the same stack or comes as a parameter."""
    return named(value).removesuffix("GroupId")


def listed(value: Json) -> Iterator[str]:
    """The security groups that a resource lists."""
    if isinstance(value, dict):
        for key, child in value.items():
            if "SecurityGroup" in key and isinstance(child, list):
                yield from map(group_of, child)
            else:
                yield from listed(child)
    elif isinstance(value, list):
        for child in value:
            yield from listed(child)


def connections(found: Mapping[str, Json]) -> set[tuple[str, str, str, int]]:
    """Which resource may be reached from which by the rules: direction, whose rule, the other, port."""
    inside: dict[str, list[str]] = {}
    for name, body in found.items():
        if body["Type"] not in (INGRESS, EGRESS, "AWS::EC2::SecurityGroup"):
            for group in listed(body.get("Properties", {})):
                inside.setdefault(group, []).append(name)
    pairs = set()
    for body in found.values():
        about = body.get("Properties", {})
        if body["Type"] in (INGRESS, EGRESS):
            other = about.get("SourceSecurityGroupId") or about.get("DestinationSecurityGroupId")
            for one in inside.get(group_of(other), ()):
                pairs.add((body["Type"], group_of(about["GroupId"]), one, about["FromPort"]))
    return pairs


def counted(found: Mapping[str, Json]) -> int:
    by_name = {name: Resource(name, "", body, frozenset()) for name, body in found.items()}
    measures = ("inbound-rules", "outbound-rules")
    return max(count for measure in measures for _, count in measured(measure, by_type(by_name)))


def test_groups_within_the_quota_stay_as_they_are() -> None:
    found = resources(compiled(spec(12)))
    assert not any(name.endswith(("Clients", "Servers")) for name in found)


def test_sharing_a_group_changes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    before = resources(compiled(spec(12)))
    monkeypatch.setattr("compiler.program.shared_groups.USUAL_RULES", 10)
    after = resources(compiled(spec(12)))
    assert connections(after) == connections(before)
    assert counted(before) == 13
    assert counted(after) <= 4
    assert {"HotCacheSecurityGroup6379Clients", "InternalLoadBalancerSecurityGroup80Servers"} <= after.keys()
    waits = after["S1Service"]["DependsOn"]
    assert all(name in after for name in waits)


def rule(number: int, target: str = "Target") -> Json:
    about = {"GroupId": {"Ref": target}, "SourceSecurityGroupId": {"Ref": f"User{number}"}}
    return {"Type": INGRESS, "Properties": {**about, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}}


def group() -> Json:
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}}}


def service(number: int) -> Json:
    listing = {"AwsvpcConfiguration": {"SecurityGroups": [{"Ref": f"User{number}"}]}}
    return {
        "Type": "AWS::ECS::Service",
        "DependsOn": [f"Rule{number}"],
        "Properties": {"NetworkConfiguration": listing},
    }


def bodies(count: int) -> dict[str, Json]:
    made: dict[str, Json] = {"Vpc": {"Type": "AWS::EC2::VPC"}, "Target": group()}
    for number in range(count):
        made |= {f"User{number}": group(), f"Rule{number}": rule(number), f"Service{number}": service(number)}
    return made


@pytest.mark.parametrize(("count", "rules"), [(USUAL_RULES, USUAL_RULES), (USUAL_RULES + 1, 1)])
def test_one_rule_more_than_the_quota_makes_a_shared_group(count: int, rules: int) -> None:
    found = with_shared_groups(flat(bodies(count)).resources)
    assert sum(one.body["Type"] == INGRESS for one in found.values()) == rules


def test_a_group_that_is_named_in_a_text_keeps_its_own_rule() -> None:
    definition = {"DefinitionString": {"Fn::Sub": '{"SecurityGroups": ["${User3}"]}'}}
    workflow = {"Type": "AWS::StepFunctions::StateMachine", "Properties": definition}
    found = with_shared_groups(flat({**bodies(61), "Workflow": workflow}).resources)
    assert [name for name, one in found.items() if one.body["Type"] == INGRESS] == ["Rule3", "Target5432ClientsRule"]
    assert found["Service3"].body["DependsOn"] == ["Rule3"]
    assert found["Service4"].body["DependsOn"] == ["Target5432ClientsRule"]


def test_an_interface_has_at_most_five_groups() -> None:
    targets = {f"Target{number}": group() for number in range(6)}
    rules = {f"{name}Rule{number}": rule(number, name) for name in targets for number in range(61)}
    found = with_shared_groups(flat({**bodies(61), **targets, **rules}).resources)
    listing = found["Service0"].body["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    assert len(listing) == 5
    own = [name for name, one in found.items() if one.body["Type"] == INGRESS and name.endswith("Rule0")]
    assert len(own) == 3


def test_a_shared_group_takes_no_logical_id() -> None:
    taken = flat({**bodies(61), "Target5432Clients": {"Type": "AWS::SNS::Topic"}}).resources
    assert with_shared_groups(taken) == taken


def test_shared_groups_are_in_the_order_of_the_ports_even_if_the_first_member_stays() -> None:
    hot, araw = ("{'Fn::GetAtt': [HotCacheSecurityGroup, GroupId]}", "{'Fn::GetAtt': [Araw, GroupId]}")
    rule = f"GroupId: {hot}, SourceSecurityGroupId: {araw}"
    group = "{Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: x, VpcId: {Ref: Vpc}}}"
    ports = "IpProtocol: tcp, FromPort: 6380, ToPort: 6380"
    raw = f"{{Type: '{INGRESS}', Properties: {{{rule}, {ports}}}}}"
    caches = "caches: {hot: {engine: valkey, version: '8.0', serverless: {}}}\n"
    services = "".join(f"  s{number}: {{image: 'web:1', port: 80, uses: {{hot: connect}}}}\n" for number in range(40))
    text = f"{HEAD}resources: {{araw: {group}, araw-rule: {raw}}}\n{caches}services:\n{services}"
    found = resources(compiled(text))["S0Service"]["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert [group_of(one) for one in found["SecurityGroups"]] == [
        "S0ServiceSecurityGroup",
        "HotCacheSecurityGroup6380Clients",
        "HotCacheSecurityGroup6379Clients",
    ]
