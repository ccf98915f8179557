"""Measures by formula, such as profit=revenue-cost."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from .._common.messages import listing, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._panel.panel import Panel


_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def with_formulas(panel: Panel, words: Sequence[str]) -> Panel:
    """The panel with a measure for each NAME=FORMULA.

    A formula has names of measures, numbers, + - * / and brackets.
    """
    for word in words:
        name, equals, formula = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ValueError(f"--assign has {short(word)}: it takes NAME=FORMULA")
        tree = _parsed(formula, panel.measures, word)
        try:
            measure = _value(tree, panel, word)
        except RecursionError:
            raise ValueError("--assign has a formula of too many parts") from None
        if isinstance(measure, (int, float)):
            raise ValueError(f"--assign has {short(word)}: the formula has no measure")
        panel = panel.assign(**{name: measure})
    return panel


def _parsed(formula: str, names: Sequence[str], word: str) -> ast.expr:
    """The tree of a formula; names that Python does not allow become others first."""
    for place in sorted(range(len(names)), key=lambda k: -len(names[k])):
        if not names[place].isidentifier() and not names[place].isdecimal():
            formula = formula.replace(names[place], f" _measure{place} ")
    try:
        return ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(
            f"--assign has {short(word)}: the formula takes measures, numbers, "
            "+ - * / and brackets"
        ) from None


def _value(node: ast.expr, panel: Panel, word: str) -> Any:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left, panel, word), _value(node.right, panel, word)
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _value(node.operand, panel, word) * -1
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name):
        number = node.id.removeprefix("_measure")
        known = number != node.id and number.isdecimal()
        known = known and int(number) < len(panel.measures)
        name = panel.measures[int(number)] if known else node.id
        if name not in panel.measures:
            raise KeyError(
                f"--assign has {short(word)}: no measure {short(name)}; there are: "
                f"{listing(panel.measures)}"
            )
        return panel[name]
    raise ValueError(
        f"--assign has {short(word)}: the formula takes measures, numbers, + - * / and "
        "brackets"
    )
