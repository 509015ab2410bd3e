"""Condition operators of IAM.

Source: IAM user guide, "Condition operators" and "Conditions with multiple context keys or values".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.access.matching import Context, arn_like, filled, like
from tests.access.unsupported import Unsupported

Test = Callable[[str, str], bool]
_TESTS: dict[str, Test] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
    "IpAddress": lambda wanted, value: ipaddress.ip_address(value) in ipaddress.ip_network(wanted),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator with one key and its values."""

    operator: str
    key: str
    values: tuple[str, ...]

    def met(self, context: Context) -> bool:
        found = context.get(self.key.lower(), ())
        quantifier, _, operator = self.operator.rpartition(":")
        if operator == "Null":
            return any((value == "true") == (not found) for value in self.values)
        if_exists = operator.endswith("IfExists")
        operator = operator.removesuffix("IfExists")
        if not found and (if_exists or quantifier == "ForAllValues"):
            return True
        return _quantified(quantifier, operator, found, self._wanted(context))

    def _wanted(self, context: Context) -> tuple[str, ...]:
        return tuple(text for value in self.values if (text := filled(value, context)) is not None)


def _quantified(quantifier: str, operator: str, found: Sequence[str], wanted: Sequence[str]) -> bool:
    if quantifier == "ForAllValues":
        return all(_one(operator, value, wanted) for value in found)
    if quantifier == "ForAnyValue":
        return any(_one(operator, value, wanted) for value in found)
    if quantifier:
        raise Unsupported(f"condition {quantifier}:{operator}")
    if len(found) > 1:
        raise Unsupported(f"{operator} over several values of one key")
    if not found:
        return _known(operator) in _NEGATED
    return _one(operator, found[0], wanted)


def _one(operator: str, value: str, wanted: Sequence[str]) -> bool:
    """A key's value against all of a condition's: one of them for an operator, none of them for a negated one."""
    known = _known(operator)
    test = _TESTS[_NEGATED.get(known, known)]
    return any(test(one, value) for one in wanted) != (known in _NEGATED)


def _known(operator: str) -> str:
    if operator not in _TESTS and operator not in _NEGATED:
        raise Unsupported(f"condition operator {operator}")
    return operator
