"""Expressions are total and bounded: any text is compiled or refused, with little work, and what is compiled always answers."""

import math
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import polars as pl
import pytest

from slots.expression import ExpressionError, condition, number
from slots.syntax import parsed
from tests.effort import calls_of
from tests.forms import form, proof

FIELDS = {"a": "int", "b": "float", "s": "string", "o": "bool", "t": "datetime", "u": "datetime"}
AT = datetime(2026, 1, 1, tzinfo=UTC)
FRAME = pl.DataFrame(
    {
        "a": [0, None, -(2**63), 2**63 - 1],
        "b": [1.5, 0.0, None, -1e308],
        "s": ["x", None, "", "长沙"],
        "o": [True, None, False, True],
        "t": [AT] * 4,
        "u": [AT, None, AT, AT],
        "secret": [42.0] * 4,
    }
)
SEED = 20261122
RANDOM = form(1000, 5000)
MOST_CALLS = 50_000
"""Of one compilation: 500 characters need 27,000 at most. A time would measure the machine and the garbage of others, too."""

LEAVES = {
    "number": ["a", "b", "0", "1", "2.5", "-3", "1e300", "NULL", "length(s)", "u - t", "4611686018427387903"],
    "text": ["s", "'x'", "''", "NULL", "'长沙'"],
    "bool": ["o", "TRUE", "FALSE", "NULL", "s IS NULL", "t = u"],
}
SHAPES = {
    "number": ["({n} + {n})", "{n} - {n}", "{n} * {n}", "{n} / {n}", "{n} % ({n})", "-{n}", "abs({n})", "floor({n})", "ceil({n})",
               "sqrt({n})", "coalesce({n}, {n})", "least({n}, {n})", "greatest({n}, {n}, {n})", "({n})"],
    "text": ["lower({t})", "upper({t})", "coalesce({t}, {t})", "greatest({t}, {t})", "({t})"],
    "bool": ["{n} > {n}", "{n} = {n}", "{t} <> {t}", "NOT ({o})", "({o} AND {o})", "({o} OR {o})", "({n} BETWEEN {n} AND {n})",
             "{n} IN ({n}, {n})", "{t} NOT IN ({t}, {t})", "({o}) IS NOT TRUE", "({n}) IS NULL", "({o}) = ({o})",
             "({o} IN ({o}, {o}))"],
}  # fmt: skip
HOSTILE = [
    "(" * 80 + "1" + ")" * 80, "(" * 250 + ")" * 250, "abs(" * 80 + "a" + ")" * 80, "NOT " * 120 + "o", "-" * 499, "- " * 249,
    "[" * 400, "{" * 400, "CASE " * 90, "CASE WHEN o THEN a ELSE b END", "CAST(" * 70 + "a", "a" + "::int" * 90,
    "INTERVAL " * 50, "(SELECT " * 60, "SELECT 1", "(SELECT secret FROM x)", "x -> " * 90, "a IN " * 120, "a IN (SELECT 1)",
    "1e400", "0x1F", "1_000", "b'1'", "x'1f'", "'" * 499, "/*" * 249, "/* */ a /*", "--" * 200, "a -- b", "a = ANY(ARRAY[1])",
    "EXISTS(SELECT 1)", "greatest(" * 50 + "a", "secret", '"secret"', "a.secret", "secret.a", "*", "a.*", '"*"', '"^.*$"',
    '"^s.*$"', 'COLUMNS(*)', "$1", "@x", ":x", "?", "{{ a }}", "{% a %}", "${a}", "a || s", "s LIKE '%a'", "s ~ '(a+)+$'",
    "s SIMILAR TO '(a|aa)+'", "regexp_like(s, '(a+)+$')", "s COLLATE x", "t AT TIME ZONE 'x'", "CURRENT_TIMESTAMP", "now()",
    "random()", "pg_sleep(9)", "COUNT(*)", "sum(a)", "sum(a) OVER ()", "max(a)", "a IS DISTINCT FROM b", "a ** b", "a ^ b",
    "~a", "a << 62", "if(o, a, b)", "nullif(a, b)", "DATE '2020-01-01'", "a; DROP TABLE x", "DROP TABLE x",
    "COPY x TO '/tmp/x'", "read_csv('/etc/passwd')", "lower(s, s)", "length(s, 'x')", "ceil(a, 2)", "abs(DISTINCT a)",
    "ABS(a) FILTER (WHERE o)", "a[1]", "s->>'x'", "a..b", "1..2", "(a, b)", "(a, b) = (a, b)", "a AS x", "\x00", "a\x00b",
    "\ud800", "'\ud800' = s", "a+١", "𝟙", "\u202e a", "__import__('os')", "a.__class__", "exec('1')", "eval(s)",
    "pl.col('secret')", "col('secret')", "a" * 501, "1" * 500, "9" * 400, "." * 499, "a BETWEEN " * 45,
    "((" + "a BETWEEN 0 AND 1) BETWEEN FALSE AND TRUE" * 9, "1" + "/(1" * 18 + ")" * 18, "1/0", "0/0 > 1", "a % 0",
    "b % (a - a) = 0", "sqrt(-1) > 0", "a * a * a * a * a", "1e300 * 1e300 / 1e300", "-9223372036854775808 - 1",
    "CONNECT_BY_ROOT a", "PRIOR a", "a COLLATE \"C\"", "VALUES (1)", "TABLE x", "WITH x AS (SELECT 1) SELECT 1", "LATERAL x",
    "a MEMBER OF (1)",
]  # fmt: skip


