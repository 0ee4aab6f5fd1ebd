"""SQL expressions over the declared fields of a slot, allow-listed, turned into Polars expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl
from sqlglot import exp

from slots.syntax import MAX_CHARACTERS, MAX_NODES, ExpressionError, parsed
from slots.translator import Term, Translator, time_hint

__all__ = ["MAX_CHARACTERS", "MAX_NODES", "ExpressionError", "condition", "fields_of", "number"]

_EACH: Final = pl.repeat(True, pl.len())
"""True for each row: what Polars reduced to one value, as everything that has to do with a NULL, is told for each row again."""


def number(text: str, fields: Mapping[str, str]) -> pl.Expr:
    """A Float64 expression of a numeric SQL expression; `fields`: name → field type. Times count in seconds.

    A result that is not finite (a division by zero) becomes null. Raises ExpressionError.
    """
    term = _compiled(text, fields)
    if term.type not in ("number", "bool", "null"):
        raise ExpressionError(f"{text!r} is a {term.type}, a number is needed{time_hint(term.type)}")
    value = term.expr.cast(pl.Float64)
    return pl.when(value.is_finite() if term.is_field else value.is_finite() & _EACH).then(value)


def condition(text: str, fields: Mapping[str, str]) -> pl.Expr:
    """A Boolean expression without nulls (SQL: unknown is not true). Raises ExpressionError."""
    term = _compiled(text, fields)
    if term.type != "bool":
        raise ExpressionError(f"{text!r} is a {term.type}, a condition is needed. Hint: compare it with something.")
    return term.expr.fill_null(False) & _EACH


def fields_of(text: str) -> set[str]:
    """The names of the fields an expression reads. Raises ExpressionError where it cannot be parsed."""
    return {column.name for column in parsed(text).find_all(exp.Column)}


def _compiled(text: str, fields: Mapping[str, str]) -> Term:
    return Translator(text, fields).term(parsed(text))
