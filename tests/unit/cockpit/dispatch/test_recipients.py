"""To whom a message goes: everybody once, in the order of the names, of a region those who have to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

import pytest

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.ground import Ground
from cockpit.dispatch.recipients import Recipients
from cockpit.dispatch.refusal import Forbidden, Wrong
from cockpit.dispatch.roster import Person, Roster, Shift
from cockpit.dispatch.rules import Rules
from cockpit.dispatch.unit import Unit
from tests.line import NOON, small_tree

PEOPLE = (
    Person("p1", "王", "chief"), Person("p2", "李", "worker", "a1"), Person("p3", "赵", "worker", "b", unit="u2"),
    Person("p4", "钱", "worker", "c", groups=frozenset({"flood"})),
    Person("p5", "孙", "worker", "a2", groups=frozenset({"flood"})),
)  # fmt: skip
UNITS = (
    Unit(id="u1", kind="patrol", region="a"),
    Unit(id="u2", name="西队", kind="patrol", region="b"),
    Unit(id="u3", kind="boat"),
)
WHO = Recipients(Ground(small_tree()), Rules(Roster("UTC", PEOPLE, UNITS)))
CITY, EAST = Actor("all", Role.CHIEF), Actor("east", Role.CHIEF, "a")


def ids(names: Sequence[str], actor: Actor = CITY, region: str | None = None) -> list[str]:
    return [one.id for one in WHO.audience(names, actor, NOON, region).recipients]


def test_groups_posts_people_and_units_are_named_once() -> None:
    assert ids(["flood", "p5", "u1", "flood"]) == ["p4", "p5", "u1"]
    assert ids(["worker"]) == ["p2", "p3", "p4", "p5"] and ids(["patrol"]) == ["u1", "u2"]
    assert [(one.name, one.kind) for one in WHO.audience(["u2", "u3", "p1"], CITY, NOON).recipients] == [
        ("西队", "unit"), ("u3", "unit"), ("王", "person"),
    ]  # fmt: skip


def test_a_post_is_that_of_the_incidents_region() -> None:
    assert ids(["worker"], region="a1") == ["p2", "p4"]
    with pytest.raises(Wrong, match="'boatman'"):
        ids(["boatman"], region="a1")


def test_who_is_of_a_region_speaks_to_its_own_and_to_those_above() -> None:
    assert ids(["worker"], EAST) == ["p2", "p4", "p5"] and ids(["patrol", "boat", "chief"], EAST) == ["u1", "u3", "p1"]
    for name in ("p3", "u2"):
        with pytest.raises(Forbidden, match=name):
            ids(["p2", name], EAST)
    with pytest.raises(Wrong, match="1 to 500"):
        ids([], EAST)


def test_a_person_is_spoken_to_with_her_unit() -> None:
    assert WHO.serving("p3") == ("p3", "u2") and WHO.serving("p1") == ("p1",) and WHO.serving("u1") == ("u1",)


def test_who_of_a_group_is_left_out_is_said_with_the_cause() -> None:
    """NOON is a Saturday's: the one whose shift is on Saturdays is told, the other one is not, nor who lies elsewhere; named by
    another name as well, they are."""
    shifts = tuple(Shift(who, frozenset({day}), time(0), time(0)) for who, day in (("p4", 5), ("p5", 0)))
    who = Recipients(Ground(small_tree()), Rules(Roster("UTC", PEOPLE, UNITS, shifts)))

    def left(names: Sequence[str], actor: Actor = CITY) -> list[tuple[str, str, str]]:
        return [(one.id, one.of, one.why) for one in who.audience(names, actor, NOON).left_out]

    assert left(["flood"]) == [("p5", "flood", "off_duty")] and left(["flood", "p5"]) == []
    assert left(["patrol", "flood"], EAST) == [("u2", "patrol", "elsewhere"), ("p5", "flood", "off_duty")]
    assert left(["p1", "u1"]) == []
    nobody = Recipients(Ground(small_tree()), Rules(Roster("UTC", PEOPLE, UNITS, shifts[1:])))
    assert nobody.audience(["flood"], CITY, NOON).left_out == ()  # nobody is on duty: all are told
