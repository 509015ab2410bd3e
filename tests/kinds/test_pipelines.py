"""Pipelines: what their roles may do, what starts them, what their actions are told, and what they can get wrong."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments: {dev: {posture: development}}
monitoring: {default_alarms: false}
"""
CODE = "repositories: {code: {content: code}, app: {}}\n"
BUCKETS = "buckets: {drop: {}, plain: {versioning: false}, quiet: {events: false}}\n"
TOPIC = "topics: {told: {}, other: {}}\n"
WEB = "services: {web: {image: 'public.ecr.aws/nginx/nginx:1', port: 80}}\ncdn: {site: {paths: {/*: drop}}}\n"
SOURCE = "{repository: '${code.name}'}"
CONNECTION = "arn:aws:codeconnections:us-east-1:222222222222:connection/12345678-1234-1234-1234-123456789012"
BUILD = "{name: test, build: {commands: [make test]}}"
ROLE = "arn:aws:iam::222222222222:role/deployer"
STACK = f"stack: shop, template: t.yaml, role: '{ROLE}'"


def spec(stages: str = BUILD, source: str = SOURCE, more: str = "") -> str:
    return f"{HEAD}{CODE}{BUCKETS}{TOPIC}{WEB}pipelines: {{shop: {{source: {source}, stages: [{stages}]{more}}}}}\n"


def built(stages: str = BUILD, source: str = SOURCE, more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(stages, source, more))))


def role(found: dict[str, Json], name: str = "ShopPipelineRole") -> dict[str, Json]:
    (policy,) = found[name]["Properties"]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def stages(found: dict[str, Json]) -> list[Json]:
    listed: list[Json] = found["ShopPipeline"]["Properties"]["Stages"]
    return listed


