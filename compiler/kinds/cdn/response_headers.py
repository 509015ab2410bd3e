"""CloudFront's response headers policy: the security headers of every answer."""

from __future__ import annotations

from troposphere import cloudfront

from compiler.source.frozen import frozen


@frozen()
class Headers:
    """The headers; `content_security` is left out when None."""

    transport_seconds: int
    transport_subdomains: bool
    frame: str
    referrer: str
    content_security: str | None


def response_headers(logical_id: str, name: str, headers: Headers) -> cloudfront.ResponseHeadersPolicy:
    """The policy; its `name` must be unique in the account."""
    config = cloudfront.ResponseHeadersPolicyConfig(Name=name, SecurityHeadersConfig=_security(headers))
    return cloudfront.ResponseHeadersPolicy(logical_id, ResponseHeadersPolicyConfig=config)


def _security(headers: Headers) -> cloudfront.SecurityHeadersConfig:
    more = {}
    if headers.content_security:
        more["ContentSecurityPolicy"] = cloudfront.ContentSecurityPolicy(
            ContentSecurityPolicy=headers.content_security, Override=True
        )
    return cloudfront.SecurityHeadersConfig(
        ContentTypeOptions=cloudfront.ContentTypeOptions(Override=True),
        FrameOptions=cloudfront.FrameOptions(FrameOption=headers.frame.upper(), Override=True),
        ReferrerPolicy=cloudfront.ReferrerPolicy(ReferrerPolicy=headers.referrer, Override=True),
        StrictTransportSecurity=cloudfront.StrictTransportSecurity(
            AccessControlMaxAgeSec=headers.transport_seconds,
            IncludeSubdomains=headers.transport_subdomains,
            Override=True,
        ),
        **more,
    )
