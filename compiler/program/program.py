"""Build a platform as one flat set of resources, each with the component it comes from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from troposphere import AWSObject

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.naming import physical_name
from compiler.meaning.edges import Edge
from compiler.program.artifact import Artifact
from compiler.program.built_image import BuiltImage
from compiler.program.component import Component, Output, Platform, Value
from compiler.program.encode import encoded
from compiler.program.existing import KnownAttributes, known_attributes
from compiler.program.exported import empty_exports, export_resources
from compiler.program.glue import glue
from compiler.program.imported import imported_parameters, read_values, records
from compiler.program.intrinsics import compact, joined, read_by, resolved
from compiler.program.kept import KeptValue
from compiler.program.large_policies import with_managed_policies
from compiler.program.patch import merge_patch
from compiler.program.patches import patches_of
from compiler.program.raw import unknown_properties, unknown_references
from compiler.program.read_before import read_too_early
from compiler.program.refusals import refusals
from compiler.program.resource import DYNAMIC, Resource, waiting_for, waits_for
from compiler.program.root_names import ARTIFACT_BUCKET, duplicate_names, place_of
from compiler.program.shared_groups import with_shared_groups
from compiler.program.statement_ids import with_distinct_ids
from compiler.program.waiting import without_idle_waiting
from compiler.program.weakened import weakened
from compiler.source.diagnostics import Diagnostic, did_you_mean, refuse
from compiler.source.frozen import frozen
from compiler.source.interpolation import has_symbol, parts, replaced, spelled
from compiler.source.json_value import Json


@frozen(eq=True)
class Program:
    """All resources of one environment, before they are divided into stacks and regions."""

    resources: Mapping[str, Resource]
    parameters: Mapping[str, Json]
    """Root parameters in CloudFormation's form."""
    outputs: Mapping[str, Json]
    """Root outputs: name → Value and Description."""
    artifacts: tuple[Artifact, ...]
    images: tuple[BuiltImage, ...] = ()
    """Container images that the deployment builds."""
    kept: tuple[KeptValue, ...] = ()
    """Values that others change."""
    warnings: tuple[Diagnostic, ...] = ()
    """Guarantees of sections that raw CloudFormation turns off."""


def build(platform: Platform, pointers: tuple[Edge, ...]) -> Program:
    """Every component's resources and the glue between them, patched and checked.

    Raises `SpecError` for duplicate logical ids, overrides of unknown resources, and cycles.
    """
    refuse((*refusals(platform), *empty_exports(platform)))
    built = _built(platform)
    bodies = _patched(platform, _named(platform, {name: body for name, (_, body) in built.items()}))
    refuse(duplicate_names(platform, {name: component for name, (component, _) in built.items()}))
    refuse(read_too_early(platform, built, bodies))
    parameters = _parameters(platform)
    known = known_attributes(platform.document, platform.schema)
    refuse(unknown_references(platform.document, platform.schema, {*bodies, *parameters, *known.owners}))
    outputs = _outputs(platform)
    if known.owners:
        outputs = {name: resolved(one, known.texts) for name, one in outputs.items()}
    resources = {
        name: _resource(name, built[name][0], body, text) for name, body, text in _rendered(platform, bodies, known)
    }
    read = read_values(platform.document, resources.values(), outputs)
    unread = platform.document.imported.keys() - read.keys()
    parameters = {name: about for name, about in parameters.items() if name not in unread}
    resources |= {name: _resource(name, by, body, compact(body)) for name, by, body in records(platform, read)}
    refuse(_unknown_attributes(platform, known, resources.values(), {*bodies, *parameters}))
    resources, cycle = without_idle_waiting(with_shared_groups(with_managed_policies(resources)))
    refuse(_cycle(platform, resources, pointers, cycle))
    warnings = tuple(weakened(platform, built, patches_of(platform)))
    return Program(resources, parameters, outputs, _artifacts(platform), _images(platform), _kept(platform), warnings)


def _rendered(
    platform: Platform, bodies: Mapping[str, Json], known: KnownAttributes
) -> Iterator[tuple[str, Json, str]]:
    """The resources with what their pointers read in place of them, and each as text."""
    for name, body in bodies.items():
        text = compact(body)
        if has_symbol(text) or known.owners:
            rendered = replaced(body, lambda text: _value(platform, text))
            rendered = _made_only(resolved(rendered, known.texts), bodies) if known.owners else rendered
            yield name, rendered, compact(rendered)
        else:
            yield name, body, text


