"""A template as a spec: native sections where they fit, raw resources where not, and the report of what is lost.

given ── owners ──► which resources are native ── reference ──► values ──► components
      ── import ──► component → identifier, so that what is deployed stays
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field

from compiler.language.names import pascal
from compiler.source.diagnostics import Diagnostic, each_once
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.migration.addons.values import UnknownValue
from deployer.migration.conversion import Converted, posture_of
from deployer.migration.draft import Draft, Owner, slug
from deployer.migration.template.given import Given
from deployer.migration.template.layers import lay
from deployer.migration.template.natives import NATIVE, ODD, component_name, needless, owners_of
from deployer.migration.template.values import TemplateValues

RAW = "resources"
_KEPT = ("DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata")
_LOST = {
    "Transform": "run it first: `import-from stack` takes what CloudFormation made of it",
    "Rules": "set the parameters in the spec, where `lint` checks them",
    "Hooks": "CodeDeploy's blue/green deployments are not for nested stacks",
}
_NESTED = "AWS::CloudFormation::Stack"
_SERVERLESS = ("AWS::Serverless::", "AWS::Include")
_SELF = ("AWS::StackId", "AWS::NotificationARNs")


@frozen(eq=True)
class Conversion:
    """One template on its way: `nouns` are those of sections, `names` their properties with a physical name."""

    given: Given
    nouns: Mapping[str, str]
    names: Mapping[str, str]
    draft: Draft
    owners: dict[str, Owner] = field(default_factory=dict)
    """Logical id → component, of what is native."""
    raw: dict[str, Owner] = field(default_factory=dict)
    misread: set[str] = field(default_factory=set)
    """Native ones of which something reads an attribute that their section does not have."""

    def values(self) -> TemplateValues:
        words = {"AWS::StackName": self.given.name}
        template = self.given.document.data
        return TemplateValues(template, words, "", {}, self.reference, self.given)

    def reference(self, name: str, attribute: str) -> Json:
        if name not in self.given.resources:
            raise UnknownValue(f"{name} is not in the template")
        if not self.stays(name):
            raise UnknownValue(f"{name} is left out")
        if name not in self.owners:
            return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
        known = NATIVE[str(self.given.resources[name]["Type"])].ATTRIBUTES
        if attribute not in known:
            self.misread.add(name)
            raise UnknownValue(f"{name}.{attribute} is not an attribute of {'.'.join(self.owners[name])}")
        return f"${{{'.'.join(self.owners[name])}.{known[attribute]}}}"

    def logical_id(self, name: str) -> str:
        """What it has in the spec: that of a native component follows from its name."""
        if name not in self.owners:
            return name
        section, component = self.owners[name]
        return pascal(component) + self.nouns[section]

    def stays(self, name: str) -> bool:
        """Whether its condition holds, and a spec can have its type."""
        resource = self.given.resources[name]
        if _impossible(str(resource["Type"])):
            return False
        return "Condition" not in resource or self.values().holds(str(resource["Condition"]))

    def native(self, name: str) -> dict[str, Json] | None:
        """Settings of the component; None where the resource stays raw."""
        resource = self.given.resources[name]
        try:
            properties = self.values().of(resource.get("Properties", {})) if self.stays(name) else None
            made: dict[str, Json] | None = None
            if properties is not None:
                made = NATIVE[str(resource["Type"])].native(properties)
        except (UnknownValue, *ODD):
            return None
        return None if made is None or not _plain(made) else made


def conversion_of(given: Given, kinds: Mapping[str, Mapping[str, Json]]) -> tuple[Converted, Mapping[str, Owner]]:
    """The spec of a template, and the component of each resource; `kinds` are the schemas of all sections."""
    nouns = {name: str(kind["x-logical-id"]) for name, kind in kinds.items() if kind.get("x-logical-id")}
    named = {name: kind["x-physical-name"] for name, kind in kinds.items() if "x-physical-name" in kind}
    names = {name: str(about["property"]) for name, about in named.items()}
    conversion = Conversion(given, nouns, names, Draft(None, (given.environment,)))
    _settle_owners(conversion)
    for name in given.resources:
        _resource(conversion, name)
    staying = _laid(conversion, {name: str(kind.get("x-layer", "")) for name, kind in kinds.items()})
    _around(conversion)
    return _whole(conversion), {**conversion.owners, **staying}


def _laid(conversion: Conversion, layers: Mapping[str, str]) -> dict[str, Owner]:
    """The raw components that can be imported, after all got their layer."""
    apart = lay(conversion.draft, conversion.raw, layers)
    for name, key in apart.items():
        told = f"{name} can't be imported: its {key} reads a component of another nested stack"
        place = conversion.given.place("Resources", name)
        conversion.draft.changed(place, told, "delete the old one before the deployment makes it")
    return {name: owner for name, owner in conversion.raw.items() if name not in apart}


def _whole(conversion: Conversion) -> Converted:
    given, draft = conversion.given, conversion.draft
    sections = {section: dict(sorted(there.items())) for section, there in sorted(draft.sections.items())}
    environments = {given.environment: {"posture": posture_of(given.environment)}}
    head = {"platform": given.platform, "region": given.region, "environments": environments}
    told = each_once(draft.told)
    return Converted({**head, **sections}, tuple(sorted(told, key=lambda one: one.place)), draft.places)


def _settle_owners(conversion: Conversion) -> None:
    """Resources are native as long as those that they read are: a queue whose dead letters go to a raw one is raw."""
    for name, resource in conversion.given.resources.items():
        if str(resource["Type"]) in NATIVE:
            section = NATIVE[str(resource["Type"])].SECTION
            conversion.owners[name] = (section, component_name(name, conversion.nouns[section]))
    while True:
        _read_all(conversion)
        found = owners_of(conversion.given, conversion.nouns, conversion.native)
        fitting = conversion.owners.keys() - conversion.misread
        kept = {name: owner for name, owner in found.items() if name in fitting}
        if kept == conversion.owners:
            return
        conversion.owners.clear()
        conversion.owners.update(kept)


def _read_all(conversion: Conversion) -> None:
    """Find out what is misread."""
    for name, resource in conversion.given.resources.items():
        with suppress(UnknownValue, *ODD):
            if conversion.stays(name):
                conversion.values().of(resource.get("Properties", {}))


def _resource(conversion: Conversion, name: str) -> None:
    given, draft = conversion.given, conversion.draft
    kind, place = str(given.resources[name]["Type"]), given.place("Resources", name)
    try:
        if _impossible(kind):
            draft.lost(place, f"{name} ({kind}) is left out: a spec does not have it", _impossible(kind))
        elif not conversion.stays(name):
            told = f"{name} is left out: its condition does not hold with these parameters"
            draft.changed(place, told, "give other values with --parameter, or add it under an environment")
        elif needless(given, name, conversion.owners):
            told = f"{name} is left out: what it demands is part of the section"
            draft.changed(place, told, "compare the policy after `compile`")
        elif name in conversion.owners:
            _native(conversion, name)
        else:
            _raw(conversion, name)
    except (UnknownValue, *ODD) as problem:
        odd = "it has not the form of CloudFormation's templates"
        reason = str(problem) if isinstance(problem, UnknownValue) else odd
        draft.lost(place, f"{name} ({kind}) is left out: {reason}", "add it to `resources` by hand")


def _native(conversion: Conversion, name: str) -> None:
    given, draft, (section, component) = conversion.given, conversion.draft, conversion.owners[name]
    settings = conversion.native(name) or {}
    properties = conversion.values().of(given.resources[name].get("Properties", {}))
    word = conversion.names.get(section, "")
    if word in properties:
        settings["properties"] = {word: properties[word]}
    if given.resources[name].get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
        told, help_text = f"{name} was retained; {section}.{component} is by posture", "see `keep` of the section"
        draft.changed(given.place("Resources", name), told, help_text)
    draft.put(section, component, settings, given.place("Resources", name))
    if name == next(iter(conversion.owners)):
        told = "native components get what a spec gives each: encryption by the platform's key, policies, alarms"
        draft.changed(given.place("Resources", name), told, "see it in `plan` after the import, before you deploy")


def _raw(conversion: Conversion, name: str) -> None:
    given, resource = conversion.given, conversion.given.resources[name]
    values = conversion.values()
    kept = {key: values.of(resource[key]) for key in _KEPT if key in resource}
    made: dict[str, Json] = {"Type": str(resource["Type"]), "logical_id": name, **kept}
    waits = resource.get("DependsOn", [])
    before = [one for one in ([waits] if isinstance(waits, str) else waits) if conversion.stays(one)]
    if before:
        made["DependsOn"] = [conversion.logical_id(one) for one in before]
    properties = values.of(resource.get("Properties", {}))
    if properties:
        made["Properties"] = properties
    component = _free_name(conversion.draft, name)
    conversion.raw[name] = (RAW, component)
    conversion.draft.put(RAW, component, made, given.place("Resources", name))
    _self_named(conversion, name, properties)


def _free_name(draft: Draft, logical_id: str) -> str:
    """Names of components have no capitals, so that two logical ids may give the same one."""
    usual = component_name(logical_id)
    names = (usual, *(slug(f"{usual}-{number}") for number in range(2, 1000)))
    return next(one for one in names if not draft.has(RAW, one))


def _self_named(conversion: Conversion, name: str, properties: Json) -> None:
    for word in _SELF:
        if word in str(properties):
            told = f"{name} reads {word}, which is that of a nested stack now"
            conversion.draft.changed(conversion.given.place("Resources", name), told, "write what it stands for")


def _impossible(kind: str) -> str:
    """What to do for a type that no spec can have; empty for any other one."""
    if kind == _NESTED:
        return "convert the nested stack by itself, into the same spec or one of its own"
    if kind.startswith(_SERVERLESS):
        return "a transform makes it: `import-from stack` takes what CloudFormation made of it"
    return ""


def _plain(value: Json) -> bool:
    """Whether no function is in it: a native setting takes values alone."""
    if isinstance(value, Mapping):
        return not any(str(key) == "Ref" or str(key).startswith("Fn::") for key in value) and all(
            map(_plain, value.values())
        )
    return all(map(_plain, value)) if isinstance(value, list) else True


def _around(conversion: Conversion) -> None:
    """What a template has beside its resources."""
    given, draft = conversion.given, conversion.draft
    for section in sorted(given.document.data.keys() & _LOST):
        draft.lost(given.place(section), f"'{section}' of the template is left out", _LOST[section])
    draft.told += _parameters(given)
    for name, output in given.section("Outputs").items():
        _output(conversion, name, output)


def _parameters(given: Given) -> Iterator[Diagnostic]:
    for name in given.section("Parameters"):
        value, place = given.parameter(name), given.place("Parameters", name)
        if value is None:
            told = f"the parameter {name} has no value that a spec may have"
            hidden = str(given.section("Parameters")[name].get("NoEcho", "")).lower() == "true"
            given_by = f"give one: --parameter {name}=…"
            help_text = "put it into a component of `secrets`, and read that" if hidden else given_by
            yield Diagnostic("not-converted", told, place, suggestion=help_text, severity="warning")
        else:
            text = ",".join(value) if isinstance(value, list) else value
            told = f"the parameter {name} is put in with its value, '{text}'"
            help_text = "where environments differ, change what it is in under `environments`"
            yield Diagnostic("converted-differently", told, place, suggestion=help_text, severity="note")


def _output(conversion: Conversion, name: str, output: Json) -> None:
    given, draft = conversion.given, conversion.draft
    place = given.place("Outputs", name)
    exported = output.get("Export") if isinstance(output, Mapping) else None
    told = f"the {'export' if exported else 'output'} {name} is left out"
    if exported:
        draft.lost(place, told, "other stacks may import it: keep the old stack's export until they read it elsewhere")
    else:
        draft.lost(place, told, "read the attribute of the component: `${…}`, or `stackwright outputs`")
