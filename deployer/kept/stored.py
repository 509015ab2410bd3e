"""What the Systems Manager parameters have that root parameters name: CloudFormation reads the same at the same time.

Source: CloudFormation user guide, "Specify existing resources at runtime with CloudFormation-supplied parameter types".
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.errors import refused
from deployer.faults import explained, read
from deployer.session import SANDBOX, Aws

_STORED = "AWS::SSM::Parameter::Value<"
_MOST = 10
"""Names of one GetParameters call (Systems Manager API reference)."""


@explained("reading Systems Manager parameters")
def with_stored(aws: Aws, compiled: Compiled, values: Mapping[str, str], known: Container[str]) -> Mapping[str, str]:
    """Values of root parameters with what stands behind those that name a parameter of Systems Manager; not of `known`.

    Raises `DeployError` for one that is not there, which CloudFormation would refuse without naming the component.
    """
    declared = compiled.root.body.get("Parameters", {})
    stored = [name for name, about in declared.items() if str(about["Type"]).startswith(_STORED) and name not in known]
    named = {name: values[name] for name in stored}
    if not named:
        return values
    found = _read(aws, sorted({*named.values()}))
    if aws.endpoint == SANDBOX:
        found |= _stand_ins(aws, {*named.values()} - found.keys())
    for name, parameter in named.items():
        if parameter not in found:
            message = f"no Systems Manager parameter '{parameter}' in {aws.region}, which '{name}' takes its value of"
            raise refused(message, "put the image's address there, as a String, before the deployment", "bad-parameter")
    return {**values, **{name: found[parameter] for name, parameter in named.items()}}


def _stand_ins(aws: Aws, names: Iterable[str]) -> dict[str, str]:
    """In the sandbox, which runs no containers, a parameter that nobody has put there gets an address."""
    made = {name: f"sandbox.invalid/{name.rpartition('/')[2]}:1" for name in sorted(names)}
    for name, value in made.items():
        aws.client("ssm", aws.region).put_parameter(Name=name, Value=value, Type="String")
    return made


def _read(aws: Aws, names: list[str]) -> dict[str, str]:
    """By the name that was asked: an answer names what is shared by another account by its ARN."""
    found: dict[str, str] = {}
    for start in range(0, len(names), _MOST):
        for one in _batch(aws, names[start : start + _MOST]):
            found |= {one["Name"]: one["Value"], one.get("ARN", one["Name"]): one["Value"]}
    return found


def _batch(aws: Aws, names: list[str]) -> list[Json]:
    ssm = aws.client("ssm", aws.region)
    return list(read(lambda: ssm.get_parameters(Names=names))["Parameters"])
