"""A risk that raw CloudFormation takes."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.source.document import Path


@dataclass(frozen=True, slots=True)
class Risk:
    """`message` goes on from "raw CloudFormation"; `path` leads from the properties to what is meant."""

    code: str
    message: str
    path: Path
