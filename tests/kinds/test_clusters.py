"""Kubernetes clusters: what they are made of and in which order, and what a spec can get wrong."""

from __future__ import annotations

import json
import re

import pytest

from compiler.source.json_value import Json
from tests.actions import takes_a_resource
from tests.kinds.building import compiled, faults, platform, resources, warnings

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
NODES = "nodes: {general: {}}"
FARGATE = "fargate: {system: {namespaces: {kube-system: {}, jobs: {}}}}"
INSIGHTS = "addons: {amazon-cloudwatch-observability: {}}"


def spec(settings: str = NODES, more: str = "") -> str:
    return f"{HEAD}clusters:\n  main: {{version: '1.35', {settings}}}\n{more}"


def built(settings: str = NODES, environment: str = "dev", more: str = "") -> Json:
    return resources(compiled(spec(settings, more), environment))


def properties(logical_id: str, settings: str = NODES, environment: str = "dev") -> Json:
    return built(settings, environment)[logical_id]["Properties"]


def test_the_api_server_is_in_the_network_only() -> None:
    found = properties("MainEks")["ResourcesVpcConfig"]
    assert (found["EndpointPrivateAccess"], found["EndpointPublicAccess"]) == (True, False)
    assert found["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    assert "PublicAccessCidrs" not in found


def test_it_is_public_for_the_ranges_that_have_a_reason() -> None:
    found = built(f"{NODES}, public: {{reason: From the office, from: ['203.0.113.0/24', '198.51.100.7/32']}}")[
        "MainEks"
    ]
    network = found["Properties"]["ResourcesVpcConfig"]
    assert network["EndpointPublicAccess"] is network["EndpointPrivateAccess"] is True
    assert network["PublicAccessCidrs"] == ["198.51.100.7/32", "203.0.113.0/24"]
    assert found["Metadata"]["checkov"]["skip"] == [{"id": "CKV_AWS_39", "comment": "From the office"}]


@pytest.mark.parametrize("public", ["{from: ['203.0.113.0/24']}", "{reason: Because it must, from: ['0.0.0.0/0']}"])
def test_it_is_not_public_without_a_reason_or_for_everybody(public: str) -> None:
    (found,) = faults(spec(f"{NODES}, public: {public}"))
    assert found.code == ("bad-value" if "reason" in public else "missing-property")


def test_only_access_entries_let_somebody_in() -> None:
    assert properties("MainEks")["AccessConfig"] == {
        "AuthenticationMode": "API",
        "BootstrapClusterCreatorAdminPermissions": False,
    }
    assert [one for one in built().values() if one["Type"] == "AWS::EKS::AccessEntry"] == []


def test_its_log_group_is_there_before_it() -> None:
    found = built(environment="prod")
    assert "MainEksLogGroup" in found["MainEks"]["DependsOn"]
    group = found["MainEksLogGroup"]["Properties"]
    assert group["LogGroupName"] == f"/aws/eks/{found['MainEks']['Properties']['Name']}/cluster"
    assert (group["RetentionInDays"], group["KmsKeyId"]) == (365, {"Ref": "PlatformKeyArn"})
    types = [one["Type"] for one in found["MainEks"]["Properties"]["Logging"]["ClusterLogging"]["EnabledTypes"]]
    assert types == ["api", "audit", "authenticator", "controllerManager", "scheduler"]


def test_secrets_are_encrypted() -> None:
    own = built(f"{NODES}, key: '${{keys.own.arn}}'", more="keys: {own: {}}\n")
    for found, key in ((built(), "PlatformKeyArn"), (own, "OwnKeyArn")):
        encryption = found["MainEks"]["Properties"]["EncryptionConfig"]
        assert encryption == [{"Provider": {"KeyArn": {"Ref": key}}, "Resources": ["secrets"]}]


@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("prod", True)])
def test_posture(environment: str, protected: bool) -> None:
    found = properties("MainEks", environment=environment)
    assert found["DeletionProtection"] is found["ZonalShiftConfig"]["Enabled"] is protected
    assert properties("MainEksGeneralNodes", environment=environment)["ScalingConfig"]["MinSize"] == 1 + protected


@pytest.mark.parametrize(("settings", "policy"), [(NODES, "STANDARD"), (f"{NODES}, support: extended", "EXTENDED")])
def test_extended_support_is_a_choice(settings: str, policy: str) -> None:
    assert properties("MainEks", settings)["UpgradePolicy"] == {"SupportType": policy}


