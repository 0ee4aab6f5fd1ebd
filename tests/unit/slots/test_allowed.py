"""What is said to be allowed in an expression is what the translator takes."""

from pathlib import Path

import pytest
from sqlglot import exp

from slots import translator
from slots.expression import condition
from slots.translator import ALLOWED

ROOT = Path(translator.__file__).parent.parent
FIELDS = {"a": "float", "t": "string"}


def test_the_functions_named_are_those_there_are() -> None:
    tables = (translator._NUMBER_FUNCTIONS, translator._TEXT_FUNCTIONS, translator._CHOICES)
    there = {kind.sql_name().lower() for table in tables for kind in table if issubclass(kind, exp.Func)}
    assert {word.strip(",") for word in ALLOWED.split() if word.strip(",").islower()} == there
    for name in there:
        text = name in ("lower", "upper", "length")
        assert condition(f"{name}({'t' if text else 'a'}) IS NOT NULL", FIELDS) is not None


def test_the_operators_named_are_those_there_are() -> None:
    there = {kind(this="x", expression="y").sql().split()[1] for kind in _binary()}
    assert {word for word in ALLOWED.split() if not any(letter.isalpha() or letter in "(…" for letter in word)} == there


def _binary() -> list[type[exp.Expr]]:
    return [*translator._ARITHMETIC, *translator._COMPARISON]


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "slots/README.md"])
def test_the_documents_say_the_same(page: str) -> None:
    assert f"```\n{ALLOWED}\n```" in (ROOT / page).read_text()
