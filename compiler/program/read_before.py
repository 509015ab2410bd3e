"""Systems Manager parameters that CloudFormation reads beforehand, and that the platform itself would make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.program.component import Platform
from compiler.program.root_names import place_of
from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json

_MADE = "AWS::SSM::Parameter"
_READ = "AWS::SSM::Parameter::Value<"


def read_too_early(
    platform: Platform, built: Mapping[str, tuple[str, Json]], bodies: Mapping[str, Json]
) -> Iterator[Diagnostic]:
    """A fault for each component that takes its value of such a parameter: the first deployment would not begin."""
    made = {str(body.get("Properties", {}).get("Name")): name for name, body in bodies.items() if body["Type"] == _MADE}
    for component in platform.built if made else ():
        for one in component.parameters():
            about = one.to_dict()
            stored = str(about.get("Default"))
            if str(about["Type"]).startswith(_READ) and stored in made:
                maker = platform.components[built[made[stored]][0]].path
                message = f"CloudFormation reads '{stored}' before it makes anything, and {maker} makes it"
                help_text = "name a parameter that is there before, or write the value itself"
                yield Diagnostic("image-parameter", message, place_of(platform, component), component.path, help_text)
