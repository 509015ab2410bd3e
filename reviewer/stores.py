"""Resource types that hold what can't be made again, and the properties that protect it.

Source: the resource types that take a snapshot or retain data in the CloudFormation user guide (DeletionPolicy), and
the description of each type there.
"""

from __future__ import annotations

from collections.abc import Mapping

STORES: Mapping[str, str] = {
    "AWS::Backup::BackupVault": "backup vault",
    "AWS::CodeCommit::Repository": "repository",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::DocDB::DBCluster": "cluster",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::DynamoDB::Table": "table",
    "AWS::EC2::Volume": "volume",
    "AWS::ECR::Repository": "repository",
    "AWS::EFS::FileSystem": "file system",
    "AWS::ElastiCache::CacheCluster": "cache",
    "AWS::ElastiCache::ReplicationGroup": "cache",
    "AWS::ElastiCache::ServerlessCache": "cache",
    "AWS::KMS::Key": "key",
    "AWS::Kinesis::Stream": "stream",
    "AWS::Neptune::DBCluster": "cluster",
    "AWS::OpenSearchServerless::Collection": "collection",
    "AWS::OpenSearchService::Domain": "domain",
    "AWS::RDS::DBCluster": "cluster",
    "AWS::RDS::DBInstance": "database",
    "AWS::Redshift::Cluster": "cluster",
    "AWS::S3::Bucket": "bucket",
    "AWS::SQS::Queue": "queue",
    "AWS::SecretsManager::Secret": "secret",
}
"""Type → the noun that a reader knows."""

KEYS = frozenset({"AWS::KMS::Key"})
"""Types whose loss makes what they encrypted unreadable."""

ONLY_EMPTY: Mapping[str, str] = {
    "AWS::Backup::BackupVault": "backup vault",
    "AWS::ECR::Repository": "repository",
    "AWS::S3::Bucket": "bucket, with all its versions,",
}
"""Types that CloudFormation deletes only when nothing is in them."""

CLUSTER_MEMBERS: Mapping[str, str] = {"AWS::RDS::DBInstance": "DBClusterIdentifier"}
"""Type → property that tells of an instance without data of its own: the cluster has it."""

GUARDS: Mapping[tuple[str, str], str] = {
    ("AWS::Backup::BackupPlan", "BackupPlan.BackupPlanRule.Lifecycle.DeleteAfterDays"): "days of backups",
    ("AWS::Backup::BackupVault", "LockConfiguration"): "the vault's lock",
    ("AWS::Cognito::UserPool", "DeletionProtection"): "deletion protection",
    ("AWS::DocDB::DBCluster", "BackupRetentionPeriod"): "days of backups",
    ("AWS::DocDB::DBCluster", "DeletionProtection"): "deletion protection",
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled"): "deletion protection",
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"): "point-in-time recovery",
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification.RecoveryPeriodInDays"): "days of point-in-time recovery",
    ("AWS::ElastiCache::ReplicationGroup", "SnapshotRetentionLimit"): "days of snapshots",
    ("AWS::ElastiCache::ServerlessCache", "SnapshotRetentionLimit"): "days of snapshots",
    ("AWS::RDS::DBCluster", "BackupRetentionPeriod"): "days of backups",
    ("AWS::RDS::DBCluster", "DeletionProtection"): "deletion protection",
    ("AWS::RDS::DBInstance", "AutomaticBackupReplicationRegion"): "replication of backups",
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod"): "days of backups",
    ("AWS::RDS::DBInstance", "DeletionProtection"): "deletion protection",
    ("AWS::S3::Bucket", "ReplicationConfiguration"): "replication",
    ("AWS::S3::Bucket", "VersioningConfiguration.Status"): "versioning",
}
"""Type and property → what protects data there; less of it is a risk."""
