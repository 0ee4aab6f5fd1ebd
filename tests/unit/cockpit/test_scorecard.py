"""A scheme scored over the tiny city: values, weights, shares, coverage, peers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cockpit import windows
from cockpit.schemes import parse_scheme
from cockpit.scorecard import Scored, Sources, indicators_of, node_at, scorecard, scorecards
from slots.reading import QuestionError
from streams.clock import ManualClock
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 21, 4, 32, 10, tzinfo=UTC)
ROOT, NORTH, SOUTH = "77", "7701", "7702"


@pytest.fixture
def city() -> Iterator[TinyCity]:
    made = tiny_city(ManualClock(NOW))
    made.hotline(NOW, "770101", count=4, wait_s=10, stars=5)
    made.hotline(NOW, "770201", count=4, wait_s=30, stars=2)
    yield made
    made.close()


def sources(city: TinyCity) -> Sources:
    parts = city.parts
    return Sources(
        parts.city.regions, parts.city.slots, parts.readings.ask, lambda own: windows.window(own or "today", NOW, parts.city.zone)
    )


def tree(*of: dict[str, Any], missing: str = "skip", **keys: Any) -> Any:
    document = {"scheme": "x", "version": "1", "missing": missing, "tree": {"name": "all", "of": list(of), **keys}}
    return parse_scheme(document, lambda name: "")


def leaf(name: str, indicator: str = "hotline.satisfaction", score: Any = "none", weight: float | None = 1) -> dict[str, Any]:
    return {"name": name, "indicator": indicator, "score": score} | ({"weight": weight} if weight else {})


def by_name(card: Scored) -> dict[str, Scored]:
    return {node.name: node for node in card.walk()}


def test_the_scheme_of_the_city_file(city: TinyCity) -> None:
    card = scorecard(city.parts.city.schemes["service"], NORTH, sources(city))
    nodes = by_name(card)
    assert nodes["satisfaction"].score == 100
    assert nodes["wait"].measured is not None and nodes["wait"].score == 100
    assert nodes["good"].score is None and nodes["good"].status == "missing"
    assert nodes["waiting"].score == 100 and nodes["waiting"].coverage == pytest.approx(2 / 3)
    assert (nodes["satisfaction"].weight, nodes["waiting"].weight) == pytest.approx((0.75, 0.25), abs=1e-3)
    assert card.score == 100 and card.coverage == pytest.approx(0.75 + 0.25 * 2 / 3, abs=1e-3)
    assert card.status == "missing"


def test_contributions_add_up_to_the_score_and_shares_to_1(city: TinyCity) -> None:
    scheme = tree(leaf("a", weight=3), {"name": "b", "weight": 1, "of": [leaf("c", weight=1), leaf("d", "reviews.good_rate")]})
    card = scorecard(scheme, SOUTH, sources(city))
    leaves = [node for node in card.walk() if node.measured]
    assert sum(node.share for node in leaves) == pytest.approx(1)
    assert sum(node.contribution for node in leaves) == pytest.approx(card.score)
    assert by_name(card)["d"].share == 0


@pytest.mark.parametrize(("missing", "score"), [("skip", 100), ("zero", 50), ("none", None)])
def test_what_is_missing(city: TinyCity, missing: str, score: float | None) -> None:
    scheme = tree(leaf("a"), leaf("b", "reviews.good_rate"), missing=missing)
    card = scorecard(scheme, NORTH, sources(city))
    assert (card.score, card.coverage) == (score, 0.5)


def test_a_region_is_held_against_those_beside_it(city: TinyCity) -> None:
    scheme = tree(leaf("a", "hotline.wait", "minmax"))
    assert scorecard(scheme, NORTH, sources(city)).score == 100
    assert scorecard(scheme, SOUTH, sources(city)).score == 0
    alone = scorecard(scheme, city.parts.city.regions.root.code, sources(city))
    assert alone.score is None and alone.of[0].measured is not None and alone.of[0].measured.points.cut == "alone"


def test_all_regions_of_one_level_have_the_same_weights_by_entropy_and_so_has_the_whole(city: TinyCity) -> None:
    flat = leaf("flat", "hotline.requests", {"full_marks": {"at": 1, "zero": 0}}, None)
    scheme = tree(flat, leaf("steep", "hotline.wait", {"frontier": {"best": 0, "worst": 40}}, None), weights="entropy")
    root = city.parts.city.regions.root.code
    cards = [*scorecards(scheme, root, sources(city)).values()]
    cards += [scorecard(scheme, code, sources(city)) for code in (NORTH, root)]
    weights = {tuple(child.weight for child in card.of) for card in cards}
    assert weights == {(0.0, 1.0)}


def test_one_region_scores_as_it_does_among_its_peers(city: TinyCity) -> None:
    scheme = tree(leaf("a", "hotline.wait", "minmax"), leaf("b"))
    cards = scorecards(scheme, city.parts.city.regions.root.code, sources(city))
    assert cards[SOUTH] == scorecard(scheme, SOUTH, sources(city))
    assert list(cards) == [region.code for region in city.parts.city.regions.children(city.parts.city.regions.root.code)]


def test_old_values_count_but_are_not_covered(city: TinyCity) -> None:
    parts, later = city.parts, NOW + timedelta(hours=2)
    parts.clock.advance(later - NOW)  # type: ignore[attr-defined]
    today = windows.window("today", later, parts.city.zone)
    told = Sources(parts.city.regions, parts.city.slots, parts.readings.ask, lambda _: today)
    card = scorecard(tree(leaf("a")), NORTH, told)
    assert card.score == 100 and card.coverage == 0 and card.status in ("stale", "dead", "broken")


def test_what_cannot_be_asked_is_missing_and_says_why(city: TinyCity) -> None:
    def span(_: str | None) -> tuple[datetime, datetime]:
        return NOW - timedelta(days=400, seconds=77), NOW - timedelta(days=399, seconds=33)

    parts = city.parts
    card = scorecard(tree(leaf("a")), NORTH, Sources(parts.city.regions, parts.city.slots, parts.readings.ask, span))
    assert card.score is None and card.of[0].measured is not None and "no longer kept" in card.of[0].measured.reason


def test_a_node_is_found_by_its_path(city: TinyCity) -> None:
    scheme = city.parts.city.schemes["service"]
    assert node_at(scheme, ["waiting", "wait"]).indicator == "hotline.wait"
    assert indicators_of(node_at(scheme, ["waiting"])) == {"hotline.wait", "reviews.good_rate"}
    with pytest.raises(QuestionError, match="did you mean 'waiting'"):
        node_at(scheme, ["waitin"])
