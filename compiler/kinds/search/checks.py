"""What is wrong with a domain or a collection beyond its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.search.instances import has_own_disks, is_burstable, is_unencrypted
from compiler.kinds.search.names import LONGEST_COLLECTION, LONGEST_DOMAIN, SHORTEST
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.json_value import Json

_FEWEST_WARM = 2
_STANDBY = 3
"""Zones and masters of Multi-AZ with standby, and what its data nodes are a multiple of."""
_SPREAD = {"nodes": "nodes", "warm": "warm nodes"}
"""What Multi-AZ with standby has as many of in each of its zones, in words."""
_OF_NMSLIB = ("l1", "linf")
_OF_VECTORS = ("dimension", "neighbours", "build_candidates")
Index = Mapping[str, Json]


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved domain or collection."""
    data = component.settings
    domain, collection = data["domain"], data["collection"]
    if (domain is None) == (collection is None):
        message = "it is a domain or a collection, one of the two"
        path = ("collection",) if collection else ()
        yield Fault("one-of-two", message, path, "write either 'domain' or 'collection'")
    elif domain:
        yield from _named(domain["identifier"], LONGEST_DOMAIN, ("domain", "identifier"))
        yield from _domain(data, spec)
    else:
        yield from _named(collection["identifier"], LONGEST_COLLECTION, ("collection", "identifier"))
        yield from _collection(data)


def _named(name: str | None, most: int, path: Path) -> Iterator[Fault]:
    if name is not None and not SHORTEST <= len(name) <= most:
        message = f"'{name}' has {len(name)} characters; AWS takes {SHORTEST} to {most}"
        yield Fault("bad-name", message, path, "take another name")


