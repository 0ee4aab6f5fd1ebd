"""What a map says: its spec, its values, and the frames of what moves on it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cockpit.context import CityContext
from cockpit.panels import MapPanel
from cockpit.panels.map import Moving
from cockpit.scope import Scope
from tests.panel_city import MINUTE, NOW, city, seen, vehicle
from tests.tiny_city import TinyCity

__all__ = ["city"]

MAP = MapPanel.Options(
    layers=("regions", "river", "vehicles"), color="hotline.requests", moving={"vehicles": Moving(kind="kind", trail_s=8)}
)


def test_the_map_colours_the_children_and_draws_layers_in_the_boards_order(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", count=3)
    props = MapPanel().props(MAP, seen(city))
    assert props["values"] == {"7701": 3, "7702": 0}
    assert [(layer["id"], layer["live"]) for layer in props["spec"]["layers"]] == [
        ("regions", False),
        ("river", False),
        ("vehicles", True),
    ]


def test_things_may_be_drawn_as_a_cloud(city: TinyCity) -> None:
    warm = MAP.model_copy(update={"moving": {"vehicles": Moving(style="heat")}})
    (entry,) = [one for one in MapPanel().props(warm, seen(city))["spec"]["layers"] if one["id"] == "vehicles"]
    assert (entry["kind"], entry["live"], "url" in entry) == ("heat", True, False)
    vehicle(city, "v1", 120.15, NOW)
    assert header(MapPanel().frames(warm, seen(city), "one")["vehicles"])["n"] == 1


@pytest.mark.parametrize("moving", [Moving(style="grid", cell_m=500), Moving(style="hexagon", resolution=7)])
def test_things_may_be_counted_into_cells_that_add_up(city: TinyCity, moving: Moving) -> None:
    counted = MAP.model_copy(update={"moving": {"vehicles": moving}})
    none = MapPanel().props(counted, seen(city))
    assert none["cells"]["vehicles"]["features"] == []
    for number, lon in enumerate((120.15, 120.15, 120.05, 120.06, 120.12)):
        vehicle(city, f"v{number}", lon, NOW)
    some = MapPanel().props(counted, seen(city))
    cells = [one["properties"] for one in some["cells"]["vehicles"]["features"]]
    assert sum(one["count"] for one in cells) == sum(one["value"] for one in cells) == 5 and len(cells) >= 3
    assert some["spec"] == none["spec"]  # cells come beside it
    (entry,) = [one for one in some["spec"]["layers"] if one["id"] == "vehicles"]
    assert (entry["kind"], entry["live"], "url" in entry) == (moving.style, True, False)
    assert MapPanel().frames(counted, seen(city), "one") == {}


def test_the_spec_of_a_map_does_not_change_with_the_values(city: TinyCity) -> None:
    before = MapPanel().props(MAP, seen(city))["spec"]
    city.hotline(NOW - MINUTE, count=3)
    assert MapPanel().props(MAP, seen(city))["spec"] == before


def test_a_leaf_is_shown_among_its_neighbours_and_lifted(city: TinyCity) -> None:
    city.hotline(NOW - MINUTE, district="770101", count=3)
    props = MapPanel().props(MAP, seen(city, region="770101"))
    assert props["spec"]["selected"] == "770101"
    assert props["values"] == {"770101": 3, "770102": 0}


def test_moving_things_come_as_one_frame_per_slot(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    vehicle(city, "v2", 120.05, NOW, kind="tram")
    frame = MapPanel().frames(MAP, seen(city), "one")["vehicles"]
    length = int.from_bytes(frame[4:8], "little")
    header = json.loads(frame[8 : 8 + length])
    assert (header["layer"], header["n"], header["kinds"]) == ("vehicles", 2, ["bus", "tram"])


def header(frame: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(frame[8 : 8 + int.from_bytes(frame[4:8], "little")])
    return found


def test_a_frame_says_whose_it_is_when_it_was_heard_and_how_long_things_are_silent(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW - MINUTE)
    vehicle(city, "v2", 120.05, NOW - 2 * MINUTE)
    told = header(MapPanel().frames(MAP, seen(city), "north")["vehicles"])
    assert (told["panel"], told["at_ms"], told["dt_ms"]) == ("north", (NOW - MINUTE).timestamp() * 1000, 2000)
    slow = MAP.model_copy(update={"moving": {"vehicles": Moving(every=30)}})
    assert header(MapPanel().frames(slow, seen(city), "north")["vehicles"])["dt_ms"] == 30_000


def test_a_frame_is_the_same_while_nothing_new_was_heard(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    before = MapPanel().frames(MAP, seen(city), "one")
    city.hotline(NOW)
    later = CityContext(city.parts, Scope(), NOW + timedelta(seconds=20))
    assert MapPanel().frames(MAP, later, "one") == before


def test_a_slot_that_only_stands_among_the_layers_moves_and_ages_the_map(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    plain = MapPanel.Options(layers=("regions", "river", "vehicles"))
    assert MapPanel().slots(plain) & set(city.parts.city.slots) == {"vehicles"}
    assert header(MapPanel().frames(plain, seen(city), "one")["vehicles"])["n"] == 1


def test_only_keeps_what_the_board_asks_for(city: TinyCity) -> None:
    vehicle(city, "v1", 120.15, NOW)
    vehicle(city, "v2", 120.05, NOW, kind="tram")
    only = MAP.model_copy(update={"moving": {"vehicles": Moving(only={"kind": ("tram",)})}})
    frame = MapPanel().frames(only, seen(city), "one")["vehicles"]
    assert b'"n":1' in frame[:300]


def test_a_map_shows_only_the_newest_incidents(city: TinyCity) -> None:
    for minutes, id in ((8, "old"), (3, "v1"), (2, "v2"), (1, "v3")):
        vehicle(city, id, 120.15, NOW - minutes * MINUTE)
    newest = MAP.model_copy(update={"moving": {"vehicles": Moving(within=300, limit=2)}})
    assert b'"n":2' in MapPanel().frames(newest, seen(city), "one")["vehicles"][:300]
    recent = MAP.model_copy(update={"moving": {"vehicles": Moving(within=300)}})
    assert b'"n":3' in MapPanel().frames(recent, seen(city), "one")["vehicles"][:300]
