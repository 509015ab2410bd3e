"""Names that a template gives to a resource itself, so that no second one can be made while there is the first.

Source: "Name type" in the CloudFormation template reference, and the properties of each type there. What identifies
most types is in the resource schemas (primaryIdentifier); these are the types of which AWS's identifier is another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.source.json_value import Json

NAMED = "has a name of its own"
"""How the note of a change begins that CloudFormation can't make because of the name."""

_NAMES: Mapping[str, str] = {
    "AWS::CodeBuild::Project": "Name",
    "AWS::CodeCommit::Repository": "RepositoryName",
    "AWS::DocDB::DBCluster": "DBClusterIdentifier",
    "AWS::DocDB::DBInstance": "DBInstanceIdentifier",
    "AWS::DocDBElastic::Cluster": "ClusterName",
    "AWS::EC2::LaunchTemplate": "LaunchTemplateName",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::OpenSearchServerless::Collection": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SageMaker::Endpoint": "EndpointName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
    "AWS::SageMaker::Model": "ModelName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""Type → the property with its name, where the resource schema identifies it by what AWS makes up."""


def own_names(resource_type: str, identifiers: Sequence[str], properties: Mapping[str, Json]) -> tuple[str, ...]:
    """The properties that name a resource, where all of them are set; `identifiers` are those of its schema."""
    names = (_NAMES[resource_type],) if resource_type in _NAMES else tuple(identifiers)
    return names if names and all(name in properties for name in names) else ()
