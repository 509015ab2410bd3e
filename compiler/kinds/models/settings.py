"""The settings of a model, and its variants with what they take from it."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

MAIN = "main"
"""Name of the variant that the model's own settings describe."""


@frozen()
class Instances:
    """What the endpoint runs on."""

    type: str
    count: int
    weight: float
    volume_gb: int | None
    download_seconds: int | None
    startup_seconds: int | None
    routing: str


@frozen()
class Candidate:
    """A further variant as the spec sets it: None is as the model has it."""

    image: Json
    """Address of an image, a map of another form, or None."""
    artifact: str | None
    environment: Mapping[str, str]
    type: str | None
    count: int
    weight: float


@frozen()
class Serverless:
    """Capacity without instances."""

    memory: int
    max_concurrency: int
    provisioned: int | None


@frozen()
class Capture:
    """Recording of requests and answers."""

    to: str
    percent: int
    what: str
    json: tuple[str, ...]
    csv: tuple[str, ...]


@frozen()
class Asynchronous:
    """Requests and results that lie in S3."""

    input: str
    output: str
    failures: str | None
    on_success: str | None
    on_failure: str | None
    include_response: bool
    concurrent_requests: int | None


@frozen()
class Variant:
    """One model behind the endpoint, with all that it has of its own or of the component."""

    name: str
    image: Value
    artifact: str | None
    environment: Mapping[str, str]
    type: str
    """Instance type; empty of a serverless model."""
    count: int
    weight: float

    @property
    def suffix(self) -> str:
        """What stands behind the component's stem in logical ids."""
        return "" if self.name == MAIN else "".join(word.title() for word in self.name.replace("_", "-").split("-"))
