"""VPC endpoints: gateway endpoints in route tables, interface endpoints behind one security group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import AWSObject, Ref, Sub, ec2

from compiler.language.names import pascal
from compiler.program.component import Platform
from compiler.shared.digest import mark
from compiler.shared.security_groups import VPC_ID, security_group

GATEWAYS = ("s3", "dynamodb")
ENDPOINTS_GROUP_ID = "EndpointsSecurityGroup"


def endpoint_id(service: str) -> str:
    """``ecr.api`` → ``EcrApiEndpoint``."""
    return f"{pascal(service)}Endpoint"


def gateway_endpoint(
    platform: Platform, service: str, route_tables: Sequence[Ref], policy: PolicyDocument | None = None
) -> ec2.VPCEndpoint:
    """A free endpoint that only this account's principals get through, if no other policy is given."""
    own = PolicyDocument(Version="2012-10-17", Statement=_statements(platform, service))
    return ec2.VPCEndpoint(
        endpoint_id(service),
        VpcId=Ref(VPC_ID),
        VpcEndpointType="Gateway",
        ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
        RouteTableIds=list(route_tables),
        PolicyDocument=policy or own,
    )


def _statements(platform: Platform, service: str) -> list[Statement]:
    own = Statement(
        Sid="OwnAccount",
        Effect=Allow,
        Principal=Principal("*"),
        Action=[Action(service, "*")],
        Resource=["*"],
        Condition=Condition(StringEquals({"aws:PrincipalAccount": Ref("AWS::AccountId")})),
    )
    return [own, image_layers(platform.region)] if service == "s3" else [own]


def image_layers(region: str) -> Statement:
    """ECR hands out its layers from a bucket of its own (ECR user guide, minimum S3 bucket permissions)."""
    bucket = f"prod-{region}-starport-layer-bucket"
    return Statement(
        Sid="ImageLayers",
        Effect=Allow,
        Principal=Principal("*"),
        Action=[Action("s3", "GetObject")],
        Resource=[Sub(f"arn:${{AWS::Partition}}:s3:::{bucket}/*")],
    )


def endpoints_group(ranges: Sequence[str]) -> Iterator[AWSObject]:
    """The group of all interface endpoints, which lets the whole VPC in by HTTPS; its main range comes first."""
    yield security_group(ENDPOINTS_GROUP_ID, "Interface endpoints of AWS services")
    for number, cidr in enumerate(ranges):
        yield ec2.SecurityGroupIngress(
            f"EndpointsFrom{mark(cidr)}" if number else "EndpointsFromVpc",
            GroupId=Ref(ENDPOINTS_GROUP_ID),
            CidrIp=cidr,
            IpProtocol="tcp",
            FromPort=443,
            ToPort=443,
            Description=f"HTTPS from {cidr}" if number else "HTTPS from the VPC",
        )


def interface_endpoint(service: str, subnets: Sequence[Ref], policy: PolicyDocument | None) -> ec2.VPCEndpoint:
    """With private DNS: the service's name leads to it in the whole VPC."""
    return ec2.VPCEndpoint(
        endpoint_id(service),
        VpcId=Ref(VPC_ID),
        VpcEndpointType="Interface",
        ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
        PrivateDnsEnabled=True,
        SubnetIds=list(subnets),
        SecurityGroupIds=[Ref(ENDPOINTS_GROUP_ID)],
        **({"PolicyDocument": policy} if policy else {}),
    )
