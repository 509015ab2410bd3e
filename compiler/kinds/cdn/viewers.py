"""What viewers of a distribution get: its certificate, who is let in, and pages instead of errors."""

from __future__ import annotations

from troposphere import cloudfront

from compiler.program.component import Value
from compiler.source.frozen import frozen


@frozen()
class ErrorPage:
    """What a viewer gets instead of an error."""

    page: str
    status: int | None
    cache_seconds: int


@frozen()
class Countries:
    """ISO codes of the only countries let in, or of those kept out."""

    allow: tuple[str, ...]
    block: tuple[str, ...]


def viewer_certificate(arn: Value | None) -> cloudfront.ViewerCertificate:
    if not arn:
        return cloudfront.ViewerCertificate(CloudFrontDefaultCertificate=True)
    return cloudfront.ViewerCertificate(
        AcmCertificateArn=arn, MinimumProtocolVersion="TLSv1.2_2021", SslSupportMethod="sni-only"
    )


def restrictions(countries: Countries | None) -> cloudfront.Restrictions:
    if countries is None:
        rule = cloudfront.GeoRestriction(RestrictionType="none")
    elif countries.allow:
        rule = cloudfront.GeoRestriction(RestrictionType="whitelist", Locations=sorted(countries.allow))
    else:
        rule = cloudfront.GeoRestriction(RestrictionType="blacklist", Locations=sorted(countries.block))
    return cloudfront.Restrictions(GeoRestriction=rule)


def error_response(code: str, answer: ErrorPage) -> cloudfront.CustomErrorResponse:
    return cloudfront.CustomErrorResponse(
        ErrorCode=int(code),
        ErrorCachingMinTTL=answer.cache_seconds,
        ResponseCode=answer.status or int(code),
        ResponsePagePath=answer.page,
    )
