"""Templates of addons: of a service or job, and of the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.source.diagnostics import Place
from compiler.source.document import Document
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.migration.addons import buckets, clusters, policies, tables
from deployer.migration.addons.short_forms import load_template
from deployer.migration.addons.values import UnknownValue, Values
from deployer.migration.application import Application
from deployer.migration.draft import Draft, Owner, slug

NATIVE = {module.TYPE: module for module in (tables, buckets, clusters)}
_PARAMETERS = "addons.parameters.yml"
_SECTION = "resources"
_POLICY = "AWS::IAM::ManagedPolicy"
_OF_A_BUCKET = "AWS::S3::BucketPolicy"
_NOT_RAW = frozenset({_POLICY, "AWS::IAM::Policy"})
_ODD = (UnknownValue, LookupError, TypeError, AttributeError, ValueError)
"""What a template that is none of CloudFormation's raises, beside a value that nobody knows."""
_KEPT = ("DeletionPolicy", "UpdateReplacePolicy", "Metadata")


@frozen(eq=True)
class Addon:
    """One template, for a service or job, or, without `workload`, for the environment."""

    document: Document
    workload: str
    parameters: Mapping[str, Json]

    @property
    def resources(self) -> Mapping[str, Json]:
        found = self.document.data.get("Resources")
        return found if isinstance(found, Mapping) else {}

    def place(self, *keys: str) -> Place:
        return self.document.key_place(keys)

    def component(self, logical_id: str) -> str:
        """Of two services each may have a resource of the same name."""
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", logical_id)
        return slug(f"{self.workload}-{words}" if self.workload else words)

    def logical_id(self, logical_id: str) -> str:
        prefix = "".join(word.title() for word in re.findall("[A-Za-z0-9]+", self.workload))
        return f"{prefix}{logical_id}"


def convert_addons(found: Application, draft: Draft) -> None:
    """Add what the templates of all services and of the environment make."""
    names = [str(one.data["name"]) for one in found.workloads]
    for name, document in zip(names, found.workloads, strict=True):
        for addon in _addons(Path(document.file).parent / "addons", slug(name)):
            _convert(addon, draft)
    if draft.environment:
        for addon in _addons(found.folder / "environments" / "addons", ""):
            _convert(addon, draft)


def _addons(folder: Path, workload: str) -> Iterator[Addon]:
    given = folder / _PARAMETERS
    parameters = load_template(str(given)).data.get("Parameters", {}) if given.is_file() else {}
    for path in sorted(folder.glob("*.y*ml")):
        if path.name != _PARAMETERS:
            yield Addon(load_template(str(path)), workload, parameters)


def _convert(addon: Addon, draft: Draft) -> None:
    natives = {name: (NATIVE[kind].SECTION, addon.component(name)) for name, kind in _native_types(addon, draft)}

    def reference(name: str, attribute: str) -> Json:
        if name not in addon.resources:
            raise UnknownValue(f"{name} is not in the template")
        if name not in natives:
            own = addon.logical_id(name)
            return {"Fn::GetAtt": [own, attribute]} if attribute else {"Ref": own}
        known = NATIVE[str(addon.resources[name]["Type"])].ATTRIBUTES
        if attribute not in known:
            raise UnknownValue(f"{name}.{attribute} is not an attribute of {'.'.join(natives[name])}")
        return f"${{{'.'.join(natives[name])}.{known[attribute]}}}"

    values = _values(addon, draft, reference)
    for section in sorted(addon.document.data.keys() & {"Transform", "Rules"}):
        told = f"'{section}' of the template is left out"
        draft.lost(addon.place(section), told, "write what it does into the spec")
    for name in addon.resources:
        _resource(addon, draft, name, (values, natives))
    _outputs(addon, draft, (values, natives))


def _values(addon: Addon, draft: Draft, reference: Json) -> Values:
    words = {"App": "${platform}", "Env": "${env}", "Name": addon.workload}
    environment = draft.environment or (draft.environments[-1] if draft.environments else "")
    return Values(addon.document.data, words, environment, addon.parameters, reference)


def _native_types(addon: Addon, draft: Draft) -> Iterator[tuple[str, str]]:
    """The resources that become components, with their types."""
    values = _values(addon, draft, lambda name, attribute: f"{name}.{attribute}")
    for name, resource in addon.resources.items():
        kind = str(resource.get("Type")) if isinstance(resource, Mapping) else ""
        try:
            if kind in NATIVE and NATIVE[kind].native(values.of(resource.get("Properties", {}))) is not None:
                yield name, kind
        except _ODD:
            continue


