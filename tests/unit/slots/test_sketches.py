"""What sketches say against what is so, over many seeds; the figures stand in every indicator's passport."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from slots.pages import merge_bins
from slots.sketches import DISTINCT_ERROR, QUANTILE_ERROR, distinct_counts, quantile_bin, quantiles, registers

SEEDS = 40
SHAPES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "uniform": lambda rng, n: rng.uniform(0, 1000, n),
    "lognormal": lambda rng, n: rng.lognormal(3, 3, n),
    "both signs and zeros": lambda rng, n: np.where(rng.random(n) < 0.2, 0.0, rng.normal(0, 50, n)),
    "negative": lambda rng, n: -rng.exponential(1e-3, n),
    "whole": lambda rng, n: rng.integers(-3, 9, n).astype(float),
    "huge and tiny": lambda rng, n: np.exp(rng.uniform(-20, 600, n)) * rng.choice([-1, 1], n),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_quantile_is_within_its_bound(shape: str) -> None:
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        values = np.sort(SHAPES[shape](rng, int(rng.integers(1, 3000))))
        bins = counted(pl.DataFrame({"k": 0, "x": values}).with_columns(quantile_bin(pl.col("x")).alias("b"), n=1), "quantile")
        for q in (0.001, 0.25, 0.5, 0.9, 0.99, 0.999):
            true = values[int(q * (len(values) - 1))]
            told = quantiles(bins, ["k"], q)["value"].item()
            assert told == pytest.approx(true, rel=QUANTILE_ERROR * 1.0001, abs=1e-9), (seed, q)


def counted(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The rows' bins, merged as pages are, in two portions."""
    rows = rows.with_columns(pl.lit(kind).alias("c"), pl.col("n").cast(pl.Int64))
    halves = [half.group_by("k", "c", "b").agg(merge_bins()) for half in (rows[::2], rows[1::2])]
    return pl.concat(halves).group_by("k", "c", "b").agg(merge_bins())


@pytest.mark.parametrize("count", [1, 2, 20, 150, 1000, 20_000])
def test_a_distinct_count_is_within_its_bound(count: int) -> None:
    seeds = SEEDS if count < 5000 else 12
    errors = np.array([different(f"{seed}-", count) / count - 1 for seed in range(seeds)])
    assert np.abs(errors).max() <= 0.02
    assert np.mean(np.abs(errors) <= DISTINCT_ERROR) >= 0.95
    assert abs(errors.mean()) < 0.005, "it leans to one side"
    assert count > 20 or not errors.any(), "few are counted exactly"


def different(prefix: str, count: int) -> float:
    """What is told of so many different texts, each met twice."""
    values = pl.Series([f"{prefix}{i}" for i in range(count)] * 2)
    register, rank = registers(values)
    bins = counted(pl.DataFrame({"k": ["x"] * len(values), "b": register, "n": rank}), "distinct")
    return float(distinct_counts(bins, ["k"])["value"].item())


def test_a_million_different_values() -> None:
    rng = np.random.default_rng(1)
    for _ in range(8):
        hashes = rng.integers(0, 1 << 63, 1_000_000, dtype=np.uint64) * np.uint64(2) + rng.integers(
            0, 2, 1_000_000, dtype=np.uint64
        )
        ranks = np.minimum(50 - np.frexp((hashes >> np.uint64(14)).astype(float))[1], 49)
        seen = np.zeros(1 << 14, dtype=np.int64)
        np.bitwise_or.at(seen, (hashes & np.uint64((1 << 14) - 1)).astype(np.int64), np.int64(1) << ranks.astype(np.int64))
        bins = pl.DataFrame({"k": 0, "b": np.arange(1 << 14), "n": seen})
        assert distinct_counts(bins, ["k"])["value"].item() == pytest.approx(1e6, rel=0.02)


def test_a_value_has_the_same_register_in_any_company() -> None:
    """Pages outlive processes: what a value is hashed to must never change."""
    texts = ["", "a", "abcdefgh", "abcdefghi", "长沙市", "x" * 64, "x" * 65, "x" * 1000]
    together = dict(zip(texts, zip(*(column.to_list() for column in registers(pl.Series(texts))), strict=True), strict=True))
    for text in texts:
        alone = registers(pl.Series([text]))
        assert (alone[0].item(), alone[1].item()) == together[text]
    assert len(set(together.values())) == len(texts)
    assert together["a"] == A_REGISTER


A_REGISTER = (12094, 2)


def test_a_missing_value_is_nobody() -> None:
    register, rank = registers(pl.Series(["a", None, "a"], dtype=pl.String))
    assert register.null_count() == rank.null_count() == 1
    assert distinct_counts(pl.DataFrame(schema={"k": pl.String, "b": pl.Int32, "n": pl.Int64}), ["k"]).is_empty()
