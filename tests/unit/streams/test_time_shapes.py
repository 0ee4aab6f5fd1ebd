"""Times of one form are read as a table of digits; a parser, which few times go through, says the same of each of them."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest

from streams.time_shapes import parse_alike
from streams.times import MOMENT, parse_times

FEW = 32
ZONES = ("Z", "+00:00", "+{h}:{m}", "-{h}{m}", "+{h}")
BAD = (
    "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z",
    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+08:60",
    "2026-01-01T00:00:0:Z",
)  # fmt: skip


def times(seed: int, zone: str, digits: int, between: str, count: int = 8 * FEW) -> pl.Series:
    chance = random.Random(seed)

    def one() -> str:
        day = date(chance.choice((2, 1582, 1900, 1969, 2000, 2024, 2026, 9998)), 1, 1) + timedelta(days=chance.randrange(365))
        clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        fraction = "." + "".join(chance.choices("0123456789", k=digits)) if digits else ""
        return f"{day}{between}{clock}{fraction}" + zone.format(h=f"{chance.randrange(24):02}", m=f"{chance.randrange(60):02}")

    return pl.Series("at", [one() for _ in range(count)])


def parsed(texts: pl.Series) -> pl.Series:
    """What the parser says, which reads few at a time."""
    return pl.concat([parse_times(texts[place : place + FEW], None) for place in range(0, len(texts), FEW)])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("digits", [0, 1, 3, 6, 9])
@pytest.mark.parametrize("between", ["T", " "])
def test_of_one_form_it_says_what_the_parser_says(zone: str, digits: int, between: str) -> None:
    texts = times(digits, zone, digits, between)
    found = parse_alike(texts)
    assert found is not None and found.dtype == MOMENT
    assert found.equals(parsed(texts))


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_time_is_left_to_the_parser(bad: str) -> None:
    texts = pl.Series("at", ["2026-01-01T00:00:00" + bad[19:]] * 100 + [bad])
    assert parse_alike(texts) is None
    assert parse_times(texts, None).equals(parsed(texts))


def test_what_differs_in_form_is_left_to_the_parser() -> None:
    good = "2026-01-01T00:00:00.5+08:00"
    for other in (
        "2026-01-01T00:00:00.5-08:00",
        "2026-01-01 00:00:00.5+08:00",
        "2026-01-01T00:00:00.55+0800",
        "2026-01-01T00:00",
        "水" * 9,
    ):
        assert parse_alike(pl.Series([good] * 100 + [other])) is None
    assert parse_alike(pl.Series([good] * 100 + [None])) is None
    assert parse_alike(pl.Series([None] + [good] * 100)) is None
