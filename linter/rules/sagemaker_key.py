"""W9712: data of a model on volumes without a key of the account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import missing, pattern

_LOCAL = re.compile(r"ml\.((g4|g5|g6|g7|gr6|p4|p5|p6|dl1|trn|i[0-9])[a-z0-9-]*|[a-z]+[0-9]+[a-z]*d[a-z]*)\.")
"""Instance types with volumes of their own, for which CreateEndpointConfig takes no key (its API reference)."""


class SageMakerKey(OwnRule):
    id = "W9712"
    shortdesc = "SageMaker with a key"
    description = (
        "The volumes of endpoints, notebooks and domains, and what an endpoint captures of requests, are encrypted "
        "with a key of the account only when one is named: nobody else's policy or log tells who reads them."
    )
    source_url = "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html"
    tags = (
        "sagemaker",
        "encryption",
    )
    types = ("AWS::SageMaker::EndpointConfig", "AWS::SageMaker::NotebookInstance", "AWS::SageMaker::Domain")
    fix = "name a KMS key"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if missing(resource.get("KmsKeyId")) and _has_volume(resource):
            yield resource.nearest("KmsKeyId"), "'KmsKeyId' is not set"
        capture = resource.get("DataCaptureConfig")
        if isinstance(capture, Mapping) and missing(capture.get("KmsKeyId")):
            yield ("Properties", "DataCaptureConfig"), "'DataCaptureConfig' has no 'KmsKeyId'"


def _has_volume(resource: TemplateResource) -> bool:
    """Whether there is a volume that the key would encrypt: serverless variants have none."""
    if resource.type != "AWS::SageMaker::EndpointConfig":
        return True
    variants = [one for _, one in resource.each("ProductionVariants") if isinstance(one, Mapping)]
    types = [pattern(one.get("InstanceType")) or "" for one in variants if "ServerlessConfig" not in one]
    return bool(types) and not any(map(_LOCAL.match, types))
