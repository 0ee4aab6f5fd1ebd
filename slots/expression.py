"""SQL expressions over the declared fields of a slot, allow-listed, turned into Polars expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from typing import Any, Final, Literal

import polars as pl
import sqlglot
from sqlglot import exp

MAX_CHARACTERS = 500
MAX_NODES = 80

Type = Literal["number", "text", "bool", "time", "null"]

_FIELD_TYPES: Final[Mapping[str, Type]] = {
    "int": "number",
    "float": "number",
    "string": "text",
    "bool": "bool",
    "datetime": "time",
}


class ExpressionError(ValueError):
    """The expression is not one of ours: what it holds, what is allowed."""


@dataclass(frozen=True, slots=True)
class _Term:
    expr: pl.Expr
    type: Type


_ARITHMETIC: Final[Mapping[type[exp.Expr], Callable[[pl.Expr, pl.Expr], pl.Expr]]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: a.cast(pl.Float64) / b,
    exp.Mod: lambda a, b: a % b,
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
_READ = frozenset(
    {
        "this",
        "expression",
        "expressions",
        "negate",
        "low",
        "high",
        "is_string",
        "quoted",
        "typed",
        "ignore_nulls",
        "table",
        "db",
        "catalog",
    }
)
ALLOWED = (
    "+ - * / % = <> < <= > >= AND OR NOT, IS [NOT] NULL, IN (…), BETWEEN, "
    "abs ceil floor sqrt lower upper length coalesce least greatest"
)


def number(text: str, fields: Mapping[str, str]) -> pl.Expr:
    """A Float64 expression of a numeric SQL expression; `fields`: name → field type. Times count in seconds.

    A result that is not finite (a division by zero) becomes null. Raises ExpressionError.
    """
    term = _compile(text, fields)
    if term.type not in ("number", "bool"):
        raise ExpressionError(f"{text!r} is a {term.type}, a number is needed{_time_hint(term.type)}")
    value = term.expr.cast(pl.Float64)
    return pl.when(value.is_finite()).then(value)


def condition(text: str, fields: Mapping[str, str]) -> pl.Expr:
    """A Boolean expression without nulls (SQL: unknown is not true). Raises ExpressionError."""
    term = _compile(text, fields)
    if term.type != "bool":
        raise ExpressionError(f"{text!r} is a {term.type}, a condition is needed. Hint: compare it with something.")
    return term.expr.fill_null(False)


def fields_of(text: str) -> set[str]:
    """The names of the fields an expression reads. Raises ExpressionError where it cannot be parsed."""
    return {column.name for column in _parse(text).find_all(exp.Column)}


def _time_hint(kind: Type) -> str:
    return ". Hint: a difference of two times is a number of seconds." if kind == "time" else ""


def _parse(text: str) -> exp.Expr:
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"an expression of {len(text)} characters is too long; at most {MAX_CHARACTERS} are allowed")
    if text.count("(") > MAX_NODES:
        raise ExpressionError(f"more than {MAX_NODES} parentheses are not allowed")
    try:
        tree = sqlglot.parse_one(text, dialect="postgres", into=exp.Condition)
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise ExpressionError(f"{text!r} is not an SQL expression: {_told(error)}") from None
    if sum(1 for _ in tree.walk()) > MAX_NODES:
        raise ExpressionError(f"{text[:60]!r}… has more than {MAX_NODES} parts")
    return tree


def _told(error: Exception) -> str:
    """What the parser says, without the names of its classes."""
    details = getattr(error, "errors", None) or [{}]
    said, column = details[0].get("description", "it cannot be parsed"), details[0].get("col")
    said = "an operand is missing" if said.startswith("Required keyword") else said.lower()
    return f"{said}, at character {column}" if column else said


def _compile(text: str, fields: Mapping[str, str]) -> _Term:
    if not text.strip():
        raise ExpressionError("an empty expression")
    return _Translator(text, fields).term(_parse(text))


class _Translator:
    """Walks one syntax tree; every node not handled here is refused."""

    def __init__(self, text: str, fields: Mapping[str, str]) -> None:
        self._text = text
        self._fields = fields

    def term(self, node: exp.Expr) -> _Term:
        kind = type(node)
        if unknown := [name for name, value in node.args.items() if value and name not in _READ]:
            raise ExpressionError(
                f"{node.sql()[:60]!r} in {self._text!r} is not allowed ({', '.join(unknown)}); allowed: {ALLOWED}"
            )
        if kind in _ARITHMETIC:
            return self._arithmetic(node)
        if kind in _COMPARISON:
            return self._comparison(node)
        if kind in _NUMBER_FUNCTIONS:
            return _Term(_NUMBER_FUNCTIONS[kind](self._typed(node.this, "number")), "number")
        if kind in _TEXT_FUNCTIONS:
            function, result = _TEXT_FUNCTIONS[kind]
            return _Term(function(self._typed(node.this, "text")), result)
        if kind in _CHOICES:
            return self._choice(node)
        handler = self._handlers().get(kind)
        if handler is None:
            raise ExpressionError(f"{node.sql()[:60]!r} in {self._text!r} is not allowed; allowed: {ALLOWED}")
        return handler(node)

    def _handlers(self) -> Mapping[type, Callable[[Any], _Term]]:
        return {
            exp.Column: self._column,
            exp.Literal: self._literal,
            exp.Boolean: self._boolean,
            exp.Null: self._null,
            exp.Paren: lambda node: self.term(node.this),
            exp.Neg: self._negative,
            exp.Not: self._not,
            exp.And: self._logic,
            exp.Or: self._logic,
            exp.Is: self._is,
            exp.In: self._in,
            exp.Between: self._between,
        }

    def _typed(self, node: exp.Expr, wanted: Type) -> pl.Expr:
        term = self.term(node)
        if term.type not in (wanted, "null"):
            raise ExpressionError(f"{node.sql()!r} in {self._text!r} is a {term.type}, a {wanted} is needed")
        return term.expr

    def _column(self, node: exp.Expr) -> _Term:
        name = node.name
        if name not in self._fields or node.args.get("table"):
            near = get_close_matches(node.sql().strip('"'), self._fields, 1)
            hint = f" Hint: did you mean {near[0]!r}?" if near else ""
            raise ExpressionError(f"{node.sql()!r} is not a declared field; declared: {', '.join(sorted(self._fields))}.{hint}")
        kind = _FIELD_TYPES[self._fields[name]]
        column = pl.col(name)
        return _Term(column.dt.epoch("us") / 1_000_000 if kind == "time" else column, kind)

    def _literal(self, node: exp.Expr) -> _Term:
        if node.is_string:
            return _Term(pl.lit(node.name), "text")
        value = float(node.name) if not node.is_int else int(node.name)
        if isinstance(value, int) and value.bit_length() > 62:
            raise ExpressionError(f"the number {node.name} is too large")
        return _Term(pl.lit(value), "number")

    def _boolean(self, node: exp.Expr) -> _Term:
        return _Term(pl.lit(bool(node.this)), "bool")

    def _null(self, node: exp.Expr) -> _Term:
        return _Term(pl.lit(None), "null")

    def _arithmetic(self, node: exp.Expr) -> _Term:
        left, right = self.term(node.this), self.term(node.expression)
        if isinstance(node, exp.Sub) and left.type == right.type == "time":
            return _Term(left.expr - right.expr, "number")
        for side, term in ((node.this, left), (node.expression, right)):
            if term.type not in ("number", "null"):
                raise ExpressionError(
                    f"{side.sql()!r} in {self._text!r} is a {term.type}, a number is needed{_time_hint(term.type)}"
                )
        return _Term(_ARITHMETIC[type(node)](left.expr, right.expr), "number")

    def _negative(self, node: exp.Expr) -> _Term:
        return _Term(-self._typed(node.this, "number"), "number")

    def _comparison(self, node: exp.Expr) -> _Term:
        left, right = self.term(node.this), self.term(node.expression)
        self._alike([left, right])
        return _Term(_COMPARISON[type(node)](left.expr, right.expr), "bool")

    def _alike(self, terms: Sequence[_Term]) -> Type:
        kinds = {term.type for term in terms} - {"null"}
        if len(kinds) > 1:
            raise ExpressionError(f"{self._text!r} puts {' and '.join(sorted(kinds))} together. Hint: quote texts, not numbers.")
        return kinds.pop() if kinds else "null"

    def _logic(self, node: exp.Expr) -> _Term:
        left, right = self._typed(node.this, "bool"), self._typed(node.expression, "bool")
        return _Term(left & right if isinstance(node, exp.And) else left | right, "bool")

    def _not(self, node: exp.Expr) -> _Term:
        return _Term(~self._typed(node.this, "bool"), "bool")

    def _is(self, node: exp.Expr) -> _Term:
        value = self.term(node.this)
        if isinstance(node.expression, exp.Null):
            found = value.expr.is_null()
        elif isinstance(node.expression, exp.Boolean) and value.type == "bool":
            found = value.expr.eq_missing(pl.lit(bool(node.expression.this)))
        else:
            found = None
        if found is not None:
            return _Term(~found if node.args.get("negate") else found, "bool")
        raise ExpressionError(f"{node.sql()!r}: IS goes with NULL, NOT NULL, TRUE and FALSE only")

    def _in(self, node: exp.Expr) -> _Term:
        if not node.expressions:
            raise ExpressionError(f"{node.sql()[:60]!r}: IN needs a list of values")
        value, choices = self.term(node.this), [self.term(choice) for choice in node.expressions]
        self._alike([value, *choices])
        return _Term(reduce(lambda a, b: a | b, [value.expr == choice.expr for choice in choices]), "bool")

    def _between(self, node: exp.Expr) -> _Term:
        value, low, high = (self.term(part) for part in (node.this, node.args["low"], node.args["high"]))
        self._alike([value, low, high])
        return _Term((value.expr >= low.expr) & (value.expr <= high.expr), "bool")

    def _choice(self, node: exp.Expr) -> _Term:
        parts = [part for part in (node.this, *node.expressions) if isinstance(part, exp.Expr)]
        terms = [self.term(part) for part in parts]
        return _Term(_CHOICES[type(node)]([term.expr for term in terms]), self._alike(terms))
