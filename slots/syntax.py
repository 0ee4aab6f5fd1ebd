"""SQL expressions as syntax trees: parsed, bounded, not yet understood."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

MAX_CHARACTERS = 500
MAX_NODES = 80


class ExpressionError(ValueError):
    """The expression is not one of ours: what it holds, what is allowed."""


@lru_cache(1024)
def parsed(text: str) -> exp.Expr:
    """The tree of one expression of at most MAX_CHARACTERS and MAX_NODES. Raises ExpressionError, whatever the text is.

    Only for reading: who asks for the same text again gets the same tree. A city asks three times for each of its texts.
    """
    if not text.strip():
        raise ExpressionError("an empty expression")
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"an expression of {len(text)} characters is too long; at most {MAX_CHARACTERS} are allowed")
    if text.count("(") > MAX_NODES:
        raise ExpressionError(f"more than {MAX_NODES} parentheses are not allowed")
    try:
        tree = sqlglot.parse_one(text, dialect="postgres", into=exp.Condition)
    except Exception as error:  # a parser of others, given any text at all: whatever it stumbles over, the text is refused
        raise ExpressionError(f"{text!r} is not an SQL expression: {_told(error)}") from None
    if sum(1 for _ in tree.walk()) > MAX_NODES:
        raise ExpressionError(f"{text[:60]!r}… has more than {MAX_NODES} parts")
    return tree


def written(node: exp.Expr) -> str:
    """A part of an expression as it is shown in messages, cut short."""
    try:
        return node.sql()[:60]
    except Exception:  # not every tree can be written back
        return type(node).__name__.lower()


def _told(error: Exception) -> str:
    """What the parser says, without the names of its classes."""
    details = getattr(error, "errors", None) or [{}]
    said, column = details[0].get("description") or "it cannot be parsed", details[0].get("col")
    said = "an operand is missing" if said.startswith("Required keyword") else said.lower()
    return f"{said}, at character {column}" if column else said
