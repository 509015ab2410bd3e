"""A list attribute that crosses nested stacks is a list of the same texts where it arrives."""

from __future__ import annotations

from pathlib import Path

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.plan import make_plan
from deployer.session import Aws

CASE = Path(__file__).parents[1] / "cases" / "list-crosses-delegated.yaml"


def test_name_servers_of_one_nested_stack_are_records_of_another(aws: Aws, spec_dir: Path) -> None:
    (compiled,) = compile_spec(str(CASE))
    outcome = apply_plan(make_plan(compiled, spec_dir, aws), aws)
    assert outcome.succeeded, str(outcome)
    route53: Json = aws.client("route53", aws.region)
    zones = {one["Name"]: one["Id"] for one in route53.list_hosted_zones()["HostedZones"]}
    records = route53.list_resource_record_sets(HostedZoneId=zones["example.com."])["ResourceRecordSets"]
    (delegation,) = [one for one in records if one["Name"] == "a.example.com." and one["Type"] == "NS"]
    servers = [one["Value"] for one in delegation["ResourceRecords"]]
    assert len(servers) > 1
    assert all(one.startswith("ns-") and "," not in one for one in servers)
