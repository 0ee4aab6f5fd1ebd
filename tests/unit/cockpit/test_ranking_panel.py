"""What a ranking says: who stands first, who is missing, among whom."""

from __future__ import annotations

from typing import Any

from cockpit.panels import RankingPanel
from tests.panel_city import MINUTE, NOW, city, seen
from tests.tiny_city import TinyCity

__all__ = ["city"]


def ranking(city: TinyCity, region: str = "", **options: Any) -> list[tuple[str, float, str | None]]:
    given = RankingPanel.Options(**{"indicator": "hotline.wait", **options})
    rows = RankingPanel().props(given, seen(city, region=region))["rows"]
    return [(row["name"], row["value"], row["light"]) for row in rows]


def test_worst_stands_first_by_the_direction(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", wait_s=16)
    city.hotline(NOW - MINUTE, district="770201", wait_s=25)
    assert ranking(city) == [("西区", 25, "alarm"), ("东区", 16, "watch")]
    assert [name for name, *_ in ranking(city, order="best")] == ["东区", "西区"]
    assert [name for name, *_ in ranking(city, order="value", limit=1)] == ["西区"]


def test_a_region_without_a_value_is_counted_as_missing_not_ranked(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101")
    props = RankingPanel().props(RankingPanel.Options(indicator="hotline.wait"), seen(city))
    assert ([row["code"] for row in props["rows"]], props["missing"], props["of"]) == (["7701"], 1, 2)


def test_at_the_lowest_level_a_region_stands_among_its_neighbours(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101")
    props = RankingPanel().props(RankingPanel.Options(indicator="hotline.requests"), seen(city, region="770101"))
    assert [(row["code"], row["here"]) for row in props["rows"]] == [("770101", True), ("770102", False)]
