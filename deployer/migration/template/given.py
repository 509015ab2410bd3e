"""The template that is converted, and what is known beside it: values of parameters, names of what is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from compiler.source.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from compiler.source.document import Document
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.migration.addons.short_forms import load_template
from deployer.migration.draft import slug

_NOT_ONE = "give a template of CloudFormation, as JSON or YAML"
_STORED = "AWS::SSM::Parameter::Value<"
_HIDDEN = "****"
"""What CloudFormation tells of a value that is not shown."""


@frozen(eq=True)
class Given:
    """`name` is that of the stack, which becomes the platform's; `environment` the one that the spec gets."""

    document: Document
    name: str
    environment: str
    region: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values instead of the defaults."""
    physical: Mapping[str, str] = field(default_factory=dict)
    """Logical → physical id, of a deployed stack."""
    account: str = ""
    """Empty where it is not known."""

    @property
    def platform(self) -> str:
        return slug(self.name)

    @property
    def resources(self) -> Mapping[str, Mapping[str, Json]]:
        return self.section("Resources")

    def section(self, name: str) -> Mapping[str, Json]:
        found = self.document.data.get(name)
        return found if isinstance(found, Mapping) else {}

    def place(self, *keys: str) -> Place:
        return self.document.key_place(keys)

    def parameter(self, name: str) -> Json:
        """Its value; None for one that has none, or that nobody may read."""
        about: Mapping[str, Json] = self.section("Parameters")[name]
        value = self.parameters.get(name, about.get("Default"))
        if value is None or value == _HIDDEN or str(about.get("NoEcho", "")).lower() == "true":
            return None
        if str(about.get("Type", "")).startswith(_STORED):
            return f"{{{{resolve:ssm:{value}}}}}"
        listed = str(about.get("Type", "")).startswith("List<") or about.get("Type") == "CommaDelimitedList"
        return [one.strip() for one in str(value).split(",")] if listed else value


def template_file(file: str) -> Document:
    """Read a template. Raises `SpecError` for a file that is none."""
    return sound(load_template(file))


def sound(document: Document) -> Document:
    """Raises `SpecError` with all that makes it no template."""
    faults = tuple(_faults(document))
    if faults:
        raise SpecError(faults)
    return document


def _faults(document: Document) -> Iterator[Diagnostic]:
    resources = document.data.get("Resources")
    if not isinstance(resources, Mapping) or not resources:
        yield _bad("there are no 'Resources'", document.value_place(("Resources",)))
        return
    for name, resource in resources.items():
        if str(name).startswith("Fn::"):
            told = f"'{name}' is for a transform: `import-from stack` takes what CloudFormation made of it"
            yield _bad(told, document.key_place(("Resources", name)))
        elif not isinstance(resource, Mapping) or not isinstance(resource.get("Type"), str):
            yield _bad(f"the resource {name} has no 'Type'", document.value_place(("Resources", name)))
        elif not isinstance(resource.get("Properties", {}), Mapping):
            yield _bad(f"'Properties' of {name} is no map", document.value_place(("Resources", name, "Properties")))
    for section in ("Parameters", "Mappings", "Conditions", "Outputs"):
        if not isinstance(document.data.get(section) or {}, Mapping):
            yield _bad(f"'{section}' is no map", document.value_place((section,)))
    yield from _odd_parameters(document)


def _odd_parameters(document: Document) -> Iterator[Diagnostic]:
    declared = document.data.get("Parameters")
    for name, about in declared.items() if isinstance(declared, Mapping) else ():
        if not isinstance(about, Mapping):
            yield _bad(f"the parameter {name} is no map", document.value_place(("Parameters", name)))


def _bad(message: str, place: Place) -> Diagnostic:
    return Diagnostic("not-a-template", message, place, suggestion=_NOT_ONE)


def check_parameters(given: Given) -> None:
    """Raises `SpecError` for a value of a parameter that the template does not have."""
    known = given.section("Parameters")
    unknown = [name for name in given.parameters if name not in known]
    place = given.document.value_place(("Parameters",))
    told = [(f"the template has no parameter '{name}'", did_you_mean(name, known)) for name in unknown]
    if told:
        raise SpecError([Diagnostic("bad-parameter", text, place, suggestion=help_text) for text, help_text in told])
