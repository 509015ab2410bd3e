"""Checks of databases: versions, names, storage, windows and what the engine and the instance class can do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from compiler.kinds.databases.cluster_rules import cluster_faults
from compiler.kinds.databases.engines import ENGINES, DatabaseEngine
from compiler.kinds.databases.event_rules import own_event_faults
from compiler.kinds.databases.extension_rules import extension_faults
from compiler.kinds.databases.rules import engine_faults, replica_faults, restore_faults, sign_in_faults
from compiler.language.facts import fact
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.copy_keys import key_faults
from compiler.shared.windows import window_faults
from compiler.source.document import Path
from compiler.source.json_value import Json

_STRIPED = 400
"""GiB from which RDS stripes gp3 and its IOPS can be set (RDS user guide, gp3 storage)."""
_PROVISIONED = 100
"""GiB that io1 and io2 need at least."""
_WIDEST = 16
"""Prefix of the widest range that a database may be open to."""
_NOT_PUBLIC = tuple(
    map(
        IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
    )
)
"""Addresses that nobody has on the internet (RFC 1918, RFC 6598, RFC 6890); a VPC's own are among them."""
_IOPS = {"gp3": (12_000, 64_000), "io1": (1_000, 256_000), "io2": (1_000, 256_000)}
_IOPS_FOR_GIB = {"io1": 50, "io2": 1_000}
"""IOPS that each GiB brings at most (RDS user guide, Amazon RDS DB instance storage)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    engine = ENGINES[data["engine"]]
    yield from _version(data, engine)
    yield from _names(data, engine)
    yield from engine_faults(component, engine)
    yield from sign_in_faults(data, engine)
    yield from restore_faults(data, spec.region)
    yield from extension_faults(data, engine, spec)
    yield from replica_faults(data, spec)
    yield from cluster_faults(component, engine, spec)
    yield from own_event_faults(data, engine, spec)
    if not engine.aurora:
        yield from _growth(data)
        yield from _iops(data)
    yield from window_faults(data, "backup_window", 30)
    yield from _insights(data, engine)
    yield from _parameters(data, engine)
    yield from _identifier(component, spec)
    yield from _replica(data["replicate_backups"], spec)
    for index, cidr in enumerate((data["public"] or {}).get("from", ())):
        yield from _open_range(cidr, ("public", "from", index))


def _version(data: Mapping[str, Json], engine: DatabaseEngine) -> Iterator[Fault]:
    """Any number that can be a major version is passed on: the facts tell which AWS has."""
    version = data["version"]
    if re.fullmatch(engine.majors, version):
        return
    known = ", ".join(fact("database-versions").offered(data["engine"]))
    major = version.partition(".")[0]
    minor = re.fullmatch(engine.majors, major)
    help_text = f'write "{major}": RDS chooses the minor version' if minor else f"known: {known}"
    yield Fault("unknown-version", f"{data['engine']} has no major version '{version}'", ("version",), help_text)


def _names(data: Mapping[str, Json], engine: DatabaseEngine) -> Iterator[Fault]:
    for setting in ("username", "database"):
        name = str(data[setting]).lower()
        if name in engine.reserved or (engine.proxied == "POSTGRESQL" and name.startswith("pg_")):
            message = f"'{data[setting]}' is reserved or guessed first in {data['engine']}"
            yield Fault("reserved-name", message, (setting,), "take another name, such as that of the application")
    if len(data["username"]) > engine.longest_user:
        message = f"has {len(data['username'])} characters, {data['engine']} takes {engine.longest_user}"
        yield Fault("bad-value", message, ("username",), "take a shorter name")


def _growth(data: Mapping[str, Json]) -> Iterator[Fault]:
    most, least = data.get("max_storage"), -(-data["storage"] * 11 // 10)
    if most is not None and most < least:
        message = f"storage of {data['storage']} GiB that may grow to {most}: AWS wants a tenth more at least"
        yield Fault("too-little-growth", message, ("max_storage",), f"set {least} or more")


def _iops(data: Mapping[str, Json]) -> Iterator[Fault]:
    kind, storage, iops = data["storage_type"], data["storage"], data.get("iops")
    least, most = _IOPS[kind]
    if kind != "gp3" and iops is None:
        yield Fault("iops", f"{kind} needs 'iops'", ("storage_type",), f"set 'iops: {least}' or take gp3")
    elif kind != "gp3" and storage < _PROVISIONED:
        yield Fault("iops", f"{kind} needs {_PROVISIONED} GiB at least", ("storage",))
    elif kind == "gp3" and iops is not None and storage < _STRIPED:
        message = f"gp3 has a fixed 3000 below {_STRIPED} GiB"
        yield Fault("iops", message, ("iops",), f"leave 'iops' out, or set 'storage: {_STRIPED}' or more")
    elif iops is not None and not least <= iops <= most:
        yield Fault("iops", f"{kind} takes {least} to {most}, not {iops}", ("iops",))
    elif iops is not None and kind in _IOPS_FOR_GIB:
        yield from _dense(kind, storage, iops)


def _dense(kind: str, storage: int, iops: int) -> Iterator[Fault]:
    most = _IOPS_FOR_GIB[kind]
    if iops > most * storage:
        message = f"{kind} takes {most} for each GiB: {most * storage} with {storage} GiB, not {iops}"
        yield Fault("iops", message, ("iops",), f"set 'storage: {-(-iops // most)}' or more")


def _insights(data: Mapping[str, Json], engine: DatabaseEngine) -> Iterator[Fault]:
    if data["performance_insights"] and not data["serverless"] and data["instance"] in engine.without_insights:
        message = f"{data['engine']} on {data['instance']} has no Performance Insights"
        help_text = "set 'performance_insights: false', or take db.t4g.medium or larger"
        yield Fault("no-performance-insights", message, ("performance_insights",), help_text)


def _parameters(data: Mapping[str, Json], engine: DatabaseEngine) -> Iterator[Fault]:
    name, value = engine.tls_only
    for setting in ("engine_parameters", "instance_parameters"):
        if name in data[setting] and str(data[setting][name]) != value:
            message = f"'{name}' would let connections in without TLS"
            yield Fault("insecure-parameter", message, (setting, name), "remove it: TLS is always required")


def _identifier(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    identifier = component.settings["identifier"]
    same = [other.name for other in spec.components(component.section) if other.settings["identifier"] == identifier]
    if identifier and spec.header["naming"]:
        message = "the pattern in 'naming' names the instance already"
        yield Fault("unused-setting", message, ("identifier",), "remove one of the two")
    elif identifier and len(same) > 1:
        message = f"{', '.join(same)} have one name in RDS"
        yield Fault("duplicate-value", message, ("identifier",), "give each its own")


def _replica(replica: Mapping[str, Json] | None, spec: ResolvedSpec) -> Iterator[Fault]:
    if not replica:
        return
    if replica["region"] == spec.region:
        message = f"the copies would be in {spec.region}, where the backups are"
        yield Fault("replica-region", message, ("replicate_backups", "region"), "take another region")
    else:
        yield from key_faults(replica["key"], replica["region"], ("replicate_backups",), spec)


def _open_range(cidr: str, path: Path) -> Iterator[Fault]:
    try:
        network = IPv4Network(cidr)
    except ValueError:
        yield Fault("bad-cidr", f"'{cidr}' is not an IPv4 range", path, "write it as 203.0.113.0/24")
        return
    if network.prefixlen < _WIDEST:
        message = f"'{cidr}' has {network.num_addresses:,} addresses: a database must not be open to the internet"
        yield Fault("open-to-the-world", message, path, "name the addresses that connect, such as 203.0.113.7/32")
    elif any(network.overlaps(one) for one in _NOT_PUBLIC):
        message = f"'{cidr}' is not a public range"
        yield Fault("bad-cidr", message, path, "name the address that the internet sees, such as that of a NAT gateway")
