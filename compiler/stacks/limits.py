"""AWS's limits on templates, reported as faults of the spec before AWS would.

Numbers: CloudFormation quotas (resources, parameters, outputs, dynamic references, template body in an S3 object), from
its quota page. Those of other services are in `compiler.program.quotas`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from compiler.program.intrinsics import compact
from compiler.program.resource import DYNAMIC
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.fill import MOST_DYNAMIC

MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200}
MOST_BYTES = 1_000_000


def over_limits(compiled: Compiled) -> Iterator[Diagnostic]:
    """A fault for each limit that a template is over."""
    for template in compiled.templates:
        for part, most in MOST.items():
            count = len(template.body.get(part, {}))
            if count > most:
                yield _fault(
                    compiled, template, f"has {count} {part.lower()}, more than CloudFormation's limit of {most}"
                )
        dynamic, size = template.text.count(DYNAMIC), _size(template)
        if dynamic > MOST_DYNAMIC:
            told = f"has {dynamic} dynamic references, more than CloudFormation's limit of {MOST_DYNAMIC}"
            yield _fault(compiled, template, told)
        if size > MOST_BYTES:
            yield _fault(compiled, template, f"has {size} bytes, more than CloudFormation's limit of {MOST_BYTES}")


def _size(template: Template) -> int:
    """Bytes as it is uploaded: without white space, and with an escape for each character that can't be printed."""
    written = template.text
    printable = written.isascii() and "\x7f" not in written
    return len(written) if printable and len(written) <= MOST_BYTES else len(compact(template.body))


def _fault(compiled: Compiled, template: Template, message: str) -> Diagnostic:
    counts = Counter(template.origins.values())
    largest = counts.most_common(1)[0][0] if counts else ""
    place = compiled.places.get(largest) or next(iter(compiled.places.values()))
    help_text = (
        f"give a component another stack, which replaces its resources: stackwright place SPEC --again {largest}"
    )
    return Diagnostic("template-limit", f"the nested stack '{template.name}' {message}", place, largest, help_text)
