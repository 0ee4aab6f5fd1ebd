"""From the syntax tree of an expression to a Polars expression: what is not on these lists is refused.

Arithmetic is in Float64, so that whole numbers do not wrap. A division by zero is missing (SQL's NULL), and so is, wherever it
is compared or chosen from, any number that is not finite: NaN would be greater than everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from typing import Any, Final, Literal

import polars as pl
from sqlglot import exp

from slots.syntax import ExpressionError, written

MAX_COST = 2000
MOST: Final = 2**1000
"""The greatest number that may be written, as a fraction; the greatest whole one is 2^62."""

Type = Literal["number", "text", "bool", "time", "null"]

_FIELD_TYPES: Final[Mapping[str, Type]] = {
    "int": "number",
    "float": "number",
    "string": "text",
    "bool": "bool",
    "datetime": "time",
}
_DTYPES: Final[Mapping[Type, type[pl.DataType]]] = {
    "number": pl.Float64,
    "text": pl.String,
    "bool": pl.Boolean,
    "time": pl.Float64,
    "null": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an expression, its type, and what it costs: how many operations it is, those it repeats counted again.

    A `computed` number may be infinite or NaN.
    """

    expr: pl.Expr
    type: Type
    cost: int = 1
    computed: bool = False
    is_field: bool = False

    def typed(self, kind: Type) -> Term:
        """Itself; a null of no type as a null of this one."""
        return Term(pl.lit(None, dtype=_DTYPES[kind]), kind) if self.type == "null" else self

    def finite(self) -> Term:
        """Itself; null in place of a number that is none."""
        if not self.computed:
            return self
        return Term(pl.when(self.expr.is_finite()).then(self.expr), self.type, self.cost * 2)


