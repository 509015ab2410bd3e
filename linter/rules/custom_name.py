"""W9717: a name in the way of a replacement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import missing

NAMES: Mapping[str, str] = {
    "AWS::AutoScaling::LaunchConfiguration": "LaunchConfigurationName",
    "AWS::Batch::ComputeEnvironment": "ComputeEnvironmentName",
    "AWS::DocDB::DBClusterParameterGroup": "Name",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::EKS::Nodegroup": "NodegroupName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::Neptune::DBClusterParameterGroup": "Name",
    "AWS::Neptune::DBParameterGroup": "Name",
    "AWS::RDS::DBClusterParameterGroup": "DBClusterParameterGroupName",
    "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
    "AWS::RDS::OptionGroup": "OptionGroupName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
    "AWS::SageMaker::Model": "ModelName",
}
"""Types whose ordinary changes replace them: a port, a family of parameters, an image, a description of a group.

Source: "Update requires: Replacement" in the resource reference, and the create-only properties of their schemas.
"""
_OF_A_FUNCTION = "lambda"
"""A target group of a function has neither port nor protocol nor network, so that nothing ordinary replaces it."""


class CustomName(OwnRule):
    id = "W9717"
    shortdesc = "No names for what is often replaced"
    description = (
        "CloudFormation creates the new resource before it deletes the old one. With a name of its own the new one "
        "can't be created, and the update fails until somebody renames it. Ordinary changes replace this type."
    )
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html"
    tags = (
        "names",
        "updates",
    )
    types = tuple(NAMES)
    fix = "leave the name out; CloudFormation makes one, and tags can tell what it is"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        name = NAMES[resource.type]
        if not missing(resource.get(name)) and resource.get("TargetType") != _OF_A_FUNCTION:
            yield ("Properties", name), f"'{name}' keeps an update from replacing it"
