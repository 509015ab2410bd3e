"""Checks of file systems: throughput and storage classes that fit each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.copy_keys import key_faults
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from _throughput(data)
    yield from _archive(data)
    yield from _names(data)
    yield from _replica(data["replicate"], spec)


def _throughput(data: Mapping[str, Json]) -> Iterator[Fault]:
    fixed, amount = data["throughput"] == "provisioned", data["provisioned_mibps"]
    if fixed and amount is None:
        message = "provisioned throughput needs 'provisioned_mibps'"
        yield Fault("missing-property", message, ("throughput",), "set the throughput in MiB per second")
    elif amount is not None and not fixed:
        message = f"has no effect with {data['throughput']} throughput"
        help_text = "remove it, or set 'throughput: provisioned'"
        yield Fault("unused-setting", message, ("provisioned_mibps",), help_text)


def _archive(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: EFS user guide, "Managing storage lifecycle"."""
    seldom, archive = data["infrequent_access_days"], data["archive_days"]
    if not archive:
        return
    if data["throughput"] != "elastic":
        message = f"there is no Archive storage with {data['throughput']} throughput"
        yield Fault("archive-storage", message, ("archive_days",), "set 'throughput: elastic'")
    if archive <= seldom:
        message = f"files would move to Archive after {archive} days, to Infrequent Access after {seldom}"
        yield Fault("lifecycle-order", message, ("archive_days",), "give it more days than 'infrequent_access_days'")


def _replica(said: Mapping[str, Json] | None, spec: ResolvedSpec) -> Iterator[Fault]:
    if said and said["region"] == spec.region:
        message = f"the replica would be in {spec.region}, where the file system is"
        yield Fault("replica-region", message, ("replicate", "region"), "take another region")
    elif said:
        yield from key_faults(said["key"], said["region"], ("replicate",), spec)


def _names(data: Mapping[str, Json]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name in data["access_points"]:
        first = seen.setdefault(pascal(name), name)
        if first != name:
            message = f"the access point '{name}' gives the same logical id as '{first}'"
            yield Fault("duplicate-name", message, ("access_points", name), "rename one of the two")
