"""Into which buckets rows are counted, and the whole numbers they are counted by."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from slots.chains import Chain, chains
from slots.ledger import Size
from slots.margins import kinds

ALL: dict[Size, int] = {"minute": -(10**12), "hour": -(10**12), "day": -(10**12)}
NONE_LATE = np.zeros(4, dtype=bool)


def times(*texts: str) -> pl.Series:
    return pl.Series([int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6) for text in texts])


def counted(chain: Chain) -> dict[Size, dict[int, int]]:
    """Size → row → the start of its bucket."""
    return {
        link.size: {int(row): int(link.starts[int(link.of[at])]) for row, at in zip(chain.rows, chain.at, strict=True)}
        for link in chain.links
    }


FOUR = times("2026-05-06T15:59:30", "2026-05-06T16:00:00", "2026-05-06T15:59:59", "2026-05-06T17:30:00")
MINUTES = [1778083140, 1778083200, 1778083140, 1778088600]
HOURS = [1778079600, 1778083200, 1778079600, 1778086800]
DAYS = [1777996800, 1778083200, 1777996800, 1778083200]  # midnight in Shanghai is 16:00 UTC


def test_all_sizes_make_one_chain() -> None:
    (chain,) = chains(FOUR, NONE_LATE, ALL, "Asia/Shanghai")
    assert {size: list(rows.values()) for size, rows in counted(chain).items()} == {"minute": MINUTES, "hour": HOURS, "day": DAYS}


def test_a_late_row_and_a_minute_that_is_not_kept_stand_in_the_chains_they_count_in() -> None:
    late = np.array([False, True, False, False])
    found = [counted(chain) for chain in chains(FOUR, late, {**ALL, "minute": 1778083200}, "Asia/Shanghai")]
    told = {size: rows for one in found for size, rows in one.items()}
    assert told == {
        "minute": {3: MINUTES[3]},
        "hour": {0: HOURS[0], 2: HOURS[2], 3: HOURS[3]},
        "day": dict(enumerate(DAYS)),
    }


def test_apart_it_says_the_same_size_by_size_and_half_by_half() -> None:
    (chain,) = chains(FOUR, NONE_LATE, ALL, "Asia/Shanghai")
    singles = chain.apart()
    assert {size: rows for one in singles for size, rows in counted(one).items()} == counted(chain)
    halves = singles[0].apart()
    assert [len(half.rows) for half in halves] == [2, 2]
    assert {row: at for half in halves for row, at in counted(half)["minute"].items()} == dict(enumerate(MINUTES))
    assert [half.finest for half in halves] == [1, 2]
    assert halves[0].apart() == []


@pytest.mark.parametrize("values", [[5, 3, 5, 9], [5, -3, 10**12, 5], [7]])
def test_kinds_are_ascending_and_say_which_of_them_a_row_holds(values: list[int]) -> None:
    found = kinds(pl.Series(values))
    assert found.values.to_list() == sorted(set(values))
    assert [found.values[int(at)] for at in found.at] == values
