"""What lets only a cdn reach the internet-facing load balancer: the secret of its header, and its security group."""

from __future__ import annotations

from troposphere import ec2, secretsmanager
from troposphere import elasticloadbalancingv2 as elb

from compiler.program.component import Platform
from compiler.shared.from_cdn import LENGTH, SECRET_ID, SECRET_KEY
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.vpc_origins import prefix_list

FORBIDDEN = elb.Action(
    Type="fixed-response",
    FixedResponseConfig=elb.FixedResponseConfig(StatusCode="403", ContentType="text/plain", MessageBody="Forbidden"),
)


def header_secret(platform: Platform) -> secretsmanager.Secret:
    """Made anew with every platform, so that nothing is lost with it."""
    return secretsmanager.Secret(
        SECRET_ID,
        Description=f"Header by which cdns of {platform.name} {platform.environment} are known",
        KmsKeyId=KEY_ARN,
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate="{}", GenerateStringKey=SECRET_KEY, PasswordLength=LENGTH, ExcludePunctuation=True
        ),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )


def from_cloudfront(platform: Platform) -> ec2.SecurityGroupRule:
    """HTTPS from CloudFront's addresses, which count as 55 of the 60 rules that a group may have."""
    return ec2.SecurityGroupRule(
        SourcePrefixListId=prefix_list(platform.spec),
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        Description="HTTPS from CloudFront",
    )
