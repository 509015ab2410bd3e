"""Search: domains and collections, what their verbs give, and what a spec can get wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from compiler.program.component import Chart
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources, warnings

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
DOMAIN = 'domain: {version: "2.19"}'
VECTORS = "collection: {type: vector}"
FUNCTION = "runtime: python3.13, code: ./api, handler: app.handler"
EVERY = {
    "read": {"collection": {"DescribeCollectionItems"}, "index": {"DescribeIndex", "ReadDocument"}},
    "write": {
        "collection": {"DescribeCollectionItems"},
        "index": {"CreateIndex", "DescribeIndex", "UpdateIndex", "WriteDocument"},
    },
    "manage": {
        "collection": {
            *("CreateCollectionItems", "DeleteCollectionItems"),
            *("DescribeCollectionItems", "UpdateCollectionItems"),
        },
        "index": {"CreateIndex", "DeleteIndex", "DescribeIndex", "UpdateIndex"},
    },
}


def spec(settings: str = DOMAIN, more: str = "") -> str:
    return f"{HEAD}search:\n  people: {{{settings}}}\n{more}"


def used(settings: str, verbs: str, more: str = "") -> str:
    return spec(settings, f"functions: {{api: {{{FUNCTION}, uses: {{people: {verbs}}}}}}}\n{more}")


def domain(settings: str) -> str:
    return f'domain: {{version: "2.19", {settings}}}'


def collection(settings: str) -> str:
    return f"collection: {{type: vector, {settings}}}"


def built(text: str, environment: str = "dev") -> Mapping[str, Json]:
    return resources(compiled(text, environment))


def properties(settings: str, environment: str = "dev") -> Json:
    found = built(spec(settings), environment)
    return next(found[name] for name in ("PeopleSearchDomain", "PeopleSearchCollection") if name in found)["Properties"]


def policy(resource: Json) -> Json:
    """The document of a policy that is text, with what references stand for left as they are."""
    text = resource["Properties"].get("Policy") or resource["Properties"]["PolicyDocument"]
    said = text["Fn::Sub"] if isinstance(text, dict) else text
    return json.loads(said if isinstance(said, str) else said[0])


def test_a_domain_is_closed_and_encrypted() -> None:
    found = properties(DOMAIN)
    assert found["EncryptionAtRestOptions"] == {"Enabled": True, "KmsKeyId": {"Ref": "PlatformKeyArn"}}
    assert found["NodeToNodeEncryptionOptions"] == {"Enabled": True}
    endpoint = found["DomainEndpointOptions"]
    assert (endpoint["EnforceHTTPS"], endpoint["TLSSecurityPolicy"]) == (True, "Policy-Min-TLS-1-2-2019-07")
    assert found["VPCOptions"]["SubnetIds"] == [{"Ref": "PrivateSubnet1"}]
    assert found["VPCOptions"]["SecurityGroupIds"] == [{"Ref": "PeopleSearchSecurityGroup"}]


def test_only_identities_of_the_account_may_come() -> None:
    (statement,) = properties(DOMAIN)["AccessPolicies"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    place = "arn:${AWS::Partition}:es:${AWS::Region}:${AWS::AccountId}:domain/demo-dev-people/*"
    assert statement["Resource"] == [{"Fn::Sub": place}]
    assert all(re.fullmatch("es:ESHttp[A-Z][a-z]+", action) for action in statement["Action"])
    assert properties(DOMAIN)["DomainName"] == "demo-dev-people"


@pytest.mark.parametrize(
    ("environment", "instance", "nodes", "masters", "zones"),
    [("dev", "t3.small.search", 1, None, None), ("prod", "r7g.large.search", 3, 3, 3)],
)
def test_posture_sizes_a_domain(
    environment: str, instance: str, nodes: int, masters: int | None, zones: int | None
) -> None:
    cluster = properties(DOMAIN, environment)["ClusterConfig"]
    assert (cluster["InstanceType"], cluster["InstanceCount"]) == (instance, nodes)
    assert cluster["DedicatedMasterEnabled"] is (masters is not None)
    assert cluster.get("DedicatedMasterCount") == masters
    assert cluster["ZoneAwarenessEnabled"] is (zones is not None)
    assert cluster.get("ZoneAwarenessConfig", {}).get("AvailabilityZoneCount") == zones
    assert len(properties(DOMAIN, environment)["VPCOptions"]["SubnetIds"]) == (zones or 1)


@pytest.mark.parametrize("instance", ["i4i.large.search", "r6gd.large.search", "im4gn.large.search"])
def test_instances_with_disks_of_their_own_have_no_volume(instance: str) -> None:
    text = domain(f"instance: {instance}")
    assert properties(text)["EBSOptions"] == {"EBSEnabled": False}
    one = platform(spec(text))
    assert "StorageLow" not in {alarm.name for alarm in one.components["search.people"].alarms(one)}


def test_volumes_are_gp3() -> None:
    found = properties(domain("storage: 50, iops: 4000"))["EBSOptions"]
    assert found == {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 50, "Iops": 4000}


def test_services_of_aws_reach_documents_and_no_dashboards() -> None:
    found = built(spec(collection("services: [bedrock.amazonaws.com]")))
    inside, services = policy(found["PeopleSearchNetworkPolicy"])
    assert services["SourceServices"] == ["bedrock.amazonaws.com"]
    assert [one["ResourceType"] for one in services["Rules"]] == ["collection"]
    assert "SourceServices" not in inside


def test_a_new_version_is_an_upgrade_in_place() -> None:
    assert built(spec())["PeopleSearchDomain"]["UpdatePolicy"] == {"EnableVersionUpgrade": True}


def test_an_administrator_turns_fine_grained_access_and_audit_on_without_a_password() -> None:
    found = properties(domain("administrator: role/admin"))
    options = found["AdvancedSecurityOptions"]
    master = {"MasterUserARN": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/admin"}}
    assert options == {"Enabled": True, "InternalUserDatabaseEnabled": False, "MasterUserOptions": master}
    assert "AUDIT_LOGS" in found["LogPublishingOptions"]
    without = properties(DOMAIN)
    assert "AdvancedSecurityOptions" not in without
    assert set(without["LogPublishingOptions"]) == {"ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"}


def test_all_domains_share_one_policy_for_their_logs_and_wait_for_it() -> None:
    found = built(spec(more=f"  more: {{{DOMAIN}}}\n"))
    (delivery,) = (body for body in found.values() if body["Type"] == "AWS::Logs::ResourcePolicy")
    (statement,) = policy(delivery)["Statement"]
    assert statement["Principal"] == {"Service": "es.amazonaws.com"}
    assert "/demo/dev/search/*" in json.dumps(delivery)
    assert found["MoreSearchApplicationLogGroup"]["Properties"]["LogGroupName"] == "/demo/dev/search/more/application"
    for name in ("PeopleSearchDomain", "MoreSearchDomain"):
        assert found[name]["DependsOn"] == ["SearchLogDelivery"]


def test_without_logs_there_is_no_policy_for_them() -> None:
    off = domain("logs: {without: [application, search-slow, index-slow]}")
    assert "SearchLogDelivery" not in built(spec(off))
    assert "LogPublishingOptions" not in properties(off)


def test_a_vpc_domain_can_make_its_service_linked_role() -> None:
    found = built(spec(domain("create_service_role: true")))
    assert found["PeopleSearchServiceRole"]["Properties"] == {"AWSServiceName": "opensearchservice.amazonaws.com"}
    assert found["PeopleSearchDomain"]["DependsOn"] == ["PeopleSearchServiceRole", "SearchLogDelivery"]


def statements(text: str, user: str = "ApiFunction") -> dict[str, Json]:
    document = built(text)[f"{user}Access"]["Properties"]["PolicyDocument"]
    return {said["Sid"]: said for said in document["Statement"]}


def paths(statement: Json) -> list[str]:
    return [one["Fn::Sub"].removeprefix("${PeopleSearchDomainArn}/") for one in statement["Resource"]]


def test_reading_a_domain_asks_by_post_only_where_questions_go() -> None:
    found = statements(used(DOMAIN, "read"))
    assert paths(found["PeopleSearchRead"]) == ["*"]
    assert found["PeopleSearchRead"]["Action"] == ["es:ESHttpGet", "es:ESHttpHead"]
    posted = paths(found["PeopleSearchRead1"])
    assert {"_search", "*/_search", "*/_msearch", "*/_count"} <= {*posted}
    assert not any("_doc" in path or "_bulk" in path or "_plugins" in path for path in posted)


def test_writing_a_domain_reaches_documents_and_no_settings() -> None:
    found = statements(used(DOMAIN, "write"))
    every = [path for statement in found.values() for path in paths(statement)]
    assert {"_bulk", "*/_bulk", "*/_doc/*", "*/_update/*"} <= {*every}
    assert "*" not in every and not any("_search" in path or "_settings" in path for path in every)


@pytest.mark.parametrize(
    ("settings", "endpoint", "service"),
    [
        (DOMAIN, {"Fn::Sub": "https://${PeopleSearchDomainDomainEndpoint}"}, "es"),
        (VECTORS, {"Ref": "PeopleSearchCollectionCollectionEndpoint"}, "aoss"),
    ],
)
def test_users_get_the_url_and_what_to_sign_for(settings: str, endpoint: Json, service: str) -> None:
    variables = built(used(settings, "read"))["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"PEOPLE_ENDPOINT": endpoint, "PEOPLE_SERVICE": service}


@pytest.mark.parametrize(
    ("settings", "group"),
    [(DOMAIN, "PeopleSearchSecurityGroup"), (VECTORS, "SearchEndpointSecurityGroup")],
)
def test_users_reach_it_by_https(settings: str, group: str) -> None:
    stem = group.removesuffix("SecurityGroup")
    rule = built(used(settings, "read"))[f"{stem}443FromApiFunction"]["Properties"]
    assert (rule["GroupId"], rule["FromPort"], rule["ToPort"]) == ({"Ref": group}, 443, 443)


def rules(resource: Json) -> dict[str, set[str]]:
    (document,) = policy(resource)
    return {one["ResourceType"]: {name.split(":")[1] for name in one["Permission"]} for one in document["Rules"]}


@pytest.mark.parametrize("verb", sorted(EVERY))
def test_each_verb_allows_exactly_its_part_of_a_collection(verb: str) -> None:
    found = built(used(VECTORS, verb))["ApiFunctionToPeopleSearch"]
    assert rules(found) == EVERY[verb]
    (document,) = policy(found)
    assert document["Principal"] == ["${ApiFunctionRole.Arn}"]
    assert [one["Resource"] for one in document["Rules"]] == [
        ["collection/demo-dev-people"],
        ["index/demo-dev-people/*"],
    ]


def test_several_verbs_are_one_policy() -> None:
    found = rules(built(used(VECTORS, "[read, write]"))["ApiFunctionToPeopleSearch"])
    assert found["index"] == EVERY["read"]["index"] | EVERY["write"]["index"]


def test_each_user_has_a_policy_of_its_own_in_its_own_stack_and_waits_for_it() -> None:
    text = used(
        VECTORS,
        "read",
        'services: {web: {image: "x:1", uses: {people: write}}}\n'
        "roles: {web: {trusted: {services: [ec2.amazonaws.com]}, uses: {people: read}}}\n",
    )
    one = compiled(text)
    (compute,) = (child for child in one.children if "ApiFunction" in child.body["Resources"])
    found = compute.body["Resources"]
    names = {"ApiFunctionToPeopleSearch", "WebServiceToPeopleSearch", "WebRoleToPeopleSearch"}
    assert {name for name, body in found.items() if body["Type"].endswith("::AccessPolicy")} == names
    assert "ApiFunctionToPeopleSearch" in found["ApiFunction"]["DependsOn"]
    assert "WebServiceToPeopleSearch" in found["WebService"]["DependsOn"]
    physical = {found[name]["Properties"]["Name"] for name in names}
    assert len(physical) == 3 and all(re.fullmatch("[a-z][a-z0-9-]{2,31}", name) for name in physical)


def test_names_of_policies_stay_apart_however_long_and_whatever_they_join_to() -> None:
    long = "a-name-of-thirty-two-characters0"
    text = (
        f"{HEAD}search:\n  a-b: {{{VECTORS}}}\n  b: {{{VECTORS}}}\n"
        f"functions:\n  x-a: {{{FUNCTION}, uses: {{search.b: read}}}}\n  x: {{{FUNCTION}, uses: {{a-b: read}}}}\n"
        f"  {long}: {{{FUNCTION}, uses: {{a-b: read, search.b: read}}}}\n"
    )
    found = [body for body in built(text).values() if body["Type"].endswith("::AccessPolicy")]
    names = [body["Properties"]["Name"] for body in found]
    assert len(names) == len({*names}) == 4
    assert all(len(name) <= 32 for name in names)


def test_a_domain_needs_no_policy_of_its_users() -> None:
    assert not any(body["Type"].endswith("::AccessPolicy") for body in built(used(DOMAIN, "read")).values())


def test_a_collection_has_its_policies_before_it_is_made() -> None:
    found = built(spec(VECTORS))
    made = found["PeopleSearchCollection"]
    assert made["DependsOn"] == ["PeopleSearchEncryptionPolicy", "PeopleSearchNetworkPolicy"]
    assert made["Properties"]["Type"] == "VECTORSEARCH"
    key = policy(found["PeopleSearchEncryptionPolicy"])
    assert (key["AWSOwnedKey"], key["KmsARN"]) == (False, "${PlatformKeyArn}")
    (network,) = policy(found["PeopleSearchNetworkPolicy"])
    assert (network["AllowFromPublic"], network["SourceVPCEs"]) == (False, ["${SearchEndpoint}"])


def test_all_collections_share_one_endpoint() -> None:
    found = built(spec(VECTORS, f"  more: {{{VECTORS}}}\n"))
    (endpoint,) = (name for name, body in found.items() if body["Type"].endswith("::VpcEndpoint"))
    assert endpoint == "SearchEndpoint"
    assert found[endpoint]["Properties"]["SecurityGroupIds"] == [{"Ref": "SearchEndpointSecurityGroup"}]


def test_an_endpoint_that_the_network_has_is_used_and_not_changed() -> None:
    own = collection("endpoint: {id: vpce-0123456789abcdef0, security_group: sg-0123456789abcdef0}")
    found = built(used(own, "read"))
    assert not any(body["Type"].endswith("::VpcEndpoint") for body in found.values())
    (network,) = policy(found["PeopleSearchNetworkPolicy"])
    assert network["SourceVPCEs"] == ["vpce-0123456789abcdef0"]
    assert not any(body["Type"] == "AWS::EC2::SecurityGroupIngress" for body in found.values())
    (out,) = (body for body in found.values() if body["Type"] == "AWS::EC2::SecurityGroupEgress")
    assert out["Properties"]["DestinationSecurityGroupId"] == "sg-0123456789abcdef0"


def test_a_public_collection_needs_no_network() -> None:
    found = built(used("network: false, collection: {type: search, public: {reason: x}}", "read"))
    assert "Vpc" not in found
    (network,) = policy(found["PeopleSearchNetworkPolicy"])
    assert network["AllowFromPublic"] is True and "SourceVPCEs" not in network
    assert "VpcConfig" not in found["ApiFunction"]["Properties"]


@pytest.mark.parametrize(("environment", "switch"), [("dev", "DISABLED"), ("prod", "ENABLED")])
def test_posture_of_a_collection(environment: str, switch: str) -> None:
    found = properties(VECTORS, environment)
    assert (found["StandbyReplicas"], found["DeletionProtection"]) == (switch, switch)


def test_what_keeps_a_collection_keeps_the_policies_it_needs() -> None:
    found = built(spec(VECTORS), "prod")
    for name in ("Collection", "EncryptionPolicy", "NetworkPolicy"):
        body = found[f"PeopleSearch{name}"]
        assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_logs_expire() -> None:
    found = built(spec("collection: {type: logs, expire_days: 7}"))
    (rule,) = policy(found["PeopleSearchRetention"])["Rules"]
    assert (rule["Resource"], rule["MinIndexRetention"]) == (["index/demo-dev-people/*"], "7d")


def test_an_index_of_vectors_is_made_after_its_administrators() -> None:
    fields = "embedding: {type: vector, dimension: 8, space: cosinesimil, neighbours: 16}, text: {type: text}"
    found = built(spec(collection(f"administrators: [role/deployer], indexes: {{people: {{fields: {{{fields}}}}}}}")))
    (index,) = (body for body in found.values() if body["Type"] == "AWS::OpenSearchServerless::Index")
    assert index["DependsOn"] == ["PeopleSearchAdministrators"]
    method = {"Name": "hnsw", "Engine": "faiss", "SpaceType": "cosinesimil", "Parameters": {"M": 16}}
    assert index["Properties"]["Mappings"]["Properties"] == {
        "embedding": {"Type": "knn_vector", "Dimension": 8, "Method": method},
        "text": {"Type": "text", "Index": True},
    }
    assert index["Properties"]["Settings"] == {"Index": {"Knn": True}}
    assert {"CreateIndex", "DeleteIndex"} <= rules(found["PeopleSearchAdministrators"])["index"]


EXISTING = "arn:aws:aoss:us-east-1:222222222222:collection/abc"


def test_an_existing_collection_gets_policies_of_its_users_only() -> None:
    words = "collection: answers, endpoint: a.aoss.amazonaws.com, security_group: sg-01234567"
    there = f"existing: {{id: '{EXISTING}', {words}}}"
    found = built(used(there, "read"))
    assert {body["Type"] for body in found.values() if "OpenSearch" in body["Type"]} == {
        "AWS::OpenSearchServerless::AccessPolicy"
    }
    assert "collection/${Name}" in json.dumps(found["ApiFunctionToPeopleSearch"])
    variables = found["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"PEOPLE_ENDPOINT": "https://a.aoss.amazonaws.com", "PEOPLE_SERVICE": "aoss"}


@pytest.mark.parametrize(("nodes", "yellow"), [(1, False), (3, True)])
def test_alarms_of_a_domain(nodes: int, yellow: bool) -> None:
    one = platform(spec(domain(f"nodes: {nodes}, masters: 3, storage: 40")))
    found = {alarm.name: alarm for alarm in one.components["search.people"].alarms(one)}
    assert ("ClusterYellow" in found) is yellow
    assert {"ClusterRed", "MasterCpuHigh", "KeyUnavailable"} <= found.keys()
    assert (found["StorageLow"].threshold, found["StorageLow"].comparison) == (10240, "LessThanThreshold")
    names = [one["Name"] for one in found["ClusterRed"].metrics[0]["MetricStat"]["Metric"]["Dimensions"]]
    assert names == ["DomainName", "ClientId"]


def test_alarms_and_charts_of_a_collection() -> None:
    one = platform(spec(VECTORS))
    component = one.components["search.people"]
    assert {alarm.name for alarm in component.alarms(one)} == {"ServerErrors", "WritesFailed"}
    charts: list[Chart] = list(component.charts(one))
    assert charts and all(row[0] == "AWS/AOSS" for chart in charts for row in chart.metrics)


def field(settings: str) -> str:
    return f"administrators: [role/x], indexes: {{i: {{fields: {{f: {{{settings}}}}}}}}}"


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ("keep: delete", "one-of-two", "a domain or a collection"),
        (f"{DOMAIN}, {VECTORS}", "one-of-two", "one of the two"),
        (f"network: false, {DOMAIN}", "no-network", "always in the network"),
        (domain("identifier: ab"), "bad-name", "has 2 characters"),
        (domain(f"identifier: {'a' * 29}"), "bad-name", "has 29 characters; AWS takes 3 to 28"),
        (collection(f"identifier: {'a' * 33}"), "bad-name", "has 33 characters; AWS takes 3 to 32"),
        (domain("zones: 2, nodes: 1"), "bad-nodes", "1 nodes can't be in 2 zones"),
        (domain("zones: 2, nodes: 3"), "bad-nodes", "evenly"),
        (domain("zones: 3, nodes: 3"), "no-network", "the network has 2"),
        (domain("standby: true, instance: r7g.large.search"), "bad-nodes", "'standby' needs"),
        (domain("warm: 2, instance: r7g.large.search"), "bad-nodes", "dedicated masters"),
        (domain("warm: 1, masters: 3, instance: r7g.large.search"), "bad-nodes", "at least 2"),
        (domain("warm: 2, masters: 3, instance: t3.small.search"), "bad-nodes", "t3.small.search can't"),
        (domain("coordinators: 2"), "bad-nodes", "dedicated masters"),
        (domain("instance: t2.small.search"), "bad-nodes", "encrypts no data at rest"),
        (domain("instance: i4i.large.search, iops: 3000"), "unused-setting", "disks of its own"),
        (domain("cold: true"), "unused-setting", "UltraWarm"),
        (domain("tls_policy: Policy-Min-TLS-1-0-2019-07"), "bad-value", "TLS 1.2"),
        (domain("administrator: admin"), "bad-value", "role/name"),
        (domain("masters: 2"), "not-allowed", "it is one of 0, 3, 5"),
        (f"network: false, {VECTORS}", "missing-property", "needs a reason"),
        (collection("public: {reason: x}"), "unused-setting", "not public"),
        (
            f"network: false, {collection('public: {reason: x}, services: [bedrock.amazonaws.com]')}",
            "unused-setting",
            "without",
        ),
        ("collection: {type: search, expire_days: 3}", "unused-setting", "type logs"),
        ("collection: {type: search, acceleration: true}", "unused-setting", "GPUs"),
        (collection("indexes: {i: {fields: {f: {type: text}}}}"), "missing-property", "deploys the platform"),
        (collection(field("type: vector")), "missing-property", "dimensions"),
        (collection(field("type: text, dimension: 3")), "unused-setting", "only a vector"),
        (collection(field("type: vector, dimension: 3, space: l1")), "not-allowed", "faiss has no space"),
        (collection(field("type: vector, dimension: 3, indexed: false")), "unused-setting", "always indexed"),
        (f"collection: {{type: search, {field('type: vector, dimension: 3')}}}", "not-allowed", "no vectors"),
        (
            collection("administrators: [role/x], indexes: {i: {search_candidates: 5, fields: {f: {type: text}}}}"),
            "unused-setting",
            "no field",
        ),
    ],
)
def test_faults(settings: str, code: str, words: str) -> None:
    text = f"platform: demo\nenvironments: {{dev: {{posture: development}}}}\nsearch: {{people: {{{settings}}}}}\n"
    found = faults(text)
    assert {one.code for one in found} == {code}, found
    assert any(words in one.message for one in found), found


@pytest.mark.parametrize(("warm", "codes"), [(0, []), (3, []), (2, ["bad-nodes"]), (4, ["bad-nodes"])])
def test_standby_takes_as_many_warm_nodes_in_each_zone(warm: int, codes: list[str]) -> None:
    said = f"instance: r7g.large.search, standby: true, zones: 3, nodes: 3, masters: 3, warm: {warm}"
    found = faults(spec(domain(said), "network: {zones: 3}\n"))
    assert [one.code for one in found if one.severity == "error"] == codes, found


@pytest.mark.parametrize(
    "settings",
    [
        domain("identifier: '${platform}-${env}-search-logs'"),
        collection("identifier: '${platform}-${env}-search-of-people'"),
    ],
)
def test_the_length_of_a_name_is_that_of_the_environment(settings: str) -> None:
    assert not [one for one in faults(spec(settings, "network: {zones: 3}\n")) if one.severity == "error"]


def test_production_is_told_of_a_domain_without_fine_grained_access() -> None:
    (found,) = warnings(spec())
    assert (found.code, found.component) == ("no-fine-grained-access", "search.people")
    assert warnings(spec(domain("administrator: role/x"))) == ()


def test_an_old_version_costs_extra() -> None:
    (found,) = (one for one in warnings(spec('domain: {version: "2.9"}')) if one.code == "extra-cost")
    assert "2025-11-07" in found.message
