"""W9716: data that go with their stack."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


class DataPolicies(OwnRule):
    id = "W9716"
    shortdesc = "Data with both policies"
    description = (
        "What CloudFormation does with a data store that is removed from the template, or replaced by an update, "
        "should be decided and not be the default, which is to delete it. Either policy alone covers only one of the "
        "two. Where the data may go, write Delete. Of queues and log groups cfn-lint's I3011 tells."
    )
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html"
    tags = ("data",)
    types = (
        "AWS::Backup::BackupVault",
        "AWS::Cassandra::Table",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::EFS::FileSystem",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::FSx::FileSystem",
        "AWS::KMS::Key",
        "AWS::MSK::Cluster",
        "AWS::MemoryDB::Cluster",
        "AWS::Neptune::DBCluster",
        "AWS::OpenSearchService::Domain",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::Timestream::Table",
    )
    fix = "set both, in production to Retain or Snapshot"
    replaces = "I3011"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        absent = [name for name in _POLICIES if name not in resource.body]
        if absent:
            named = " and ".join(f"'{name}'" for name in absent)
            yield (), f"{named} {'is' if len(absent) == 1 else 'are'} not set"
