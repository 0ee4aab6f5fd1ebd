"""The open incidents as screens show them: the gravest first, counted without what is played, on the map with their lights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import cockpit.demo
from cockpit.city import load_city
from cockpit.context import CityContext
from cockpit.dispatch.running import open_incidents
from cockpit.dispatch.said import Draft, Report
from cockpit.dispatch.standing import OpenIncidents
from cockpit.dispatch.toolbox import Toolbox
from cockpit.panels import BUILT_IN
from cockpit.panels.incident_marks import incident_frame, incident_points
from cockpit.panels.incidents import IncidentsOptions, IncidentsPanel
from cockpit.panels.plans import PlansOptions, PlansPanel
from cockpit.scope import Scope
from streams.clock import ManualClock
from tests.played import CHIEF, played
from tests.tiny_city import TinyCity, tiny_city

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
YUNZHOU = Path(cockpit.demo.__file__).parent / "yunzhou"
OPTIONS = IncidentsOptions(slot="dispatch")


class Shown:
    """The panels over the played toolbox."""

    def __init__(self, city: TinyCity, toolbox: Toolbox) -> None:
        self.toolbox = toolbox
        self.open: OpenIncidents = open_incidents(city.parts.city, toolbox)
        self.parts = replace(city.parts, toolbox=toolbox, open_incidents=self.open)

    def context(self, **scope: Any) -> CityContext:
        return CityContext(self.parts, Scope(**scope), NOW)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("played")
    with closing(tiny_city(ManualClock(NOW), folder=YUNZHOU)) as city, closing(played(city.parts.city, folder, NOW)) as toolbox:
        yield Shown(city, toolbox)


def test_the_gravest_stands_first(shown: Shown) -> None:
    found = shown.open(None, NOW)
    lights = [one.light for one in found]
    assert lights == sorted(lights, key=["red", "yellow", "green", None].index) and {"red", "green"} <= set(lights)
    assert found[0].incident.priority == "URGENT" and found[0].incident.title.startswith("供水主管爆裂")
    assert [one.incident.number for one in found] == [one.incident.number for one in shown.open(None, NOW)]


def test_only_a_region_and_what_lies_below_it(shown: Shown) -> None:
    one = shown.open(None, NOW)[0].incident
    above = shown.toolbox.ground.above(one.region)
    for code in above:
        assert one.number in [each.incident.number for each in shown.open(code, NOW)]
    other = next(code for code in shown.parts.city.regions.codes if code not in above and len(code) == 6)
    assert one.number not in [each.incident.number for each in shown.open(other, NOW)]


def test_a_light_turns_red_with_the_clock_alone(shown: Shown) -> None:
    fine = next(one for one in shown.open(None, NOW) if one.light == "green" and one.clock and one.clock.running)
    assert fine.clock is not None and fine.clock.due is not None
    later = {one.incident.number: one.light for one in shown.open(None, fine.clock.due + timedelta(seconds=1))}
    assert later[fine.incident.number] == "red"


def test_the_panel_counts_lights_and_stages_and_says_who_is_on_it(shown: Shown) -> None:
    props = IncidentsPanel().props(OPTIONS, shown.context())
    assert props["total"] == 8 == sum(count for _, count in props["stages"])
    assert dict(props["stages"]) == {"accept": 3, "send": 1, "sent": 2, "handle": 1, "check": 1}
    assert props["lights"]["alarm"] >= 2 and sum(props["lights"].values()) <= 8
    sent = next(row for row in props["rows"] if row["title"].startswith("架空线"))
    assert (sent["order"], sent["state"]) == ("ISSUED", "DISPATCHED") and sent["unit"]
    held = next(row for row in props["rows"] if row["state"] == "SUSPEND_REQUESTED")
    assert held["overall"]["running"] is True
    assert IncidentsPanel().props(OPTIONS, shown.context(lang="en"))["total"] == 8


def test_what_is_played_is_listed_and_never_counted(shown: Shown) -> None:
    before = IncidentsPanel().props(OPTIONS, shown.context())
    with shown.toolbox.store.writing() as writing:
        report = Report(title="演练：洪水", category="供水", region="990101", exercise=True)
        number = shown.toolbox.incidents.receive(writing, report, CHIEF)[0].number
    after = IncidentsPanel().props(OPTIONS, shown.context())
    assert (after["total"], after["stages"]) == (before["total"], before["stages"])
    assert [row["exercise"] for row in after["rows"] if row["number"] == number] == [True]
    with shown.toolbox.store.writing() as writing:
        shown.toolbox.incidents.act(writing, number, "reject", {"reason": "演练结束"}, CHIEF)


def test_who_leads_is_named_whoever_was_ordered_last(shown: Shown) -> None:
    led = next(one for one in shown.open(None, NOW) if one.incident.title.startswith("架空线"))
    other = next(unit.id for unit in shown.parts.city.roster.units if unit.id != led.incident.lead_unit)
    with shown.toolbox.store.writing() as writing:
        draft = Draft(unit=other, text="支援", incident=led.incident.number, reason="支援")
        order = shown.toolbox.orders.draft(writing, draft, CHIEF)
        shown.toolbox.orders.act(writing, order.number, "issue", {}, CHIEF)
    now = next(one for one in shown.open(None, NOW) if one.incident.number == led.incident.number)
    assert (now.unit, now.order) == (led.unit, led.order) and led.order is not None and led.order.unit == led.incident.lead_unit
    with shown.toolbox.store.writing() as writing:
        shown.toolbox.orders.act(writing, order.number, "cancel", {"reason": "不再需要"}, CHIEF)


def test_at_a_moment_of_the_past_it_says_that_it_keeps_none(shown: Shown) -> None:
    props = IncidentsPanel().props(OPTIONS, shown.context(at=NOW - timedelta(hours=2)))
    assert (props["why"], props["rows"]) == ("only_now", [])


def test_without_any_it_says_so(shown: Shown) -> None:
    empty = CityContext(replace(shown.parts, open_incidents=None), Scope(), NOW)
    assert IncidentsPanel().props(OPTIONS, empty)["why"] == "no_incidents"
    assert PlansPanel().props(PlansOptions(slot="dispatch"), empty)["why"] == "no_plans"


def test_a_running_plan_shows_its_steps(shown: Shown) -> None:
    props = PlansPanel().props(PlansOptions(slot="dispatch"), shown.context())
    (plan,) = props["plans"]
    assert plan["incident"].startswith("阀门井漏水") and plan["title"] == "供水主管爆裂应急预案"
    states = [step["state"] for step in plan["steps"]]
    assert states[0] == "DONE" and "OPEN" in states and "WAITING" in states
    assert all(step["due_ms"] for step in plan["steps"] if step["state"] == "OPEN")


def test_the_map_gets_a_mark_for_each_that_has_a_place(shown: Shown) -> None:
    with shown.toolbox.store.writing() as writing:
        report = Report(title="路面塌陷", category="交通出行", lon=118.6, lat=29.3, priority="URGENT")
        number = shown.toolbox.incidents.receive(writing, report, CHIEF)[0].number
    frame = incident_frame("map", shown.context())
    header = frame[8 : 8 + int.from_bytes(frame[4:8], "little")]
    assert b'"n":1' in header and b'"layer":"open_incidents"' in header and b'"alarm_new"' in header
    still = incident_points(shown.context())
    assert still is not None and still.features is not None
    assert [dict(row) for row in still.features.properties] == [{"light": "alarm_new"}], "a picture shows it too, without words"
    assert incident_points(shown.context(at=datetime(2026, 11, 19, tzinfo=UTC))) is None
    with shown.toolbox.store.writing() as writing:
        shown.toolbox.incidents.act(writing, number, "reject", {"reason": "误报"}, CHIEF)


def test_the_demonstration_has_a_board_of_it() -> None:
    board = load_city(YUNZHOU, {panel.name: panel for panel in BUILT_IN}).boards["command"]
    assert {"incidents", "plans", "map"} <= {placed.kind.name for placed in board.panels.values()}
