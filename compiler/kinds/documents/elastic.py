"""An elastic cluster, whose shards are no resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from troposphere import AWSObject, Ref, docdbelastic

from compiler.kinds.documents.cluster import windows
from compiler.kinds.documents.sign_in import secret_password
from compiler.kinds.encryption import KEY_ARN
from compiler.kinds.network.kind import isolated_subnets
from compiler.program.component import Platform
from compiler.shared.keep import deletion

if TYPE_CHECKING:
    from compiler.kinds.documents.kind import Documents


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Elastic:
    """How many shards, of how many instances with how many vCPUs."""

    shards: int
    capacity: int
    instances: int


def elastic_cluster(documents: Documents, elastic: Elastic, platform: Platform) -> Iterator[AWSObject]:
    """It is always encrypted and takes nothing but TLS (DocumentDB developer guide, elastic clusters, encryption)."""
    keep = documents.keep or ("delete" if platform.posture == "development" else "retain")
    yield docdbelastic.Cluster(
        documents.main_id,
        ClusterName=documents.physical(platform),
        AuthType="PLAIN_TEXT",
        AdminUserName=documents.username,
        AdminUserPassword=secret_password(documents),
        ShardCount=elastic.shards,
        ShardCapacity=elastic.capacity,
        ShardInstanceCount=elastic.instances,
        KmsKeyId=KEY_ARN,
        SubnetIds=isolated_subnets(platform),
        VpcSecurityGroupIds=[Ref(documents.group_id)],
        BackupRetentionPeriod=documents.backup_days,
        **windows(documents),
        **deletion(keep),
    )
