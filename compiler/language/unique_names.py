"""Properties that name a resource, by resource type, and where AWS requires that name to be unique.

A type that is not here has no such name, or has it inside of another resource (a user pool's groups, a cluster's
services, a function's aliases). Sources: the Template Reference's entry of each type, "must be unique", and the naming
rules of the services: IAM, CloudFront's policies and dashboards are of an account, S3 buckets and CloudFront's aliases
of a partition, Cognito domains and API Gateway's domain names of a region over all accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

REGION, ACCOUNT, PUBLIC_REGION, WORLD = "region", "account", "public-region", "world"
SCOPES = {
    REGION: "in an account and region",
    ACCOUNT: "in an account",
    PUBLIC_REGION: "in a region, across all accounts",
    WORLD: "across all accounts and regions",
}
"""Where a name must be unique, in words."""

_NAMES: Mapping[str, str] = {
    REGION: """
        AWS::AmazonMQ::Broker BrokerName
        AWS::Athena::WorkGroup Name
        AWS::AutoScaling::AutoScalingGroup AutoScalingGroupName
        AWS::Backup::BackupVault BackupVaultName
        AWS::Backup::LogicallyAirGappedBackupVault BackupVaultName
        AWS::Batch::ComputeEnvironment ComputeEnvironmentName
        AWS::Batch::JobQueue JobQueueName
        AWS::CloudTrail::Trail TrailName
        AWS::CloudWatch::Alarm AlarmName
        AWS::CloudWatch::CompositeAlarm AlarmName
        AWS::CodeArtifact::Domain DomainName
        AWS::CodeBuild::Project Name
        AWS::CodeCommit::Repository RepositoryName
        AWS::CodeDeploy::Application ApplicationName
        AWS::CodePipeline::Pipeline Name
        AWS::Config::ConfigRule ConfigRuleName
        AWS::Config::ConfigurationRecorder
        AWS::Config::DeliveryChannel
        AWS::DocDB::DBCluster DBClusterIdentifier
        AWS::DocDB::DBClusterParameterGroup Name
        AWS::DocDB::DBInstance DBInstanceIdentifier
        AWS::DocDB::DBSubnetGroup DBSubnetGroupName
        AWS::DocDBElastic::Cluster ClusterName
        AWS::DynamoDB::GlobalTable TableName
        AWS::DynamoDB::Table TableName
        AWS::EC2::KeyPair KeyName
        AWS::EC2::LaunchTemplate LaunchTemplateName
        AWS::ECR::ReplicationConfiguration
        AWS::ECR::Repository RepositoryName
        AWS::ECS::CapacityProvider Name
        AWS::ECS::Cluster ClusterName
        AWS::EKS::Cluster Name
        AWS::ElastiCache::CacheCluster ClusterName
        AWS::ElastiCache::ReplicationGroup ReplicationGroupId
        AWS::ElastiCache::ServerlessCache ServerlessCacheName
        AWS::ElastiCache::SubnetGroup CacheSubnetGroupName
        AWS::ElastiCache::User UserId
        AWS::ElastiCache::UserGroup UserGroupId
        AWS::ElasticLoadBalancing::LoadBalancer LoadBalancerName
        AWS::ElasticLoadBalancingV2::LoadBalancer Name
        AWS::ElasticLoadBalancingV2::TargetGroup Name
        AWS::Events::ApiDestination Name
        AWS::Events::Archive ArchiveName
        AWS::Events::Connection Name
        AWS::Events::EventBus Name
        AWS::Events::Rule EventBusName? Name
        AWS::Glue::Crawler Name
        AWS::Glue::Database DatabaseInput.Name
        AWS::Glue::Job Name
        AWS::GuardDuty::Detector
        AWS::KMS::Alias AliasName
        AWS::Kinesis::Stream Name
        AWS::KinesisFirehose::DeliveryStream DeliveryStreamName
        AWS::Lambda::Function FunctionName
        AWS::Logs::DeliveryDestination Name
        AWS::Logs::DeliverySource Name
        AWS::Logs::Destination DestinationName
        AWS::Logs::LogGroup LogGroupName
        AWS::Logs::ResourcePolicy PolicyName
        AWS::MSK::Cluster ClusterName
        AWS::MemoryDB::ACL ACLName
        AWS::MemoryDB::Cluster ClusterName
        AWS::MemoryDB::ParameterGroup ParameterGroupName
        AWS::MemoryDB::SubnetGroup SubnetGroupName
        AWS::MemoryDB::User UserName
        AWS::Neptune::DBCluster DBClusterIdentifier
        AWS::OpenSearchServerless::AccessPolicy Type Name
        AWS::OpenSearchServerless::Collection Name
        AWS::OpenSearchServerless::LifecyclePolicy Type Name
        AWS::OpenSearchServerless::SecurityConfig Type Name
        AWS::OpenSearchServerless::SecurityPolicy Type Name
        AWS::OpenSearchService::Domain DomainName
        AWS::Pipes::Pipe Name
        AWS::RDS::DBCluster DBClusterIdentifier
        AWS::RDS::DBClusterParameterGroup DBClusterParameterGroupName
        AWS::RDS::DBInstance DBInstanceIdentifier
        AWS::RDS::DBParameterGroup DBParameterGroupName
        AWS::RDS::DBProxy DBProxyName
        AWS::RDS::DBProxyEndpoint DBProxyEndpointName
        AWS::RDS::DBSubnetGroup DBSubnetGroupName
        AWS::RDS::OptionGroup OptionGroupName
        AWS::Redshift::Cluster ClusterIdentifier
        AWS::ResourceGroups::Group Name
        AWS::S3::AccessPoint Name
        AWS::SES::ConfigurationSet Name
        AWS::SES::EmailIdentity EmailIdentity
        AWS::SNS::Topic TopicName
        AWS::SQS::Queue QueueName
        AWS::SSM::Document Name
        AWS::SSM::Parameter Name
        AWS::SageMaker::Endpoint EndpointName
        AWS::SageMaker::EndpointConfig EndpointConfigName
        AWS::SageMaker::Model ModelName
        AWS::Scheduler::Schedule GroupName? Name
        AWS::Scheduler::ScheduleGroup Name
        AWS::SecretsManager::Secret Name
        AWS::SecurityHub::Hub
        AWS::ServiceDiscovery::HttpNamespace Name
        AWS::StepFunctions::Activity Name
        AWS::StepFunctions::StateMachine StateMachineName
        AWS::Synthetics::Canary Name
        AWS::Synthetics::Group Name
        AWS::WAFv2::IPSet Scope Name
        AWS::WAFv2::RegexPatternSet Scope Name
        AWS::WAFv2::RuleGroup Scope Name
        AWS::WAFv2::WebACL Scope Name
        AWS::XRay::Group GroupName
        AWS::XRay::ResourcePolicy PolicyName
        AWS::XRay::SamplingRule SamplingRule.RuleName
    """,
    ACCOUNT: """
        AWS::Budgets::Budget Budget.BudgetName
        AWS::Chatbot::SlackChannelConfiguration SlackWorkspaceId SlackChannelId
        AWS::CloudFront::CachePolicy CachePolicyConfig.Name
        AWS::CloudFront::Function Name
        AWS::CloudFront::KeyGroup KeyGroupConfig.Name
        AWS::CloudFront::OriginAccessControl OriginAccessControlConfig.Name
        AWS::CloudFront::OriginRequestPolicy OriginRequestPolicyConfig.Name
        AWS::CloudFront::PublicKey PublicKeyConfig.Name
        AWS::CloudFront::ResponseHeadersPolicy ResponseHeadersPolicyConfig.Name
        AWS::CloudWatch::Dashboard DashboardName
        AWS::DocDB::GlobalCluster GlobalClusterIdentifier
        AWS::IAM::Group GroupName
        AWS::IAM::InstanceProfile InstanceProfileName
        AWS::IAM::ManagedPolicy ManagedPolicyName
        AWS::IAM::OIDCProvider Url
        AWS::IAM::Role RoleName
        AWS::IAM::SAMLProvider Name
        AWS::IAM::ServiceLinkedRole AWSServiceName CustomSuffix?
        AWS::IAM::User UserName
        AWS::RDS::GlobalCluster GlobalClusterIdentifier
    """,
    PUBLIC_REGION: """
        AWS::ApiGateway::DomainName DomainName
        AWS::ApiGatewayV2::DomainName DomainName
        AWS::Cognito::UserPoolDomain Domain
    """,
    WORLD: """
        AWS::CloudFront::Distribution DistributionConfig.Aliases
        AWS::Route53::RecordSet HostedZoneId Name Type SetIdentifier?
        AWS::S3::Bucket BucketName
    """,
}
"""Scope → type and the ways to the properties that are its name together. ``?``: empty if not set."""

GIVEN = frozenset(("AWS::Chatbot::SlackChannelConfiguration", "AWS::IAM::OIDCProvider", "AWS::IAM::ServiceLinkedRole"))
"""Types whose name is an id or an address that somebody else gives, so that it can't be chosen freely."""


def _rows() -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    for scope, lines in _NAMES.items():
        for line in lines.split("\n"):
            if line.strip():
                resource_type, *properties = line.split()
                yield resource_type, (scope, tuple(properties))


UNIQUE: Mapping[str, tuple[str, tuple[str, ...]]] = dict(_rows())
"""Type → scope and properties. A type without properties is there once, whatever its name."""
