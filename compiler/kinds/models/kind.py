"""SageMaker models with their endpoint configuration, endpoint, role, logs and scaling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Parameter, Ref, sagemaker

from compiler.kinds.models import configuration
from compiler.kinds.models.access import below, read_grants, write_grants
from compiler.kinds.models.deployment import Deployment, deployment_config, rollback_alarms
from compiler.kinds.models.images import Image, all_grants, images
from compiler.kinds.models.instance_types import has_local_storage
from compiler.kinds.models.measures import Measured
from compiler.kinds.models.processors import processor
from compiler.kinds.models.role import METRICS, VOLUMES, execution_role, interface_grants, together
from compiler.kinds.models.scaling import Scale, Scaled, scaling_resources
from compiler.kinds.models.settings import MAIN, Asynchronous, Candidate, Capture, Instances, Serverless, Variant
from compiler.program.built_image import BuiltImage
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, User, Value
from compiler.program.glue import environment, glue, waits
from compiler.shared.logs import Logs, log_group
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import outgoing_group
from compiler.shared.subnets import private_subnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_LONGEST_NAME = 63
_INVOKE = ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream")
_INVOKE_LATER = ("sagemaker:InvokeEndpointAsync",)
_OWN_VALUES = ("DesiredWeight",)
"""What an update takes from the new configuration; the number of instances stays what scaling has made it."""


@frozen(kw_only=True)
class Model(User):
    """One endpoint. Its configuration is the main resource: CloudFormation replaces it with each change of content,
    since all its properties are create-only, then updates the endpoint to the new one, then deletes the old one."""

    variable_facets = ("environment",)

    image: Json
    artifact: str | None
    environment: Mapping[str, str]
    network_isolation: bool
    instances: Instances | None
    variants: Mapping[str, Candidate]
    serverless: Serverless | None
    scale: Scale | None
    capture: Capture | None
    asynchronous: Asynchronous | None
    deployment: Deployment
    latency_ms: int
    log_days: int

    @property
    def architecture(self) -> str:
        """Processor of the model's own instances."""
        return processor(self.instances.type if self.instances else "")

    @property
    def _images(self) -> Mapping[str, Image]:
        return images(self.stem, (self.image, self.instances.type if self.instances else ""), self.variants)

    def parameters(self) -> Iterable[Parameter]:
        yield from (parameter for one in self._images.values() for parameter in one.declared(self))

    def built_images(self, platform: Platform) -> Iterable[BuiltImage]:
        yield from (built for one in self._images.values() for built in one.built(platform, self))

    @property
    def main_id(self) -> str:
        return f"{self.stem}Configuration"

    @property
    def endpoint_id(self) -> str:
        return f"{self.stem}Endpoint"

    @property
    def role_id(self) -> str:
        return f"{self.stem}Role"

    @property
    def security_group_id(self) -> str | None:
        return f"{self.stem}SecurityGroup" if self.instances else None

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}LogGroup"

    def endpoint_name(self, platform: Platform) -> str:
        """Known before there is an endpoint, since SageMaker would make the log group of that name by itself."""
        return physical_name((platform.name, platform.environment, self.name), _LONGEST_NAME)

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        logs = Logs(f"/aws/sagemaker/Endpoints/{self.endpoint_name(platform)}", self.log_days)
        yield log_group(self.log_group_id, self, logs, platform)
        yield execution_role(self.role_id, self.log_group_id, self._grants(platform))
        if self.security_group_id:
            about = f"Model {self.name} of {platform.name} {platform.environment}"
            yield outgoing_group(platform, self.security_group_id, about)
        for variant in self.hosted:
            yield self._model(platform, variant)
        yield self._configuration(platform)
        alarms = [*self._rollback_alarms(platform)]
        yield from alarms
        yield self._endpoint(platform, [str(one.title) for one in alarms])
        for variant in self.hosted if self.scale else ():
            yield from self._scaling(platform, variant)

    @property
    def hosted(self) -> tuple[Variant, ...]:
        """The model itself and its candidates, by name."""
        place = self.instances
        kind, count = (place.type, place.count) if place else ("", self._ready)
        weight = place.weight if place else 1
        main = Variant(
            MAIN, self._images[""].address, self.artifact, self.environment, kind, self._begin(count), weight
        )
        return (main, *(self._variant(name, one) for name, one in sorted(self.variants.items())))

    @property
    def _ready(self) -> int:
        return (self.serverless and self.serverless.provisioned) or 0

    def _variant(self, name: str, candidate: Candidate) -> Variant:
        return Variant(
            name,
            self._images.get(name, self._images[""]).address,
            candidate.artifact or self.artifact,
            {**self.environment, **candidate.environment},
            candidate.type or (self.instances.type if self.instances else ""),
            self._begin(candidate.count),
            candidate.weight,
        )

    def _begin(self, count: int) -> int:
        """A number of instances within the bounds of scaling, and at least one: endpoints begin with no less."""
        return min(max(count, self.scale.min, 1), self.scale.max) if self.scale else count

    def _model_id(self, variant: Variant) -> str:
        return f"{self.stem}{variant.suffix}Container"

    def _model(self, platform: Platform, variant: Variant) -> sagemaker.Model:
        variables = {**environment(platform, self), **variant.environment}
        after = waits(platform, self)
        return sagemaker.Model(
            self._model_id(variant),
            PrimaryContainer=configuration.container(variant, variables),
            ExecutionRoleArn=GetAtt(self.role_id, "Arn"),
            **self._places(platform),
            **({"DependsOn": after} if after else {}),
        )

    def _places(self, platform: Platform) -> dict[str, Json]:
        """Serverless endpoints take neither a network nor isolation (SageMaker developer guide, feature exclusions)."""
        if not self.instances:
            return {}
        group = [GetAtt(self.security_group_id, "GroupId")]
        network = sagemaker.VpcConfig(SecurityGroupIds=group, Subnets=private_subnets(platform))
        return {"VpcConfig": network, "EnableNetworkIsolation": self.network_isolation}

    def _configuration(self, platform: Platform) -> sagemaker.EndpointConfig:
        found: dict[str, Json] = {}
        if self._has_volumes:
            found["KmsKeyId"] = KEY_ARN
        if self.capture:
            found["DataCaptureConfig"] = configuration.capture(platform, self.capture)
        if self.asynchronous:
            found["AsyncInferenceConfig"] = configuration.asynchronous(platform, self.asynchronous)
        variants = [self._production(variant) for variant in self.hosted]
        return sagemaker.EndpointConfig(self.main_id, ProductionVariants=variants, **found)

    @property
    def _has_volumes(self) -> bool:
        return self.instances is not None and not any(has_local_storage(one.type) for one in self.hosted)

    def _production(self, variant: Variant) -> sagemaker.ProductionVariant:
        if self.instances:
            return configuration.on_instances(variant, self._model_id(variant), self.instances)
        assert self.serverless  # the checks let no other model through
        return configuration.without_instances(variant, self._model_id(variant), self.serverless)

    def _endpoint(self, platform: Platform, alarm_ids: list[str]) -> sagemaker.Endpoint:
        after = sorted({self.log_group_id, *(str(one.title) for one in glue(platform, self))})
        return sagemaker.Endpoint(
            self.endpoint_id,
            EndpointName=self.endpoint_name(platform),
            EndpointConfigName=GetAtt(self.main_id, "EndpointConfigName"),
            DeploymentConfig=deployment_config(self.deployment, alarm_ids),
            DependsOn=after,
            **self._retained(),
        )

    def _retained(self) -> dict[str, Json]:
        if not self.scale or not self.instances:
            return {}
        excluded = [sagemaker.VariantProperty(VariantPropertyType=one) for one in _OWN_VALUES]
        return {"RetainAllVariantProperties": True, "ExcludeRetainedVariantProperties": excluded}

    def _rollback_alarms(self, platform: Platform) -> Iterator[AWSObject]:
        measured = self._measured(platform)
        yield from rollback_alarms(self.stem, (measured.errors, measured.slow) if self.deployment.rollback else ())

    def _scaling(self, platform: Platform, variant: Variant) -> Iterator[AWSObject]:
        assert self.scale
        serverless = self.serverless is not None
        stem = f"{self.stem}{variant.suffix}"
        scaled = Scaled(stem, self.endpoint_name(platform), variant.name, self.endpoint_id, serverless)
        yield from scaling_resources(scaled, self.scale)

    def _grants(self, platform: Platform) -> Iterator[tuple[str, Grant]]:
        """Beside the log group: exactly what the endpoint is made of, and the places that it is given."""
        artifacts = [grant for one in self.hosted if one.artifact for grant in read_grants(platform, one.artifact)]
        yield from together("Images", all_grants(platform, self, self._images.values()))
        yield from together("Artifacts", artifacts)
        yield from together("Requests", self._requests(platform))
        yield from together("Records", self._records(platform))
        if self.instances:
            yield "Metrics", METRICS
        if self.security_group_id:
            yield from interface_grants(platform, self.security_group_id)
        if self._has_volumes:
            yield "Volumes", VOLUMES

    def _requests(self, platform: Platform) -> Iterator[Grant]:
        if self.asynchronous:
            source = below(self.asynchronous.input)
            yield from (one for one in read_grants(platform, source) if one.actions != ("s3:ListBucket",))

    def _records(self, platform: Platform) -> Iterator[Grant]:
        later = (self.asynchronous.output, self.asynchronous.failures) if self.asynchronous else ()
        for address in (self.capture.to if self.capture else None, *later):
            yield from write_grants(platform, address) if address else ()

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        run = Grant(self._invoking, (Ref(self.endpoint_id),))
        return {
            "invoke": Capability((run,), environment={"NAME": GetAtt(self.endpoint_id, "EndpointName")}),
            "logs": Capability(log_groups=(self.log_group_id,)),
        }

    @property
    def _invoking(self) -> tuple[str, ...]:
        """An endpoint takes requests of one form only; of an existing one it is not known which."""
        if self.existing is not None:
            return tuple(sorted((*_INVOKE, *_INVOKE_LATER)))
        return _INVOKE_LATER if self.asynchronous else _INVOKE

    def attributes(self) -> Mapping[str, Value]:
        return {
            "arn": Ref(self.endpoint_id),
            "name": GetAtt(self.endpoint_id, "EndpointName"),
            "role_arn": GetAtt(self.role_id, "Arn"),
            "log_group": Ref(self.log_group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        name = GetAtt(self.endpoint_id, "EndpointName")
        yield Output(f"{self.stem}EndpointName", name, f"Name of the endpoint of the model {self.name}")

    def _measured(self, platform: Platform) -> Measured:
        form = "serverless" if self.serverless else "asynchronous" if self.asynchronous else "instances"
        return Measured(self.name, self.endpoint_name(platform), self.hosted, form, self.latency_ms)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield from self._measured(platform).alarms()

    def charts(self, platform: Platform) -> Iterable[Chart]:
        yield from self._measured(platform).charts()


KIND = Model