def _resource(name: str, component: str, body: Json, text: str) -> Resource:
    """What it reads need not stand in its DependsOn too: a text of the spec may point at what is waited for."""
    read = read_by(body, text)
    size = len(text), text.count(DYNAMIC)
    if "DependsOn" not in body:
        return Resource(name, component, body, read, *size)
    known = {target.logical_id for target in read}
    left = [other for other in waits_for(body) if other not in known]
    return Resource(name, component, waiting_for(body, left), read, *size)


def _made_only(body: Json, made: Container[str]) -> Json:
    """A resource whose DependsOn names only created resources: an existing one need not be waited for."""
    return waiting_for(body, [logical_id for logical_id in waits_for(body) if logical_id in made])


def _unknown_attributes(
    platform: Platform, known: KnownAttributes, resources: Iterable[Resource], made: Container[str]
) -> Iterator[Diagnostic]:
    """A fault for each attribute of an existing resource that is needed and not set."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        for target in sorted(one for one in resource.targets if one.logical_id not in made):
            owner = _owner(platform, known, target.logical_id)
            attribute = known.unset.get(target, "")
            if owner is None or (owner.address, attribute) in seen:
                continue
            seen.add((owner.address, attribute))
            user = platform.components[resource.component]
            message = f"{user.path} needs attributes of the existing resource that are not set"
            place = platform.document.value_place((*owner.path.split("."), "existing"))
            help_text = (
                _how_to_set(platform, owner, attribute) if attribute else f"{target.logical_id} is not known of it"
            )
            yield Diagnostic("existing-unknown", message, place, owner.path, help_text, (place_of(platform, user),))


def _how_to_set(platform: Platform, owner: Component, word: str) -> str:
    from compiler.meaning.lookup import lookup_command

    found = word in platform.schema.kinds[owner.section]["x-existing"].get("finds", ())
    return f"set '{word}' in 'existing'" + (f", or {lookup_command(platform.document)}" if found else "")


def _owner(platform: Platform, known: KnownAttributes, logical_id: str) -> Component | None:
    """The existing component that `logical_id` would belong to."""
    if logical_id in known.owners:
        return platform.components[known.owners[logical_id]]
    existing = (component for component in platform.components.values() if component.existing is not None)
    fitting = [component for component in existing if logical_id.startswith(component.stem)]
    return max(fitting, key=lambda component: len(component.stem), default=None)


def _built(platform: Platform) -> dict[str, tuple[str, Json]]:
    """Logical id → component and resource, as the kinds and the glue build it."""
    resources: dict[str, tuple[str, Json]] = {}
    faults = []
    exports = export_resources(platform)
    for component in platform.built:
        shared = exports.get(component.address, ())
        for resource in (*component.build(platform), *glue(platform, component), *shared):
            name = str(resource.title)
            if name in resources:
                faults.append(_taken(platform, component, platform.components[resources[name][0]], name))
            body = encoded(resource)
            resources[name] = (component.address, with_distinct_ids(body) if isinstance(resource, AWSObject) else body)
    refuse(faults)
    return resources


def _taken(platform: Platform, component: Component, other: Component, logical_id: str) -> Diagnostic:
    """The fault of a logical id that is there already, at a component that the spec has."""
    if component is other:
        message = f"two of its settings give the logical id '{logical_id}'"
        return Diagnostic("duplicate-logical-id", message, place_of(platform, other), other.path, "change one of them")
    if not _written(platform, component):
        component, other = other, component
    message = f"gives the logical id '{logical_id}', which {other.path} gives too"
    help_text = "rename one of the two components" if _written(platform, other) else "rename it"
    also = (place_of(platform, other),) if _written(platform, other) else ()
    return Diagnostic("duplicate-logical-id", message, place_of(platform, component), component.path, help_text, also)


def _written(platform: Platform, component: Component) -> bool:
    """Whether the spec has the component, which is not there by itself."""
    return tuple(component.path.split(".")) in platform.document.keys


def _plain(value: Value) -> Json:
    """A value of a kind as the JSON that goes into a template."""
    return encoded(value)


def _named(platform: Platform, resources: Mapping[str, Json]) -> dict[str, Json]:
    """The main resources with the names that `naming:` gives them."""
    named, schema = dict(resources), platform.schema
    for section, name, path, data in components(platform.document, schema):
        physical = physical_name(platform.document.data["naming"], schema.kinds[section], name, data)
        if physical:
            main_id = platform.components[address_of(path)].main_id
            body, about = named[main_id], schema.kinds[section]["x-physical-name"]
            property_name = about.get("property_of", {}).get(body["Type"], about["property"])
            named[main_id] = {**body, "Properties": {**body.get("Properties", {}), property_name: physical}}
    return named


def _patched(platform: Platform, resources: Mapping[str, Json]) -> dict[str, Json]:
    """The resources with `properties:` of components and `overrides:` of the platform merged over them."""
    patches = patches_of(platform)
    refuse(
        Diagnostic(
            "unknown-logical-id",
            f"no resource has the logical id '{patch.logical_id}'",
            platform.document.key_place(patch.path),
            suggestion=did_you_mean(patch.logical_id, resources),
        )
        for patch in patches
        if patch.logical_id not in resources
    )
    refuse(
        fault
        for patch in patches
        for fault in unknown_properties(platform.document, resources[patch.logical_id]["Type"], patch.body, patch.path)
    )
    patched = dict(resources)
    for patch in patches:
        patched[patch.logical_id] = merge_patch(patched[patch.logical_id], patch.body)
    return patched


def _value(platform: Platform, text: str) -> Json:
    """Text of the spec with what its pointers read."""
    return joined([piece if index % 2 == 0 else _symbol(platform, piece) for index, piece in enumerate(parts(text))])


def _symbol(platform: Platform, symbol: str) -> Json:
    """The value that a pointer reads; it may be text of the spec with pointers of its own, but never in a cycle."""
    if symbol.startswith("="):
        return {"Ref": symbol[1:]}
    address, attribute = platform.spec.divided(symbol)
    value = platform.components[address].attributes()[attribute] if attribute else platform.account_id
    return replaced(_plain(value), lambda text: _value(platform, text))


def _cycle(
    platform: Platform, resources: Mapping[str, Resource], pointers: tuple[Edge, ...], cycle: tuple[str, ...]
) -> Iterator[Diagnostic]:
    if not cycle:
        return
    names = tuple(dict.fromkeys(resources[logical_id].component for logical_id in cycle))
    message = f"resources depend on each other in a cycle: {' → '.join((*cycle, cycle[0]))}"
    inside = [edge for edge in (*platform.edges, *pointers) if edge.source in names and edge.target in names]
    places = [platform.document.value_place(edge.path) for edge in inside]
    places = places or [place_of(platform, platform.components[name]) for name in names]
    component = platform.components[inside[0].source if inside else names[0]].path
    yield Diagnostic("dependency-cycle", message, places[0], component, "remove one of these uses", tuple(places[1:]))


def _parameters(platform: Platform) -> dict[str, Json]:
    parameters: dict[str, Json] = imported_parameters(platform.document)
    for component in platform.built:
        parameters |= {str(parameter.title): parameter.to_dict() for parameter in component.parameters()}
    if any(True for _ in _artifacts(platform)):
        description = "S3 bucket, in this region, that holds the uploaded code"
        parameters[ARTIFACT_BUCKET] = {"Type": "String", "Description": description, "MinLength": 3}
    return parameters


def _artifacts(platform: Platform) -> tuple[Artifact, ...]:
    return tuple(artifact for component in platform.built for artifact in component.artifacts())


def _images(platform: Platform) -> tuple[BuiltImage, ...]:
    return tuple(image for component in platform.built for image in component.built_images(platform))


def _kept(platform: Platform) -> tuple[KeptValue, ...]:
    return tuple(one for component in platform.built for one in component.kept_values())


def _outputs(platform: Platform) -> dict[str, Json]:
    outputs: Iterable[Output] = (output for component in platform.built for output in component.outputs(platform))
    return {
        output.name: {
            "Value": replaced(_plain(output.value), lambda text: _value(platform, text)),
            "Description": spelled(output.description),
        }
        for output in outputs
    }
