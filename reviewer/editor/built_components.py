"""What the components of a spec became, in each environment, for the text beside a name.

What builds them is loaded when somebody asks, so that the server starts without it.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.language.schema import Schema
from compiler.meaning.edges import Checked
from compiler.source.diagnostics import SpecError

if TYPE_CHECKING:
    from reviewer.explain.built import Built
    from reviewer.explain.component import Explained


@dataclass(frozen=True)
class BuiltSpec:
    """The environments of one valid version of a spec. Without slots: each is built once."""

    checked: tuple[Checked, ...]
    schema: Schema

    @functools.cached_property
    def environments(self) -> tuple[tuple[str, Built | None], ...]:
        """Name → what it is built to; None for one that can't be built."""
        return tuple((one.document.data["environment"], self._built(one)) for one in self.checked)

    def _built(self, checked: Checked) -> Built | None:
        from reviewer.explain.built import built

        try:
            return built(checked, self.schema)
        except SpecError:
            return None

    def lines(self, address: str) -> Iterator[str]:
        """Of a component a line for each environment: how many resources of which types."""
        for name, one in self.environments:
            yield f"- `{name}`: {self._in(one, address)}"

    def _in(self, one: Built | None, address: str) -> str:
        from reviewer.explain.component import explained_component

        if one is None:
            return "can't be built; `stackwright compile` tells why"
        found = [component for component in one.platform.components.values() if component.path == address]
        return _resources(explained_component(one, found[0])) if found else "not there"


def _resources(explained: Explained) -> str:
    if explained.existing is not None:
        return "an existing resource; nothing is created"
    counted = Counter(part.type.removeprefix("AWS::") for part in explained.parts)
    types = ", ".join(f"{kind} ×{count}" if count > 1 else kind for kind, count in counted.items())
    stacks = tuple(dict.fromkeys(part.stack for part in explained.parts))
    return f"{_counted(len(explained.parts))}: {types} ({_stacks(stacks)})" if types else "no resource of its own"


def _counted(count: int) -> str:
    return f"{count} resource{'s' if count != 1 else ''}"


def _stacks(stacks: Sequence[str]) -> str:
    return f"in {', '.join(stacks)}"
