import random
from fractions import Fraction
from math import fsum

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slots.exact_sum import digits, total
from tests.forms import form

values = st.one_of(
    st.floats(-1e12, 1e12),
    st.floats(-10, 10),
    st.integers(-(10**13), 10**13).map(float),
    st.decimals(-999, 999, places=2).map(float),
)


def told(numbers: list[float], rng: random.Random) -> float:
    """The sum, of numbers in any order, added up in groups of any sizes."""
    shuffled = rng.sample(numbers, len(numbers))
    groups = [rng.randrange(5) for _ in shuffled]
    frame = pl.DataFrame({"g": groups, "x": shuffled}, schema={"g": pl.Int64, "x": pl.Float64})
    parts = frame.group_by("g").agg(pl.col("x").sum().alias("s"), digits(pl.col("x")).sum().alias("f"))
    parts = parts.sample(fraction=1, shuffle=True, seed=rng.randrange(1 << 30))
    return float(total(parts["s"].to_numpy().sum(keepdims=True), parts["f"].to_numpy().sum(keepdims=True))[0])


@settings(max_examples=form(12, 60), deadline=None)
@given(st.lists(values, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order(numbers: list[float], rng: random.Random) -> None:
    first = told(numbers, rng)
    assert first == told(numbers, rng) == told(numbers, rng)
    assert first == pytest.approx(fsum(numbers), rel=1e-15, abs=1e-15 * len(numbers))


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e7, 1e11])
def test_a_sum_is_the_true_one_rounded_once(scale: float) -> None:
    rng = random.Random(scale)
    numbers = [round(rng.gauss(0, scale), 3) + scale / 7 for _ in range(5000)]
    exact = float(sum(map(Fraction, numbers)))
    assert told(numbers, rng) == exact


def test_what_cancels_leaves_nothing() -> None:
    numbers = [1e14, 0.1, 1e-3, -1e14, -0.1, -1e-3] * 50
    assert told(numbers, random.Random(1)) == 0.0


def test_every_float_has_digits() -> None:
    edges = [0.0, -0.0, 127.99999999999999, 128.0, -128.0, -128.00000000000003, 1.7e308, -1.7e308, 5e-324, 2.0**53 + 2]
    assert pl.select(digits(pl.lit(pl.Series(edges)))).to_series().null_count() == 0


def test_beyond_a_quadrillion_the_float_counts() -> None:
    assert total(np.array([3e300]), np.array([12345])).tolist() == [3e300]
