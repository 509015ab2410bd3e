"""What sections guarantee of a resource, as conditions on its properties.

A row is about a property: of which types, where, and which values keep the guarantee. `*` is every
item of a list, `~` a dot in a name.

Names and meanings of properties: CloudFormation's resource reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

ANY = "*"
ENCRYPTION, PRIVATE, TLS, LEAST = "encryption", "no access from outside", "TLS only", "least privilege"
_NEW_TLS = re.compile(r"(TLS(13)?|FS)[-_]?v?[-_]?1[-_.][23]")
"""Security policies of CloudFront, API Gateway, OpenSearch and load balancers whose oldest version is TLS 1.2."""


@frozen(eq=True)
class Guarantee:
    """What a property promises while its value is one that `keeps`."""

    what: str
    path: Path
    keeps: Callable[[Json], bool]

    def kept(self, properties: Json) -> bool:
        """Whether all values at the path keep it; None is the value of what is not set."""
        return not self.broken(properties)

    def broken(self, properties: Json) -> int:
        """How many values at the path do not keep it: a list may have several."""
        return sum(not self.keeps(value) for value in _at(properties, self.path))


def guarantees(resource_type: str) -> Iterator[Guarantee]:
    """The rows about resources of a type."""
    for what, keeps, places in _ROWS:
        for path in places.get(resource_type, ()):
            yield Guarantee(what, tuple(step.replace("~", ".") for step in path.split(".")), keeps)


def computed(value: Json) -> bool:
    """Whether a value is known only when it is deployed; such a one is taken to be right."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _on(value: Json) -> bool:
    return computed(value) or str(value).lower() in ("true", "1", "enabled", "on")


def _off(value: Json) -> bool:
    return value is None or computed(value) or str(value).lower() in ("false", "0", "disabled")


def _given(value: Json) -> bool:
    return value not in (None, "", [], {}, {"Ref": "AWS::NoValue"})


def _one_of(*values: Json) -> Callable[[Json], bool]:
    return lambda value: computed(value) or value in values


def _authorized(value: Json) -> bool:
    return value not in (None, "NONE")


def _new_tls(value: Json) -> bool:
    return computed(value) or bool(_NEW_TLS.search(str(value)))


def _without_root(value: Json) -> bool:
    return _given(value) and (computed(value) or str(value).partition(":")[0] not in ("root", "0"))


def _at(value: Json, path: Path) -> Iterator[Json]:
    """The values at a path: one for each item of a list, None where a property is not set."""
    if not path:
        yield value
    elif path[0] == ANY:
        for item in value if isinstance(value, list) else ():
            yield from _at(item, path[1:])
    else:
        yield from _at(value.get(path[0]) if isinstance(value, Mapping) else None, path[1:])


_Places = Mapping[str, tuple[str, ...]]
_CONTAINERS = "ContainerDefinitions.*"
_BEHAVIOURS = ("DistributionConfig.DefaultCacheBehavior", "DistributionConfig.CacheBehaviors.*")
_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_LAUNCHED = "LaunchTemplateData"