def _divided(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return pl.when(right != 0).then(left / right)


def _remainder(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """With the sign of what is divided, as SQL says."""
    return pl.when(right != 0).then((left.abs() % right.abs()) * left.sign())


_ARITHMETIC: Final[Mapping[type[exp.Expr], Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: _divided,
    exp.Mod: _remainder,
}
_COMPARISON: Final[Mapping[type[exp.Expr], Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}
_NUMBER_FUNCTIONS: Final[Mapping[type[exp.Expr], Callable[[pl.Expr], pl.Expr]]] = {
    exp.Abs: lambda a: a.abs(),
    exp.Floor: lambda a: a.floor(),
    exp.Ceil: lambda a: a.ceil(),
    exp.Sqrt: lambda a: a.sqrt(),
    exp.Neg: lambda a: -a,
}
_TEXT_FUNCTIONS: Final[Mapping[type[exp.Expr], tuple[Callable[[pl.Expr], pl.Expr], Type]]] = {
    exp.Lower: (lambda a: a.str.to_lowercase(), "text"),
    exp.Upper: (lambda a: a.str.to_uppercase(), "text"),
    exp.Length: (lambda a: a.str.len_chars().cast(pl.Int64), "number"),
}
_CHOICES: Final[Mapping[type[exp.Expr], Callable[[Sequence[pl.Expr]], pl.Expr]]] = {
    exp.Coalesce: lambda terms: pl.coalesce(*terms),
    exp.Least: lambda terms: pl.min_horizontal(*terms),
    exp.Greatest: lambda terms: pl.max_horizontal(*terms),
}
# What the translator reads of a node, or may leave unread; a node that carries more means something we would get wrong.
_READ: Final = frozenset(
    {"this", "expression", "expressions", "negate", "low", "high", "is_string", "quoted", "typed", "ignore_nulls"}
    | {"table", "db", "catalog"}
)
ALLOWED = (
    "+ - * / % = <> < <= > >= AND OR NOT, IS [NOT] NULL, IN (…), BETWEEN, "
    "abs ceil floor sqrt lower upper length coalesce least greatest"
)


def time_hint(kind: Type) -> str:
    """What to do with a time where a number is needed."""
    return ". Hint: a difference of two times is a number of seconds." if kind == "time" else ""


class Translator:
    """Walks one syntax tree; every node not handled here is refused, and so is what would cost more than MAX_COST."""

    def __init__(self, text: str, fields: Mapping[str, str]) -> None:
        self._text = text
        self._fields = fields

    def term(self, node: exp.Expr) -> Term:
        """The node's expression. Raises ExpressionError."""
        if any(value and name not in _READ for name, value in node.args.items()):
            takes_one = type(node) in _NUMBER_FUNCTIONS or type(node) in _TEXT_FUNCTIONS
            raise self._refused(node, " with more than one value" if takes_one else "")
        found = self._handled(node, type(node))
        if found.cost > MAX_COST:
            raise ExpressionError(f"{self._text!r} is nested too deeply. Hint: what one divides by is worked out twice.")
        return found

    def _handled(self, node: exp.Expr, kind: type[exp.Expr]) -> Term:
        if kind in _ARITHMETIC:
            return self._arithmetic(node)
        if kind in _COMPARISON:
            return self._comparison(node)
        if kind in _NUMBER_FUNCTIONS:
            given = self._typed(node.this, "number")
            return Term(_NUMBER_FUNCTIONS[kind](given.expr.cast(pl.Float64)), "number", given.cost + 2, computed=True)
        if kind in _TEXT_FUNCTIONS:
            function, result = _TEXT_FUNCTIONS[kind]
            given = self._typed(node.this, "text")
            return Term(function(given.expr), result, given.cost + 1)
        if kind in _CHOICES:
            return self._choice(node)
        if handler := self._handlers().get(kind):
            return handler(node)
        raise self._refused(node)

    def _handlers(self) -> Mapping[type, Callable[[Any], Term]]:
        return {
            exp.Column: self._column,
            exp.Literal: self._literal,
            exp.Boolean: lambda node: Term(pl.lit(bool(node.this)), "bool"),
            exp.Null: lambda node: Term(pl.lit(None), "null"),
            exp.Paren: lambda node: self.term(node.this),
            exp.Not: self._not,
            exp.And: self._logic,
            exp.Or: self._logic,
            exp.Is: self._is,
            exp.In: self._in,
            exp.Between: self._between,
        }

    def _refused(self, node: exp.Expr, why: str = "") -> ExpressionError:
        part = "CASE" if isinstance(node, exp.Case | exp.If) else repr(written(node))
        whole = written(node).lower() == self._text.lower() and part != "CASE"
        return ExpressionError(f"{part}{'' if whole else f' in {self._text!r}'} is not allowed{why}; allowed: {ALLOWED}")

    def _typed(self, node: exp.Expr, wanted: Type) -> Term:
        return self._as(self.term(node), node, wanted)

    def _as(self, given: Term, node: exp.Expr, wanted: Type) -> Term:
        term = given.typed(wanted)
        if term.type != wanted:
            hint = time_hint(term.type) if wanted == "number" else ""
            raise ExpressionError(f"{written(node)!r} in {self._text!r} is a {term.type}, a {wanted} is needed{hint}")
        return term

    def _column(self, node: exp.Expr) -> Term:
        name = node.name
        if name not in self._fields or node.args.get("table"):
            near = get_close_matches(written(node).strip('"'), self._fields, 1)
            hint = f" Hint: did you mean {near[0]!r}?" if near else ""
            raise ExpressionError(
                f"{written(node)!r} is not a declared field; declared: {', '.join(sorted(self._fields))}.{hint}"
            )
        if name.startswith("^") or "*" in name:
            raise ExpressionError(f"the field {name!r} cannot be used in an expression: its name would be read as a pattern")
        kind = _FIELD_TYPES[self._fields[name]]
        column = pl.col(name)
        return Term(column.dt.epoch("us") / 1_000_000 if kind == "time" else column, kind, is_field=True)

    def _literal(self, node: exp.Expr) -> Term:
        if node.is_string:
            return Term(pl.lit(node.name), "text")
        try:
            value = int(node.name) if node.is_int else float(node.name)
        except ValueError:
            raise self._refused(node) from None
        if not -MOST <= value <= MOST or (isinstance(value, int) and value.bit_length() > 62):
            raise ExpressionError(f"the number {node.name[:40]} is too large")
        return Term(pl.lit(value), "number")

    def _arithmetic(self, node: exp.Expr) -> Term:
        left, right = self.term(node.this), self.term(node.expression)
        if isinstance(node, exp.Sub) and left.type == right.type == "time":
            return Term(left.expr - right.expr, "number", left.cost + right.cost + 1, computed=True)
        left, right = self._as(left, node.this, "number"), self._as(right, node.expression, "number")
        result = _ARITHMETIC[type(node)](left.expr.cast(pl.Float64), right.expr.cast(pl.Float64))
        twice = isinstance(node, exp.Div | exp.Mod)
        return Term(result, "number", (left.cost + right.cost) * (2 if twice else 1) + 1, computed=True)

    def _comparison(self, node: exp.Expr) -> Term:
        left, right = self._alike([self.term(node.this), self.term(node.expression)])
        return Term(_COMPARISON[type(node)](left.expr, right.expr), "bool", left.cost + right.cost + 1)

    def _alike(self, terms: Sequence[Term]) -> list[Term]:
        """The terms, finite and of one type. Raises ExpressionError where they are of several."""
        kinds = {term.type for term in terms} - {"null"}
        if len(kinds) > 1:
            raise ExpressionError(f"{self._text!r} puts {' and '.join(sorted(kinds))} together. Hint: quote texts, not numbers.")
        kind: Type = kinds.pop() if kinds else "number"
        return [term.typed(kind).finite() for term in terms]

    def _logic(self, node: exp.Expr) -> Term:
        left, right = self._typed(node.this, "bool"), self._typed(node.expression, "bool")
        both = left.expr & right.expr if isinstance(node, exp.And) else left.expr | right.expr
        return Term(both, "bool", left.cost + right.cost + 1)

    def _not(self, node: exp.Expr) -> Term:
        given = self._typed(node.this, "bool")
        return Term(~given.expr, "bool", given.cost + 1)

    def _is(self, node: exp.Expr) -> Term:
        value = self.term(node.this).finite()
        if isinstance(node.expression, exp.Null):
            found = value.expr.is_null()
        elif isinstance(node.expression, exp.Boolean) and value.type == "bool":
            found = value.expr.eq_missing(pl.lit(bool(node.expression.this)))
        else:
            raise ExpressionError(f"{written(node)!r}: IS goes with NULL, NOT NULL, TRUE and FALSE only")
        return Term(~found if node.args.get("negate") else found, "bool", value.cost + 1)

    def _in(self, node: exp.Expr) -> Term:
        if not node.expressions:
            raise ExpressionError(f"{written(node)!r}: IN needs a list of values")
        value, *choices = self._alike([self.term(node.this), *(self.term(choice) for choice in node.expressions)])
        found = reduce(lambda a, b: a | b, [value.expr == choice.expr for choice in choices])
        return Term(found, "bool", sum(value.cost + choice.cost + 1 for choice in choices))

    def _between(self, node: exp.Expr) -> Term:
        value, low, high = self._alike([self.term(part) for part in (node.this, node.args["low"], node.args["high"])])
        found = (value.expr >= low.expr) & (value.expr <= high.expr)
        return Term(found, "bool", 2 * value.cost + low.cost + high.cost + 3)

    def _choice(self, node: exp.Expr) -> Term:
        parts = [part for part in (node.this, *node.expressions) if isinstance(part, exp.Expr)]
        terms = self._alike([self.term(part) for part in parts])
        chosen = _CHOICES[type(node)]([term.expr for term in terms])
        return Term(chosen, terms[0].type, sum(term.cost for term in terms) + 1)
