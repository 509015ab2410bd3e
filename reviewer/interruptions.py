"""Properties whose change interrupts a resource that stays.

Source: "Update requires: Some interruptions" in the CloudFormation user guide, as published at
github.com/awsdocs/aws-cloudformation-user-guide (state of 2023-12-07), for the types of the language.
What happens meanwhile, and the instances of Amazon DocumentDB: the guide of each service, "Modifying …".
"""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.change import Change, Detail

_DB_CLASS = "unavailable for some minutes, with Multi-AZ for the seconds to minutes of a failover"

INTERRUPTIONS: Mapping[tuple[str, str], str] = {
    ("AWS::AmazonMQ::Broker", "Configuration"): "the broker restarts",
    ("AWS::AmazonMQ::Broker", "HostInstanceType"): "the broker restarts",
    ("AWS::DocDB::DBInstance", "DBInstanceClass"): "the instance restarts",
    ("AWS::EC2::Instance", "EbsOptimized"): "the instance stops and starts",
    ("AWS::EC2::Instance", "InstanceType"): "the instance stops and starts",
    ("AWS::EC2::Instance", "UserData"): "the instance stops and starts",
    ("AWS::ElastiCache::CacheCluster", "AZMode"): "nodes are added or removed, and their part of the data with them",
    (
        "AWS::ElastiCache::CacheCluster",
        "NumCacheNodes",
    ): "nodes are added or removed, and their part of the data with them",
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"): "clients with the old token are refused",
    ("AWS::ElastiCache::ReplicationGroup", "NumNodeGroups"): "slots move between shards, slower meanwhile",
    ("AWS::Neptune::DBInstance", "DBInstanceClass"): "the instance restarts",
    ("AWS::OpenSearchService::Domain", "VPCOptions"): "the domain moves to new nodes",
    ("AWS::RDS::DBCluster", "EngineVersion"): "all instances are upgraded and restart",
    ("AWS::RDS::DBInstance", "DBInstanceClass"): f"restarts: {_DB_CLASS}",
    ("AWS::RDS::DBInstance", "DBParameterGroupName"): "static parameters wait for a restart",
    (
        "AWS::RDS::DBInstance",
        "EngineVersion",
    ): "upgraded: unavailable for some minutes or more, and no way back but a snapshot",
    ("AWS::RDS::DBInstance", "MultiAZ"): "slower while the standby is made or removed",
    ("AWS::RDS::DBInstance", "StorageType"): "slower while the storage is converted; an outage if it was magnetic",
}
"""Type and property → what happens."""

SERVING: Mapping[str, str] = {
    "AWS::ApiGateway::RestApi": "the API gets another address",
    "AWS::ApiGatewayV2::Api": "the API gets another address",
    "AWS::CloudFront::Distribution": "the distribution gets another domain name",
    "AWS::Cognito::UserPoolClient": "the client gets another id, and another secret if it has one",
    "AWS::Cognito::UserPoolDomain": "users sign in at another address",
    "AWS::ECS::Cluster": "all tasks move to a new cluster",
    "AWS::ECS::Service": "a new service starts before the old one stops",
    "AWS::EKS::Cluster": "all workloads are lost until they are deployed to the new cluster",
    "AWS::EKS::FargateProfile": "its pods are stopped, and start again if another profile takes them",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "the load balancer gets another DNS name",
    "AWS::Lambda::Url": "the URL changes",
    "AWS::Route53::HostedZone": "the zone gets other name servers: tell them to whoever delegates the domain",
    "AWS::SageMaker::Endpoint": "a new endpoint starts before the old one stops",
}
"""Type → what its replacement means for those who call it."""

REVISIONS = frozenset(
    {
        "AWS::ApiGateway::Deployment",
        "AWS::Batch::JobDefinition",
        "AWS::ECS::TaskDefinition",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Version",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
    }
)
"""Types of which every change makes a new revision, and removes the old one: no news."""


def interruption(change: Change, detail: Detail) -> str:
    """What a changed property interrupts; empty when it interrupts nothing or replaces the resource."""
    if change.action != "Modify" or change.replacement == "True":
        return ""
    return INTERRUPTIONS.get((change.resource_type, detail.top), "")
