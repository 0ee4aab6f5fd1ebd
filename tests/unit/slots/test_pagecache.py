from itertools import count

import pytest

from slots.pagecache import Kept


def test_a_value_is_made_once_per_version() -> None:
    kept, made = Kept[int](4), count()
    assert [kept.get("a", version, lambda: next(made)) for version in (1, 1, 2, 2, 1)] == [0, 0, 1, 1, 2]


def test_the_one_not_asked_for_the_longest_goes_and_is_counted() -> None:
    kept, made = Kept[int](2), count()
    assert [kept.get(key, 1, lambda: next(made)) for key in "abacab"] == [0, 1, 0, 2, 0, 3]
    assert kept.dropped == 2


def test_what_could_not_be_made_is_tried_again() -> None:
    kept = Kept[float](2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", 1, lambda: 1 / 0)
    assert kept.get("a", 1, lambda: 0.5) == 0.5
