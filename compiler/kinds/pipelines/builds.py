"""The builds of a pipeline: CodeBuild projects, their instructions, and the role that they share.

Source: CodeBuild user guide, "Build specification reference" and "Allow CodeBuild to interact with other AWS services".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, codebuild, codepipeline

from compiler.kinds.pipelines.actions import build_action, output, taken
from compiler.kinds.pipelines.artifacts import CACHE, artifact_grants
from compiler.kinds.pipelines.images import image_grants, image_properties
from compiler.kinds.pipelines.settings import Build, PipelineSettings, Report, Stage
from compiler.program.component import Grant, Platform, Value
from compiler.program.glue import environment, glue, waits
from compiler.shared.json_text import placed, with_references
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role, trust
from compiler.shared.security_groups import VPC_ID, outgoing_group
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json

BUILDER = trust("codebuild.amazonaws.com")
_FORMATS = {
    "junit": "JUNITXML",
    "cucumber": "CUCUMBERJSON",
    "nunit": "NUNITXML",
    "nunit3": "NUNIT3XML",
    "testng": "TESTNGXML",
    "trx": "VISUALSTUDIOTRX",
    "clover": "CLOVERXML",
    "cobertura": "COBERTURAXML",
    "jacoco": "JACOCOXML",
    "simplecov": "SIMPLECOV",
}
_COVERAGE = ("clover", "cobertura", "jacoco", "simplecov")
_REPORT = (
    "codebuild:BatchPutCodeCoverages",
    "codebuild:BatchPutTestCases",
    "codebuild:CreateReport",
    "codebuild:UpdateReport",
)
_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""On all resources, as CodeBuild's guide has them ("Create a CodeBuild service role", in a VPC)."""


def build_stage(pipeline: PipelineSettings, stage: Stage, build: Build) -> codepipeline.Stages:
    made = {"OutputArtifacts": [output(stage.title)]} if build.files else {}
    source = [taken(pipeline.artifact_for(stage))]
    run = build_action("Build", Ref(pipeline.project_id(stage)), InputArtifacts=source, **made)
    return codepipeline.Stages(Name=stage.title, Actions=[run])


def build_resources(platform: Platform, pipeline: PipelineSettings) -> Iterator[AWSObject]:
    """The role, the security group, and a project with its reports for each build."""
    if not any(pipeline.builds):
        return
    yield role(pipeline.build_role_id, BUILDER, [policy("run", [*_own(platform, pipeline)])])
    if pipeline.security_group_id:
        about = f"Builds of {pipeline.name} of {platform.name} {platform.environment}"
        yield outgoing_group(platform, pipeline.security_group_id, about)
    for stage, build in pipeline.builds:
        yield from _reports(pipeline, stage, build)
        yield _project(platform, pipeline, stage)


def _own(platform: Platform, pipeline: PipelineSettings) -> Iterator[tuple[str, Grant]]:
    yield from log_grants(pipeline)
    yield from artifact_grants(pipeline)
    for stage, build in pipeline.builds:
        yield from image_grants(platform, stage, build)
    reports = [pipeline.report_id(stage, one) for stage, build in pipeline.builds for one in build.reports]
    if reports:
        yield "Reports", Grant(_REPORT, tuple(GetAtt(one, "Arn") for one in sorted(reports)))
    if pipeline.network:
        yield "NetworkInterfaces", Grant(_INTERFACES, ("*",))
        yield "NetworkInterfacesForBuilds", _for_builds(platform)


def log_grants(pipeline: PipelineSettings) -> Iterator[tuple[str, Grant]]:
    yield "Logs", Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (pipeline.log_group_arn,))


def _for_builds(platform: Platform) -> Grant:
    """CodeBuild alone may be given an interface, and only in the private subnets."""
    place = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
    subnets = [Sub(f"{place}:subnet/${{{one.data['Ref']}}}") for one in private_subnets(platform)]
    here = {"ec2:AuthorizedService": "codebuild.amazonaws.com", "ec2:Subnet": subnets}
    return Grant(
        ("ec2:CreateNetworkInterfacePermission",), (Sub(f"{place}:network-interface/*"),), {"StringEquals": here}
    )


