"""The existing hosted zone and certificate of a domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound

_KEY_TYPES = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")
"""ListCertificates shows only the first two unless all are asked for (ACM API reference, Filters)."""


def find(question: Question) -> Mapping[str, Json]:
    name = str(question.settings["domain"])
    attributes: dict[str, Json] = {}
    if question.wants("zone"):
        attributes["zone"] = zone(name, question.pages("route53", "list_hosted_zones", "HostedZones"))
    if question.wants("certificate"):
        attributes["certificate"] = _certificate(question, name)
    return attributes


def zone(name: str, zones: Iterable[Json]) -> str:
    """Id of the public zone of a name, or of the nearest name above it. Raises `Unfound` for none and for several."""
    public = [hosted for hosted in zones if not hosted.get("Config", {}).get("PrivateZone")]
    for above in _names_up(name):
        ids = [hosted["Id"].split("/")[-1] for hosted in public if hosted["Name"].rstrip(".").lower() == above]
        if len(ids) > 1:
            raise Unfound(f"there are {len(ids)} public zones '{above}' ({', '.join(sorted(ids))}): set one as 'zone'")
        if ids:
            return str(ids[0])
    raise Unfound(f"there is no public zone for '{name}'")


def _names_up(name: str) -> Iterator[str]:
    labels = name.lower().rstrip(".").split(".")
    return (".".join(labels[index:]) for index in range(len(labels)))


def _certificate(question: Question, name: str) -> str | None:
    """The certificate of a domain; a domain that nothing is served under needs none."""
    issued = question.pages(
        "acm",
        "list_certificates",
        "CertificateSummaryList",
        CertificateStatuses=["ISSUED"],
        Includes={"keyTypes": list(_KEY_TYPES)},
    )
    covering = certificates(name, [(summary["CertificateArn"], _covered(question, summary)) for summary in issued])
    if len(covering) == 1 or not question.component.served:
        return covering[0] if len(covering) == 1 else None
    where = f"issued certificate{'s' if covering else ''} for '{name}' in {question.region}"
    if covering:
        raise Unfound(f"there are {len(covering)} {where}: set the ARN of one as 'certificate'")
    raise Unfound(f"there is no {where}")


def _covered(question: Question, summary: Json) -> list[str]:
    """All names of a certificate; its summary has at most a hundred."""
    if not summary.get("HasAdditionalSubjectAlternativeNames"):
        return [summary["DomainName"], *summary.get("SubjectAlternativeNameSummaries", ())]
    arn = summary["CertificateArn"]
    described = question.ask(lambda: question.client("acm").describe_certificate(CertificateArn=arn))["Certificate"]
    return [described["DomainName"], *described.get("SubjectAlternativeNames", ())]


def certificates(name: str, known: Iterable[tuple[str, list[str]]]) -> list[str]:
    """ARNs of those that are for a name: with the name itself, else with a star in place of its first label."""
    all_known = list(known)
    star = f"*.{name.partition('.')[2]}"
    exact = [arn for arn, names in all_known if name in names]
    return sorted(exact or [arn for arn, names in all_known if star in names])
