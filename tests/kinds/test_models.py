"""Models: what their endpoint is made of, what their role may do, and what `invoke` gives."""

from __future__ import annotations

import json

import pytest

from compiler.kinds.models.instance_types import graphics, has_local_storage, processors
from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources
from tests.kinds.model_specs import ECR, HEAD, IMAGE, ON_TWO, SOURCES, built, properties, statements


def test_the_endpoint_has_a_name_and_its_log_group_is_there_before() -> None:
    found = built(f"{IMAGE}, instances: {{}}")
    endpoint, group = found["MatchingModelEndpoint"], found["MatchingModelLogGroup"]
    assert endpoint["Properties"]["EndpointName"] == "demo-dev-matching"
    assert group["Properties"]["LogGroupName"] == "/aws/sagemaker/Endpoints/demo-dev-matching"
    assert group["Properties"]["RetentionInDays"] == 30
    assert "KmsKeyId" in group["Properties"]
    assert "MatchingModelLogGroup" in endpoint["DependsOn"]


def test_a_long_name_stays_within_sagemakers_limit() -> None:
    text = f"platform: {'p' * 40}\nenvironments: {{{'e' * 20}: {{posture: development}}}}\n"
    text += f"models: {{{'m' * 32}: {{{IMAGE}, instances: {{}}}}}}"
    found = resources(compiled(text, "e" * 20))
    (endpoint,) = (one for one in found.values() if one["Type"] == "AWS::SageMaker::Endpoint")
    assert len(endpoint["Properties"]["EndpointName"]) == 63


def test_a_configuration_has_no_name_so_that_a_change_replaces_it_and_moves_the_endpoint() -> None:
    found = built(f"{IMAGE}, instances: {{}}, properties: {{MetricsConfig: {{EnableEnhancedMetrics: true}}}}")
    configuration = found["MatchingModelConfiguration"]["Properties"]
    assert "EndpointConfigName" not in configuration
    assert "ModelName" not in found["MatchingModelContainer"]["Properties"]
    assert configuration["MetricsConfig"] == {"EnableEnhancedMetrics": True}
    named = found["MatchingModelEndpoint"]["Properties"]["EndpointConfigName"]
    assert named == {"Fn::GetAtt": ["MatchingModelConfiguration", "EndpointConfigName"]}


def test_instances_are_isolated_in_private_subnets() -> None:
    model = properties(f"{IMAGE}, instances: {{}}", "Container")
    assert model["EnableNetworkIsolation"] is True
    assert [one["Ref"] for one in model["VpcConfig"]["Subnets"]] == ["PrivateSubnet1", "PrivateSubnet2"]
    assert (
        properties(f"{IMAGE}, network_isolation: false, instances: {{}}", "Container")["EnableNetworkIsolation"]
        is False
    )


def test_interfaces_are_made_in_the_private_subnets_with_the_models_own_group() -> None:
    given = statements(f"{IMAGE}, instances: {{}}")
    assert {action for action in given["NetworkInterfaces"]["Action"] if not action.startswith("ec2:Describe")} == set()
    made = given["NetworkInterfacesOfTheModel"]
    interfaces, *subnets, group = [one["Fn::Sub"].split(":")[-1] for one in made["Resource"]]
    assert (interfaces, group) == ("network-interface/*", "security-group/${MatchingModelSecurityGroup.GroupId}")
    assert subnets == ["subnet/${PrivateSubnet1}", "subnet/${PrivateSubnet2}"]
    assert "ec2:CreateNetworkInterface" in made["Action"]


