"""Large pages are sorted, small ones grouped: both say the same, of texts and of codes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from slots.measures import merge
from slots.page_codes import coded, plain
from slots.page_merge import merged_bins, merged_cells
from slots.pages import BIN_KEYS, CELL_KEYS, MANY, merge_bins, merge_frames

ROWS = 2 * MANY


def keys(seed: int, rows: int = ROWS) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "t": chance.integers(0, 60, rows) * 60 + 1_778_025_600,
            "r": pl.Series(chance.integers(0, 50, rows)).cast(pl.String),
            "d": pl.Series(chance.choice(["", "category", "channel"], rows)),
            "k": pl.Series(chance.choice(["", "电话", "app"], rows)),
        }
    )


def cells(seed: int) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    n = chance.integers(0, 3, ROWS)
    value, nothing = pl.Series(chance.integers(-9, 9, ROWS).astype(float)), pl.Series(n == 0)
    return keys(seed).with_columns(
        pl.Series("n:a", n),
        pl.Series("s:a", value * pl.Series(n)),
        pl.Series("f:a", chance.integers(-(2**62), 2**62, ROWS)),
        value.set(nothing, None).alias("lo:a"),
        value.set(nothing, None).alias("hi:a"),
        pl.Series("lt:a", chance.integers(0, 9, ROWS)).set(nothing, None),
        value.set(nothing, None).alias("lv:a"),
    )


def bins(seed: int, sketches: list[str], most: int) -> pl.DataFrame:
    chance = np.random.default_rng(seed)
    return keys(seed).with_columns(
        pl.Series("c", chance.choice(sketches, ROWS)),
        pl.Series("b", chance.integers(-20, 20, ROWS).astype(np.int32)),
        pl.Series("n", chance.integers(1, most, ROWS)),
    )


def test_cells_merge_as_grouping_says() -> None:
    frames = [cells(1), cells(2).drop("lo:a"), cells(3)]
    together = pl.concat(frames, how="diagonal")
    expected = together.group_by(CELL_KEYS).agg(merge([name for name in together.columns if name not in CELL_KEYS]))
    for given in (frames, [coded(frame) for frame in frames], [frames[0], *(coded(frame) for frame in frames[1:])]):
        found = plain(merge_frames("cells", given))
        assert found.sort(CELL_KEYS).equals(expected.sort(CELL_KEYS))


@pytest.mark.parametrize(("sketches", "most"), [(["q:1", "q:2"], 5), (["q:1", "d:1"], 5), (["d:1"], 2**50), (["q:1"], 2**60)])
def test_bins_merge_as_grouping_says(sketches: list[str], most: int) -> None:
    frames = [bins(seed, sketches, most) for seed in (1, 2)]
    expected = pl.concat(frames).group_by(BIN_KEYS).agg(merge_bins())
    for given in (frames, [coded(frame) for frame in frames]):
        assert plain(merge_frames("bins", given)).sort(BIN_KEYS).equals(expected.sort(BIN_KEYS))


def test_codes_come_back_as_the_texts_they_were() -> None:
    frame = bins(1, ["q:1"], 5)
    assert coded(frame).schema["k"] != frame.schema["k"]
    assert plain(coded(frame)).equals(frame)


@pytest.mark.parametrize("kind", ["cells", "bins"])
def test_codes_come_from_the_frame_and_are_never_looked_up_by_number(kind: str) -> None:
    """Polars may not know a number yet that it has just given out to another thread; here it knows none of them."""
    texts = [f"only here {number}" for number in range(300)]
    kept = pl.Categorical(pl.Categories("tests.nobody_elses"))
    frame = pl.DataFrame({"t": [60] * 300, "r": texts, "d": [""] * 300, "k": texts[::-1]})
    frame = coded(frame.with_columns(pl.col("r", "k").cast(kept)))
    if kind == "cells":
        merged = merged_cells(pl.concat([frame, frame]).with_columns(pl.lit(1, pl.Int64).alias("n:x")), CELL_KEYS, ["n:x"])
    else:
        sketched = pl.lit("q:x").alias("c"), pl.lit(3, pl.Int32).alias("b"), pl.lit(1, pl.Int64).alias("n")
        merged = merged_bins(coded(pl.concat([frame, frame]).with_columns(sketched)), BIN_KEYS)
    assert merged is not None
    assert sorted(merged.select(pl.col("r", "k").cast(pl.String)).rows()) == sorted(zip(texts, texts[::-1], strict=True))
