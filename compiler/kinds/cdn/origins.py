"""Origins of a CloudFront distribution and how requests to them are cached."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Ref, cloudfront

from compiler.program.component import Value
from compiler.shared.digest import mark
from compiler.shared.from_cdn import HEADER

# ids of AWS's managed policies, the same everywhere
# (CloudFront developer guide, "Use managed cache policies" and "Use managed origin request policies")
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

READ_METHODS = ["GET", "HEAD"]
ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


def bucket_origin(name: str, domain: Value, access: Value) -> cloudfront.Origin:
    """A private bucket; requests are signed by origin access control `access`, so there is no identity."""
    no_identity = cloudfront.S3OriginConfig(OriginAccessIdentity="")
    return cloudfront.Origin(Id=name, DomainName=domain, OriginAccessControlId=access, S3OriginConfig=no_identity)


def origin_headers(offered: Mapping[str, Value]) -> dict[str, object]:
    """The header by which a load balancer knows that a request comes from here."""
    if "FROM_CDN" not in offered:
        return {}
    header = cloudfront.OriginCustomHeader(HeaderName=HEADER, HeaderValue=offered["FROM_CDN"])
    return {"OriginCustomHeaders": [header]}


def custom_origin(
    name: str, domain: Value, folder: str = "", headers: Mapping[str, object] | None = None
) -> cloudfront.Origin:
    """An HTTP server that CloudFront reaches by TLS 1.2 only; `folder` comes before every path."""
    https = cloudfront.CustomOriginConfig(OriginProtocolPolicy="https-only", OriginSSLProtocols=["TLSv1.2"])
    below = {"OriginPath": folder} if folder else {}
    return cloudfront.Origin(Id=name, DomainName=domain, CustomOriginConfig=https, **below, **(headers or {}))


def vpc_origin(name: str, domain: Value, origin: Value) -> cloudfront.Origin:
    """A load balancer in private subnets; `origin`, a VPC origin, has protocol and port. `domain` is asked for."""
    inside = cloudfront.VpcOriginConfig(VpcOriginId=origin)
    return cloudfront.Origin(Id=name, DomainName=domain, VpcOriginConfig=inside)


def is_address(target: str) -> bool:
    """Whether what a path leads to is an https address rather than a component."""
    return target.startswith("https://")


def origin_id(target: str) -> str:
    return f"address-{mark(target).lower()}" if is_address(target) else target


def address_origin(target: str) -> cloudfront.Origin:
    """A server that is no part of the platform."""
    host, slash, folder = target.removeprefix("https://").partition("/")
    return custom_origin(origin_id(target), host, f"{slash}{folder}")


def behavior(target: str, headers_id: str, cached: bool) -> dict[str, object]:
    """Properties of a cache behaviour: objects are cached and only read, everything else goes through as it is."""
    settings: dict[str, object] = {
        "TargetOriginId": origin_id(target),
        "ViewerProtocolPolicy": "redirect-to-https",
        "ResponseHeadersPolicyId": Ref(headers_id),
        "Compress": True,
    }
    if cached:
        return {
            **settings,
            "AllowedMethods": READ_METHODS,
            "CachedMethods": READ_METHODS,
            "CachePolicyId": CACHING_OPTIMIZED,
        }
    return {
        **settings,
        "AllowedMethods": ALL_METHODS,
        "CachedMethods": READ_METHODS,
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST_HEADER,
    }
