"""Points, weights and composites: the published formulas, and what holds whatever is put in."""

from __future__ import annotations

import math
from itertools import pairwise as neighbours

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slots.composite import Judged, composed, counted
from slots.ranks import ranks, robustness
from slots.scoring import Points, deduct, frontier, full_marks, ladder, minmax, plain
from slots.weighing import entropy, equal, pairwise, relative

numbers = st.floats(-1e12, 1e12, allow_nan=False)
scores = st.floats(0, 100)
known = st.none() | scores
WAIT = ((10.0, 100.0), (20.0, 80.0), (60.0, 0.0))


@pytest.mark.parametrize(
    ("value", "points"),
    [(26, Points(100)), (373, Points(0)), (199.5, Points(50)), (20, Points(100, "best")), (400, Points(0, "worst"))],
)
def test_the_distance_to_the_frontier_of_construction_permits(value: float, points: Points) -> None:
    assert frontier(value, best=26, worst=373) == points


@pytest.mark.parametrize(("value", "points"), [(0.0, 0), (37.5, 50), (75, 100)])
def test_full_marks(value: float, points: float) -> None:
    assert full_marks(value, at=75, zero=0) == Points(points)


@pytest.mark.parametrize(("value", "points"), [(3, 100), (10, 100), (10.1, 80), (20, 80), (60, 0), (61, 0)])
def test_a_ladder_that_falls_is_climbed_from_below(value: float, points: float) -> None:
    assert ladder(value, WAIT).value == points


@pytest.mark.parametrize(("value", "points"), [(59, 0), (60, 60), (79.9, 60), (80, 80), (95, 100), (99, 100)])
def test_a_ladder_that_rises_is_reached_from_its_limit_on(value: float, points: float) -> None:
    assert ladder(value, ((60, 60), (80, 80), (95, 100))).value == points


@pytest.mark.parametrize(("value", "points"), [(0, 100), (4, 90), (40, 0), (100, 0)])
def test_points_are_deducted_for_each_unit(value: float, points: float) -> None:
    assert deduct(value, start=100, per=2.5).value == points


def test_minmax_holds_a_region_against_its_peers() -> None:
    assert minmax(3, [1, 3, 5, None], "higher") == Points(50)
    assert minmax(1, [1, 3, 5], "lower") == Points(100)
    assert minmax(22, [20, 22, 24, 30], "target", target=22) == Points(100)
    assert minmax(30, [20, 22, 24, 30], "target", target=22) == Points(0)


def test_what_minmax_cannot_say_it_tells() -> None:
    assert minmax(5, [5, 5], "higher") == Points(100, "equal")
    assert minmax(5, [5], "higher") == Points(None, "alone")
    assert minmax(5, [1, 5], "none") == Points(None, "undirected")
    assert minmax(None, [1, 5], "higher") == Points(None, "missing")


@given(st.none() | st.floats(), numbers, numbers)
def test_points_are_always_within_0_and_100_or_none(value: float | None, one: float, other: float) -> None:
    for points in (
        frontier(value, one, other), full_marks(value, one, other), deduct(value, one, other), plain(value),
        minmax(value, [value, one, other], "higher"), minmax(value, [one, other], "lower"), ladder(value, ((one, other),)),
    ):  # fmt: skip
        assert points.value is None or 0 <= points.value <= 100
        assert (points.value is None) >= (value is None or not math.isfinite(value))


@given(numbers, numbers, numbers, numbers)
def test_nearer_to_the_best_is_never_worth_less(best: float, worst: float, one: float, other: float) -> None:
    assume(best != worst)
    near, far = sorted((one, other), key=lambda value: -value if best > worst else value)
    assert (frontier(near, best, worst).value or 0) >= (frontier(far, best, worst).value or 0)


@given(st.lists(st.tuples(numbers, scores), min_size=1, max_size=6, unique_by=lambda rung: rung[0]), numbers)
def test_a_ladder_gives_the_points_of_a_rung(rungs: list[tuple[float, float]], value: float) -> None:
    rungs.sort()
    assert ladder(value, rungs).value in {0.0, *(points for _, points in rungs)}


def test_weights_by_pairwise_judgements_of_a_published_example() -> None:
    # Saaty (2008), table 2, relative consumption of drinks: coffee, wine, tea, beer, soda, milk, water
    drinks: list[list[float]] = [
        [1, 9, 5, 2, 1, 1, 1 / 2], [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9], [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3], [1, 9, 4, 2, 1, 2, 1 / 2], [1, 9, 3, 1, 1 / 2, 1, 1 / 3], [2, 9, 9, 3, 2, 3, 1],
    ]  # fmt: skip
    assert pairwise(drinks) == pytest.approx((0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327), abs=0.002)


