"""The DNS records that let a domain send mail: DKIM's, and those of the envelope's sender."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import GetAtt, Sub, route53

from compiler.program.component import Component, Value

_TTL = "1800"
RECEIVER = "10 feedback-smtp.${AWS::Region}.amazonses.com"
SENDERS = '"v=spf1 include:amazonses.com ~all"'
"""Source: SES developer guide, "Using a custom MAIL FROM domain"."""


def mail_records(
    component: Component, identity_id: str, zone_id: Value, envelope: str | None
) -> Iterator[route53.RecordSetType]:
    """SES gives three names and targets for a domain (SES developer guide, "Easy DKIM")."""

    def record(suffix: str, kind: str, name: Value, value: Value) -> route53.RecordSetType:
        about = {"Name": name, "Type": kind, "TTL": _TTL, "ResourceRecords": [value]}
        return route53.RecordSetType(f"{component.stem}{suffix}", HostedZoneId=zone_id, **about)

    for number in (1, 2, 3):
        name, target = (GetAtt(identity_id, f"DkimDNSToken{part}{number}") for part in ("Name", "Value"))
        yield record(f"DkimRecord{number}", "CNAME", name, target)
    if envelope:
        yield record("MailFromMxRecord", "MX", envelope, Sub(RECEIVER))
        yield record("MailFromTxtRecord", "TXT", envelope, SENDERS)
