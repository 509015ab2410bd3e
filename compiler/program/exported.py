"""Exports: the values of a component that platforms above read, each in an SSM parameter beside the component.

SSM parameters rather than outputs with export names: a stack that imports an output keeps the exporting stack from
changing it (CloudFormation user guide, "Get exported outputs from a deployed CloudFormation stack"), and a parameter
of the type ``AWS::SSM::Parameter::Value<…>`` is read anew at each update (same guide, "Systems Manager parameter
types").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSHelperFn, ssm

from compiler.language.address import address_of
from compiler.language.names import pascal
from compiler.meaning.imports import Deployed, Layer, Shared, exported_components
from compiler.program.component import Component, Platform
from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json


def is_exported(platform: Platform, component: Component) -> bool:
    """Whether platforms above may use a component, whose uses nobody knows here."""
    return any(one is component for one in exports(platform).values())


def layer_of(platform: Platform, file: str) -> Layer:
    """What platforms above can import of an environment."""
    exported = {component.address for component in exports(platform).values()}
    paths = (path for *_, path in exported_components(platform.document, platform.schema))
    shared = [_shared(platform, str(path[-1]), platform.components[address_of(path)]) for path in paths]
    return Layer(
        file=file,
        platform=platform.name,
        environment=platform.environment,
        region=platform.region,
        account=platform.account,
        fleet=bool(platform.document.data.get("fleet")),
        shared={one.name: one for one in shared},
        others=tuple(address for address in platform.components if address not in exported),
        kinds=tuple(sorted(section for section, kind in platform.schema.kinds.items() if _shares(kind))),
    )


def empty_exports(platform: Platform) -> Iterator[Diagnostic]:
    """A fault for each export without a value, such as a load balancer that nothing is behind."""
    named = exports(platform)
    for name, _, path in exported_components(platform.document, platform.schema):
        component = named[name]
        if component.existing is None and not any(True for _ in _leaves(component.shares(platform))):
            message = f"there is nothing of '{component.path}' that platforms above could use"
            help_text = "an export is of something that this platform makes: see what its section says when that is"
            place = platform.document.key_place(path)
            yield Diagnostic("nothing-exported", message, place, ".".join(map(str, path)), help_text)


def export_resources(platform: Platform) -> Mapping[str, list[ssm.Parameter]]:
    """Address of a component → the SSM parameters for all its exports, which are in its own stack."""
    found: dict[str, list[ssm.Parameter]] = {}
    for name, component in exports(platform).items():
        if component.existing is None:
            found.setdefault(component.address, []).extend(_parameters(platform, name, component))
    return found


def _parameters(platform: Platform, name: str, component: Component) -> Iterator[ssm.Parameter]:
    for words, value in _leaves(component.shares(platform)):
        if isinstance(value, AWSHelperFn):
            yield ssm.Parameter(
                f"{pascal(name)}Export{''.join(map(pascal, words))}",
                Name=parameter_name(platform, name, words),
                Description=f"{' '.join(words)} of {component.path}, which platforms above read",
                Type="String",
                Value=value,
            )


def parameter_name(platform: Platform, export: str, words: tuple[str, ...]) -> str:
    """Below a level of our own, since no name may start with `aws` or `ssm` (SSM API reference, PutParameter)."""
    return "/".join((exports_of(platform.name, platform.environment), export, *words))


def exports_of(platform: str, environment: str) -> str:
    """The level below which an environment's exports are."""
    return f"{_level(platform, environment)}/exports"


def export_in(parameter: str) -> str:
    """The export in the name of an SSM parameter: what it was called first, which a rename does not change."""
    return parameter.split("/")[len(_level("", "").split("/")) + 1]


def importers_of(platform: str, environment: str) -> str:
    """The level below which platforms above say what they use."""
    return f"{_level(platform, environment)}/imported-by"


def _level(platform: str, environment: str) -> str:
    return f"/stackwright/{platform}/{environment}"


def exports(platform: Platform) -> Mapping[str, Component]:
    """Export → component, found once. References were checked by then; a path has the name that the spec has now."""
    wanted = tuple(exported_components(platform.document, platform.schema))
    if wanted and not platform.exported:
        kinds, every = platform.schema.kinds, platform.components.values()
        able = [one for one in every if _shares(kinds[one.section])]
        named = {**{_name(one): one for one in able}, **{one.path: one for one in able}}
        for name, reference, path in wanted:
            platform.exported[name] = named[reference or _name(platform.components[address_of(path)])]
    return platform.exported


def _name(component: Component) -> str:
    return component.path.rpartition(".")[2]


def _shares(kind: Mapping[str, Json]) -> bool:
    return "shares" in kind.get("x-existing", {})


def _shared(platform: Platform, name: str, export: Component) -> Shared:
    """What is shared by the name that the export has now; SSM parameters keep that of before a rename."""
    component, shown = exports(platform)[name], _name(export)
    declared = platform.schema.kinds[component.section]["x-existing"]
    settings = platform.spec.at(component.address).settings
    beside = {word: settings[word] for word in declared.get("with", ())}
    if component.existing is not None:  # made elsewhere, so that its values are known to all
        return Shared(component.section, shown, component.existing, beside)
    values = _marked(platform, name, component.shares(platform), ())
    existing = {word: value for word, value in values.items() if word not in beside}
    form = platform.schema.kinds[component.section]["properties"]["existing"]["type"]
    instead = {word: value for word, value in values.items() if word in beside}
    return Shared(component.section, shown, existing if "object" in form else existing["id"], {**beside, **instead})


def _marked(platform: Platform, name: str, value: Json, words: tuple[str, ...]) -> Json:
    if isinstance(value, Mapping):
        return {key: _marked(platform, name, child, (*words, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [_marked(platform, name, child, (*words, str(number))) for number, child in enumerate(value, 1)]
    return Deployed(parameter_name(platform, name, words), words) if isinstance(value, AWSHelperFn) else value


def _leaves(value: Json, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, (*words, key))
    elif isinstance(value, list):
        for number, child in enumerate(value, 1):
            yield from _leaves(child, (*words, str(number)))
    else:
        yield words, value
