"""Lambda functions with their roles, logs and triggers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Parameter, Ref, awslambda

from compiler.compiled import Artifact
from compiler.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, User, Value
from compiler.glue import environment, needs_network, waits
from compiler.json_value import Json
from compiler.kinds.encryption import KEY_ARN
from compiler.kinds.network import private_subnets
from compiler.parts.function_role import execution_role
from compiler.parts.lambda_properties import FunctionLogs
from compiler.parts.logs import Logs, log_group
from compiler.parts.metrics import query
from compiler.parts.security_groups import security_group
from compiler.parts.trigger import Trigger
from compiler.parts.triggers import triggers


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Asynchronous:
    """What becomes of events that nobody waits for."""

    retries: int | None
    max_age_seconds: int | None
    on_failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Function(User):
    """A function whose code is uploaded by the deployment."""

    runtime: str
    code: str
    handler: str
    memory: int
    timeout: int
    architecture: str
    environment: Mapping[str, str]
    layers: tuple[str, ...]
    concurrency: int | None
    ephemeral_storage: int
    network: str
    logs: Logs
    asynchronous: Asynchronous
    triggers: tuple[Trigger, ...]

    @property
    def main_id(self) -> str:
        return f"{self.stem}Function"

    @property
    def role_id(self) -> str:
        return f"{self.stem}FunctionRole"

    @property
    def security_group_id(self) -> str | None:
        return None if self.network == "never" else f"{self.stem}FunctionSecurityGroup"

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}FunctionLogGroup"

    @property
    def code_parameter(self) -> str:
        return f"{self.stem}CodeKey"

    def inside(self, platform: Platform) -> bool:
        """Whether it runs in the platform's network."""
        return self.network == "always" or (self.network == "auto" and needs_network(platform, self))

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield log_group(self.log_group_id, self, self.logs, platform)
        yield execution_role(platform, self.role_id, self.log_group_id, self.inside(platform))
        if self.inside(platform) and self.security_group_id:
            about = f"Function {self.name} of {platform.name} {platform.environment}"
            yield security_group(self.security_group_id, about, https_out=True)
        yield self._function(platform)
        yield from self._asynchronous(platform)
        yield from triggers(platform, self, self.triggers)

    def _function(self, platform: Platform) -> awslambda.Function:
        return awslambda.Function(
            self.main_id,
            Runtime=self.runtime,
            Handler=self.handler,
            Code=awslambda.Code(S3Bucket=Ref("ArtifactBucket"), S3Key=Ref(self.code_parameter)),
            Role=GetAtt(self.role_id, "Arn"),
            MemorySize=self.memory,
            Timeout=self.timeout,
            Architectures=[self.architecture],
            EphemeralStorage=awslambda.EphemeralStorage(Size=self.ephemeral_storage),
            KmsKeyArn=KEY_ARN,
            TracingConfig=awslambda.TracingConfig(Mode="Active"),
            LoggingConfig=FunctionLogs(LogFormat="JSON", LogGroup=Ref(self.log_group_id)),
            **self._options(platform),
        )

    def _options(self, platform: Platform) -> dict[str, Json]:
        found: dict[str, Json] = {}
        variables = {**environment(platform, self), **self.environment}
        if variables:
            found["Environment"] = awslambda.Environment(Variables=variables)
        if self.layers:
            found["Layers"] = list(self.layers)
        if self.concurrency is not None:
            found["ReservedConcurrentExecutions"] = self.concurrency
        if self.inside(platform):
            groups = [GetAtt(self.security_group_id, "GroupId")]
            found["VpcConfig"] = awslambda.VPCConfig(SubnetIds=private_subnets(platform), SecurityGroupIds=groups)
        after = waits(platform, self)
        return found | ({"DependsOn": after} if after else {})

    def _asynchronous(self, platform: Platform) -> Iterator[AWSObject]:
        settings = self.asynchronous
        options: dict[str, Json] = {}
        if settings.retries is not None:
            options["MaximumRetryAttempts"] = settings.retries
        if settings.max_age_seconds:
            options["MaximumEventAgeInSeconds"] = settings.max_age_seconds
        if settings.on_failure:
            destination = awslambda.OnFailure(Destination=platform.components[settings.on_failure].attributes()["arn"])
            options["DestinationConfig"] = awslambda.DestinationConfig(OnFailure=destination)
        if options:
            about = {"FunctionName": Ref(self.main_id), "Qualifier": "$LATEST"}
            yield awslambda.EventInvokeConfig(f"{self.main_id}Asynchronous", **about, **options)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        run = Grant(("lambda:InvokeFunction",), (GetAtt(self.main_id, "Arn"),))
        return {
            "invoke": Capability((run,), environment={"NAME": Ref(self.main_id)}),
            "authenticate": Capability(),
            "route": Capability(),
            "scheduled": Capability((run,)),
        }

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "name": Ref(self.main_id)}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}FunctionName", Ref(self.main_id), f"Name of the function {self.name}")

    def parameters(self) -> Iterable[Parameter]:
        about = f"S3 key of the code of {self.path}"
        yield Parameter(self.code_parameter, Type="String", Description=about, MinLength=1)

    def artifacts(self) -> Iterable[Artifact]:
        yield Artifact(parameter=self.code_parameter, component=self.path, source=posixpath.normpath(self.code))

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
