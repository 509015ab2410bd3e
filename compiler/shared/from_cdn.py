"""The header that requests of a cdn to the internet-facing load balancer have: a generated secret of the platform.

CloudFront's addresses are those of all its customers, so that they alone prove nothing. Source: CloudFront developer
guide, "Restrict access to Application Load Balancers".
"""

from __future__ import annotations

from troposphere import Sub

from compiler.program.component import Value

HEADER = "X-Origin-Verify"
SECRET_ID = "PublicLoadBalancerHeaderSecret"
SECRET_KEY = "header"
LENGTH = 64
"""Letters and digits: a condition takes at most 128 characters, and some of the others are wildcards in it."""


def header_value() -> Value:
    """The secret, which CloudFormation reads when it makes a rule or a distribution: no template has it."""
    return Sub(f"{{{{resolve:secretsmanager:${{{SECRET_ID}}}:SecretString:{SECRET_KEY}}}}}")