def test_judgements_that_contradict_one_another_give_no_weights() -> None:
    with pytest.raises(ValueError, match=r"less than 0\.1 is needed"):
        pairwise([[1, 5, 0.2], [0.2, 1, 5], [5, 0.2, 1]])


def test_entropy_gives_weight_to_what_tells_regions_apart() -> None:
    flat, steep = entropy([[50, 10], [50, 90], [50, 50]])
    assert flat == pytest.approx(0, abs=1e-9)
    assert steep == pytest.approx(1)


def test_entropy_worked_out_by_hand() -> None:
    # p = (.25, .75) and (.4, .6): e = .8113 and .9710, 1 − e = .1887 and .0290
    assert entropy([[25, 40], [75, 60]]) == pytest.approx((0.8666, 0.1334), abs=1e-3)


def test_entropy_without_anything_to_tell_is_equal() -> None:
    assert entropy([[50, 60]]) == entropy([[0, 0], [0, 0]]) == entropy([[7, 8], [7, 8]]) == equal(2)
    assert entropy([[None, 10], [None, 90]]) == (0, 1)


@given(st.integers(1, 6).flatmap(lambda n: st.lists(st.lists(known, min_size=n, max_size=n), min_size=1, max_size=8)))
def test_weights_add_up_to_1(rows: list[list[float | None]]) -> None:
    weights = entropy(rows)
    assert math.fsum(weights) == pytest.approx(1)
    assert min(weights) >= 0


weighed = st.lists(st.tuples(known, st.floats(0, 1), st.floats(0.01, 1e6)), min_size=1, max_size=8)


@given(weighed, st.sampled_from(["skip", "zero", "none"]))
def test_a_composite_lies_between_its_children(rows: list[tuple[float | None, float, float]], missing: str) -> None:
    children, weights = [Judged(score, coverage) for score, coverage, _ in rows], [weight for *_, weight in rows]
    whole = composed(children, weights, missing)  # type: ignore[arg-type]
    counts = [0.0 if child.score is None and missing == "zero" else child.score for child in children]
    told = [score for score in counts if score is not None]
    assert (whole.score is None) == (not told or (missing == "none" and len(told) < len(rows)))
    if whole.score is not None:
        assert min(told) - 1e-9 <= whole.score <= max(told) + 1e-9
    assert 0 <= whole.coverage <= 1
    assert math.fsum(counted(children, weights, missing)) == pytest.approx(1 if told or missing != "skip" else 0)  # type: ignore[arg-type]


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=8), st.floats(0.01, 1e6))
def test_only_the_relation_of_weights_counts(weights: list[float], factor: float) -> None:
    assert relative([weight * factor for weight in weights]) == pytest.approx(relative(weights))


def test_what_is_missing_is_skipped_counted_as_0_or_spoils_the_whole() -> None:
    children, weights = [Judged(90, 1), Judged(None, 0)], [3, 1]
    assert composed(children, weights, "skip") == Judged(90, 0.75)
    assert composed(children, weights, "zero") == Judged(67.5, 0.75)
    assert composed(children, weights, "none") == Judged(None, 0.75)


def test_equal_scores_share_a_rank() -> None:
    assert ranks([90, None, 95, 90, 10]) == [2, None, 1, 2, 4]


@given(st.lists(known, max_size=12))
def test_ranks_follow_the_scores(values: list[float | None]) -> None:
    placed = zip(ranks(values), values, strict=True)
    ordered = sorted((rank, value) for rank, value in placed if rank is not None and value is not None)
    assert all(one[1] >= other[1] for one, other in neighbours(ordered))


def test_a_rank_that_hangs_on_the_weights_is_less_robust() -> None:
    far, near, close = [Judged(90, 1), Judged(90, 1)], [Judged(60, 1), Judged(40, 1)], [Judged(40.5, 1), Judged(60, 1)]
    first, *others = robustness([far, near, close], [0.5, 0.5], "skip")
    assert first == 1.0
    assert all(other is not None and 0.3 < other < 1 for other in others)
    assert robustness([far, [Judged(None, 0), Judged(None, 0)]], [0.5, 0.5], "skip") == [1.0, None]
