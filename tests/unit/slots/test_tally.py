"""Arrays add up to the same as frames do."""

import random

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from slots.measures import merge
from slots.stretches import added
from slots.tally import Tally, merged, stacked, states_of

COLUMNS = ("n:x", "s:x", "f:x", "lo:x", "hi:x", "lt:x", "lv:x")
SCHEMA = {
    "g": pl.Int64,
    "n:x": pl.Int64,
    "s:x": pl.Float64,
    "f:x": pl.Int64,
    **dict.fromkeys(("lo:x", "hi:x"), pl.Float64),
    "lt:x": pl.Int64,
    "lv:x": pl.Float64,
}

numbers = st.integers(-1000, 1000).map(float)
quanta = st.integers(-(1 << 63), (1 << 63) - 1)
filled = st.tuples(st.integers(0, 3), st.integers(1, 9), numbers, quanta, numbers, numbers, st.integers(0, 4), numbers)
empty = st.integers(0, 3).map(lambda group: (group, 0, 0.0, 0, None, None, None, None))
rows_of_states = st.lists(st.one_of(filled, empty), min_size=1, max_size=30)


@given(rows_of_states, st.integers(0, 30), st.randoms(use_true_random=False))
def test_groups_merge_as_in_frames_in_any_order(rows: list[tuple[float | None, ...]], cut: int, rng: random.Random) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    states = merged(states_of(frame, COLUMNS), frame["g"].to_numpy(), 4)
    order = rng.sample(range(len(rows)), len(rows))
    halves = [frame[part].group_by("g").agg(merge(COLUMNS)) for part in (order[:cut], order[cut:]) if part]
    for row in pl.concat(halves).group_by("g").agg(merge(COLUMNS)).to_dicts():
        got = {column: states[column][row["g"]] for column in COLUMNS}
        assert (got["n:x"], got["s:x"], got["f:x"]) == (row["n:x"], row["s:x"], row["f:x"])
        if row["n:x"]:
            assert got == {column: row[column] for column in COLUMNS}


@given(rows_of_states)
def test_stretches_of_rows_merge_as_groups_do(rows: list[tuple[float | None, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("g", maintain_order=True)
    groups, begins, sizes = np.unique(frame["g"].to_numpy(), return_index=True, return_counts=True)
    states = states_of(frame, COLUMNS)
    stretched = added(states, begins, sizes)
    for column, values in merged(states, frame["g"].to_numpy(), 4).items():
        np.testing.assert_array_equal(stretched[column], values[groups], err_msg=column)


def test_a_column_the_page_lacks_is_neutral() -> None:
    states = states_of(pl.DataFrame({"t": [0, 60]}), COLUMNS)
    total = merged(states, np.array([0, 0]), 1)
    assert (total["n:x"].tolist(), total["s:x"].tolist(), total["lo:x"].tolist()) == ([0], [0.0], [np.inf])


def tally(t: list[int], at: list[int], names: tuple[str, ...]) -> Tally:
    return Tally(np.array(t), np.array(at), names, {"n:x": np.ones(len(t), dtype=np.int64)})


def test_keys_of_several_pages_find_each_other() -> None:
    both = stacked([tally([0, 0, 60], [0, 1, 1], ("b", "a")), tally([60, 60], [0, 1], ("a", "c"))])
    summed = both.by_bucket()
    told = [(t, summed.names[at], n) for t, at, n in zip(summed.t, summed.at, summed.states["n:x"], strict=True)]
    assert sorted(told) == [(0, "a", 1), (0, "b", 1), (60, "a", 2), (60, "c", 1)]
    assert summed.within(0, 60).t.tolist() == [0, 0]
