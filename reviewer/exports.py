"""Exports that go away or get another value, which CloudFormation refuses while another stack imports them.

The compiler emits none: they are of stacks that were deployed by other means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.change import Risk
from reviewer.differences import same
from reviewer.sides import Sides
from reviewer.template_set import TemplateSet
from reviewer.values import joined

_SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"


@frozen(eq=True)
class Export:
    """One export of a deployed template."""

    stack: str
    """Key of the template."""
    output: str
    name: Json
    """As the template has it: text, or a function of the stack's name."""

    @property
    def key(self) -> str:
        return f"{self.stack}/{self.output}"


def going(old: TemplateSet, new: TemplateSet) -> Iterator[Export]:
    """Exports that are not there any more, or have another name or value."""
    for stack in old.templates:
        for output, data in _exported(old, stack).items():
            after = _exported(new, stack).get(output, {})
            if not all(same(old.follow(data.get(part), stack), new.follow(after.get(part), stack)) for part in data):
                yield Export(stack, output, data["Export"]["Name"])


def _exported(templates: TemplateSet, stack: str) -> Mapping[str, Json]:
    outputs = templates.templates.get(stack, {}).get("Outputs", {})
    kept = ("Export", "Value")
    found = {name: {part: data.get(part) for part in kept} for name, data in outputs.items() if "Export" in data}
    return {
        name: data for name, data in found.items() if isinstance(data["Export"], Mapping) and "Name" in data["Export"]
    }


def export_risks(sides: Sides) -> Iterator[Risk]:
    """A line for each of them that others import, as far as that is known."""
    for export in going(sides.old, sides.new) if sides.before.importers else ():
        stacks = sides.before.importers.get(export.key, ())
        if stacks:
            yield Risk(
                "refused",
                "",
                f"the export of `{export.output}` goes or changes, and is imported by {joined(stacks)}: deploy that "
                f"without it before",
                source=_SOURCE,
            )