def _domain(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    domain = data["domain"]
    if not data["network"]:
        message = "a domain is always in the network"
        yield Fault("no-network", message, ("network",), "take 'network: false' out")
    yield from _zones(domain, spec)
    yield from _standby(domain)
    yield from _warm(domain)
    yield from _own_disks(domain)
    yield from _coordinators(domain)
    yield from _encrypted(domain)
    if spec.posture == "production" and domain["administrator"] is None:
        message = "there is no fine-grained access control and no audit log: IAM alone decides over documents"
        yield warning("no-fine-grained-access", message, ("domain",), "name an IAM role in 'administrator'")


def _zones(domain: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    nodes, zones = domain["nodes"], domain["zones"]
    path = ("domain", "nodes")
    if nodes < zones:
        yield Fault("bad-nodes", f"{nodes} nodes can't be in {zones} zones", path, f"take {zones} or more")
    elif zones == 2 and nodes % 2:
        message = f"{nodes} nodes can't be spread over 2 zones evenly"
        yield Fault("bad-nodes", message, path, f"take {nodes + 1} nodes, or 1 or 3 zones")
    there = _subnets(spec)
    if there is not None and zones > there:
        message = f"{zones} zones need as many private subnets, and the network has {there}"
        yield Fault("no-network", message, ("domain", "zones"), f"take at most {there}, or more zones in 'network'")


def _subnets(spec: ResolvedSpec) -> int | None:
    """Private subnets of the network; None where an existing one does not say them yet."""
    network = spec.component("network")
    if network is None:
        return None
    existing = network.settings["existing"]
    if existing is None:
        return int(network.settings["zones"])
    private = existing.get("private")
    return len(private) if private else None


def _standby(domain: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: developer guide, "Configuring a multi-AZ domain", with standby, and UltraWarm storage, prerequisites."""
    if not domain["standby"]:
        return
    wanted = {"zones": domain["zones"] == _STANDBY, "masters": domain["masters"] >= _STANDBY}
    wanted |= {setting: domain[setting] % _STANDBY == 0 for setting in _SPREAD}
    for setting, fits in wanted.items():
        if not fits:
            amount = f"a multiple of {_STANDBY}" if setting in _SPREAD else str(_STANDBY)
            message = f"'standby' needs {amount} {_SPREAD.get(setting, setting)}, and there are {domain[setting]}"
            yield Fault("bad-nodes", message, ("domain", setting))
    yield from _not_burstable(domain, "standby")


def _not_burstable(domain: Mapping[str, Json], setting: str) -> Iterator[Fault]:
    if is_burstable(domain["instance"]):
        message = f"{domain['instance']} can't be used with '{setting}'"
        yield Fault(
            "bad-nodes", message, ("domain", "instance"), "take another instance type, such as r7g.large.search"
        )


def _warm(domain: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: developer guide, UltraWarm storage and cold storage, prerequisites."""
    warm, path = domain["warm"], ("domain", "warm")
    if domain["cold"] and not warm:
        yield Fault(
            "unused-setting", "cold storage needs UltraWarm nodes", ("domain", "cold"), "set 'warm' to 2 or more"
        )
    if not warm:
        return
    if warm < _FEWEST_WARM:
        yield Fault("bad-nodes", "a domain has at least 2 UltraWarm nodes", path, "take 2 or more")
    if not domain["masters"]:
        yield Fault("bad-nodes", "UltraWarm nodes need dedicated masters", path, "set 'masters: 3'")
    yield from _not_burstable(domain, "warm")


def _own_disks(domain: Mapping[str, Json]) -> Iterator[Fault]:
    for setting in ("iops", "throughput") if has_own_disks(domain["instance"]) else ():
        if domain[setting]:
            message = f"{domain['instance']} has disks of its own and no volume"
            yield Fault("unused-setting", message, ("domain", setting), "take it away")


def _coordinators(domain: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: developer guide, dedicated coordinator nodes, requirements and limitations."""
    if domain["coordinators"] and not domain["masters"]:
        message = "dedicated coordinators need dedicated masters"
        yield Fault("bad-nodes", message, ("domain", "coordinators"), "set 'masters: 3'")


def _encrypted(domain: Mapping[str, Json]) -> Iterator[Fault]:
    for setting in ("instance", *(("master_instance",) if domain["masters"] else ())):
        if is_unencrypted(domain[setting]):
            message = f"{domain[setting]} encrypts no data at rest"
            yield Fault("bad-nodes", message, ("domain", setting), "take a newer type, such as t3.small.search")


def _collection(data: Mapping[str, Json]) -> Iterator[Fault]:
    collection = data["collection"]
    yield from _reach(data["network"], collection)
    if collection["expire_days"] and collection["type"] != "logs":
        path = ("collection", "expire_days")
        yield Fault("unused-setting", "only collections of type logs let documents expire", path, "take it away")
    if collection["acceleration"] and collection["type"] != "vector":
        path = ("collection", "acceleration")
        yield Fault("unused-setting", "only vectors are indexed on GPUs", path, "take it away")
    if collection["indexes"] and not collection["administrators"]:
        message = "nobody may make the indexes: the role that deploys the platform has to be named"
        yield Fault("missing-property", message, ("collection", "indexes"), "name it in 'administrators'")
    for name, index in collection["indexes"].items():
        yield from _index(index, collection["type"], ("collection", "indexes", name))


def _reach(network: bool, collection: Mapping[str, Json]) -> Iterator[Fault]:
    public = ("collection", "public")
    if network and collection["public"]:
        message = "it is in the network only, and not public"
        yield Fault("unused-setting", message, public, "set 'network: false', or take 'public' away")
    if not network and not collection["public"]:
        message = "without the network it is public, which needs a reason"
        yield Fault("missing-property", message, ("network",), "write it in 'collection: {public: {reason: …}}'")
    for setting in ("endpoint", "services"):
        if not network and collection[setting]:
            message = "a public collection is reached without it"
            yield Fault("unused-setting", message, ("collection", setting), "take it away")


def _index(index: Index, kind: str, path: Path) -> Iterator[Fault]:
    vectors = [name for name, field in index["fields"].items() if field["type"] == "vector"]
    if index["search_candidates"] and not vectors:
        message = "no field of the index is a vector"
        yield Fault("unused-setting", message, (*path, "search_candidates"), "take it away")
    for name in vectors if kind != "vector" else ():
        message = f"a collection of type {kind} has no vectors"
        yield Fault("not-allowed", message, (*path, "fields", name, "type"), "set 'type: vector' of the collection")
    for name, field in index["fields"].items():
        yield from _field(field, (*path, "fields", name))


def _field(field: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if field["type"] != "vector":
        for setting in _OF_VECTORS:
            if field[setting] is not None:
                yield Fault("unused-setting", "only a vector has it", (*path, setting), "take it away")
        return
    if field["dimension"] is None:
        message = "a vector has a fixed number of dimensions"
        yield Fault("missing-property", message, path, "set 'dimension', the length of the model's embeddings")
    if field["space"] in _OF_NMSLIB and field["engine"] != "nmslib":
        message = f"{field['engine']} has no space '{field['space']}'"
        yield Fault("not-allowed", message, (*path, "space"), "take l2, cosinesimil or innerproduct")
    if not field["indexed"]:
        yield Fault("unused-setting", "a vector is always indexed", (*path, "indexed"), "take it away")