def test_a_pipeline_is_v2_and_keeps_its_artefacts_encrypted_in_a_bucket_of_its_own() -> None:
    found = built()
    pipeline = found["ShopPipeline"]["Properties"]
    assert pipeline["PipelineType"] == "V2" and pipeline["ExecutionMode"] == "SUPERSEDED"
    assert pipeline["ArtifactStore"]["Location"] == {"Ref": "ShopPipelineArtifacts"}
    assert pipeline["ArtifactStore"]["EncryptionKey"]["Type"] == "KMS"
    bucket = found["ShopPipelineArtifacts"]["Properties"]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (tls,) = found["ShopPipelineArtifactsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert tls["Effect"] == "Deny" and tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_access_log_of_the_artefacts_goes_to_the_bucket_that_is_named() -> None:
    text = spec(more=", logs_to: logs").replace("buckets: {", "buckets: {logs: {receives_logs: true}, ")
    found = dict(resources(compiled(text)))
    log = found["ShopPipelineArtifacts"]["Properties"]["LoggingConfiguration"]
    assert (log["DestinationBucketName"], log["LogFilePrefix"]) == ({"Ref": "LogsBucket"}, "s3/pipelines/shop/")
    _, given = found["LogsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert given["Resource"] == [{"Fn::Sub": "${LogsBucket.Arn}/s3/pipelines/*"}]
    assert given["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert "LoggingConfiguration" not in built()["ShopPipelineArtifacts"]["Properties"]


def test_the_access_log_needs_a_bucket_that_receives_logs() -> None:
    (fault,) = faults(spec(more=", logs_to: drop"))
    assert fault.code == "not-a-log-bucket"


@pytest.mark.parametrize(
    ("source", "provider", "configuration", "actions"),
    [
        (
            SOURCE,
            "CodeCommit",
            {"BranchName": "main", "OutputArtifactFormat": "CODE_ZIP", "PollForSourceChanges": "false"},
            {"codecommit:UploadArchive", "codecommit:GetBranch"},
        ),
        ("{repository: '${app.name}'}", "ECR", {"ImageTag": "latest"}, {"ecr:DescribeImages"}),
        (
            "{bucket: '${drop.name}', key: a/b.zip}",
            "S3",
            {"S3ObjectKey": "a/b.zip", "PollForSourceChanges": "false"},
            {"s3:GetObject", "s3:GetObjectVersion"},
        ),
        (
            f"{{connection: '{CONNECTION}', project: acme/shop}}",
            "CodeStarSourceConnection",
            {"ConnectionArn": CONNECTION, "FullRepositoryId": "acme/shop", "DetectChanges": "true"},
            {"codeconnections:UseConnection"},
        ),
    ],
)
def test_a_source_is_told_what_it_takes_and_the_role_may_take_it(
    source: str, provider: str, configuration: dict[str, str], actions: set[str]
) -> None:
    found = built(source=source)
    (action,) = stages(found)[0]["Actions"]
    assert action["ActionTypeId"] == {"Category": "Source", "Owner": "AWS", "Provider": provider, "Version": "1"}
    assert configuration.items() <= action["Configuration"].items()
    allowed = {one for statement in role(found).values() for one in statement["Action"]}
    assert actions <= allowed


@pytest.mark.parametrize(
    ("source", "event"),
    [
        (SOURCE, "CodeCommit Repository State Change"),
        ("{repository: '${app.name}'}", "ECR Image Action"),
        ("{bucket: '${drop.name}'}", "Object Created"),
    ],
)
def test_a_change_of_a_source_of_the_platform_starts_that_pipeline_and_may_do_no_more(source: str, event: str) -> None:
    found = built(source=source)
    rule = found["ShopPipelineStart"]["Properties"]
    assert rule["EventPattern"]["detail-type"] == [event]
    start = role(found, "ShopPipelineStartRole")
    assert [one["Action"] for one in start.values()] == [["codepipeline:StartPipelineExecution"]]
    assert start["Start"]["Resource"] == [rule["Targets"][0]["Arn"]]
    assert "ShopPipelineStart" not in built(source=source.replace("}'}", "}', starts: false}"))


def test_triggers_of_a_connection_are_filters_and_it_detects_no_changes_by_itself() -> None:
    source = f"{{connection: '{CONNECTION}', project: acme/shop}}"
    found = built(source=source, more=", triggers: [{branches: [main], files: [web/**]}, {tags: [v*]}]")
    (trigger,) = found["ShopPipeline"]["Properties"]["Triggers"]
    assert trigger["GitConfiguration"]["SourceActionName"] == "Source"
    assert trigger["GitConfiguration"]["Push"] == [
        {"Branches": {"Includes": ["main"]}, "FilePaths": {"Includes": ["web/**"]}},
        {"Tags": {"Includes": ["v*"]}},
    ]
    assert stages(found)[0]["Actions"][0]["Configuration"]["DetectChanges"] == "false"


def test_what_is_used_is_for_builds_alone() -> None:
    found = built(more=", uses: {drop: write}")
    (own,) = {one["Properties"]["RoleName"]["Ref"] for name, one in found.items() if name == "ShopPipelineAccess"}
    assert own == "ShopPipelineBuildRole"
    assert "s3:DeleteObject" not in str(role(found)) and "s3:DeleteObject" in str(found["ShopPipelineAccess"])
    variables = found["ShopPipelineTestProject"]["Properties"]["Environment"]["EnvironmentVariables"]
    assert [one["Name"] for one in variables] == ["DROP_NAME"]


def test_instructions_are_json_in_one_form() -> None:
    stage = "{name: test, build: {runtimes: {python: '3.13'}, install: [a], commands: [b, c], files: [x], folder: d}}"
    said = built(stage)["ShopPipelineTestProject"]["Properties"]["Source"]["BuildSpec"]
    assert json.loads(said) == {
        "version": 0.2,
        "phases": {
            "install": {"runtime-versions": {"python": "3.13"}, "commands": ["a"]},
            "build": {"commands": ["b", "c"]},
        },
        "artifacts": {"files": ["x"], "base-directory": "d"},
    }


@pytest.mark.parametrize(
    ("settings", "path", "value"),
    [
        ("compute: large", ["Environment", "ComputeType"], "BUILD_GENERAL1_LARGE"),
        ("containers: true", ["Environment", "PrivilegedMode"], True),
        ("timeout: 20", ["TimeoutInMinutes"], 20),
        ("image: 'aws/codebuild/amazonlinux-aarch64-standard:3.0'", ["Environment", "Type"], "ARM_CONTAINER"),
        ("cache: [a]", ["Cache", "Type"], "S3"),
        ("commands: [b]", ["Environment", "PrivilegedMode"], False),
        ("commands: [b]", ["Environment", "Type"], "LINUX_CONTAINER"),
    ],
)
def test_what_a_setting_of_a_build_becomes(settings: str, path: list[str], value: Json) -> None:
    said = settings if "commands" in settings else f"commands: [b], {settings}"
    found = built(f"{{name: test, build: {{{said}}}}}")["ShopPipelineTestProject"]["Properties"]
    for step in path:
        found = found[step]
    assert found == value


def test_builds_in_the_network_have_private_subnets_and_interfaces_for_codebuild_alone() -> None:
    found = built(more=", network: true")
    inside = found["ShopPipelineTestProject"]["Properties"]["VpcConfig"]
    assert len(inside["Subnets"]) == 2 and len(inside["SecurityGroupIds"]) == 1
    given = role(found, "ShopPipelineBuildRole")["NetworkInterfacesForBuilds"]
    assert given["Condition"]["StringEquals"]["ec2:AuthorizedService"] == "codebuild.amazonaws.com"
    assert "VpcConfig" not in built()["ShopPipelineTestProject"]["Properties"]


def test_an_approval_tells_its_topic_which_only_the_pipeline_may_do() -> None:
    found = built(f"{BUILD}, {{name: look, approve: {{topic: '${{told.arn}}', comment: Well?}}}}")
    (action,) = stages(found)[2]["Actions"]
    assert action["ActionTypeId"]["Provider"] == "Manual" and action["Configuration"]["CustomData"] == "Well?"
    assert role(found)["ToldTopicPublish"]["Action"] == ["sns:Publish"]
    assert "sns:Publish" not in str(found["ShopPipelineBuildRole"])


def test_the_change_set_that_is_approved_is_executed() -> None:
    found = built(f"{{name: go, deploy: {{platform: {{{STACK}, topic: '${{told.arn}}'}}}}}}")
    made, approved, executed = stages(found)[1]["Actions"]
    assert [one["RunOrder"] for one in (made, approved, executed)] == [1, 2, 3]
    assert made["Configuration"]["ActionMode"] == "CHANGE_SET_REPLACE"
    assert made["Configuration"]["TemplatePath"] == "Source::t.yaml"
    assert approved["ActionTypeId"]["Category"] == "Approval"
    assert executed["Configuration"]["ActionMode"] == "CHANGE_SET_EXECUTE"
    same = ("StackName", "ChangeSetName")
    assert [made["Configuration"][key] for key in same] == [executed["Configuration"][key] for key in same]
    passed = role(found)["DeployGoRole"]
    assert passed["Resource"] == [ROLE]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    assert "stack/shop/*" in str(role(found)["DeployGoStack"]["Resource"])


def test_a_platform_without_approval_has_two_actions() -> None:
    found = built(f"{{name: go, deploy: {{platform: {{{STACK}, approve: false}}}}}}")
    assert [one["Name"] for one in stages(found)[1]["Actions"]] == ["ChangeSet", "Execute"]


def test_a_service_is_deployed_with_its_own_two_roles_and_no_other() -> None:
    found = built(f"{BUILD}, {{name: back, deploy: {{service: {{name: '${{web.name}}'}}}}}}")
    (action,) = stages(found)[2]["Actions"]
    assert action["Configuration"]["FileName"] == "imagedefinitions.json"
    assert action["InputArtifacts"] == [{"Name": "Test"}]
    passed = role(found)["WebServiceRoles"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert len(passed["Resource"]) == 2


def test_a_site_is_put_into_the_bucket_and_the_copies_thrown_away_by_a_role_that_can_do_just_that() -> None:
    found = built(f"{BUILD}, {{name: front, deploy: {{site: {{bucket: '${{drop.name}}', cdn: '${{site.id}}'}}}}}}")
    put, invalidate = stages(found)[2]["Actions"]
    assert put["ActionTypeId"]["Provider"] == "S3" and put["Configuration"]["Extract"] == "true"
    assert invalidate["RunOrder"] == 2
    (allowed,) = role(found, "ShopPipelineFrontInvalidationRole")["Invalidate"]["Action"]
    assert allowed == "cloudfront:CreateInvalidation"
    assert "cloudfront" not in str(found["ShopPipelineBuildRole"]) + str(role(found))
    assert "s3:DeleteObject" not in str(role(found))


def test_the_pipeline_trusts_only_its_service_and_this_account() -> None:
    trusted = built()["ShopPipelineRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [one["Principal"] for one in trusted] == [{"Service": "codepipeline.amazonaws.com"}]
    assert trusted[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.parametrize(
    ("stages", "source", "more", "codes"),
    [
        (BUILD, "{}", "", ["one-of-two"]),
        (BUILD, "{repository: '${code.name}', bucket: '${drop.name}'}", "", ["one-of-two"]),
        (BUILD, f"{{connection: '{CONNECTION}'}}", "", ["missing-property"]),
        (BUILD, "{repository: '${code.name}', project: acme/shop}", "", ["unused-setting"]),
        (BUILD, "{bucket: '${plain.name}'}", "", ["no-versioning"]),
        (BUILD, "{bucket: '${quiet.name}'}", "", ["bad-trigger"]),
        (BUILD, "{repository: '${drop.name}'}", "", ["wrong-kind"]),
        (BUILD, "{bucket: '${code.name}'}", "", ["wrong-kind"]),
        (BUILD, SOURCE, ", triggers: [{branches: [main]}]", ["unused-setting"]),
        (f"{BUILD}, {BUILD}", SOURCE, "", ["duplicate-value"]),
        ("{name: source, approve: {}}", SOURCE, "", ["duplicate-value"]),
        ("{name: a}", SOURCE, "", ["one-of-two"]),
        ("{name: a, approve: {}, build: {commands: [b]}}", SOURCE, "", ["one-of-two"]),
        ("{name: a, deploy: {}}", SOURCE, "", ["one-of-two"]),
        ("{name: a, input: b, build: {commands: [c]}}", SOURCE, "", ["bad-value"]),
        (f"{BUILD}, {{name: a, input: test, approve: {{}}}}", SOURCE, "", ["unused-setting"]),
        ("{name: a, approve: {topic: '${drop.arn}'}}", SOURCE, "", ["wrong-kind"]),
        ("{name: a, deploy: {service: {name: '${told.name}'}}}", SOURCE, "", ["wrong-kind"]),
        ("{name: a, deploy: {site: {bucket: '${told.name}'}}}", SOURCE, "", ["wrong-kind"]),
        ("{name: a, deploy: {site: {bucket: '${drop.name}', cdn: '${alarms.id}'}}}", SOURCE, "", ["unknown-component"]),
        ("{name: a, deploy: {platform: {stack: b, template: c, role: '${drop.arn}'}}}", SOURCE, "", ["wrong-kind"]),
        ("{name: a, build: {commands: [b], environment: {CODEBUILD_ID: c}}}", SOURCE, "", ["reserved-name"]),
        ("{name: a, approve: {}}", SOURCE, ", uses: {drop: read}", ["unused-setting"]),
        (BUILD, SOURCE, ", uses: {web: call}", ["no-network"]),
    ],
)
def test_what_a_pipeline_can_get_wrong(stages: str, source: str, more: str, codes: list[str]) -> None:
    assert [one.code for one in faults(spec(stages, source, more))] == codes


def test_a_secret_in_a_variable_of_a_build_is_told() -> None:
    found = warnings(spec("{name: a, build: {commands: [b], environment: {API_TOKEN: 8f7d6a5s4d3f2g1h9j8k}}}"))
    assert [one.code for one in found if one.code == "secret-in-environment"] == ["secret-in-environment"]


def test_reports_are_groups_of_the_platform_that_only_the_builds_may_fill() -> None:
    report = "reports: {unit: {files: [a.xml]}, lines: {files: [b.xml], format: cobertura}}"
    found = built(f"{{name: test, build: {{commands: [b], {report}}}}}")
    assert found["ShopPipelineTestUnitReports"]["Properties"]["Type"] == "TEST"
    assert found["ShopPipelineTestLinesReports"]["Properties"]["Type"] == "CODE_COVERAGE"
    text = found["ShopPipelineTestProject"]["Properties"]["Source"]["BuildSpec"]["Fn::Sub"]
    assert json.loads(text)["reports"]["${ShopPipelineTestUnitReports.Arn}"]["file-format"] == "JUNITXML"
    given = role(found, "ShopPipelineBuildRole")["Reports"]
    assert {one["Fn::GetAtt"][0] for one in given["Resource"]} == {
        "ShopPipelineTestUnitReports",
        "ShopPipelineTestLinesReports",
    }


def test_who_starts_a_pipeline_knows_its_name_before_it_is_there() -> None:
    function = "functions: {go: {runtime: python3.13, code: c, handler: a.b, uses: {shop: start}}}"
    found = resources(compiled(f"{spec()}{function}\n"))
    variables = found["GoFunction"]["Properties"]["Environment"]["Variables"]
    assert variables == {"SHOP_NAME": "demo-dev-shop"}
    assert found["ShopPipeline"]["Properties"]["Name"] == "demo-dev-shop"


@pytest.mark.parametrize(("layer", "codes"), [("compute", ["stack-cycle"]), ("edge", [])])
def test_a_cdn_in_front_of_a_service_wants_its_pipeline_in_the_edge(layer: str, codes: list[str]) -> None:
    front = f"{BUILD}, {{name: front, deploy: {{site: {{bucket: '${{drop.name}}', cdn: '${{site.id}}'}}}}}}"
    text = spec(front, more=f", layer: {layer}").replace("{/*: drop}", "{/*: drop, /api/*: api}")
    function = "functions: {go: {runtime: python3.13, code: c, handler: a.b}}"
    api = "apis: {api: {routes: {$default: go}, auth: iam}}"
    assert [one.code for one in faults(f"{text}{function}\n{api}\n")] == codes


def test_a_variable_of_the_shell_is_written_with_two_dollars() -> None:
    (found,) = faults(spec("{name: test, build: {commands: ['cd ${HOME}']}}"))
    assert (found.code, found.message) == ("unknown-variable", "unknown variable '${HOME}'")
    assert found.suggestion.endswith("for the text itself, such as a variable of a shell, write $${HOME}")
    assert not faults(spec("{name: test, build: {commands: ['cd $${HOME}']}}"))
