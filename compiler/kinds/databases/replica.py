"""A read replica of an instance in another region, which can become an instance of its own.

Source: CloudFormation reference, AWS::RDS::DBInstance: SourceDBInstanceIdentifier, without which an update promotes the
replica; SourceRegion and KmsKeyId, which can't change without a new instance; StorageEncrypted, which is inherited.
"""

from __future__ import annotations

from troposphere import rds

from compiler.kinds.databases.alike import ANY_MINOR
from compiler.kinds.databases.instance_settings import alike, backups
from compiler.kinds.databases.settings import DatabaseSettings, ReplicaOf
from compiler.program.component import Platform
from compiler.shared.arns import region_in
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.snapshots import marked

_REPLICATED = {"id": "CKV_AWS_16", "comment": "A read replica is encrypted as its source"}

_KEY_ALONE = ["E3720"]
"""cfn-lint wants StorageEncrypted beside a key; a replica in another region has the key, and no such setting."""
_LINTED = {"cfn-lint": {"config": {"ignore_checks": [*_KEY_ALONE, *ANY_MINOR["cfn-lint"]["config"]["ignore_checks"]]}}}


class Copied(rds.DBInstance):  # type: ignore[misc]
    """troposphere wants a user and a size where the data brings them along, and StorageEncrypted beside a key."""

    def validate(self) -> None:
        """The checks of this room hold what goes together."""


def replica(database: DatabaseSettings, source: ReplicaOf, platform: Platform) -> rds.DBInstance:
    """It has neither backups nor a deletion policy that counts before it is promoted.

    CloudFormation promotes it when its source goes, and changes its settings then; SourceRegion and KmsKeyId have to
    stay (aws-cloudformation-resource-providers-rds, UpdateHandler and createOnlyProperties). Its standby is its own,
    and the same handlers pass it on (Translator, createDbInstanceReadReplicaRequest).
    """
    follows = {} if source.promoted else {"SourceDBInstanceIdentifier": source.database}
    own = backups(database, platform) if source.promoted else {"CopyTagsToSnapshot": True}
    kept = deletion(database.keep, "Snapshot") if source.promoted else deletion("delete", "Delete")
    return Copied(
        database.main_id,
        SourceRegion=region_in(source.database),
        KmsKeyId=KEY_ARN,
        MultiAZ=database.multi_az,
        PubliclyAccessible=False,
        DeletionProtection=database.deletion_protection,
        **({"DBInstanceIdentifier": database.identifier} if database.identifier else {}),
        **follows,
        **alike(database),
        **{name: value for name, value in own.items() if name != "DeletionProtection"},
        **kept,
        Metadata={
            **_LINTED,
            "checkov": {"skip": [_REPLICATED]},
            **marked(database.snapshot_before_deployment),
        },
    )
