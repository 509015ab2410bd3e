"""The region of AWS's global services."""

from __future__ import annotations

GLOBAL_REGION = "us-east-1"
"""Where Route 53 and CloudFront have their control plane and tell their metrics, and where CloudFront and what stands
behind it look for certificates and web ACLs."""
ZONE_OF_DISTRIBUTIONS = "Z2FDTNDATAQYW2"
"""Zone of all names of CloudFront, which sign-in pages stand behind too (Template Reference, AliasTarget)."""