def test_a_serverless_model_has_no_network() -> None:
    found = built(f"{IMAGE}, serverless: {{memory: 4096}}")
    model = found["MatchingModelContainer"]["Properties"]
    assert not model.keys() & {"VpcConfig", "EnableNetworkIsolation"}
    assert "Vpc" not in found
    assert "MatchingModelSecurityGroup" not in found
    (variant,) = found["MatchingModelConfiguration"]["Properties"]["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 4096, "MaxConcurrency": 5}
    assert "InstanceType" not in variant
    assert "KmsKeyId" not in found["MatchingModelConfiguration"]["Properties"]


def test_an_image_of_the_platform_is_pulled_from_its_repository_alone() -> None:
    found = statements("image: '${matcher.uri}:1', instances: {}", f"{SOURCES}functions: {{}}")
    pull = found["Images2"]
    assert pull["Action"] == ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert len(pull["Resource"]) == 1
    assert "MatcherRepository" in json.dumps(pull["Resource"])


def test_an_image_of_another_account_is_pulled_from_its_repository_alone() -> None:
    (arn,) = statements(f"{IMAGE}, instances: {{}}")["Images2"]["Resource"]
    expected = ["arn", {"Ref": "AWS::Partition"}, "ecr", "us-east-1", "222222222222", "repository/team/matching"]
    assert arn == {"Fn::Join": [":", expected]}


def test_the_role_reads_exactly_the_artifact_with_the_buckets_key() -> None:
    found = statements(f"{IMAGE}, instances: {{}}, artifact: 's3://${{models.name}}/7/model.tar.gz'", SOURCES)
    read, key = found["Artifacts"], found["Artifacts2"]
    assert read["Action"] == ["s3:GetObject"]
    assert "/7/model.tar.gz" in json.dumps(read["Resource"])
    assert "*" not in json.dumps(read["Resource"])
    assert key["Action"] == ["kms:Decrypt"]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    assert {"s3:ListBucket", "s3:PutObject"}.isdisjoint(json.dumps(found).split('"'))


def test_a_prefix_is_read_and_listed_below_itself_alone() -> None:
    settings = f"{IMAGE}, instances: {{}}, artifact: s3://shared/models/7/"
    found = statements(settings)
    assert found["Artifacts"]["Resource"] == [{"Fn::Sub": "arn:${AWS::Partition}:s3:::shared/models/7/*"}]
    assert found["Artifacts2"]["Resource"] == [{"Fn::Sub": "arn:${AWS::Partition}:s3:::shared"}]
    assert found["Artifacts2"]["Condition"] == {"StringLike": {"s3:prefix": "models/7/*"}}
    assert not any("kms:Decrypt" in one["Action"] for one in found.values())
    source = properties(settings, "Container")["PrimaryContainer"]["ModelDataSource"]["S3DataSource"]
    assert source == {"S3DataType": "S3Prefix", "CompressionType": "None", "S3Uri": "s3://shared/models/7/"}


@pytest.mark.parametrize(
    ("key", "where"),
    [("model.tar.gz", {"ModelDataUrl": "s3://shared/model.tar.gz"}), ("model.bin", "S3Object")],
)
def test_an_archive_is_unpacked_and_another_object_taken_as_it_is(key: str, where: Json) -> None:
    container = properties(f"{IMAGE}, instances: {{}}, artifact: s3://shared/{key}", "Container")["PrimaryContainer"]
    if isinstance(where, dict):
        assert where.items() <= container.items()
    else:
        assert container["ModelDataSource"]["S3DataSource"]["S3DataType"] == where


@pytest.mark.parametrize(
    ("instance_type", "local", "cpus", "gpus"),
    [
        ("ml.m5.large", False, 2, 0),
        ("ml.m5d.xlarge", True, 4, 0),
        ("ml.c6gn.2xlarge", False, 8, 0),
        ("ml.c6gd.2xlarge", True, 8, 0),
        ("ml.r7gd.16xlarge", True, 64, 0),
        ("ml.g4dn.12xlarge", True, 48, 4),
        ("ml.g5.48xlarge", True, 192, 8),
        ("ml.p3.2xlarge", False, 8, 1),
        ("ml.p4d.24xlarge", True, 96, 8),
        ("ml.inf2.xlarge", False, 4, 0),
        ("ml.trn1.32xlarge", True, 128, 0),
        ("ml.c8g.medium", False, 1, 0),
        ("ml.new9z.large", False, 2, 0),
    ],
)
def test_what_follows_from_an_instance_type(instance_type: str, local: bool, cpus: int, gpus: int) -> None:
    found = (has_local_storage(instance_type), processors(instance_type), graphics(instance_type))
    assert found == (local, cpus, gpus)


@pytest.mark.parametrize(("instance_type", "encrypted"), [("ml.m5.large", True), ("ml.g5.xlarge", False)])
def test_volumes_have_the_platforms_key_where_there_are_volumes(instance_type: str, encrypted: bool) -> None:
    settings = f"{IMAGE}, instances: {{type: {instance_type}}}"
    assert ("KmsKeyId" in properties(settings, "Configuration")) is encrypted
    assert ("Volumes" in statements(settings)) is encrypted


def test_one_variant_with_local_storage_leaves_the_key_out_for_all() -> None:
    settings = f"{IMAGE}, {ON_TWO}, variants: {{fast: {{type: ml.g5.xlarge, weight: 0.1}}}}"
    assert "KmsKeyId" not in properties(settings, "Configuration")


def test_a_variant_takes_from_the_model_what_it_does_not_set() -> None:
    settings = f"{IMAGE}, environment: {{A: a, B: b}}, {ON_TWO}, variants: {{next-one: {{environment: {{B: c}}}}}}"
    found = built(settings)
    container = found["MatchingModelNextOneContainer"]["Properties"]["PrimaryContainer"]
    assert container == {"Image": f"{ECR}/team/matching:1", "Environment": {"A": "a", "B": "c"}}
    main, other = found["MatchingModelConfiguration"]["Properties"]["ProductionVariants"]
    assert (main["VariantName"], other["VariantName"]) == ("main", "next-one")
    assert other["InstanceType"] == main["InstanceType"] == "ml.m5.large"


def test_capture_writes_to_its_prefix_alone_with_the_buckets_key() -> None:
    settings = f"{IMAGE}, instances: {{}}, capture: {{to: 's3://${{data.name}}/captured', what: output}}"
    found = statements(settings, SOURCES)
    assert found["Records"]["Action"] == ["s3:PutObject"]
    assert "/captured/*" in json.dumps(found["Records"]["Resource"])
    assert found["Records2"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    capture = properties(settings, "Configuration", SOURCES)["DataCaptureConfig"]
    assert capture["CaptureOptions"] == [{"CaptureMode": "Output"}]
    assert capture["InitialSamplingPercentage"] == 100
    assert "KmsKeyId" in capture


def test_capture_into_a_bucket_from_elsewhere_names_no_key() -> None:
    settings = f"{IMAGE}, instances: {{}}, capture: {{to: s3://elsewhere/captured}}"
    assert "KmsKeyId" not in properties(settings, "Configuration")["DataCaptureConfig"]
    assert "Records2" not in statements(settings)


def test_an_existing_bucket_brings_its_own_key() -> None:
    key = "arn:aws:kms:us-east-1:222222222222:key/12345678-1234-1234-1234-123456789012"
    rest = f"buckets: {{data: {{existing: {{id: old-data, key: '{key}'}}}}}}"
    settings = f"{IMAGE}, instances: {{}}, capture: {{to: 's3://${{data.name}}/captured'}}"
    assert properties(settings, "Configuration", rest)["DataCaptureConfig"]["KmsKeyId"] == key
    assert statements(settings, rest)["Records2"]["Resource"] == [key]


def test_an_asynchronous_model_reads_requests_writes_results_and_tells_topics() -> None:
    rest = f"{SOURCES}topics: {{done: {{}}}}"
    later = "asynchronous: {input: 's3://${data.name}/in', output: 's3://${data.name}/out', on_success: done}"
    found = built(f"{IMAGE}, instances: {{}}, {later}", rest)
    (policy,) = found["MatchingModelRole"]["Properties"]["Policies"]
    by_id = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
    assert "/in/*" in json.dumps(by_id["Requests"])
    assert "/out/*" in json.dumps(by_id["Records"])
    assert "s3:ListBucket" not in json.dumps(policy)
    assert "sns:Publish" in json.dumps(found["MatchingModelAccess"])
    output = found["MatchingModelConfiguration"]["Properties"]["AsyncInferenceConfig"]["OutputConfig"]
    assert output["NotificationConfig"].keys() == {"SuccessTopic"}


USED = "functions: {api: {runtime: python3.13, code: a, handler: a.b, uses: {matching: invoke}}}"


def test_invoke_allows_requests_to_exactly_the_endpoint_and_gives_its_name() -> None:
    found = built(f"{IMAGE}, instances: {{}}", USED)
    (run,) = found["ApiFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert run["Action"] == ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]
    assert run["Resource"] == [{"Ref": "MatchingModelEndpoint"}]
    assert "MATCHING_NAME" in found["ApiFunction"]["Properties"]["Environment"]["Variables"]


def test_invoke_allows_no_other_endpoint_and_no_change() -> None:
    other = f"models: {{other: {{{IMAGE}, instances: {{}}}}, matching: {{{IMAGE}, instances: {{}}}}}}"
    found = resources(compiled(f"{HEAD}{USED}\n{other}"))
    text = json.dumps(found["ApiFunctionAccess"])
    assert "OtherModel" not in text
    assert not any(word in text for word in ("Update", "Create", "Delete", '"*"'))


@pytest.mark.parametrize(
    ("existing", "arn", "name"),
    [
        ("ranking", "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:endpoint/ranking", "ranking"),
        (
            "{id: 'arn:aws:sagemaker:us-east-1:222222222222:endpoint/ranking', name: Ranking}",
            "arn:aws:sagemaker:us-east-1:222222222222:endpoint/ranking",
            "Ranking",
        ),
    ],
)
def test_an_existing_endpoint_is_used_and_nothing_is_made(existing: str, arn: str, name: str) -> None:
    found = built(f"existing: {existing}", USED)
    (run,) = found["ApiFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert run["Resource"] in ([arn], [{"Fn::Sub": arn}])
    assert "sagemaker:InvokeEndpointAsync" in run["Action"]
    assert found["ApiFunction"]["Properties"]["Environment"]["Variables"]["MATCHING_NAME"] == name
    assert not any(one["Type"].startswith("AWS::SageMaker") for one in found.values())


def test_a_container_that_is_not_isolated_uses_others() -> None:
    rest = "tables: {features: {key: id}}"
    found = built(f"{IMAGE}, instances: {{}}, network_isolation: false, uses: {{features: read}}", rest)
    assert found["MatchingModelContainer"]["DependsOn"] == ["MatchingModelAccess"]
    variables = found["MatchingModelContainer"]["Properties"]["PrimaryContainer"]["Environment"]
    assert "FEATURES_NAME" in variables
