"""Checks of document databases: what version, storage, sign-in and form of cluster go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.documents.names import LONGEST_NAME
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.rds_event_rules import Sources, event_faults
from compiler.shared.windows import window_faults
from compiler.source.json_value import Json

_OWN = {
    "tls": "tls",
    "audit_logs": "audit",
    "profiler": "profiler",
    "profiler_threshold_ms": "profiler",
    "profiler_sampling_rate": "profiler",
}
"""Parameters that follow from a setting."""

_RESERVED = frozenset(("admin", "root", "rdsadmin", "serviceadmin"))
"""``admin`` is refused (aws/aws-cdk pull request 13295), serviceadmin is there (DocumentDB developer guide, users)."""
_CAPABLE = 5
"""Major version from which there are serverless instances, I/O-Optimized storage and minimum versions of TLS."""
_OF_INSTANCES = (
    *("version", "instance", "instances", "serverless", "storage_type", "password", "port", "tls", "audit"),
    *("log_days", "engine_parameters", "performance_insights", "ca", "deletion_protection", "restore_from"),
    *("snapshot_before_deployment", "events"),
)
"""What an elastic cluster does not have (properties of AWS::DocDBElastic::Cluster)."""
_EVENTS = Sources(("instances", "cluster"), {})


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    if data["elastic"]:
        yield from _elastic(component, spec)
    else:
        yield from _version(data)
        yield from _secret(component, spec)
        yield from _restore(data["restore_from"], spec.region)
        yield from event_faults(data["events"], _EVENTS, spec)
    if data["username"].lower() in _RESERVED:
        message = f"'{data['username']}' is reserved or guessed first in DocumentDB"
        yield Fault("reserved-name", message, ("username",), "take another name, such as that of the application")
    yield from _identifier(data["identifier"] or "", bool(spec.header["naming"]))
    yield from window_faults(data, "backup_window", 30)


def _identifier(name: str, by_pattern: bool) -> Iterator[Fault]:
    if len(name) > LONGEST_NAME:
        message = f"'{name}' has {len(name)} characters; at most {LONGEST_NAME} are allowed"
        yield Fault("bad-name", message, ("identifier",), "take a shorter one")
    if name and by_pattern:
        message = "the pattern in 'naming' names the cluster already"
        yield Fault("unused-setting", message, ("identifier",), "take one of the two out")


def _elastic(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A default that is set is not told from one that is not."""
    data, known = component.settings, component.kind["properties"]
    for setting in _OF_INSTANCES:
        default = known[setting].get("x-posture", {}).get(spec.posture, known[setting]["default"])
        if data[setting] != default:
            yield Fault("unused-setting", f"an elastic cluster has no '{setting}'", (setting,), "take it out")
    for setting, about in known["profiler"]["properties"].items():
        if data["profiler"][setting] != about["default"]:
            yield Fault("unused-setting", "an elastic cluster has no 'profiler'", ("profiler", setting), "take it out")
    if data["keep"] == "snapshot":
        message = "CloudFormation makes no snapshot of an elastic cluster"
        yield Fault("unused-setting", message, ("keep",), "set 'keep: retain' or 'keep: delete'")
    if any(_backs_up(other, component, spec) for other in spec.components()):
        message = "backups of elastic clusters are not supported: their snapshots are not those of the RDS API"
        yield Fault("wrong-kind", message, ("elastic",), "take it out of the backup, and set 'backup_days'")


def _backs_up(other: ResolvedComponent, component: ResolvedComponent, spec: ResolvedSpec) -> bool:
    """Whether a setting of `other` that lists what is backed up names the component."""
    lists = [
        other.settings[setting]
        for setting, about in other.kind["properties"].items()
        if about.get("items", {}).get("x-reference") == "backup"
    ]
    return any(component in spec.candidates(name) for names in lists for name in names)


def _version(data: Mapping[str, Json]) -> Iterator[Fault]:
    version = data["version"]
    if version is None:
        message = "a cluster of instances needs a 'version'"
        yield Fault("missing-property", message, (), "set 'version: \"5.0.0\"', or 'elastic'")
        return
    major = int(version.partition(".")[0])
    wanted = {
        "serverless": bool(data["serverless"]),
        "storage_type": data["storage_type"] == "iopt1",
        "tls": data["tls"] == "fips-140-3",
    }
    for setting in (name for name, is_set in wanted.items() if is_set and major < _CAPABLE):
        message = f"DocumentDB {version} does not have it"
        yield Fault("unknown-version", message, (setting,), "set 'version: \"5.0.0\"' or later")
    yield from _settings(data)


def _settings(data: Mapping[str, Json]) -> Iterator[Fault]:
    serverless = data["serverless"]
    if serverless and serverless["max"] < serverless["min"]:
        message = f"at most {serverless['max']:g} DCUs are fewer than at least {serverless['min']:g}"
        yield Fault("scale-limits", message, ("serverless", "max"), "set 'max' to 'min' or more")
    for name in data["engine_parameters"]:
        if name in _OWN:
            message = f"'{name}' follows from '{_OWN[name]}'"
            yield Fault("taken-parameter", message, ("engine_parameters", name), f"set '{_OWN[name]}' instead")


def _secret(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    readers = sorted({address for address, attribute in spec.reads(component) if attribute == "secret_arn"})
    if component.settings["password"] == "managed" and readers:
        message = f"{', '.join(readers)} reads 'secret_arn', which CloudFormation does not tell of a managed password"
        yield Fault("managed-password", message, ("password",), "set 'password: generated'")


def _restore(said: Mapping[str, Json] | None, region: str) -> Iterator[Fault]:
    if not said:
        return
    if bool(said["snapshot"]) == bool(said["cluster"]):
        yield Fault("one-of-two", "set either 'snapshot' or 'cluster'", ("restore_from",))
    for setting in ("time", "clone"):
        if said[setting] and not said["cluster"]:
            message = f"'{setting}' is about the backups of a 'cluster'"
            yield Fault("unused-setting", message, ("restore_from", setting), "take it out")
    if said["time"] and said["clone"]:
        message = "a clone has the latest state"
        yield Fault("unused-setting", message, ("restore_from", "time"), "take 'time' or 'clone' out")
    snapshot = said["snapshot"] or ""
    if snapshot.startswith("arn:") and region_in(snapshot) != region:
        message = f"the snapshot is in {region_in(snapshot)}, and the cluster in {region}"
        yield Fault("bad-value", message, ("restore_from", "snapshot"), f"copy the snapshot to {region}")
