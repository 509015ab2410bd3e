"""What planning takes of platforms below and above: the values that are exported, and who says that it uses them.

Source: Service Authorization Reference, AWS Systems Manager; the SSM user guide, "Restricting access to Parameter Store
parameters using IAM policies", for the resource of GetParametersByPath.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Sub

from compiler.program.component import Grant, Platform, Value
from compiler.program.exported import exports, exports_of, importers_of


def layer_grants(platform: Platform) -> Iterator[tuple[str, Grant]]:
    """Nothing for a platform without imports and exports."""
    below = {(value.platform, value.environment) for value in platform.document.imported.values()}
    levels = tuple(_arn(f"{exports_of(*one)}/*") for one in sorted(below))
    if levels:
        yield "PlatformsBelow", Grant(("ssm:GetParameters",), levels)
    if exports(platform):
        level = importers_of(platform.name, platform.environment)
        yield "PlatformsAbove", Grant(("ssm:GetParametersByPath",), (_arn(level), _arn(f"{level}/*")))


def _arn(name: str) -> Value:
    return Sub(f"arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter{name}")
