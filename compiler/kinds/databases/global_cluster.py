"""An Aurora global database: one cluster that takes writes, and clusters of other regions that follow it.

The primary cluster comes first and is made the source of the global one, so that a cluster that runs already can become
a primary in place. Only it has users and a first database. CloudFormation takes a secondary out of the global database
when its identifier becomes empty, and the primary before it deletes the global cluster, which fails while there are
secondaries (aws-cloudformation-resource-providers-rds: aws-rds-dbcluster, aws-rds-globalcluster, DeleteHandler).
Source: Aurora user guide, "Using Amazon Aurora Global Database"; CloudFormation reference, AWS::RDS::GlobalCluster.
"""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import rds

from compiler.kinds.databases.settings import DatabaseSettings, GlobalDatabase, Secondary
from compiler.shared.keep import deletion


def global_cluster(database: DatabaseSettings, of: GlobalDatabase) -> rds.GlobalCluster:
    """Engine, version and encryption are those of its source."""
    return rds.GlobalCluster(
        database.part("Global"),
        GlobalClusterIdentifier=of.name,
        SourceDBClusterIdentifier=database.arn,
        DeletionProtection=database.deletion_protection,
        **deletion("retain" if database.keep == "retain" else "delete"),
    )


def secondary(name: str, following: Secondary) -> Mapping[str, object]:
    """What a cluster has instead of users and a first database. Its region of origin can't change afterwards.

    By it CloudFormation signs for the encrypted source (aws-cloudformation/cloudformation-coverage-roadmap #719).
    """
    return {"GlobalClusterIdentifier": "" if following.promoted else name, "SourceRegion": following.of}
