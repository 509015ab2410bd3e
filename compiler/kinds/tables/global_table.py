"""A table with copies in other regions: one resource for all of them, in the platform's region.

Source: CloudFormation user guide, AWS::DynamoDB::GlobalTable.
"""

from __future__ import annotations

from troposphere import AWSObject, Tags, dynamodb

from compiler.kinds.tables.capacity import Capacity, Units
from compiler.kinds.tables.indexes import Index, key_schema, local_indexes, shape, some
from compiler.kinds.tables.settings import TableSettings
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.recovery_region import copy_key
from compiler.source.json_value import Json


def global_table(table: TableSettings, platform: Platform) -> dynamodb.GlobalTable:
    """The table of the platform's region and its copies; every setting that is a copy's own is the same for all."""
    keys: dict[str, Json] = {
        platform.region: KEY_ARN,
        **{region: copy_key(platform, region, one.key) for region, one in sorted(table.replicas.items())},
    }
    return dynamodb.GlobalTable(
        table.main_id,
        AttributeDefinitions=table.definitions(),
        KeySchema=key_schema(table.key),
        BillingMode=table.billing_mode,
        SSESpecification=dynamodb.GlobalTableSSESpecification(SSEEnabled=True, SSEType="KMS"),
        # what replication itself reads: it takes no other view
        StreamSpecification=dynamodb.StreamSpecification(StreamViewType="NEW_AND_OLD_IMAGES"),
        Replicas=[_replica(table, platform, (region, key)) for region, key in keys.items()],
        **table.time_to_live(),
        **local_indexes(table.indexes),
        **_global_indexes(table),
        **_writes(table, table.capacity),
        **deletion(table.keep),
    )


def _replica(table: TableSettings, platform: Platform, place: tuple[str, Json]) -> dynamodb.ReplicaSpecification:
    region, key = place
    own = {} if table.aws_managed else {"SSESpecification": dynamodb.ReplicaSSESpecification(KMSMasterKeyId=key)}
    indexes = [_replica_index(table, name, one) for name, one in some(table.indexes, local=False)]
    # the stack's tags end with its region (aws/aws-cdk issue 14943)
    here = table.kinesis(platform) if region == platform.region else {"Tags": Tags(dict(platform.tags))}
    return dynamodb.ReplicaSpecification(
        Region=region,
        DeletionProtectionEnabled=table.deletion_protection,
        PointInTimeRecoverySpecification=table.recovery(),
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        **own,
        **here,
        **table.class_and_insights(),
        **_reads(table, table.capacity),
    )


def _global_indexes(table: TableSettings) -> dict[str, list[AWSObject]]:
    found = [
        dynamodb.GlobalTableGlobalSecondaryIndex(**shape(name, one), **_writes(table, table.capacity_of(one)))
        for name, one in some(table.indexes, local=False)
    ]
    return {"GlobalSecondaryIndexes": found} if found else {}


def _replica_index(table: TableSettings, name: str, index: Index) -> dynamodb.ReplicaGlobalSecondaryIndexSpecification:
    reads = _reads(table, table.capacity_of(index))
    return dynamodb.ReplicaGlobalSecondaryIndexSpecification(IndexName=name, **table.insights(), **reads)


def _writes(table: TableSettings, capacity: Capacity | None) -> dict[str, AWSObject]:
    if capacity:
        scaling = _scaling(capacity.units["write"])
        settings = dynamodb.WriteProvisionedThroughputSettings(WriteCapacityAutoScalingSettings=scaling)
        return {"WriteProvisionedThroughputSettings": settings}
    most = table.on_demand_limits.write
    if not most:
        return {}
    return {"WriteOnDemandThroughputSettings": dynamodb.WriteOnDemandThroughputSettings(MaxWriteRequestUnits=most)}


def _reads(table: TableSettings, capacity: Capacity | None) -> dict[str, AWSObject]:
    if capacity:
        units = capacity.units["read"]
        fixed = {"ReadCapacityUnits": units.least}
        said = {"ReadCapacityAutoScalingSettings": _scaling(units)} if units.target else fixed
        return {"ReadProvisionedThroughputSettings": dynamodb.ReadProvisionedThroughputSettings(**said)}
    most = table.on_demand_limits.read
    if not most:
        return {}
    return {"ReadOnDemandThroughputSettings": dynamodb.ReadOnDemandThroughputSettings(MaxReadRequestUnits=most)}


def _scaling(units: Units) -> dynamodb.CapacityAutoScalingSettings:
    """The seed is what there is until scaling knows the load; without it `billing` could never change."""
    target = dynamodb.TargetTrackingScalingPolicyConfiguration(TargetValue=units.target)
    return dynamodb.CapacityAutoScalingSettings(
        MinCapacity=units.least,
        MaxCapacity=units.most,
        SeedCapacity=units.least,
        TargetTrackingScalingPolicyConfiguration=target,
    )
