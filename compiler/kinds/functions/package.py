"""What a function runs: uploaded code with layers, or a container image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from troposphere import Parameter, Ref, awslambda

from compiler.language.names import pascal
from compiler.program.artifact import Artifact
from compiler.program.component import Component, Platform, Value
from compiler.shared.digest import mark
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Upload:
    """A folder or file that the deployment uploads; its S3 key comes as a root parameter."""

    parameter: str
    source: str
    about: str

    def declared(self) -> Parameter:
        return Parameter(self.parameter, Type="String", Description=self.about, MinLength=1)

    def artifact(self, component: str) -> Artifact:
        return Artifact(parameter=self.parameter, component=component, source=self.source)


@frozen()
class Container:
    """A container image, and what it runs instead of what it says itself."""

    image: Value
    command: Sequence[str] | None
    entrypoint: Sequence[str] | None
    working_directory: str | None

    def properties(self) -> dict[str, Json]:
        said = {"Command": self.command, "EntryPoint": self.entrypoint, "WorkingDirectory": self.working_directory}
        config = {name: value if isinstance(value, str) else list(value) for name, value in said.items() if value}
        found: dict[str, Json] = {"PackageType": "Image", "Code": awslambda.Code(ImageUri=self.image)}
        return found | ({"ImageConfig": awslambda.ImageConfig(**config)} if config else {})


def is_path(layer: str) -> bool:
    """Whether a layer is a folder or file, rather than an ARN."""
    return layer.startswith(".")


def layer_id(function: Component, layer: str) -> str:
    """Logical id of the layer version that is made of a folder."""
    return f"{function.main_id}Layer{_word(layer)}{mark(posixpath.normpath(layer))}"


def layer_upload(function: Component, layer: str) -> Upload:
    source = posixpath.normpath(layer)
    return Upload(f"{layer_id(function, layer)}Key", source, f"S3 key of the layer {source} of {function.path}")


def layer_value(function: Component, layer: str) -> Value:
    return Ref(layer_id(function, layer)) if is_path(layer) else layer


def layer_versions(
    platform: Platform, function: Component, layers: Sequence[str], fits: Mapping[str, Json]
) -> Iterator[awslambda.LayerVersion]:
    """A version of an own layer for each folder. With a name that stays, its versions are counted on and on."""
    for layer in filter(is_path, layers):
        upload, logical_id = layer_upload(function, layer), layer_id(function, layer)
        yield awslambda.LayerVersion(
            logical_id,
            LayerName=f"{platform.name}-{platform.environment}-{logical_id}",
            Description=f"{upload.source} of {function.path}",
            Content=awslambda.Content(S3Bucket=Ref("ArtifactBucket"), S3Key=Ref(upload.parameter)),
            **fits,
        )


def _word(layer: str) -> str:
    """``./layers/shared-code.zip`` → ``SharedCodeZip``, for the reader; `mark` keeps two folders apart."""
    return pascal(posixpath.basename(posixpath.normpath(layer)))[:20]