def made(rng: random.Random, kind: str, depth: int) -> str:
    """A random expression of this kind, of our grammar."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(LEAVES[kind])
    shape = rng.choice(SHAPES[kind])
    for mark, inner in (("{n}", "number"), ("{t}", "text"), ("{o}", "bool")):
        while mark in shape:
            shape = shape.replace(mark, made(rng, inner, depth - 1), 1)
    return shape


def scrambled(rng: random.Random, text: str) -> str:
    """The text with a few characters lost, doubled or changed."""
    letters = list(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(letters))
        letters[at] = rng.choice(["", letters[at] * 2, rng.choice("()'\"*/%-.,<>=[]{}$@:;|~ \\0aNs\n")])
        letters = letters or ["a"]
    return "".join(letters)


def compiled(text: str, compilers: Sequence[Callable[..., pl.Expr]] = (number, condition)) -> list[pl.Expr]:
    """The expressions the text stands for, none where it is refused; checks that neither was much work."""
    found: list[pl.Expr] = []
    for compile_one in compilers:
        parsed.cache_clear()
        assert calls_of(partial(tried, found, compile_one, text)) < MOST_CALLS, text
    return found


def tried(found: list[pl.Expr], compile_one: Callable[..., pl.Expr], text: str) -> None:
    """The expression the text stands for comes to those found, or it is refused in words."""
    try:
        found.append(compile_one(text, FIELDS))
    except ExpressionError as refusal:
        assert str(refusal)


def answers(expressions: list[pl.Expr]) -> list[list[object]]:
    """What each of them says of the frame; checks that it says no more than a number, a truth or nothing."""
    named = [expression.alias(str(i)) for i, expression in enumerate(expressions)]
    told = [column.to_list() for column in FRAME.with_columns(named)[:, FRAME.width :]] if named else []
    for values in told:
        assert all(value is None or isinstance(value, bool) or math.isfinite(value) for value in values)
    return told


@proof
def test_random_expressions_are_compiled_or_refused_and_always_answer() -> None:
    rng = random.Random(SEED)
    waiting: list[pl.Expr] = []
    good = 0
    for i in range(RANDOM):
        kind = rng.choice(list(SHAPES))
        text = made(rng, kind, rng.randint(1, 4))
        found = compiled(scrambled(rng, text) if i % 3 == 0 else text, [condition if kind == "bool" else number])
        good, waiting = good + bool(found), [*waiting, *found]
        if len(waiting) > 100 or i == RANDOM - 1:
            answers(waiting)
            waiting = []
    assert good > RANDOM / 4, "the expressions are not worth testing with"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_expressions_reach_nothing(text: str) -> None:
    assert all(42.0 not in values for values in answers(compiled(text)))


def test_there_are_enough_hostile_expressions() -> None:
    assert len(set(HOSTILE)) >= 100


@pytest.mark.parametrize("name", ["*", "^.*$", "a*"])
def test_a_name_that_is_a_pattern_reads_no_other_field(name: str) -> None:
    with pytest.raises(ExpressionError, match="pattern"):
        number(f'"{name}"', {name: "float"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 / 0 > 5", False),
        ("NOT (1 / 0 > 5)", False),
        ("1 / 0 IS NULL", True),
        ("coalesce(1 / 0, 7) = 7", True),
        ("5 / (1 / 0) IS NULL", True),
        ("sqrt(0 - 1) > 5", False),
        ("5 % 0 IS NULL", True),
        ("greatest(1 / 0, 3) = 3", True),
        ("(1 / 0) IN (1, 2)", False),
        ("-5 % 3 = -2", True),
    ],
)
def test_what_is_divided_by_zero_is_missing(text: str, expected: bool) -> None:
    assert FRAME.head(1).select(condition(text, FIELDS)).item() is expected


def test_whole_numbers_do_not_wrap() -> None:
    assert FRAME.select(number("a * 4", FIELDS))[:, 0].to_list()[3] == pytest.approx(2.0**65)
