"""Services that others call by name: one name each, a way for the callers alone, and no circle between two."""

from __future__ import annotations

import pytest

from compiler.program.component import Capability
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
WEB = "web: {image: 'example/web:1', port: 8080}"
FUNCTION = "{runtime: python3.13, code: job, handler: app.handler, uses: {web: call}}"
CALLERS = {
    "service": (f"services: {{{WEB}, user: {{image: 'u:1', uses: {{web: call}}}}}}", "UserServiceSecurityGroup"),
    "job": (f"services: {{{WEB}}}\njobs: {{user: {{image: 'u:1', uses: {{web: call}}}}}}", "UserJobSecurityGroup"),
    "function": (f"services: {{{WEB}}}\nfunctions: {{user: {FUNCTION}}}", "UserFunctionSecurityGroup"),
    "bastion": (f"services: {{{WEB}}}\nbastion: {{uses: {{web: call}}}}", "BastionSecurityGroup"),
}


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(HEAD + text)))


def variables(definition: Json) -> dict[str, Json]:
    (one,) = definition["Properties"]["ContainerDefinitions"]
    return {pair["Name"]: pair["Value"] for pair in one["Environment"]}


@pytest.mark.parametrize("caller", sorted(CALLERS))
def test_call_opens_the_port_for_the_caller(caller: str) -> None:
    text, group = CALLERS[caller]
    stem = group.removesuffix("SecurityGroup")
    way_in = built(text)[f"WebService8080From{stem}"]["Properties"]
    assert way_in["GroupId"] == {"Ref": "WebServiceSecurityGroup"}
    assert (way_in["SourceSecurityGroupId"], way_in["FromPort"]) == ({"Ref": group}, 8080)


def test_call_opens_it_for_nobody_else() -> None:
    text, _ = CALLERS["service"]
    found = built(text.replace("user: {", "other: {image: 'o:1'}, user: {"))
    rules = [one["Properties"] for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert [rule["SourceSecurityGroupId"] for rule in rules] == [{"Ref": "UserServiceSecurityGroup"}]
    assert "UserServiceAccess" not in found
    assert "SecurityGroupIngress" not in found["WebServiceSecurityGroup"]["Properties"]


def test_call_gives_no_permission() -> None:
    one = platform(f"{HEAD}services: {{{WEB}}}")
    call = one.components["services.web"].offers(one)["call"]
    assert (call.grants, call.secrets, call.after) == ((), {}, ())


def test_a_caller_knows_the_name_and_the_port() -> None:
    given = variables(built(CALLERS["service"][0])["UserServiceTaskDefinition"])
    assert given == {
        "WEB_HOST": "web.demo-dev.internal",
        "WEB_PORT": "8080",
        "WEB_URL": "http://web.demo-dev.internal:8080",
    }


def test_the_name_leads_to_the_tasks() -> None:
    found = built(CALLERS["function"][0])
    names = found["WebServiceNames"]["Properties"]
    assert names["NamespaceId"] == {"Ref": "EcsNamespace"}
    assert names["DnsConfig"]["DnsRecords"] == [{"TTL": 10, "Type": "A"}]
    assert found["WebService"]["Properties"]["ServiceRegistries"] == [
        {"RegistryArn": {"Fn::GetAtt": ["WebServiceNames", "Arn"]}}
    ]
    assert found["EcsNamespace"]["Properties"]["Vpc"] == {"Ref": "Vpc"}


def test_what_nobody_calls_has_no_name() -> None:
    found = built(f"services: {{{WEB}}}")
    assert not {"EcsNamespace", "WebServiceNames"} & found.keys()
    assert "ServiceRegistries" not in found["WebService"]["Properties"]
    assert "UserNames" not in built(CALLERS["service"][0])


def test_two_services_may_call_each_other() -> None:
    text = "services: {a: {image: 'a:1', port: 1000, uses: {b: call}}, b: {image: 'b:1', port: 2000, uses: {a: call}}}"
    found = built(text)
    assert variables(found["AServiceTaskDefinition"])["B_URL"] == "http://b.demo-dev.internal:2000"
    assert variables(found["BServiceTaskDefinition"])["A_URL"] == "http://a.demo-dev.internal:1000"
    assert found["AService"]["DependsOn"] == ["AServiceToBService2000", "BService2000FromAService"]


def test_a_name_is_one_that_urls_take() -> None:
    text = "services: {stock_levels: {image: 's:1', port: 80}, user: {image: 'u:1', uses: {stock_levels: call}}}"
    found = built(f"{text}\necs: {{namespace: 'shop.${{env}}.internal'}}")
    assert found["StockLevelsServiceNames"]["Properties"]["Name"] == "stock-levels"
    assert variables(found["UserServiceTaskDefinition"])["STOCK_LEVELS_HOST"] == "stock-levels.shop.dev.internal"
    assert found["EcsNamespace"]["Properties"]["Name"] == "shop.dev.internal"


@pytest.mark.parametrize("said", ["call", "[call]", "{verbs: call, as: W}"])
def test_a_service_that_is_called_needs_a_port(said: str) -> None:
    (found,) = faults(f"{HEAD}services: {{web: {{image: 'w:1'}}, user: {{image: 'u:1', uses: {{web: {said}}}}}}}")
    assert (found.code, found.component) == ("missing-property", "services.web")
    assert "services.user calls it" in found.message


def test_a_service_without_a_port_offers_nothing() -> None:
    one = platform(f"{HEAD}services: {{web: {{image: 'w:1'}}}}")
    assert one.components["services.web"].offers(one)["call"] == Capability()
