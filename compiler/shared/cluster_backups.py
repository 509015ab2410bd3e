"""What AWS Backup may do with a cluster of the RDS API: Aurora's and DocumentDB's."""

from __future__ import annotations

from troposphere import Sub

from compiler.program.component import Grant, Value

_OWN = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}"


def cluster_copies(cluster: Value) -> tuple[Grant, ...]:
    """Source: the managed policy AWSBackupServiceRolePolicyForBackup, whose snapshots have names that AWS makes."""
    snapshots = Sub(f"{_OWN}:cluster-snapshot:awsbackup:*")
    every = (Sub(f"{_OWN}:cluster:*"), Sub(f"{_OWN}:cluster-snapshot:*"))
    make = ("rds:AddTagsToResource", "rds:CreateDBClusterSnapshot", "rds:ListTagsForResource")
    return (
        Grant(make, (cluster, snapshots)),
        # a list that is asked for without a name is one of all
        Grant(("rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters"), every),
        Grant(("rds:DeleteDBClusterSnapshot", "rds:ModifyDBClusterSnapshotAttribute"), (snapshots,)),
    )
