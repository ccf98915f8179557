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
        try:
            measure = _value(*_parsed(formula, panel.measures), panel)
        except (SyntaxError, RecursionError, MemoryError):
            raise ValueError(
                f"--assign has {short(word)}: the formula takes measures, numbers, "
                "+ - * / and brackets"
            ) from None
        except KeyError as error:
            raise KeyError(
                f"--assign has {short(word)}: no measure {short(error.args[0])}; there "
                f"are: {listing(panel.measures)}"
            ) from None
        if isinstance(measure, (int, float)):
            raise ValueError(f"--assign has {short(word)}: the formula has no measure")
        panel = panel.assign(**{name: measure})
    return panel


def _parsed(formula: str, names: Sequence[str]) -> tuple[ast.expr, dict[str, str]]:
    """The tree of a formula, and the measures by the names that it has there; names
    that Python does not allow become others first."""
    known = {name: name for name in names}
    for place in sorted(range(len(names)), key=lambda k: -len(names[k])):
        name = names[place]
        if not name.isidentifier() and not name.isdecimal():
            known[f"_measure{place}"] = name
            formula = formula.replace(name, f" _measure{place} ")
    try:
        return ast.parse(formula.strip(), mode="eval").body, known
    except ValueError as error:  # a null character
        raise SyntaxError from error


def _value(node: ast.expr, known: dict[str, str], panel: Panel) -> Any:
    """A measure or a number.

    Raises
    ------
    KeyError
        A name that is not known.
    SyntaxError
        Something else than measures, numbers and operators.
    """
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left, known, panel), _value(node.right, known, panel)
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _value(node.operand, known, panel) * -1
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name):
        return panel[known[node.id]]
    raise SyntaxError
