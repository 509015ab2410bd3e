"""Checks of a model's image: SageMaker pulls from Amazon ECR in its own region."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.image_rules import image_warnings
from compiler.source.document import Path
from compiler.source.interpolation import OPEN

_REGISTRY = re.compile(r"^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.")


def image_faults(image: str, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of the image at `path`, and a warning for one whose content changes without the spec."""
    yield from image_warnings(image, path)
    registry = _REGISTRY.match(image)
    if registry and registry[1] != spec.region:
        message = f"the image is in {registry[1]}, and SageMaker takes one of its own region, {spec.region}, only"
        yield Fault("bad-value", message, path, f"push it to a repository in {spec.region}")
    elif not registry and OPEN not in image:
        message = "SageMaker takes images from Amazon ECR"
        help_text = "push it to a repository of the platform: image: ${app.uri}:1.0"
        yield Fault("bad-value", message, path, help_text)