def policies(found: Json, role: str) -> list[str]:
    return [arn["Fn::Sub"].rpartition("/")[2] for arn in found[role]["Properties"]["ManagedPolicyArns"]]


def test_roles_have_exactly_what_aws_asks_for() -> None:
    found = built(f"{NODES}, {FARGATE}")
    assert policies(found, "MainEksRole") == ["AmazonEKSClusterPolicy"]
    assert policies(found, "MainEksNodeRole") == ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"]
    assert policies(found, "MainEksFargateRole") == ["AmazonEKSFargatePodExecutionRolePolicy"]
    assert policies(found, "MainEksVpcCniAddOnRole") == ["AmazonEKS_CNI_Policy"]


@pytest.mark.parametrize(
    ("role", "resource"),
    [("MainEksRole", "cluster/demo-dev-main"), ("MainEksFargateRole", "fargateprofile/demo-dev-main/*")],
)
def test_a_service_takes_a_role_for_this_cluster_alone(role: str, resource: str) -> None:
    (trusted,) = properties(role, f"{NODES}, {FARGATE}")["AssumeRolePolicyDocument"]["Statement"]
    source = trusted["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
    assert source == f"arn:${{AWS::Partition}}:eks:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"


@pytest.mark.parametrize(("settings", "auto"), [(NODES, False), ("auto: true", True)])
def test_the_three_parts_of_auto_mode_go_together(settings: str, auto: bool) -> None:
    found = properties("MainEks", settings)
    assert found["ComputeConfig"]["Enabled"] is auto
    assert found["KubernetesNetworkConfig"]["ElasticLoadBalancing"]["Enabled"] is auto
    assert found["StorageConfig"]["BlockStorage"]["Enabled"] is auto
    assert ("NodeRoleArn" in found["ComputeConfig"]) is ("NodePools" in found["ComputeConfig"]) is auto


def test_auto_mode_has_its_roles_and_no_add_ons() -> None:
    found = built("auto: true")
    assert policies(found, "MainEksRole") == [
        "AmazonEKSBlockStoragePolicy",
        "AmazonEKSComputePolicy",
        "AmazonEKSLoadBalancingPolicy",
        "AmazonEKSNetworkingPolicy",
        "AmazonEKSClusterPolicy",
    ]
    expected = ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"]
    assert policies(found, "MainEksAutoNodeRole") == expected
    trusted = found["MainEksRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trusted["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert [one for one in found.values() if one["Type"] == "AWS::EKS::Addon"] == []


def template(nodes: str) -> Json:
    return properties("MainEksGeneralTemplate", f"nodes: {{general: {{{nodes}}}}}")["LaunchTemplateData"]


def test_pods_do_not_reach_the_metadata_of_their_node() -> None:
    options = template("")["MetadataOptions"]
    assert options == {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert "SecurityGroupIds" not in template("")


@pytest.mark.parametrize(
    ("nodes", "volumes"),
    [("storage: 80", {"/dev/xvda": 80}), ("image: bottlerocket, storage: 80", {"/dev/xvda": None, "/dev/xvdb": 80})],
)
def test_every_volume_of_a_node_is_encrypted(nodes: str, volumes: dict[str, int | None]) -> None:
    mappings = template(nodes)["BlockDeviceMappings"]
    assert {one["DeviceName"]: one["Ebs"].get("VolumeSize") for one in mappings} == volumes
    assert all(one["Ebs"]["Encrypted"] is True and one["Ebs"]["VolumeType"] == "gp3" for one in mappings)
    assert all("KmsKeyId" not in one["Ebs"] for one in mappings)


@pytest.mark.parametrize(
    ("nodes", "image"),
    [
        ("instances: [m7g.large]", "AL2023_ARM_64_STANDARD"),
        ("instances: [m7i.large]", "AL2023_x86_64_STANDARD"),
        ("instances: [g5g.xlarge], image: al2023-nvidia", "AL2023_ARM_64_NVIDIA"),
        ("instances: [g6.xlarge], image: bottlerocket-nvidia", "BOTTLEROCKET_x86_64_NVIDIA"),
        ("instances: [c7gn.large], image: bottlerocket", "BOTTLEROCKET_ARM_64"),
    ],
)
def test_the_image_follows_from_the_processor(nodes: str, image: str) -> None:
    assert properties("MainEksGeneralNodes", f"nodes: {{general: {{{nodes}}}}}")["AmiType"] == image


def test_nodes_follow_the_version_and_keep_to_their_settings() -> None:
    scaling = "spot: true, min: 1, max: 5, desired: 2"
    settings = f"nodes: {{general: {{{scaling}, labels: {{a: b}}, taints: {{c: {{effect: PreferNoSchedule}}}}}}}}"
    found = properties("MainEksGeneralNodes", settings)
    assert (found["Version"], found["CapacityType"]) == ("1.35", "SPOT")
    assert found["ScalingConfig"] == {"MinSize": 1, "MaxSize": 5, "DesiredSize": 2}
    assert (found["Labels"], found["Taints"]) == ({"a": "b"}, [{"Key": "c", "Effect": "PREFER_NO_SCHEDULE"}])
    assert found["LaunchTemplate"]["Version"] == {"Fn::GetAtt": ["MainEksGeneralTemplate", "LatestVersionNumber"]}


def test_the_network_is_there_before_the_nodes_and_dns_after_them() -> None:
    found = built(f"{NODES}, {FARGATE}, addons: {{aws-ebs-csi-driver: {{}}}}")
    agent, on_each = "MainEksEksPodIdentityAgentAddOn", ("MainEksKubeProxyAddOn", "MainEksVpcCniAddOn")
    assert all(found[one]["DependsOn"] == [agent] for one in on_each)
    assert found["MainEksGeneralNodes"]["DependsOn"] == [agent, *on_each]
    for late in ("MainEksCorednsAddOn", "MainEksAwsEbsCsiDriverAddOn"):
        assert found[late]["DependsOn"] == ["MainEksGeneralNodes", "MainEksSystemProfile"]
    assert found["MainEks"]["Properties"]["BootstrapSelfManagedAddons"] is False


def test_profiles_are_made_one_after_the_other() -> None:
    names = "a: {namespaces: {a: {}}}, b: {namespaces: {b: {}}}, c: {namespaces: {c: {x: y}}}"
    found = built(f"{NODES}, fargate: {{{names}}}")
    assert "DependsOn" not in found["MainEksAProfile"]
    assert found["MainEksBProfile"]["DependsOn"] == ["MainEksAProfile"]
    assert found["MainEksCProfile"]["DependsOn"] == ["MainEksBProfile"]
    labels = [{"Key": "x", "Value": "y"}]
    assert found["MainEksCProfile"]["Properties"]["Selectors"] == [{"Namespace": "c", "Labels": labels}]


def test_on_fargate_alone_dns_runs_there_too() -> None:
    found = built(FARGATE)
    add_ons = {
        one["Properties"]["AddonName"]: one["Properties"] for one in found.values() if one["Type"] == "AWS::EKS::Addon"
    }
    assert list(add_ons) == ["coredns"]
    assert json.loads(add_ons["coredns"]["ConfigurationValues"]) == {"computeType": "Fargate"}


@pytest.mark.parametrize(
    ("name", "namespace", "account", "expected"),
    [
        ("vpc-cni", "kube-system", "aws-node", ["AmazonEKS_CNI_Policy"]),
        ("aws-ebs-csi-driver", "kube-system", "ebs-csi-controller-sa", ["AmazonEBSCSIDriverPolicy"]),
        ("aws-efs-csi-driver", "kube-system", "efs-csi-controller-sa", ["AmazonEFSCSIDriverPolicy"]),
        (
            "amazon-cloudwatch-observability",
            "amazon-cloudwatch",
            "cloudwatch-agent",
            ["CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess"],
        ),
    ],
)
def test_an_add_on_gets_its_role_by_pod_identity(name: str, namespace: str, account: str, expected: list[str]) -> None:
    found = built(f"{NODES}, addons: {{{name}: {{}}}}")
    add_on = next(key for key, one in found.items() if one["Properties"].get("AddonName") == name)
    (identity,) = found[add_on]["Properties"]["PodIdentityAssociations"]
    assert identity == {"ServiceAccount": account, "RoleArn": {"Fn::GetAtt": [f"{add_on}Role", "Arn"]}}
    assert policies(found, f"{add_on}Role") == expected
    (trusted,) = found[f"{add_on}Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    whose = trusted["Condition"]["StringEquals"]
    assert whose["aws:RequestTag/kubernetes-namespace"] == namespace
    assert whose["aws:RequestTag/kubernetes-service-account"] == account


def test_load_balancers_find_the_subnets_and_their_controller_has_a_role() -> None:
    plain, found = built(), built(f"{NODES}, load_balancers: true")
    for tier, tag in (("Public", "kubernetes.io/role/elb"), ("Private", "kubernetes.io/role/internal-elb")):
        assert {"Key": tag, "Value": "1"} in found[f"{tier}Subnet1"]["Properties"]["Tags"]
        assert {"Key": tag, "Value": "1"} not in plain[f"{tier}Subnet1"]["Properties"]["Tags"]
    assert len(found["IsolatedSubnet1"]["Properties"]["Tags"]) == 1
    identity = found["MainEksLoadBalancerIdentity"]["Properties"]
    assert (identity["Namespace"], identity["ServiceAccount"]) == ("kube-system", "aws-load-balancer-controller")
    assert "MainEksLoadBalancerRole" not in built("auto: true, load_balancers: true")


def test_the_controller_changes_only_what_is_its_clusters() -> None:
    (policy,) = properties("MainEksLoadBalancerRole", f"{NODES}, load_balancers: true")["Policies"]
    document = policy["PolicyDocument"]
    assert len(json.dumps(document, separators=(",", ":"))) < 10_240, "what AWS takes inline for a role"
    own = "aws:ResourceTag/elbv2.k8s.aws/cluster"
    for statement in document["Statement"]:
        dangerous = [
            one for one in statement["Action"] if ":Delete" in one and "Listener" not in one and "Rule" not in one
        ]
        if [one for one in dangerous if not one.startswith("shield:")]:
            assert statement["Condition"]["StringEquals"][own] == "demo-dev-main", statement["Sid"]
    every = [one for one in document["Statement"] if "*" in one["Resource"] and "Condition" not in one]
    writing = {action for one in every for action in one["Action"] if not re.search(":(Describe|Get|List)", action)}
    assert writing == {"elasticloadbalancing:SetWebAcl", "shield:CreateProtection"}, "IAM takes no resource for these"
    held = {action for one in document["Statement"] if one["Resource"] != ["*"] for action in one["Action"]}
    assert {action for action in held if not takes_a_resource(action)} == set()
    (group,) = [one["Resource"] for one in document["Statement"] if one["Sid"] == "GroupNodes"]
    assert "${Group}" in json.dumps(group)


@pytest.mark.parametrize(
    ("entry", "policy", "scope"),
    [
        ("can: view", "AmazonEKSViewPolicy", {"Type": "cluster"}),
        ("can: edit, namespaces: [b, a]", "AmazonEKSEditPolicy", {"Type": "namespace", "Namespaces": ["a", "b"]}),
        ("can: cluster-admin", "AmazonEKSClusterAdminPolicy", {"Type": "cluster"}),
    ],
)
def test_access(entry: str, policy: str, scope: Json) -> None:
    who = "arn:aws:iam::222222222222:role/team"
    found = properties("MainEksTeamAccessEntry", f"{NODES}, access: {{team: {{principal: '{who}', {entry}}}}}")
    assert found["PrincipalArn"] == who
    (access,) = found["AccessPolicies"]
    arn = f"arn:${{AWS::Partition}}:eks::aws:cluster-access-policy/{policy}"
    assert access == {"PolicyArn": {"Fn::Sub": arn}, "AccessScope": scope}


def test_who_uses_it_reaches_its_api_server() -> None:
    found = built(more="bastion: {uses: {main: connect}}\n")
    rule = found["MainEks443FromBastion"]["Properties"]
    assert rule["GroupId"] == {"Fn::GetAtt": ["MainEks", "ClusterSecurityGroupId"]}
    assert (rule["FromPort"], rule["ToPort"]) == (443, 443)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (NODES, {"PodsUnschedulable", "ApiErrors"}),
        (
            f"{NODES}, {INSIGHTS}",
            {"PodsUnschedulable", "ApiErrors", "NodeFailed", "NodeCpuHigh", "NodeDiskHigh", "PodsCrashing"},
        ),
    ],
)
def test_alarms(settings: str, names: set[str]) -> None:
    whole = platform(spec(settings))
    cluster = whole.components["clusters.main"]
    assert {one.name for one in cluster.alarms(whole)} == names
    assert len([*cluster.charts(whole)]) == 1 + ("NodeFailed" in names)
    assert {one.metrics[0]["MetricStat"]["Metric"]["Namespace"] for one in cluster.alarms(whole)} <= {
        "AWS/EKS",
        "ContainerInsights",
    }


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        ("zonal_shift: true", "missing-property", "no pod can run"),
        ("fargate: {jobs: {namespaces: {jobs: {}}}}", "missing-property", "coredns has nowhere to run"),
        ("nodes: {a: {min: 5, max: 4}}", "scale-limits", "at most 4 nodes is fewer than at least 5"),
        ("nodes: {a: {min: 1, max: 4, desired: 5}}", "scale-limits", "5 is not between"),
        ("nodes: {a: {min: 0}}", "scale-limits", "each group starts without a node"),
        ("nodes: {a: {taints: {gpu: {effect: NoSchedule}}}}", "scale-limits", "a taint that keeps it away"),
        (f"{NODES}, service_cidr: 10.0.64.0/18", "cidr-overlap", "overlaps the network, 10.0.0.0/16"),
        (f"{NODES}, service_cidr: 192.0.2.0/24", "bad-cidr", "not a private"),
        (f"{NODES}, public: {{reason: From the office, from: [10.0.0.0/16]}}", "bad-cidr", "not a public range"),
        (f"{NODES}, public: {{reason: From the office, from: [203.0.113.7/24]}}", "bad-cidr", "not an IPv4 range"),
        ("nodes: {a: {instances: [m7g.large, m7i.large]}}", "mixed-processors", "Graviton"),
        ("auto: true, addons: {vpc-cni: {}}", "unused-setting", "runs on nodes"),
        (f"{FARGATE}, addons: {{aws-ebs-csi-driver: {{}}}}", "no-pod-identity", "does not run on Fargate"),
        (f"{FARGATE}, load_balancers: true", "no-pod-identity", "does not run on Fargate"),
        (
            f"{NODES}, addons: {{adot: {{policies: ['arn:aws:iam::aws:policy/X']}}}}",
            "missing-property",
            "no service account",
        ),
        (
            f"{NODES}, access: {{a: {{principal: 'arn:aws:iam::222222222222:role/a'}}}}",
            "missing-property",
            "do nothing",
        ),
        (f"{NODES}, version: '1.30'", "ended-value", "AWS ended Kubernetes 1.30 on 2026-07-23"),
        (f"{NODES}, version: '1.5'", "bad-value", "version"),
        (
            f"{NODES}, access: {{a: {{principal: 'arn:aws:iam::222222222222:role/a', groups: ['system:masters']}}}}",
            "bad-value",
            "groups",
        ),
    ],
)
def test_what_can_be_wrong(settings: str, code: str, message: str) -> None:
    text = spec(settings)
    if "version: '1.30'" in settings or "version: '1.5'" in settings:
        text = text.replace("version: '1.35', ", "", 1)
    found = faults(text)
    assert [one.code for one in found] == [code], found
    assert message in found[0].message


