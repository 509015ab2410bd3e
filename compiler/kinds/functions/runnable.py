"""A Lambda function as whatever runs it sees it: by itself, or by the alias of its newest version."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub

from compiler.program.component import Value
from compiler.shared.function_code import LIVE, FunctionCode
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Runnable(FunctionCode):
    """What runs the function names `arn` or `run_by`, and never the function's own logical id."""

    @property
    def alias_id(self) -> str:
        return f"{self.main_id}Live"

    @property
    def arn(self) -> Value:
        return Ref(self.alias_id) if self.versioned else GetAtt(self.main_id, "Arn")

    @property
    def run_by(self) -> Value:
        """What stands as ``FunctionName`` beside a trigger."""
        return Ref(self.alias_id if self.versioned else self.main_id)

    @property
    def run_name(self) -> Value:
        """What a program names to run it."""
        return Sub(f"${{{self.main_id}}}:{LIVE}") if self.versioned else Ref(self.main_id)
