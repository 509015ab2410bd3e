"""What PerfectMatch's document promises of its environments, read from the compiled templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json

SPEC = Path(__file__).parent.parent / "spec" / "perfectmatch.yaml"
ENVIRONMENTS = ("dev", "staging", "prod")


@cache
def resources(environment: str) -> Mapping[str, Json]:
    (root,) = compile_spec(str(SPEC), (environment,))
    return {name: one for template in root.children for name, one in template.body["Resources"].items()}


def of_type(environment: str, kind: str) -> Iterator[Json]:
    return (one["Properties"] for one in resources(environment).values() if one["Type"] == f"AWS::{kind}")


def one(environment: str, kind: str) -> Json:
    (found,) = of_type(environment, kind)
    return found


@pytest.mark.parametrize(
    ("environment", "hosts"),
    [
        ("dev", {"dev.pairva.ai", "www.dev.pairva.ai", "api.dev.pairva.ai"}),
        ("staging", {"staging.pairva.ai", "www.staging.pairva.ai", "api.staging.pairva.ai"}),
        ("prod", {"pairva.ai", "www.pairva.ai", "api.pairva.ai"}),
    ],
)
def test_apex_and_www_lead_to_the_cdn_and_api_to_the_api(environment: str, hosts: set[str]) -> None:
    site = one(environment, "CloudFront::Distribution")["DistributionConfig"]["Aliases"]
    api = one(environment, "ApiGatewayV2::DomainName")["DomainName"]
    records = {record["Name"] for record in of_type(environment, "Route53::RecordSet") if "AliasTarget" in record}
    assert {*site, api} == records == hosts


@pytest.mark.parametrize(
    ("environment", "multi_az", "instances", "shards", "replicas"),
    [("dev", False, 1, 1, 0), ("staging", True, 2, 2, 1), ("prod", True, 3, 3, 2)],
)
def test_data_stores_have_the_size_of_their_environment(
    environment: str, multi_az: bool, instances: int, shards: int, replicas: int
) -> None:
    cache_of = one(environment, "ElastiCache::ReplicationGroup")
    nodes = cache_of.get("NumCacheClusters", 0)
    assert one(environment, "RDS::DBInstance")["MultiAZ"] is multi_az
    assert len([*of_type(environment, "DocDB::DBInstance")]) == instances
    assert (cache_of.get("NumNodeGroups", 1), cache_of.get("ReplicasPerNodeGroup", nodes - 1)) == (shards, replicas)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_firewalls_stand_before_site_and_services_in_production_alone(environment: str) -> None:
    site = one(environment, "CloudFront::Distribution")["DistributionConfig"]
    scopes = sorted(firewall["Scope"] for firewall in of_type(environment, "WAFv2::WebACL"))
    protected = [one["ResourceArn"] for one in of_type(environment, "WAFv2::WebACLAssociation")]
    there = environment == "prod"
    assert scopes == ["CLOUDFRONT", "REGIONAL"] * there
    assert ("WebACLId" in site, protected) == (there, [{"Ref": "InternalLoadBalancer"}] * there)


@pytest.mark.parametrize(("environment", "branch"), [("dev", "develop"), ("staging", "staging"), ("prod", "main")])
def test_each_environment_is_deployed_from_its_branch(environment: str, branch: str) -> None:
    stages = one(environment, "CodePipeline::Pipeline")["Stages"]
    assert stages[0]["Actions"][0]["Configuration"]["BranchName"] == branch
    names = [action["Name"] for stage in stages for action in stage["Actions"]]
    start = names.index("ChangeSet")
    asked = [] if environment == "dev" else ["Approve"]
    assert names[start : start + 2 + len(asked)] == ["ChangeSet", *asked, "Execute"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_matching_asks_the_model_and_may_only_read_embeddings(environment: str) -> None:
    found = resources(environment)
    access = found["MatchingServiceAccess"]["Properties"]["PolicyDocument"]["Statement"]
    (invoke,) = (one for one in access if "sagemaker:InvokeEndpoint" in one["Action"])
    assert invoke["Resource"] == [{"Ref": "PersonalityModelEndpoint"}]
    rules = found["MatchingServiceToEmbeddingsSearch"]["Properties"]["Policy"]["Fn::Sub"]
    given = {right for rule in json.loads(rules)[0]["Rules"] for right in rule["Permission"]}
    assert given == {"aoss:DescribeCollectionItems", "aoss:DescribeIndex", "aoss:ReadDocument"}
    assert one(environment, "OpenSearchServerless::Collection")["Type"] == "VECTORSEARCH"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_service_is_traced_and_work_that_can_wait_is_on_spot(environment: str) -> None:
    for task in of_type(environment, "ECS::TaskDefinition"):
        assert "collector" in [container["Name"] for container in task["ContainerDefinitions"]]
    workers = resources(environment)["WorkersService"]["Properties"]["CapacityProviderStrategy"]
    assert [one["CapacityProvider"] for one in workers] == ["FARGATE_SPOT"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_everything_that_is_done_in_the_account_is_recorded(environment: str) -> None:
    assert one(environment, "CloudTrail::Trail")["IsLogging"] is True
