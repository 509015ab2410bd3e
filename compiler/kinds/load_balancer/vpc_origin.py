"""The VPC origin by which CloudFront reaches the internal load balancer, made once for all distributions.

Source: CloudFront developer guide, "Restrict access with VPC origins". CloudFront's own security group is there only
after the first VPC origin of a network is, and no template can read its id, so the managed prefix list lets it in.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, cloudfront, ec2

from compiler.program.component import Platform
from compiler.shared.balancers import INTERNAL, internal_port
from compiler.shared.ingress import internal_name
from compiler.shared.physical_names import physical_name
from compiler.shared.vpc_origins import behind_vpc_origin, prefix_list, vpc_origin_id

_RULE_ID = f"{INTERNAL.id}FromCloudFront"


def vpc_origin(platform: Platform) -> Iterator[AWSObject]:
    """Nothing where no cdn sends requests to a service behind the internal load balancer."""
    targets = {edge.target for edge in platform.edges if edge.verb == "origin"}
    if any(behind_vpc_origin(platform.spec.at(one)) for one in targets):
        yield _rule(platform)
        yield _origin(platform)


def _rule(platform: Platform) -> ec2.SecurityGroupIngress:
    port = internal_port(platform.spec)
    return ec2.SecurityGroupIngress(
        _RULE_ID,
        GroupId=Ref(INTERNAL.security_group_id),
        SourcePrefixListId=prefix_list(platform.spec),
        IpProtocol="tcp",
        FromPort=port,
        ToPort=port,
        Description="CloudFront",
    )


def _origin(platform: Platform) -> cloudfront.VpcOrigin:
    """After what lets it in and answers it."""
    protocol = "https" if internal_name(platform.spec) else "http"
    name = physical_name((platform.name, platform.environment, "internal", protocol), 64)
    endpoint = cloudfront.VpcOriginEndpointConfig(
        Name=name,
        Arn=Ref(INTERNAL.id),
        HTTPPort=80,
        HTTPSPort=443,
        OriginProtocolPolicy=f"{protocol}-only",
        OriginSSLProtocols=["TLSv1.2"],
    )
    after = [INTERNAL.listener_id, _RULE_ID]
    return cloudfront.VpcOrigin(vpc_origin_id(platform.spec), VpcOriginEndpointConfig=endpoint, DependsOn=after)