def test_a_principal_has_one_entry() -> None:
    one = "{principal: 'arn:aws:iam::222222222222:role/a', can: view}"
    (found,) = faults(spec(f"{NODES}, access: {{a: {one}, b: {one}}}"))
    assert (found.code, "'a' is for the same principal" in found.message) == ("duplicate-value", True)


@pytest.mark.parametrize(("version", "code"), [("1.33", "extra-cost"), ("1.35", ""), ("1.49", "unknown-value")])
def test_versions_are_known(version: str, code: str) -> None:
    found = warnings(spec().replace("1.35", version))
    assert [one.code for one in found] == [code] * bool(code)


def test_an_existing_network_is_not_tagged_and_that_is_told() -> None:
    network = "network: {existing: {vpc: vpc-0123456789abcdef0, private: [subnet-0ccc3333, subnet-0ddd4444]}}\n"
    (found,) = warnings(spec(f"{NODES}, load_balancers: true", network))
    assert found.code == "untagged-subnets"


ENDPOINTS = "ec2, ecr.api, ecr.dkr, eks, eks-auth, s3, sts"


@pytest.mark.parametrize(("endpoints", "code"), [(ENDPOINTS, []), (ENDPOINTS.replace("eks-auth, ", ""), ["no-egress"])])
def test_without_nat_nodes_need_endpoints(endpoints: str, code: list[str]) -> None:
    found = faults(spec(NODES, f"network: {{nat: none, endpoints: [{endpoints}]}}\n"))
    assert [one.code for one in found] == code
    assert all("eks-auth" in one.suggestion for one in found)


@pytest.mark.parametrize(
    "settings",
    [
        "nodes: {a: {taints: {gpu: {effect: NoSchedule}}}, b: {}}",
        "nodes: {a: {min: 0, desired: 1}}",
        "nodes: {a: {taints: {gpu: {effect: PreferNoSchedule}}}}",
        f"nodes: {{a: {{min: 0}}}}, {FARGATE}",
        "auto: true, nodes: {a: {min: 0}}",
        f"{NODES}, service_cidr: 10.1.0.0/16",
    ],
)
def test_what_fits_is_taken(settings: str) -> None:
    assert faults(spec(settings)) == ()
