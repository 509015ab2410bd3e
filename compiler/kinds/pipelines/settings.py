"""The settings of a pipeline, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import GetAtt, Ref

from compiler.language.names import pascal
from compiler.program.component import Platform, User, Value
from compiler.shared.logs import Logs
from compiler.shared.physical_names import physical_name
from compiler.source.frozen import frozen

_LONGEST_NAME = 100
SOURCE = "Source"
"""Name of the first stage, of its action and of the artefact that it makes."""


@frozen(kw_only=True)
class Source:
    """Where the first artefact comes from."""

    repository: str | None
    connection: str | None
    project: str | None
    branch: str
    tag: str
    bucket: str | None
    key: str
    starts: bool


@frozen(kw_only=True)
class Trigger:
    """Pushes that start the pipeline."""

    branches: tuple[str, ...]
    tags: tuple[str, ...]
    files: tuple[str, ...]
    ignored_files: tuple[str, ...]


@frozen()
class Report:
    """Files with the results of tests."""

    files: tuple[str, ...]
    format: str


@frozen(kw_only=True)
class CustomImage:
    """A container image that CodeBuild does not manage."""

    uri: str
    architecture: str
    credentials: str | None


@frozen(kw_only=True)
class Build:
    """What a CodeBuild project runs, and on what."""

    image: str
    custom_image: CustomImage | None
    compute: str
    runtimes: Mapping[str, str]
    install: tuple[str, ...]
    commands: tuple[str, ...]
    files: tuple[str, ...]
    folder: str | None
    environment: Mapping[str, str]
    cache: tuple[str, ...]
    reports: Mapping[str, Report]
    timeout: int
    containers: bool


@frozen()
class Approve:
    """Who is told, and what they read."""

    topic: str | None
    comment: str | None
    link: str | None


@frozen()
class ServiceDeploy:
    """New images for a service."""

    name: str
    file: str
    minutes: int


@frozen()
class SiteDeploy:
    """Files for a bucket, and the distribution that serves them."""

    bucket: str
    cdn: str | None
    cache_control: str | None


@frozen(kw_only=True)
class PlatformDeploy:
    """A stack that a change set is made for and executed on: of a packaged template, or of a spec."""

    stack: str
    template: str | None
    configuration: str | None
    spec: str | None
    environment: str | None
    install: tuple[str, ...]
    images: str | None
    bucket: str | None
    regions: tuple[str, ...]
    role: str
    capabilities: tuple[str, ...]
    approve: bool
    topic: str | None


@frozen(kw_only=True)
class FunctionDeploy:
    """New code for a function, and how its requests move to the new version."""

    name: str
    shift: str
    percent: int
    minutes: int
    alarms: tuple[str, ...]


@frozen()
class Deploy:
    """One of the four ways to deploy an artefact."""

    service: ServiceDeploy | None
    function: FunctionDeploy | None
    site: SiteDeploy | None
    platform: PlatformDeploy | None


@frozen()
class Stage:
    """A build, an approval or a deployment."""

    name: str
    input: str | None
    build: Build | None
    approve: Approve | None
    deploy: Deploy | None
    on_failure: str | None

    @property
    def title(self) -> str:
        """Its name in CodePipeline, and that of the artefact of a build."""
        return pascal(self.name)


@frozen(kw_only=True)
class PipelineSettings(User):
    """What a pipeline has to say of itself to the other modules of this room."""

    variable_facets = ("environment",)

    source: Source
    triggers: tuple[Trigger, ...]
    execution: str
    variables: Mapping[str, str]
    stages: tuple[Stage, ...]
    network: bool
    layer: str
    artifact_days: int
    logs: Logs
    logs_to: str | None
    keep: str

    @property
    def build_role_id(self) -> str:
        return f"{self.stem}BuildRole"

    @property
    def role_id(self) -> str | None:
        """The builds' role takes what is used; the pipeline's own does not."""
        return self.build_role_id if any(self.builds) else None

    @property
    def pipeline_role_id(self) -> str:
        return f"{self.stem}Role"

    @property
    def security_group_id(self) -> str | None:
        return f"{self.stem}SecurityGroup" if self.network else None

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}LogGroup"

    @property
    def artifacts_id(self) -> str:
        """Logical id of the bucket."""
        return f"{self.stem}Artifacts"

    @property
    def bucket_name(self) -> Value:
        return Ref(self.artifacts_id)

    @property
    def log_group_arn(self) -> Value:
        return GetAtt(self.log_group_id, "Arn")

    def full_name(self, platform: Platform) -> str:
        """Its name in AWS, which is known before it is there."""
        return physical_name((platform.name, platform.environment, self.name), _LONGEST_NAME)

    def project_id(self, stage: Stage) -> str:
        """Logical id of the project of a stage: its build, or what it does after it has deployed."""
        return f"{self.stem}{stage.title}Project"

    def report_id(self, stage: Stage, report: str) -> str:
        return f"{self.stem}{stage.title}{pascal(report)}Reports"

    @property
    def builds(self) -> Iterator[tuple[Stage, Build]]:
        return ((one, one.build) for one in self.stages if one.build)

    @property
    def sites(self) -> Iterator[tuple[Stage, SiteDeploy]]:
        return ((one, one.deploy.site) for one in self.stages if one.deploy and one.deploy.site)

    def artifact_for(self, stage: Stage) -> str:
        """The artefact that a stage works on."""
        if stage.input:
            return pascal(stage.input)
        if stage.build:
            return SOURCE
        before = self.stages[: self.stages.index(stage)]
        made = [one.title for one in before if one.build and one.build.files]
        return made[-1] if made else SOURCE
