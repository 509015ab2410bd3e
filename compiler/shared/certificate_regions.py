"""Where certificates lie: where they are used, and for some kinds in one region, wherever the platform is."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.arns import region_in
from compiler.source.document import Path
from compiler.source.interpolation import OPEN


def fixed_region(address: str, spec: ResolvedSpec) -> str | None:
    """The region in which AWS wants the certificates of the component at `address`, by ``x-certificate-region``.

    None where it wants them in the component's own, and for what is no component, such as `overrides`.
    """
    section, _, name = address.partition(".")
    component = spec.sections.get(section, {}).get(name or section)
    region: str | None = component.kind.get("x-certificate-region") if component else None
    return region


def served(name: str | None, path: Path, spec: ResolvedSpec, region: str = "") -> Iterator[Fault]:
    """Faults when `name` is a domain whose certificate is none for whoever serves it: for every kind that does.

    The certificate is needed in `region`, the platform's own when not said.
    """
    component = spec.offering(name, "serve")
    if component is None or component.settings["certificate"]:
        return
    existing = component.settings["existing"]
    if existing is None:
        help_text = f"add 'certificate: {{}}' to {component.address}"
        yield Fault("no-certificate", f"the domain '{name}' has no certificate", path, help_text)
    elif not existing["certificate"]:
        help_text = f"set its ARN as 'certificate' in 'existing' of {component.address}"
        yield Fault("no-certificate", f"the domain '{name}' has no certificate", path, help_text)
    else:
        yield from certified(existing["certificate"], path, region or spec.region)


def certified(arn: str, path: Path, region: str) -> Iterator[Fault]:
    """A fault when a certificate that is there already is not in the region where it is needed."""
    if OPEN not in arn and region_in(arn) != region:
        message = f"the certificate is in {region_in(arn)}, and it is needed in {region}"
        yield Fault("certificate-region", message, path, f"name one of {region}")
