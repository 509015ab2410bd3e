"""Drop findings about values that the compiler has checked by its own, newer or finer, list: `schema/facts`.

cfn-lint holds a value against the list it ships and fails for any other, so that nothing that AWS added since could be
deployed. Where the compiler has warned of a component's value, only its warning is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from compiler.language.known import CODES
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.compiled import Compiled

_LISTS = frozenset(
    (
        "E2531",  # runtimes of Lambda that are deprecated, and when they can't be changed any more
        "E2533",
        "E2530",  # runtimes with snapshots
        "W2531",
        "E3025",  # instance classes of RDS
        "E3062",  # and those that go with a version
        "E3047",  # sizes of Fargate tasks
        "E3048",
        "E3620",  # instance classes of DocumentDB
        "E3628",  # instance types of EC2
        "E3647",  # node types of ElastiCache
        "E3690",  # versions of RDS
        "E3691",
        "W3690",
        "W3691",
        "E3694",  # instance classes of clusters
    )
)
_ENUM = "E3030"
_ENUM_OF = ("Runtime", "CompatibleRuntimes", "EngineVersion")


_VALUE = re.compile(r"'([^']+)'")
"""The value that a finding is about is the first that it quotes."""


_TOLD_BY = {
    "W9707": "secret-in-environment",
    "W9708": "secret-in-environment",
    "W9709": "image-tag",
    "W9721": "public-access",
    "W9722": "public-access",
}
"""Our own rules that see in a template what the compiler has warned of in the spec."""


def not_judged(compiled: Compiled, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """`findings` without those about a value of which the compiler warns."""
    told = (*compiled.warnings, *(one.found for one in compiled.ignored))
    warnings = [warning for warning in told if warning.code in CODES]
    warned = {(one.code, name) for one in told for name in (one.component, *one.others)}
    return [
        finding
        for finding in findings
        if not (_about_a_list(finding) and any(_same(finding, warning) for warning in warnings))
        and (_TOLD_BY.get(finding.code), finding.component) not in warned
    ]


def _about_a_list(finding: Diagnostic) -> bool:
    steps = finding.resource.split("/")
    code = re.sub("^F", "E", finding.code)  # cloudformation-validate has cfn-lint's numbers
    return code in _LISTS or (code == _ENUM and not {*steps}.isdisjoint(_ENUM_OF))


def _same(finding: Diagnostic, warning: Diagnostic) -> bool:
    """Whether both are about one value of one component."""
    value = _VALUE.search(finding.message)
    if value is None or finding.component != warning.component:
        return False
    return re.search(rf"(?<![\w.-]){re.escape(value[1])}(?![\w.-])", warning.message) is not None
