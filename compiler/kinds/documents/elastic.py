"""An elastic cluster, whose shards are no resources."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, docdbelastic

from compiler.kinds.documents.cluster import windows
from compiler.kinds.documents.settings import DocumentsSettings, Elastic
from compiler.kinds.documents.sign_in import secret_password
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.subnets import isolated_subnets


def elastic_cluster(documents: DocumentsSettings, elastic: Elastic, platform: Platform) -> Iterator[AWSObject]:
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
