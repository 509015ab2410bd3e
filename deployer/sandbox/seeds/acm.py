"""Certificates, issued for the domain."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _certificate(wanted: Wanted) -> Properties:
    name = wanted.host("example.com")
    others = wanted.settings.get("names") or []
    return {"DomainName": name, "SubjectAlternativeNames": [name, *others]}


_ARN = arn("acm", "certificate/")
SEEDS = {"AWS::CertificateManager::Certificate": Seed(("acm", "_certificates"), _certificate, looks=_ARN)}