def _resource(addon: Addon, draft: Draft, name: str, known: tuple[Values, Mapping[str, Owner]]) -> None:
    values, natives = known
    resource, place = addon.resources[name], addon.place("Resources", name)
    kind = str(resource.get("Type")) if isinstance(resource, Mapping) else ""
    if kind in _NOT_RAW:
        return
    try:
        if _said_already(resource, kind, natives):
            return
        if "Condition" in resource and not values.holds(str(resource["Condition"])):
            return
        properties = values.of(resource.get("Properties", {}))
        if name in natives:
            section, component = natives[name]
            draft.put(section, component, NATIVE[kind].native(properties) or {}, place)
            told = f"{name} is made anew, empty, by {section}.{component}"
            help_text = "copy the data after the first deployment, or take the old one: `stackwright import`"
            draft.changed(place, told, help_text)
            return
        kept = {key: values.of(resource[key]) for key in _KEPT if key in resource}
        made = {"Type": kind, "logical_id": addon.logical_id(name), **kept, "Properties": properties}
        draft.put(_SECTION, addon.component(name), made, place)
    except _ODD as problem:
        draft.lost(place, f"{name} ({kind}) is left out: {_reason(problem)}", "add it to `resources` by hand")


def _reason(problem: Exception) -> str:
    return str(problem) if isinstance(problem, UnknownValue) else "it has not the form of CloudFormation's templates"


def _said_already(resource: Json, kind: str, natives: Mapping[str, Owner]) -> bool:
    """What a database makes around itself, and a bucket's policy that demands TLS, which each bucket has."""
    if any(section == clusters.SECTION for section, _ in natives.values()) and kind in clusters.AROUND:
        return True
    if kind != _OF_A_BUCKET or resource["Properties"].get("Bucket") not in [{"Ref": name} for name in natives]:
        return False
    statements = resource["Properties"]["PolicyDocument"]["Statement"]
    secure = {"Bool": {"aws:SecureTransport": False}}
    return all(one.get("Effect") == "Deny" and one.get("Condition") == secure for one in statements)


def _outputs(addon: Addon, draft: Draft, known: tuple[Values, Mapping[str, Owner]]) -> None:
    """What the outputs of an addon give the service: variables, and policies of its role."""
    values, natives = known
    outputs = addon.document.data.get("Outputs")
    user = next(
        (draft.sections[one][addon.workload] for one in ("services", "jobs") if draft.has(one, addon.workload)), None
    )
    if user is not None:
        _databases(natives, user)
    for name, output in (outputs if isinstance(outputs, Mapping) else {}).items():
        place, value = addon.place("Outputs", name), output.get("Value") if isinstance(output, Mapping) else None
        source = str(value.get("Ref")) if isinstance(value, Mapping) else ""
        resource = addon.resources.get(source)
        kind = str(resource.get("Type")) if isinstance(resource, Mapping) else ""
        if user is None:
            told, help_text = f"the output {name} is left out", "use the component, or a pointer to its attribute"
            draft.lost(place, told, help_text)
        elif kind == _POLICY:
            policies.used(addon.resources[source], natives, user, (draft, place))
        elif kind in ("AWS::SecretsManager::Secret", "AWS::EC2::SecurityGroup"):
            told = f"the output {name}, of {kind}, gave the service what `uses` gives here"
            draft.lost(place, told, "add the resource as a component, and use it")
        elif pointer := _pointer(addon, value, natives):
            user["environment"][_variable_name(name)] = pointer
        else:
            _variable(name, (values, value), user, (draft, place))


def _pointer(addon: Addon, value: Json, natives: Mapping[str, Owner]) -> str:
    """Where `Ref` or `Fn::GetAtt` of a raw resource is read in a spec; empty for anything else."""
    if not isinstance(value, Mapping):
        return ""
    listed = value.get("Fn::GetAtt")
    source, attribute = listed if isinstance(listed, list) and len(listed) == 2 else (value.get("Ref"), "ref")
    if not isinstance(source, str) or source not in addon.resources or source in natives:
        return ""
    return f"${{{_SECTION}.{addon.component(source)}.{attribute}}}"


def _databases(natives: Mapping[str, Owner], user: dict[str, Json]) -> None:
    """Nothing in a template of a cluster names a policy: whose addon it is connects."""
    for section, name in natives.values():
        if section == clusters.SECTION:
            user["uses"] = dict(sorted({**(user.get("uses") or {}), f"{section}.{name}": "connect"}.items()))


def _variable_name(output: str) -> str:
    """Copilot turns the name of an output into one of a variable: MyTable is MY_TABLE."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", output).upper()


def _variable(name: str, given: tuple[Values, Json], user: dict[str, Json], at: tuple[Draft, Place]) -> None:
    variable = _variable_name(name)
    values, value = given
    draft, place = at
    try:
        made = values.of(value)
    except _ODD as problem:
        draft.lost(place, f"the variable {variable} is left out: {_reason(problem)}", "set it in `environment`")
        return
    if isinstance(made, str):
        user["environment"][variable] = made
    else:
        told = f"the variable {variable} is left out: it is made of a raw resource"
        draft.lost(place, told, "point at the resource: `${name.ref}`, or `${name.Attribute}`")
