"""Lambda functions with their roles, logs and triggers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from troposphere import AWSObject, GetAtt, Parameter, Ref, Select, Split, awslambda

from compiler.kinds.functions.deploy_trigger import deploy_trigger, steps
from compiler.kinds.functions.mounts import Mount, file_systems
from compiler.kinds.functions.package import Container, Upload, is_path, layer_upload, layer_value, layer_versions
from compiler.kinds.functions.runnable import Runnable
from compiler.kinds.functions.trigger import Trigger
from compiler.kinds.functions.triggers import triggers
from compiler.kinds.functions.url import Url, call, url_id, url_resources
from compiler.kinds.functions.versions import Published, description, layer_number, provisioned, revisions, versions
from compiler.program.artifact import Artifact
from compiler.program.built_image import BuiltImage
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.program.glue import environment, glue, needs_network, waits
from compiler.program.kept import KeptValue
from compiler.shared.built_images import built_image
from compiler.shared.deploy_steps import BEFORE, step_id
from compiler.shared.function_code import LIVE
from compiler.shared.function_role import execution_role
from compiler.shared.image_source import by_own_parameter, is_built
from compiler.shared.lambda_properties import FunctionLogs
from compiler.shared.log_targets import FunctionSink, LogSink, LogTarget
from compiler.shared.logs import Logs, log_group
from compiler.shared.metrics import query
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import outgoing_group
from compiler.shared.stored_images import declared_image
from compiler.shared.subnets import dual_stack, running_subnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Asynchronous:
    """What becomes of events that nobody waits for."""

    retries: int | None
    max_age_seconds: int | None
    on_failure: str | None
    on_success: str | None


@frozen(kw_only=True)
class Function(Runnable, LogTarget):
    """A function whose code is uploaded by the deployment, or comes with a container image."""

    variable_facets = ("environment",)

    runtime: str | None
    code: str | None
    handler: str | None
    command: tuple[str, ...] | None
    entrypoint: tuple[str, ...] | None
    working_directory: str | None
    memory: int
    timeout: int
    architecture: str
    environment: Mapping[str, str]
    layers: tuple[str, ...]
    concurrency: int | None
    provisioned: Json
    """A number, or a map of ``min``, ``max`` and ``target``."""
    snap_start: bool
    ephemeral_storage: int
    network: str
    mounts: Mapping[str, Mount]
    url: Url | None
    logs: Logs
    ignore: tuple[str, ...]
    log_level: str | None
    asynchronous: Asynchronous
    triggers: tuple[Trigger, ...]

    @property
    def role_id(self) -> str:
        return f"{self.stem}Role"

    @property
    def security_group_id(self) -> str | None:
        return None if self.network == "never" else f"{self.stem}SecurityGroup"

    @property
    def image_id(self) -> str:
        """Name of the root parameter that holds the image, if one does."""
        return f"{self.stem}Image"

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}LogGroup"

    @property
    def versioned(self) -> bool:
        return self.provisioned is not None or self.snap_start

    @property
    def first_id(self) -> str | None:
        found = deploy_trigger(self.triggers)
        return step_id(self.stem) if found and found.deploy == BEFORE else None

    def inside(self, platform: Platform) -> bool:
        """Whether it runs in the platform's network."""
        return self.network == "always" or (self.network == "auto" and needs_network(platform, self))

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield log_group(self.log_group_id, self, self.logs, platform)
        yield execution_role(platform, self.role_id, self.log_group_id, self.inside(platform))
        if self.inside(platform) and self.security_group_id:
            about = f"Function {self.name} of {platform.name} {platform.environment}"
            yield outgoing_group(platform, self.security_group_id, about)
        yield from layer_versions(platform, self, self.layers, self._fits())
        yield from self._functions(platform)
        yield from self._asynchronous(platform)
        if self.url:
            yield from url_resources(self, self.url)
        yield from triggers(platform, self, self.triggers)

    def _functions(self, platform: Platform) -> Iterator[AWSObject]:
        """The function, its newest version where it has versions, and what runs it at deployments."""
        function = self._function(platform)
        deployed = deploy_trigger(self.triggers)
        if deployed or self.versioned:
            about = description(platform, self, function.to_dict()["Properties"], self._made_of(platform))
        if deployed:
            yield from steps(platform, self, deployed, (self.logs.days, about))
        if self.versioned:
            function.Description = about
            after = [str(one.title) for one in glue(platform, self)]
            yield from versions(self, Published(about, after), provisioned(self.provisioned))
        yield function

    def _function(self, platform: Platform) -> awslambda.Function:
        return awslambda.Function(
            self.main_id,
            **self._package(),
            Role=GetAtt(self.role_id, "Arn"),
            MemorySize=self.memory,
            Timeout=self.timeout,
            Architectures=[self.architecture],
            EphemeralStorage=awslambda.EphemeralStorage(Size=self.ephemeral_storage),
            KmsKeyArn=KEY_ARN,
            TracingConfig=awslambda.TracingConfig(Mode="Active"),
            LoggingConfig=self._logging(),
            **self._options(platform),
            **self._places(platform),
        )

    def _package(self) -> dict[str, Json]:
        if self.image:
            image = Ref(self.image_id) if by_own_parameter(self.image, self.ignore) else self.image
            return Container(image, self.command, self.entrypoint, self.working_directory).properties()
        code = awslambda.Code(S3Bucket=Ref("ArtifactBucket"), S3Key=Ref(self._code().parameter))
        return {"Runtime": self.runtime, "Handler": self.handler, "Code": code}

    def _logging(self) -> FunctionLogs:
        level = {"ApplicationLogLevel": self.log_level.upper()} if self.log_level else {}
        return FunctionLogs(LogFormat="JSON", LogGroup=Ref(self.log_group_id), **level)

    def _options(self, platform: Platform) -> dict[str, Json]:
        found: dict[str, Json] = {}
        variables = {**environment(platform, self), **self.environment}
        if variables:
            found["Environment"] = awslambda.Environment(Variables=variables)
        if self.layers:
            found["Layers"] = [layer_value(self, layer) for layer in self.layers]
        if self.concurrency is not None:
            found["ReservedConcurrentExecutions"] = self.concurrency
        if self.snap_start:
            found["SnapStart"] = awslambda.SnapStart(ApplyOn="PublishedVersions")
        after = waits(platform, self)
        return found | ({"DependsOn": after} if after else {})

    def _places(self, platform: Platform) -> dict[str, Json]:
        """Network and file systems."""
        found: dict[str, Json] = {}
        if self.inside(platform):
            groups = [GetAtt(self.security_group_id, "GroupId")]
            ipv6 = {"Ipv6AllowedForDualStack": True} if dual_stack(platform) else {}
            subnets = running_subnets(platform)
            found["VpcConfig"] = awslambda.VPCConfig(SubnetIds=subnets, SecurityGroupIds=groups, **ipv6)
        if self.mounts:
            found["FileSystemConfigs"] = list(file_systems(platform, self.mounts))
        return found

    def _fits(self) -> dict[str, Json]:
        return {"CompatibleRuntimes": [self.runtime], "CompatibleArchitectures": [self.architecture]}

    def _code(self) -> Upload:
        return Upload(f"{self.stem}CodeKey", posixpath.normpath(self.code or ""), f"S3 key of the code of {self.path}")

    def _uploads(self) -> Iterator[Upload]:
        if self.code:
            yield self._code()
        yield from (layer_upload(self, layer) for layer in self.layers if is_path(layer))

    def _made_of(self, platform: Platform) -> dict[str, Value]:
        """What only the deployment knows of code, layers and jobs."""
        found: dict[str, Value] = {"Code": Ref(self._code().parameter)} if self.code else {}
        # the tag or digest alone: a description has 256 characters
        found |= (
            {"Image": Select(1, Split(":", Ref(self.image_id)))} if by_own_parameter(self.image, self.ignore) else {}
        )
        own = [layer for layer in self.layers if is_path(layer)]
        found |= {f"Layer{number}": layer_number(self, layer) for number, layer in enumerate(own, 1)}
        return found | revisions(platform, self, self.environment.values())

    def _asynchronous(self, platform: Platform) -> Iterator[AWSObject]:
        settings = self.asynchronous
        options: dict[str, Json] = {}
        if settings.retries is not None:
            options["MaximumRetryAttempts"] = settings.retries
        if settings.max_age_seconds:
            options["MaximumEventAgeInSeconds"] = settings.max_age_seconds
        if settings.on_failure or settings.on_success:
            options["DestinationConfig"] = self._destinations(platform)
        if options:
            alias = {"DependsOn": [self.alias_id]} if self.versioned else {}
            about = {"FunctionName": Ref(self.main_id), "Qualifier": LIVE if self.versioned else "$LATEST"}
            yield awslambda.EventInvokeConfig(f"{self.main_id}Asynchronous", **about, **options, **alias)

    def _destinations(self, platform: Platform) -> awslambda.DestinationConfig:
        settings = self.asynchronous
        wanted = (
            ("OnFailure", awslambda.OnFailure, settings.on_failure),
            ("OnSuccess", awslambda.OnSuccess, settings.on_success),
        )
        found = {
            key: make(Destination=platform.components[name].attributes()["arn"]) for key, make, name in wanted if name
        }
        return awslambda.DestinationConfig(**found)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        run = Grant(("lambda:InvokeFunction",), (self.arn,))
        return {
            "invoke": Capability((run,), environment={"NAME": self.run_name}),
            "call": call(self, self.url),
            "authenticate": Capability(),
            "route": Capability(),
            "scheduled": Capability((run,)),
            "logs": Capability(log_groups=(self.log_group_id,)),
            "receive_logs": Capability(),
            "forward": Capability(environment={"FUNCTION": self.arn}),
        }

    def log_sink(self, platform: Platform) -> LogSink:
        return FunctionSink(self.arn, self.run_by)

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(self.main_id)}

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": self.arn, "name": Ref(self.main_id), "url": GetAtt(url_id(self), "FunctionUrl")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the function {self.name}")
        if self.url:
            address = GetAtt(url_id(self), "FunctionUrl")
            yield Output(f"{self.stem}Url", address, f"Address of the function {self.name}")

    def parameters(self) -> Iterable[Parameter]:
        yield from (upload.declared() for upload in self._uploads())
        if by_own_parameter(self.image, self.ignore):
            yield declared_image(self, self.image_id, self.image)

    def kept_values(self) -> Iterable[KeptValue]:
        if "image" in self.ignore:
            yield KeptValue(self.image_id, self.path, "image", self.main_id, awslambda.Function.resource_type)
        if "code" in self.ignore:
            yield KeptValue(self._code().parameter, self.path, "code")

    def artifacts(self) -> Iterable[Artifact]:
        yield from (upload.artifact(self.path) for upload in self._uploads())

    def built_images(self, platform: Platform) -> Iterable[BuiltImage]:
        if is_built(self.image):
            yield replace(built_image(platform, self, (self.image_id, self.image)), of_function=True)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield self._alarm("Errors", f"Invocations of the function {self.name} ended with an error")
        yield self._alarm("Throttles", f"Invocations of the function {self.name} were refused: no concurrency left")

    def _alarm(self, metric: str, description: str) -> AlarmSpec:
        measured = query("AWS/Lambda", metric, "Sum", {"FunctionName": Ref(self.main_id)})
        return AlarmSpec(name=metric, description=description, metrics=(measured,), threshold=0)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        counts = tuple(self._row(metric) for metric in ("Invocations", "Errors", "Throttles"))
        yield Chart(f"Function {self.name}", counts, "Sum")
        yield Chart(f"Function {self.name}: milliseconds (p95)", (self._row("Duration"),), "p95")

    def _row(self, metric: str) -> tuple[Value, ...]:
        return "AWS/Lambda", metric, "FunctionName", Ref(self.main_id)


KIND = Function
