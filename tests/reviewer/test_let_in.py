"""Who is let into a cluster, and what a firewall lets in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compiler.source.json_value import Json
from reviewer.findings import find
from tests.reviewer.pairs import texts
from tests.reviewer.programs import compiled, deployed, resource

CLUSTER = {"Cluster": resource("EKS::Cluster", {"Name": "c"})}
VIEW = "act as AmazonEKSViewPolicy in the whole cluster"
EDIT = "act as AmazonEKSEditPolicy in the namespaces a and b"


def entry(policy: str, *namespaces: str, **more: Json) -> Json:
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:eks::aws:cluster-access-policy/AmazonEKS{policy}Policy"}
    scope = {"Type": "namespace", "Namespaces": list(namespaces)} if namespaces else {"Type": "cluster"}
    policies = [{"PolicyArn": arn, "AccessScope": scope}]
    return resource("EKS::AccessEntry", {"ClusterName": "c", "PrincipalArn": "p", "AccessPolicies": policies, **more})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"It": entry("View")}, [f"!It: p may now {VIEW}"]),
        ({"It": entry("View")}, {}, [f"It: p may no longer {VIEW}"]),
        (
            {"It": entry("View")},
            {"It": entry("Edit", "a", "b")},
            [f"!It: p may now {EDIT}", f"It: p may no longer {VIEW}"],
        ),
        (
            {"It": entry("View")},
            {"It": entry("View", KubernetesGroups=["g"])},
            ["!It: p may now act as the Kubernetes group `g`"],
        ),
        ({"It": entry("View")}, {"It": entry("View", Username="u")}, []),
        (
            {},
            {"It": resource("EKS::AccessEntry", {"PrincipalArn": "p", "AccessPolicies": {"Ref": "x"}})},
            [],
        ),
    ],
)
def test_entries_of_a_cluster(before: Json, after: Json, told: list[str]) -> None:
    assert texts({**CLUSTER, **before}, {**CLUSTER, **after}, "access") == told


def test_the_entries_of_a_new_cluster_are_part_of_it() -> None:
    topic = {"Topic": resource("SNS::Topic")}
    platform = compiled({"Resources": {**topic, **CLUSTER, "It": entry("View")}})
    origins = {"Topic": "topics.t", "Cluster": "clusters.c", "It": "clusters.c"}
    wanted = replace(platform, root=replace(platform.root, origins=origins))
    found = find(deployed(compiled({"Resources": topic})), wanted, {})
    assert [risk for risk in found.risks if risk.kind == "access"] == []


GROUP = {"ManagedRuleGroupStatement": {"Name": "x", "VendorName": "AWS"}}
COUNTS = {"RuleActionOverrides": [{"Name": "Body", "ActionToUse": {"Count": {}}}]}
SOFT = {"ManagedRuleGroupStatement": {**GROUP["ManagedRuleGroupStatement"], **COUNTS}}
NO_LONGER = "no longer keeps requests out"


def acl(*rules: Json, default: str = "Allow") -> Json:
    named = [{"Name": f"r{number}", **rule} for number, rule in enumerate(rules)]
    return resource("WAFv2::WebACL", {"DefaultAction": {default: {}}, "Rules": named})


def group(override: str, statement: Json = None) -> Json:
    return {"OverrideAction": {override: {}}, "Statement": statement or GROUP}


def acting(action: str) -> Json:
    return {"Action": {action: {}}}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (acl(group("None")), acl(), [f"!It: rule `r0` {NO_LONGER}"]),
        (acl(group("None")), acl(group("Count")), [f"!It: rule `r0` {NO_LONGER}"]),
        (acl(group("Count")), acl(), []),
        (acl(group("None")), acl(group("None", SOFT)), [f"!It: `Body` of rule `r0` {NO_LONGER}"]),
        (acl(group("None", SOFT)), acl(group("None")), []),
        (acl(acting("Block")), acl(acting("Captcha")), []),
        (acl(acting("Block")), acl(acting("Count")), [f"!It: rule `r0` {NO_LONGER}"]),
        (acl(), acl(acting("Allow")), ["!It: rule `r0` lets requests in that later rules would keep out"]),
        (acl(default="Block"), acl(), ["!It: requests that no rule is about are no longer kept out"]),
        (acl(), acl(default="Block"), []),
        (acl(group("None")), resource("WAFv2::WebACL", {"Rules": "odd", "DefaultAction": "odd"}), None),
    ],
)
def test_rules_of_a_firewall(before: Json, after: Json, told: list[str] | None) -> None:
    found = texts({"It": before}, {"It": after}, "network")
    assert told is None or found == told


def test_a_distribution_without_its_firewall() -> None:
    before = resource("CloudFront::Distribution", {"DistributionConfig": {"Enabled": True, "WebACLId": "x"}})
    after = resource("CloudFront::Distribution", {"DistributionConfig": {"Enabled": True}})
    assert texts({"It": before}, {"It": after}, "network") == [f"!It: a firewall {NO_LONGER}"]
    assert texts({"It": after}, {"It": before}, "network") == []


def role(boundary: Json = None) -> Json:
    return resource("IAM::Role", {} if boundary is None else {"PermissionsBoundary": boundary})


def client(*urls: Json) -> Json:
    return resource("Cognito::UserPoolClient", {"CallbackURLs": list(urls)})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (role("b"), role(), ["!It: no boundary limits what its role may do: b → (none)"]),
        (role("b"), role("c"), ["!It: another boundary limits what its role may do: b → c"]),
        (role(), role("b"), []),
        (client("a"), client("b", "a"), ["!It: users may now be led back to b"]),
        (client("a", {"Ref": "X"}), client({"Ref": "X"}), []),
    ],
)
def test_bounds(before: Json, after: Json, told: list[str]) -> None:
    assert texts({"It": before}, {"It": after}, "access") == told
