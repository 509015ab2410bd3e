"""The templates of compiled environments with values that remember their settings."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from compiler.pipeline import compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template


class Traces:
    """Compiles an environment that has none once more, when the first of its templates is asked for."""

    def body(self, compiled: Compiled, template: Template) -> Json:
        """The body of a template; None where the spec does not compile any more."""
        if compiled.traced:
            return template.body
        file = compiled.document.file if compiled.document else ""
        return self._bodies(file, compiled.environment).get((compiled.region, template.name))

    @functools.cache  # noqa: B019 - the traces end with the lint that needs them
    def _bodies(self, file: str, environment: str) -> Mapping[tuple[str, str], Json]:
        try:
            roots: Sequence[Compiled] = compile_spec(file, (environment,), trace=True) if file else ()
        except SpecError:
            return {}  # the file has changed meanwhile
        return {(root.region, template.name): template.body for root in roots for template in root.templates}
