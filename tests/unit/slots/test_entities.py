from datetime import timedelta

import pytest

from slots.entities import Entities
from slots.reading import QuestionError
from tests.line import Line, ago, small_slot

TRACKED = small_slot(
    fields={"at": "datetime", "id": "string?", "lon": "float?", "lat": "float?", "state": "string?"},
    region={"point": ["lon", "lat"]},
    dimensions=[],
    indicators=[{"name": "fixes", "measure": {"agg": "count"}}],
    entities={"key": "id", "attributes": ["state"], "expires": "1h"},
)


def tracked() -> tuple[Line, Entities]:
    line = Line(TRACKED)
    return line, Entities({"desk": line.slot}, line.ledger, line.regions, line.clock)


def test_the_latest_state_by_event_time_wins() -> None:
    line, entities = tracked()
    line.send({"at": ago(minutes=2), "id": "x", "lon": 120.1, "lat": 30.0, "state": "old"}, {"at": ago(minutes=1), "id": "y"})
    line.run()
    line.send({"at": ago(minutes=1), "id": "x", "lon": 120.2, "lat": 30.0, "state": "new"})
    line.run()
    line.send({"at": ago(minutes=5), "id": "x", "lon": 120.3, "lat": 30.0, "state": "late"}, {"at": ago(minutes=1)})
    line.run()
    found = entities.latest("desk").to_dicts()
    assert [(one["key"], one["state"]) for one in found] == [("x", "new"), ("y", None)]
    assert found[0]["lon"] == 120.2


def test_expired_states_are_not_there() -> None:
    line, entities = tracked()
    line.send({"at": ago(minutes=1), "id": "x", "lon": 120.0, "lat": 30.0})
    line.run()
    line.clock.advance(timedelta(hours=2))
    assert entities.latest("desk").is_empty()


def test_what_is_kept_of_a_page_goes_with_it() -> None:
    line, entities = tracked()
    assert entities.latest("desk").is_empty()
    for n in range(3):
        line.send({"at": ago(minutes=50 - 20 * n), "id": f"k{n}", "lon": 120.0, "lat": 30.0})
        line.run()
        assert entities.latest("desk")["key"].to_list() == [f"k{i}" for i in range(n, -1, -1)]
    assert entities.latest("desk", limit=2)["key"].to_list() == ["k2", "k1"]
    line.clock.advance(timedelta(minutes=15))
    assert entities.latest("desk")["key"].to_list() == ["k2", "k1"]


def test_nearest_first_in_metres() -> None:
    line, entities = tracked()
    line.send(
        *[{"at": ago(minutes=1), "id": f"k{i}", "lon": 120 + i / 100, "lat": 30.0} for i in range(5)],
        {"at": ago(minutes=1), "id": "nowhere"},
    )
    line.run()
    found = entities.latest("desk", near=(120.0, 30.0), radius_m=2500)
    assert found["key"].to_list() == ["k0", "k1", "k2"]
    assert found["distance_m"].to_list() == pytest.approx([0.0, 964.9, 1929.8], rel=0.005, abs=0.1)
    assert entities.latest("desk", bbox=(120.015, 29, 121, 31))["key"].to_list() == ["k2", "k3", "k4"]


def test_a_slot_without_entities_says_which_have_them() -> None:
    _, entities = tracked()
    with pytest.raises(QuestionError, match="slots that do: desk"):
        entities.latest("other")
