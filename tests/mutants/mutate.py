"""A module's source with one small fault in it: a boundary that moved, or a condition that turned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_LOGIC: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault."""

    line: int
    column: int
    about: str
    """What was, and what is there now: ``< → <=``."""
    tree: ast.Module


def mutants(source: str, logic: bool = False) -> Iterator[Mutant]:
    """Every mutant of a module: numbers and the limits of comparisons, with `logic` also what conditions join."""
    count = sum(1 for _ in ast.walk(ast.parse(source)))
    for index in range(count):
        for change in range(2):
            tree = ast.parse(source)
            node = list(ast.walk(tree))[index]
            about = _changed(tree, node, change, logic)
            if about and isinstance(node, ast.expr):
                yield Mutant(node.lineno, node.col_offset, about, ast.fix_missing_locations(tree))


def _changed(tree: ast.Module, node: ast.AST, change: int, logic: bool) -> str:
    """What was changed in place; empty where there is no such change."""
    if isinstance(node, ast.Constant) and type(node.value) is int and not _is_index(tree, node):
        return _number(node, node.value + (1 if change else -1))
    if change:
        return ""
    if isinstance(node, ast.Compare):
        return _comparison(node, _BOUNDARY | (_LOGIC if logic else {}))
    if logic and isinstance(node, ast.BoolOp):
        return _joined(node)
    return ""


def _is_index(tree: ast.Module, constant: ast.Constant) -> bool:
    """Whether a number is a place in a sequence, which no boundary is."""
    return any(constant in ast.walk(node.slice) for node in ast.walk(tree) if isinstance(node, ast.Subscript))


def _number(node: ast.Constant, value: int) -> str:
    before, node.value = node.value, value
    return f"{before!r} → {value}"


def _comparison(node: ast.Compare, turned: dict[type[ast.cmpop], type[ast.cmpop]]) -> str:
    """The first operator that can be turned."""
    for place, operator in enumerate(node.ops):
        if type(operator) in turned:
            node.ops[place] = turned[type(operator)]()
            return f"{type(operator).__name__} → {type(node.ops[place]).__name__}"
    return ""


def _joined(node: ast.BoolOp) -> str:
    before = type(node.op).__name__
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return f"{before} → {type(node.op).__name__}"
