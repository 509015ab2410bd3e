"""Pipelines: from a source over builds and approvals to deployments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, codepipeline

from compiler.kinds.pipelines.approvals import approval, approval_grants
from compiler.kinds.pipelines.artifacts import artifact_bucket, artifact_grants
from compiler.kinds.pipelines.builds import build_resources, build_stage
from compiler.kinds.pipelines.deploys import deploy_grants, deploy_stage, invalidations
from compiler.kinds.pipelines.planned import planned_projects, planned_resources
from compiler.kinds.pipelines.settings import PipelineSettings, Stage
from compiler.kinds.pipelines.sources import pipeline_arn, source_grants, source_stage, starting_rule, triggers
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.shared.logs import log_group
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role, trust
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_NAMESPACE = "AWS/CodePipeline"
_RUN = ("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild")


@frozen(kw_only=True)
class Pipeline(PipelineSettings):
    """A pipeline with its bucket, its roles and its projects."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from artifact_bucket(platform, self)
        yield log_group(self.log_group_id, self, self.logs, platform)
        yield from build_resources(platform, self)
        yield from invalidations(platform, self)
        yield from planned_resources(platform, self)
        grants = dict(self._grants(platform))
        yield role(self.pipeline_role_id, trust("codepipeline.amazonaws.com"), [policy("run", [*grants.items()])])
        yield self._pipeline(platform)
        yield from starting_rule(platform, self)

    def _pipeline(self, platform: Platform) -> codepipeline.Pipeline:
        key = codepipeline.EncryptionKey(Id=KEY_ARN, Type="KMS")
        return codepipeline.Pipeline(
            self.main_id,
            Name=self.full_name(platform),
            PipelineType="V2",
            ExecutionMode=self.execution.upper(),
            RoleArn=GetAtt(self.pipeline_role_id, "Arn"),
            ArtifactStore=codepipeline.ArtifactStore(Type="S3", Location=self.bucket_name, EncryptionKey=key),
            Stages=[source_stage(platform, self), *(self._stage(platform, one) for one in self.stages)],
            **triggers(self),
            **self._variables(),
            DependsOn=[f"{self.artifacts_id}Policy"],
        )

    def _variables(self) -> dict[str, Json]:
        found = [
            codepipeline.VariableDeclaration(Name=name, DefaultValue=value)
            for name, value in sorted(self.variables.items())
        ]
        return {"Variables": found} if found else {}

    def _stage(self, platform: Platform, stage: Stage) -> codepipeline.Stages:
        made = self._actions(platform, stage)
        if stage.on_failure:
            made.OnFailure = _on_failure(stage.on_failure)
        return made

    def _actions(self, platform: Platform, stage: Stage) -> codepipeline.Stages:
        if stage.build:
            return build_stage(self, stage, stage.build)
        if stage.approve:
            return codepipeline.Stages(Name=stage.title, Actions=[approval("Approve", stage.approve)])
        return deploy_stage(platform, self, stage)

    def _grants(self, platform: Platform) -> Iterator[tuple[str, Grant]]:
        """All that the pipeline does itself, by statement id: what two stages need alike is said once."""
        yield from artifact_grants(self)
        yield from source_grants(platform, self)
        projects = [self.project_id(stage) for stage, _ in self.builds]
        projects += [self.project_id(stage) for stage, said in self.sites if said.cdn]
        projects += planned_projects(self)
        if projects:
            yield "Builds", Grant(_RUN, tuple(GetAtt(one, "Arn") for one in projects))
        yield from approval_grants(platform, self)
        yield from deploy_grants(platform, self)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        """Of text alone: who starts a pipeline may be of a stack that the pipeline deploys to."""
        name = self.full_name(platform)
        arn = Sub(f"arn:${{AWS::Partition}}:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:{name}")
        start = Grant(("codepipeline:StartPipelineExecution",), (arn,))
        return {
            "start": Capability((start,), environment={"NAME": name}),
            "logs": Capability(log_groups=(self.log_group_id,)),
        }

    def attributes(self) -> Mapping[str, Value]:
        return {
            "name": Ref(self.main_id),
            "arn": pipeline_arn(self),
            "artifacts": self.bucket_name,
            "log_group": Ref(self.log_group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the pipeline {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        failed = query(_NAMESPACE, "FailedPipelineExecutions", "Sum", {"PipelineName": Ref(self.main_id)})
        about = f"An execution of the pipeline {self.name} failed"
        yield AlarmSpec(name="Failed", description=about, metrics=(failed,), threshold=0)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        yield Chart(f"Pipeline {self.name}: failures", (self._row("FailedPipelineExecutions"),), "Sum")
        yield Chart(f"Pipeline {self.name}: seconds", (self._row("PipelineDuration"),))

    def _row(self, metric: str) -> tuple[Value, ...]:
        return _NAMESPACE, metric, "PipelineName", Ref(self.main_id)


def _on_failure(said: str) -> codepipeline.FailureConditions:
    """Source: CodePipeline user guide, "Configure a stage for automatic rollback" and "Retry a failed stage"."""
    if said == "rollback":
        return codepipeline.FailureConditions(Result="ROLLBACK")
    once_more = codepipeline.RetryConfiguration(RetryMode="FAILED_ACTIONS")
    return codepipeline.FailureConditions(Result="RETRY", RetryConfiguration=once_more)


KIND = Pipeline