def _project(platform: Platform, pipeline: PipelineSettings, stage: Stage) -> codebuild.Project:
    assert stage.build
    after = {*waits(platform, pipeline), *(str(one.title) for one in glue(platform, pipeline))}
    return codebuild.Project(
        pipeline.project_id(stage),
        Description=f"{stage.name} of {pipeline.path}",
        Source=codebuild.Source(Type="CODEPIPELINE", BuildSpec=_instructions(pipeline, stage, stage.build)),
        Environment=_machine(platform, stage.build, {**environment(platform, pipeline), **stage.build.environment}),
        TimeoutInMinutes=stage.build.timeout,
        **project_basics(pipeline, pipeline.build_role_id),
        **_cache(pipeline, stage, stage.build),
        **_network(platform, pipeline),
        **({"DependsOn": sorted(after)} if after else {}),
    )


def project_basics(pipeline: PipelineSettings, role_id: str) -> dict[str, Json]:
    """What every project of a pipeline has."""
    logs = codebuild.CloudWatchLogs(Status="ENABLED", GroupName=Ref(pipeline.log_group_id))
    return {
        "Artifacts": codebuild.Artifacts(Type="CODEPIPELINE"),
        "EncryptionKey": KEY_ARN,
        "LogsConfig": codebuild.LogsConfig(CloudWatchLogs=logs),
        "ServiceRole": GetAtt(role_id, "Arn"),
    }


def _machine(platform: Platform, build: Build, variables: Mapping[str, Value]) -> codebuild.Environment:
    named = [
        codebuild.EnvironmentVariable(Name=name, Type="PLAINTEXT", Value=value)
        for name, value in sorted(variables.items())
    ]
    return codebuild.Environment(
        ComputeType=f"BUILD_GENERAL1_{build.compute.upper()}",
        PrivilegedMode=build.containers,
        **image_properties(platform, build),
        **({"EnvironmentVariables": named} if named else {}),
    )


def _cache(pipeline: PipelineSettings, stage: Stage, build: Build) -> dict[str, Json]:
    if not build.cache:
        return {}
    place = Sub(f"${{{pipeline.artifacts_id}}}/{CACHE}/{stage.name}")
    return {"Cache": codebuild.ProjectCache(Type="S3", Location=place)}


def _network(platform: Platform, pipeline: PipelineSettings) -> dict[str, Json]:
    if not pipeline.security_group_id:
        return {}
    groups = [GetAtt(pipeline.security_group_id, "GroupId")]
    inside = codebuild.VpcConfig(VpcId=Ref(VPC_ID), Subnets=private_subnets(platform), SecurityGroupIds=groups)
    return {"VpcConfig": inside}


def _instructions(pipeline: PipelineSettings, stage: Stage, build: Build) -> Value:
    """The build specification as JSON, which is YAML too. One shell, so that `cd` and variables last."""
    install = {"runtime-versions": dict(build.runtimes), "commands": list(build.install)}
    said = {key: value for key, value in install.items() if value}
    phases: dict[str, Json] = {"install": said} if said else {}
    found: dict[str, Json] = {"version": 0.2, "phases": {**phases, "build": {"commands": list(build.commands)}}}
    groups = sorted(build.reports)
    if groups:
        found["reports"] = {placed(number): _results(build.reports[one]) for number, one in enumerate(groups)}
    if build.files:
        folder = {"base-directory": build.folder} if build.folder else {}
        found["artifacts"] = {"files": list(build.files), **folder}
    if build.cache:
        found["cache"] = {"paths": list(build.cache)}
    return with_references(found, tuple(GetAtt(pipeline.report_id(stage, one), "Arn") for one in groups))


def _results(report: Report) -> Json:
    return {"files": list(report.files), "file-format": _FORMATS[report.format]}


def _reports(pipeline: PipelineSettings, stage: Stage, build: Build) -> Iterator[codebuild.ReportGroup]:
    for name, report in sorted(build.reports.items()):
        yield codebuild.ReportGroup(
            pipeline.report_id(stage, name),
            Type="CODE_COVERAGE" if report.format in _COVERAGE else "TEST",
            ExportConfig=codebuild.ReportExportConfig(ExportConfigType="NO_EXPORT"),
        )
