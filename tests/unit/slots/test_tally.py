"""Arrays add up to the same as frames do."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from slots.measures import merge
from slots.tally import Tally, merged, stacked, states_of

COLUMNS = ("n:x", "s:x", "lo:x", "hi:x", "lt:x", "lv:x")
SCHEMA = {
    "g": pl.Int64,
    "n:x": pl.Int64,
    **dict.fromkeys(("s:x", "lo:x", "hi:x"), pl.Float64),
    "lt:x": pl.Int64,
    "lv:x": pl.Float64,
}

numbers = st.integers(-1000, 1000).map(float)
filled = st.tuples(st.integers(0, 3), st.integers(1, 9), numbers, numbers, numbers, st.integers(0, 1 << 50), numbers)
empty = st.integers(0, 3).map(lambda group: (group, 0, 0.0, None, None, None, None))


@given(st.lists(st.one_of(filled, empty), min_size=1, max_size=30, unique_by=lambda row: row[5] or id(row)))
def test_groups_merge_as_in_frames(rows: list[tuple[float | None, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    states = merged(states_of(frame, COLUMNS), frame["g"].to_numpy(), 4)
    for row in frame.group_by("g").agg(merge(COLUMNS)).to_dicts():
        got = {column: states[column][row["g"]] for column in COLUMNS}
        assert (got["n:x"], got["s:x"]) == (row["n:x"], row["s:x"])
        if row["n:x"]:
            assert got == {column: row[column] for column in COLUMNS}


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
