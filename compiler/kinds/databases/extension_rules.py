"""Checks of the extensions of a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.databases.engines import DatabaseEngine
from compiler.kinds.databases.extension_facts import known
from compiler.language.facts import fact
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ways_out import leads_out
from compiler.source.json_value import Json

_SECRETS = "secretsmanager"


def extension_faults(data: Mapping[str, Json], engine: DatabaseEngine, spec: ResolvedSpec) -> Iterator[Fault]:
    if not data["extensions"]:
        return
    if engine.proxied != "POSTGRESQL":
        message = f"extensions are those of PostgreSQL, and the engine is {data['engine']}"
        yield Fault("unused-setting", message, ("extensions",), "remove them")
        return
    yield from _versions(data)
    yield from _way(spec)


def _versions(data: Mapping[str, Json]) -> Iterator[Fault]:
    """AWS brings extensions to older versions now and then, so that this is no more than a warning."""
    major = int(data["version"].partition(".")[0])
    about = known(data["engine"], data["extensions"])
    for index, name in enumerate(data["extensions"]):
        first, last = about.get(name, {}).get("since", 0), about.get(name, {}).get("until", major)
        if not first <= major <= last:
            date, where = fact("database-extensions").date, f"from {first} on" if major < first else f"up to {last}"
            message = f"on {date} {data['engine']} {data['version']} had no {name}, which is known {where}"
            yield warning("unknown-value", message, ("extensions", index), "deployment fails if it still has none")


def _way(spec: ResolvedSpec) -> Iterator[Fault]:
    """What creates them runs in the private subnets, and reads the master user's password."""
    network = spec.component("network")
    if not network or network.settings["existing"] is not None or leads_out(network.settings):
        return
    if _SECRETS not in network.settings["endpoints"]:
        message = "what creates them reads the password in Secrets Manager, which it does not reach without NAT"
        help_text = f"network: {{endpoints: [{_SECRETS}]}}, or set 'nat: single'"
        yield Fault("no-egress", message, ("extensions",), help_text)