_ENCRYPTED: _Places = {
    "AWS::DocDB::DBCluster": ("StorageEncrypted",),
    "AWS::DynamoDB::Table": ("SSESpecification.SSEEnabled",),
    "AWS::EC2::Instance": ("BlockDeviceMappings.*.Ebs.Encrypted",),
    "AWS::EC2::LaunchTemplate": (f"{_LAUNCHED}.BlockDeviceMappings.*.Ebs.Encrypted",),
    "AWS::EC2::Volume": ("Encrypted",),
    "AWS::EFS::FileSystem": ("Encrypted",),
    "AWS::ElastiCache::ReplicationGroup": ("AtRestEncryptionEnabled",),
    "AWS::KMS::Key": ("EnableKeyRotation",),
    "AWS::OpenSearchService::Domain": ("EncryptionAtRestOptions.Enabled", "NodeToNodeEncryptionOptions.Enabled"),
    "AWS::RDS::DBCluster": ("StorageEncrypted",),
    "AWS::RDS::DBInstance": ("StorageEncrypted",),
}
_WITH_KEY: _Places = {
    "AWS::Backup::BackupVault": ("EncryptionKeyArn",),
    "AWS::CloudTrail::Trail": ("KMSKeyId",),
    "AWS::CodeBuild::Project": ("EncryptionKey",),
    "AWS::CodePipeline::Pipeline": ("ArtifactStore.EncryptionKey",),
    "AWS::DocDB::DBCluster": ("KmsKeyId",),
    "AWS::DynamoDB::Table": ("SSESpecification.KMSMasterKeyId",),
    "AWS::ECR::Repository": ("EncryptionConfiguration",),
    "AWS::EFS::FileSystem": ("KmsKeyId",),
    "AWS::EKS::Cluster": ("EncryptionConfig",),
    "AWS::ElastiCache::ReplicationGroup": ("KmsKeyId",),
    "AWS::Events::EventBus": ("KmsKeyIdentifier",),
    "AWS::Kinesis::Stream": ("StreamEncryption",),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::RDS::DBCluster": ("KmsKeyId",),
    "AWS::RDS::DBInstance": ("KmsKeyId",),
    "AWS::S3::Bucket": ("BucketEncryption",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SageMaker::EndpointConfig": ("KmsKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
    "AWS::StepFunctions::StateMachine": ("EncryptionConfiguration",),
}
_SSE = "BucketEncryption.ServerSideEncryptionConfiguration.*.ServerSideEncryptionByDefault.SSEAlgorithm"
_BLOCK = "PublicAccessBlockConfiguration"
_ROWS: tuple[tuple[str, Callable[[Json], bool], _Places], ...] = (
    (ENCRYPTION, _on, _ENCRYPTED),
    (ENCRYPTION, _given, _WITH_KEY),
    (ENCRYPTION, _one_of("aws:kms", "aws:kms:dsse"), {"AWS::S3::Bucket": (_SSE,)}),
    (
        PRIVATE,
        _on,
        {
            "AWS::S3::Bucket": (
                f"{_BLOCK}.BlockPublicAcls",
                f"{_BLOCK}.BlockPublicPolicy",
                f"{_BLOCK}.IgnorePublicAcls",
                f"{_BLOCK}.RestrictPublicBuckets",
            ),
        },
    ),
    (PRIVATE, _one_of("BucketOwnerEnforced"), {"AWS::S3::Bucket": ("OwnershipControls.Rules.*.ObjectOwnership",)}),
    (PRIVATE, _one_of(None, "Private"), {"AWS::S3::Bucket": ("AccessControl",)}),
    (
        PRIVATE,
        _off,
        {
            "AWS::EC2::Instance": ("NetworkInterfaces.*.AssociatePublicIpAddress",),
            "AWS::EC2::LaunchTemplate": (f"{_LAUNCHED}.NetworkInterfaces.*.AssociatePublicIpAddress",),
            "AWS::EC2::Subnet": ("MapPublicIpOnLaunch",),
            "AWS::ECS::Service": ("NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",),
            "AWS::EKS::Cluster": ("ResourcesVpcConfig.EndpointPublicAccess",),
            "AWS::RDS::DBInstance": ("PubliclyAccessible",),
            "AWS::RDS::DBCluster": ("PubliclyAccessible",),
        },
    ),
    (
        PRIVATE,
        _given,
        {
            "AWS::DocDB::DBCluster": ("DBSubnetGroupName",),
            "AWS::ElastiCache::ReplicationGroup": ("CacheSubnetGroupName",),
            "AWS::Lambda::Function": ("VpcConfig",),
            "AWS::OpenSearchService::Domain": ("VPCOptions",),
            "AWS::RDS::DBInstance": ("DBSubnetGroupName",),
            "AWS::SageMaker::Model": ("VpcConfig",),
        },
    ),
    (PRIVATE, _on, {"AWS::SageMaker::Model": ("EnableNetworkIsolation",)}),
    (PRIVATE, _one_of("internal"), {_LOAD_BALANCER: ("Scheme",)}),
    (
        PRIVATE,
        _authorized,
        {
            "AWS::ApiGateway::Method": ("AuthorizationType",),
            "AWS::ApiGatewayV2::Route": ("AuthorizationType",),
            "AWS::Lambda::Url": ("AuthType",),
        },
    ),
    (
        TLS,
        _one_of("redirect-to-https", "https-only"),
        {"AWS::CloudFront::Distribution": tuple(f"{one}.ViewerProtocolPolicy" for one in _BEHAVIOURS)},
    ),
    (
        TLS,
        _one_of(None, "https-only"),
        {"AWS::CloudFront::Distribution": ("DistributionConfig.Origins.*.CustomOriginConfig.OriginProtocolPolicy",)},
    ),
    (TLS, _one_of("HTTPS", "TLS"), {"AWS::ElasticLoadBalancingV2::Listener": ("Protocol",)}),
    (
        TLS,
        _new_tls,
        {
            "AWS::ApiGateway::DomainName": ("SecurityPolicy",),
            "AWS::ApiGatewayV2::DomainName": ("DomainNameConfigurations.*.SecurityPolicy",),
            "AWS::CloudFront::Distribution": ("DistributionConfig.ViewerCertificate.MinimumProtocolVersion",),
            "AWS::ElasticLoadBalancingV2::Listener": ("SslPolicy",),
            "AWS::OpenSearchService::Domain": ("DomainEndpointOptions.TLSSecurityPolicy",),
        },
    ),
    (
        TLS,
        _on,
        {
            "AWS::DocDB::DBClusterParameterGroup": ("Parameters.tls",),
            "AWS::ElastiCache::ReplicationGroup": ("TransitEncryptionEnabled",),
            "AWS::OpenSearchService::Domain": ("DomainEndpointOptions.EnforceHTTPS",),
            "AWS::RDS::DBClusterParameterGroup": ("Parameters.rds~force_ssl", "Parameters.require_secure_transport"),
            "AWS::RDS::DBParameterGroup": ("Parameters.rds~force_ssl", "Parameters.require_secure_transport"),
            "AWS::RDS::DBProxy": ("RequireTLS",),
        },
    ),
    (TLS, _one_of(None, "required"), {"AWS::ElastiCache::ReplicationGroup": ("TransitEncryptionMode",)}),
    (
        TLS,
        lambda value: str(value).lower() == "require",
        {"AWS::SES::ConfigurationSet": ("DeliveryOptions.TlsPolicy",)},
    ),
    (
        LEAST,
        _off,
        {
            "AWS::CodeBuild::Project": ("Environment.PrivilegedMode",),
            "AWS::ECS::TaskDefinition": (f"{_CONTAINERS}.Privileged",),
        },
    ),
    (LEAST, _on, {"AWS::ECS::TaskDefinition": (f"{_CONTAINERS}.ReadonlyRootFilesystem",)}),
    (LEAST, _without_root, {"AWS::ECS::TaskDefinition": (f"{_CONTAINERS}.User",)}),
    (LEAST, _given, {"AWS::EFS::AccessPoint": ("PosixUser",), "AWS::IAM::Role": ("PermissionsBoundary",)}),
    (
        LEAST,
        _one_of("required"),
        {
            "AWS::EC2::Instance": ("MetadataOptions.HttpTokens",),
            "AWS::EC2::LaunchTemplate": (f"{_LAUNCHED}.MetadataOptions.HttpTokens",),
        },
    ),
)
