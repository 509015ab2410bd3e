"""W9711: code of a model that may reach the internet.

Source of what serverless endpoints can't have: SageMaker developer guide, "Serverless inference", feature exclusions.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import computed, missing, on, referred


class SageMakerNetwork(OwnRule):
    id = "W9711"
    shortdesc = "SageMaker in a network"
    description = (
        "The code of a model, often from elsewhere, sees data of the callers. Without network isolation or a VPC it "
        "may send them anywhere. The same holds for notebooks and domains with direct access to the internet. A model "
        "of a serverless endpoint can have neither."
    )
    source_url = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html"
    tags = (
        "sagemaker",
        "network",
    )
    types = ("AWS::SageMaker::Model", "AWS::SageMaker::NotebookInstance", "AWS::SageMaker::Domain")
    fix = "isolate it, or give it subnets and security groups of a VPC"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if resource.type == "AWS::SageMaker::Model":
            isolated = on(resource.get("EnableNetworkIsolation")) or not missing(resource.get("VpcConfig"))
            if not isolated and not any(_serverless(resource)):
                where = resource.nearest("EnableNetworkIsolation")
                yield where, "neither 'EnableNetworkIsolation' nor 'VpcConfig' is set"
            return
        notebook = resource.type == "AWS::SageMaker::NotebookInstance"
        name, private = ("DirectInternetAccess", "Disabled") if notebook else ("AppNetworkAccessType", "VpcOnly")
        value = resource.get(name)
        if value != private and not computed(value):
            yield resource.nearest(name), f"'{name}' is not {private}"


def _serverless(model: TemplateResource) -> Iterator[bool]:
    """Whether a serverless variant of an endpoint in the template runs the model."""
    for configuration in model.others("AWS::SageMaker::EndpointConfig"):
        for _, variant in configuration.each("ProductionVariants"):
            if isinstance(variant, dict) and "ServerlessConfig" in variant:
                yield referred(variant.get("ModelName")) == model.name
