"""What `validate` says of one version of a text."""

from __future__ import annotations

import logging

from compiler.language.on_demand import everything
from compiler.pipeline import check_document
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.frozen import frozen
from reviewer.editor.built_components import BuiltSpec
from reviewer.editor.reading import Reading

_logger = logging.getLogger(__name__)


@frozen(eq=True)
class Verdict:
    """The errors of a text, or its warnings and what it is built to."""

    diagnostics: tuple[Diagnostic, ...]
    built: BuiltSpec | None = None
    """None while it has errors."""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.diagnostics if one.severity == "error")


def judged(reading: Reading) -> Verdict:
    """The diagnostics of all environments, as `validate` prints them, and of one for each pattern of environments."""
    if isinstance(reading.loaded, SpecError):
        return Verdict(reading.loaded.diagnostics)
    try:
        checked = check_document(reading.loaded, everything(reading.loaded.data))
    except SpecError as problem:
        return Verdict(problem.diagnostics)
    except Exception:
        _logger.exception("validate failed; this is a bug of Stackwright")
        return Verdict(())
    warnings = tuple(dict.fromkeys(warning for one in checked for warning in one.warnings))
    return Verdict(warnings, BuiltSpec(checked, reading.schema))
