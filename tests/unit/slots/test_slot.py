from typing import Any

import pytest

from slots.problem import DocumentError
from slots.slot import Slot, parse_slot, seconds
from tests.line import small_slot


def mistakes(**changes: Any) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        small_slot(**changes)
    return [str(problem) for problem in caught.value.problems]


def test_durations() -> None:
    assert [seconds(text) for text in ("30s", "10m", "24h", "7d")] == [30, 600, 86400, 604800]
    for wrong in ("10", "m", "1.5h", "0s", "-1s", "10 m"):
        with pytest.raises(ValueError, match="30s 10m 24h 7d"):
            seconds(wrong)


def test_a_slot_can_be_written_in_python() -> None:
    document = small_slot().model_dump()
    assert Slot(**document) == small_slot()


def test_every_mistake_is_listed_with_its_place() -> None:
    found = mistakes(lateness="soon", famly="x", source={"topic": "a b"}, dimensions=["kind", 3])
    assert [line.split(":")[0] for line in found] == ["source.topic", "dimensions.1", "lateness", "famly"]
    assert "did you mean 'family'" in found[-1]


def test_what_one_key_says_of_another() -> None:
    found = mistakes(
        time="kind",
        region={"code": "stars"},
        dimensions=["kindd"],
        freshness={"late": "5m", "stale": "1m", "dead": "1h"},
        indicators=[
            {"name": "a", "measure": {"agg": "sum"}},
            {"name": "a", "measure": {"agg": "quantile", "of": "wait_s"}},
            {"name": "b", "measure": {"agg": "count", "where": "star >= 4"}},
            {"name": "c", "measure": {"ratio": [{"agg": "count"}, {"ratio": [{"agg": "count"}, {"agg": "count"}]}]}},
            {"name": "d", "measure": {}},
        ],
    )
    assert len(found) == 10
    assert any("must be a datetime" in line for line in found)
    assert any("did you mean 'stars'" in line for line in found)
    assert any("indicators.1.name: 'a' is there twice" in line for line in found)
    assert any("a ratio of ratios" in line for line in found)


def test_a_point_must_be_numbers() -> None:
    assert "must be a float, got string" in mistakes(region={"point": ["kind", "wait_s"]})[0]


def test_a_zone_must_exist() -> None:
    fields = {"at": {"zone": "Asia/Atlantis"}, "region": "string"}
    document = {
        **small_slot().model_dump(mode="json"),
        "fields": fields,
        "dimensions": [],
        "indicators": [{"name": "n", "measure": {"agg": "count"}}],
    }
    with pytest.raises(DocumentError, match="not a time zone"):
        parse_slot({**document, "entities": None})
