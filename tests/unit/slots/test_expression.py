from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slots.expression import ExpressionError, condition, fields_of, number

FIELDS = {
    "wait_s": "float",
    "stars": "int",
    "kind": "string",
    "open": "bool",
    "at": "datetime",
    "closed": "datetime",
    "PM2.5": "float",
}
FRAME = pl.DataFrame(
    {
        "wait_s": [1.0, None, 4.0],
        "stars": [5, 3, None],
        "kind": ["water", None, "road"],
        "open": [True, False, None],
        "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 3,
        "closed": [datetime(2026, 1, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 2, tzinfo=UTC)],
        "PM2.5": [1.0, 2.0, 3.0],
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wait_s * 2 + 1", [3.0, None, 9.0]),
        ("(closed - at) / 3600", [1.0, None, 24.0]),
        ("stars / 2", [2.5, 1.5, None]),
        ("wait_s / (stars - 5)", [None, None, None]),
        ("-abs(wait_s - 3)", [-2.0, None, -1.0]),
        ("coalesce(wait_s, 0)", [1.0, 0.0, 4.0]),
        ("greatest(wait_s, 2)", [2.0, 2.0, 4.0]),
        ('"PM2.5" % 2', [1.0, 0.0, 1.0]),
        ("length(kind)", [5.0, None, 4.0]),
        ("wait_s > 1", [0.0, None, 1.0]),
    ],
)
def test_numbers(text: str, expected: list[float | None]) -> None:
    assert FRAME.select(number(text, FIELDS))[:, 0].to_list() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stars >= 4", [True, False, False]),
        ("stars IS NOT NULL", [True, True, False]),
        ("stars IS NULL", [False, False, True]),
        ("NOT stars IS NOT NULL", [False, False, True]),
        ("stars NOT IN (3, 4)", [True, False, False]),
        ("stars NOT BETWEEN 1 AND 3", [True, False, False]),
        ("open IS NOT TRUE", [False, True, True]),
        ("kind <> 'road'", [True, False, False]),
        ("NOT (kind = 'road')", [True, False, False]),
        ("kind IN ('road', 'water') AND wait_s > 2", [False, False, True]),
        ("wait_s BETWEEN 1 AND 3 OR open", [True, False, False]),
        ("closed > at", [True, False, True]),
        ("open IS FALSE", [False, True, False]),
        ("lower(kind) = 'water'", [True, False, False]),
    ],
)
def test_conditions_never_answer_null(text: str, expected: list[bool]) -> None:
    assert FRAME.select(condition(text, FIELDS))[:, 0].to_list() == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wait", "did you mean 'wait_s'"),
        ("pg_sleep(10)", "not allowed"),
        ("(SELECT 1)", "not allowed"),
        ("wait_s; DROP TABLE x", "not an SQL expression"),
        ("DROP TABLE x", "not an SQL expression"),
        ("wait_s +", "not an SQL expression"),
        ("floor(wait_s, 2)", "not allowed with more than one value"),
        ("kind + 1", "a number is needed"),
        ("at", "difference of two times"),
        ("other.wait_s", "not a declared field"),
        ("x" * 600, "too long"),
        ("+".join(["1"] * 90), "more than"),
        ("(" * 90 + "1" + ")" * 90, "parentheses"),
        ("1e400 + 99999999999999999999", "too large"),
        ("", "empty"),
    ],
)
def test_what_is_not_ours_is_refused(text: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said):
        number(text, FIELDS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case when stars > 1 then 2 else 3 end", "CASE in 'case when stars > 1 then 2 else 3 end' is not allowed; allowed: + -"),
        ("CASE stars WHEN 1 THEN 2 END + 1", "CASE in 'CASE stars WHEN 1 THEN 2 END + 1' is not allowed; allowed: + -"),
        ("POWER(stars, 2)", "'POWER(stars, 2)' is not allowed; allowed: + -"),
        ("1 + power(stars, 2)", "'POWER(stars, 2)' in '1 + power(stars, 2)' is not allowed; allowed: + -"),
    ],
)
def test_what_is_refused_is_named_once_and_in_sql(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        number(text, FIELDS)
    assert str(raised.value).startswith(said)


def test_a_condition_needs_a_truth() -> None:
    with pytest.raises(ExpressionError, match="compare it"):
        condition("wait_s", FIELDS)
    with pytest.raises(ExpressionError, match="quote texts"):
        condition("stars > 'a'", FIELDS)


def test_fields_of_names_what_is_read() -> None:
    assert fields_of("(closed - at) / 60 + wait_s") == {"closed", "at", "wait_s"}


@given(st.text(alphabet=st.sampled_from("ab()+-*/<>='\" ;,.1wait_sstarskindNOTNULLINx[]{}:\\"), max_size=60))
def test_any_text_is_compiled_or_refused(text: str) -> None:
    for compile_one in (number, condition):
        try:
            expression = compile_one(text, FIELDS)
        except ExpressionError:
            continue
        FRAME.select(expression)
