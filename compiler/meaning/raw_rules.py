"""Warn of raw CloudFormation (`properties`, `overrides`, raw resources) that makes a platform less secure.

It is allowed with a warning, since a section's own setting for the same would require a reason. A raw resource or an
override gives its reason in `Metadata: {stackwright: {reason: …}}`, which is then
shown as a note and stays in the template. Names and meanings of properties: CloudFormation's resource reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.components import components
from compiler.language.schema import Schema, owner_name
from compiler.meaning.fault import Fault, warning
from compiler.meaning.open_policy import policy_risks
from compiler.meaning.variable_rules import variable_warnings
from compiler.source.diagnostics import Diagnostic, Severity
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_ENCRYPTION = frozenset(
    ("StorageEncrypted", "Encrypted", "AtRestEncryptionEnabled", "TransitEncryptionEnabled", "SSEEnabled")
)
_ENCRYPTION_OPTIONS = frozenset(("EncryptionAtRestOptions", "NodeToNodeEncryptionOptions"))
_KEYS = frozenset(("KmsKeyId", "KmsMasterKeyId", "KMSMasterKeyId", "KmsKeyArn", "BucketEncryption", "SSESpecification"))
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_OPEN_ACLS = frozenset(("PublicRead", "PublicReadWrite", "AuthenticatedRead"))
_ROUTES = frozenset(("AWS::ApiGatewayV2::Route", "AWS::ApiGateway::Method"))
"""Types whose AuthorizationType is NONE when it is not set."""
_HELP = (
    "remove it, use the section's own setting, or give a reason: Metadata: {stackwright: {reason: …}} in an override"
)


@frozen(eq=True)
class _Raw:
    """Raw CloudFormation properties in the spec, and the reason given for them."""

    path: Path
    properties: Mapping[str, Json]
    resource_type: str = ""
    """Empty for a patch: only the compiled platform knows the type."""
    reason: str = ""


def raw_warnings(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """A warning for each risk in the raw CloudFormation of a resolved document, a note where a reason is given."""
    for raw in _written(document, schema):
        severity: Severity = "note" if raw.reason else "warning"
        for risk in _risks(raw.properties, raw.resource_type):
            start = "" if risk.message.startswith("'") else "raw CloudFormation "
            message = f"{start}{risk.message}" + (f": {raw.reason}" if raw.reason else "")
            place = document.value_place((*raw.path, *risk.path))
            help_text = "" if raw.reason else risk.suggestion or _HELP
            yield Diagnostic(risk.code, message, place, owner_name(raw.path), help_text, severity=severity)


def _written(document: Document, schema: Schema) -> Iterator[_Raw]:
    for section, _, path, data in components(document, schema):
        if "x-attributes-of" in schema.kinds[section]:
            yield _whole(path, data)
        if isinstance(data.get("properties"), Mapping):
            yield _Raw((*path, "properties"), data["properties"])
    for name, patch in (document.data.get("overrides") or {}).items():
        yield _whole(("overrides", name), patch)


def _whole(path: Path, resource: Mapping[str, Json]) -> _Raw:
    """A whole resource, or a patch of one."""
    metadata = resource.get("Metadata")
    settings = metadata.get("stackwright") if isinstance(metadata, Mapping) else None
    reason = settings.get("reason") if isinstance(settings, Mapping) else None
    properties = resource.get("Properties")
    return _Raw(
        (*path, "Properties"),
        properties if isinstance(properties, Mapping) else {},
        str(resource.get("Type") or ""),
        reason.strip() if isinstance(reason, str) else "",
    )


def _risks(properties: Mapping[str, Json], resource_type: str) -> Iterator[Fault]:
    for name, value in properties.items():
        yield from _access(name, value)
        yield from _encryption(name, value)
        if not resource_type.endswith("Egress"):
            yield from _addresses(name, value)
    yield from _unsigned(properties, resource_type)
    yield from policy_risks(properties, ())
    yield from _variables(properties)


def _access(name: str, value: Json) -> Iterator[Fault]:
    if name == "PublicAccessBlockConfiguration":
        off = sorted(key for key in _BLOCKS if isinstance(value, Mapping) and not _on(value.get(key, True)))
        if off or value is None:
            what = f"switches off {', '.join(off)}" if off else "removes the block of public access"
            yield warning("public-access", f"{what}: the bucket can be made public", (name,))
    elif name == "AccessControl" and isinstance(value, str) and value in _OPEN_ACLS:
        yield warning("public-access", f"opens the bucket with the ACL {value}", (name,))
    elif name == "PubliclyAccessible" and _on(value):
        yield warning("public-access", "gives the database a public address", (name,))


def _encryption(name: str, value: Json) -> Iterator[Fault]:
    enabled = value.get("Enabled") if isinstance(value, Mapping) else value
    if (name in _ENCRYPTION and not _on(value)) or (name in _ENCRYPTION_OPTIONS and not _on(enabled)):
        yield warning("encryption-off", f"switches encryption off with '{name}'", (name,))
    elif name in _KEYS and value is None:
        yield warning("encryption-off", f"removes '{name}', and so the encryption with the platform's key", (name,))
    elif isinstance(value, Mapping) and name == "SSESpecification":
        yield from (
            warning(fault.code, fault.message, (name, *fault.path))
            for key in value
            for fault in _encryption(key, value[key])
        )


def _addresses(name: str, value: Json) -> Iterator[Fault]:
    rules = enumerate(value) if name == "SecurityGroupIngress" and isinstance(value, list) else ()
    for index, rule in rules:
        for key in ("CidrIp", "CidrIpv6"):
            if isinstance(rule, Mapping) and _public(rule.get(key)):
                yield _open(rule[key], (name, index, key))
    if name in ("CidrIp", "CidrIpv6") and _public(value):
        yield _open(value, (name,))


def _variables(properties: Mapping[str, Json]) -> Iterator[Fault]:
    """Environments as Lambda has them, and as ECS has them."""
    environment = properties.get("Environment")
    variables = environment.get("Variables") if isinstance(environment, Mapping) else None
    if isinstance(variables, Mapping):
        yield from variable_warnings(variables, ("Environment", "Variables"))
    containers = properties.get("ContainerDefinitions")
    for index, container in enumerate(containers if isinstance(containers, list) else ()):
        pairs = container.get("Environment") if isinstance(container, Mapping) else None
        for number, pair in enumerate(pairs if isinstance(pairs, list) else ()):
            if isinstance(pair, Mapping) and isinstance(pair.get("Name"), str):
                path: Path = ("ContainerDefinitions", index, "Environment", number)
                yield from variable_warnings({pair["Name"]: pair.get("Value")}, path)


def _public(cidr: Json) -> bool:
    """Whether a range has addresses of the internet."""
    import ipaddress  # only raw security groups need it

    try:
        network = ipaddress.ip_network(cidr, strict=False) if isinstance(cidr, str) else None
    except ValueError:
        return False
    return network is not None and (network.prefixlen == 0 or network.is_global)


def _open(cidr: str, path: Path) -> Fault:
    return warning("public-access", f"opens a security group to {cidr} on the internet", path)


def _unsigned(properties: Mapping[str, Json], resource_type: str) -> Iterator[Fault]:
    """Routes and URLs without authorization. A browser's preflight has none, nor has a message of a WebSocket API."""
    key = str(properties.get("RouteKey", "$default"))
    if properties.get("HttpMethod") == "OPTIONS" or not (" /" in key or key in ("$default", "$connect")):
        return
    for name in ("AuthorizationType", "AuthType", "FunctionUrlAuthType"):
        if properties.get(name) == "NONE" or (name in properties and properties[name] is None):
            yield warning("public-access", f"lets anyone call without authorization ('{name}')", (name,))
    if resource_type in _ROUTES and "AuthorizationType" not in properties:
        yield warning("public-access", "lets anyone call without authorization: 'AuthorizationType' is not set", ())


def _on(value: Json) -> bool:
    """Booleans may be written as text in CloudFormation; a value known only after deployment counts as on."""
    return value is True or isinstance(value, Mapping) or (isinstance(value, str) and value.lower() == "true")
