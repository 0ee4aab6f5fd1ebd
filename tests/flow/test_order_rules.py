"""What the city lays down for orders, over HTTP: by when they are to be done, and one unit, one order; played and real apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.dispatch.audit import audit
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.toolbox import Toolbox
from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.flow.test_toolbox import Caller
from tests.line import NOON
from tests.tiny_city import served, tiny_city

LIMITS = """
limits:
  overall: 5d
  steps: {DISPATCHED: 30m, SIGNED: 30m, HANDLING: 4h}
  rules:
    - {priority: [URGENT], clock: natural, overall: 2h}
"""
REPORT = {"title": "井盖破损", "category": "roads", "lon": 120.05, "lat": 30.05}


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    clock = ManualClock(NOON)
    city = tiny_city(clock, folder=dispatch_city(tmp_path / "city", LIMITS))
    with desk(tmp_path) as one:
        toolbox = Toolbox(one.store, city.parts.city.regions, city.parts.city.zone, rules_of(city.parts.city))
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield caller
    city.close()


def dispatched(caller: Caller, said: Any = None, **report: Any) -> dict[str, Any]:
    """An incident on its way to U1."""
    number = caller.post("/incidents", REPORT | report).json()["number"]
    for verb in ("accept", "file"):
        caller.post(f"/incidents/{number}/{verb}")
    answer = caller.post(f"/incidents/{number}/dispatch", {"unit": "U1"} | (said or {}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("deadline", "said"),
    [("2026-11-21T19:00:00+08:00", "has passed"), ("3026-11-21T19:00:00Z", "five years"), ("2026-11-30T08:00:00", "timezone")],
)
def test_a_deadline_lies_ahead(caller: Caller, deadline: str, said: str) -> None:
    """What was overdue from the first moment on would count as work that was late."""
    number = dispatched(caller)["number"]
    caller.post(f"/incidents/{number}/return", {"reason": "不归我管"})
    tried = [
        caller.post(f"/incidents/{number}/dispatch", {"unit": "U2", "deadline": deadline}),
        caller.post(f"/incidents/{number}/add-unit", {"unit": "U2", "deadline": deadline}),
        caller.post("/orders", {"unit": "U2", "text": "去看看", "region": "770101", "deadline": deadline}),
    ]
    assert [(one.status_code, said in one.json()["error"]) for one in tried] == [(422, True)] * 3, [one.text for one in tried]
    assert caller.get(f"/incidents/{number}").json()["state"] == "FILED"
    local = caller.post(f"/incidents/{number}/dispatch", {"unit": "U2", "deadline": "2026-11-21T21:00:00+08:00"}).json()
    assert local["deadline"] == "2026-11-21T13:00:00Z"


def drafted(caller: Caller, **draft: Any) -> dict[str, Any]:
    answer = caller.post("/orders", {"unit": "U1", "text": "去看看", "region": "770101"} | draft)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_is_dispatched_gets_the_deadline_of_its_limits(caller: Caller) -> None:
    """NOON is 20:00 on a Saturday in Shanghai: working time begins on Monday at 08:30 and rests at noon, natural time runs on."""
    caller.desk.clock.advance(timedelta(minutes=5))
    urgent, plain = dispatched(caller, priority="URGENT"), dispatched(caller)
    assert urgent["deadline"] == "2026-11-21T14:05:00Z"
    assert plain["deadline"] == "2026-11-23T07:00:00Z"
    said = dispatched(caller, {"deadline": "2026-11-21T13:00:00Z"}, priority="URGENT")
    assert said["deadline"] == "2026-11-21T13:00:00Z"
    orders = [drafted(caller, incident=one["number"])["deadline"] for one in (urgent, plain, said)]
    assert orders == [one["deadline"] for one in (urgent, plain, said)]
    assert drafted(caller, incident=urgent["number"], deadline="2026-11-21T12:30:00Z")["deadline"] == "2026-11-21T12:30:00Z"
    assert drafted(caller)["deadline"] is None
    early = caller.post("/incidents", REPORT | {"priority": "URGENT"}).json()
    assert early["deadline"] is None and drafted(caller, incident=early["number"])["deadline"] == "2026-11-21T14:05:00Z"


def suspended(caller: Caller, number: str) -> None:
    for verb, said in (("sign", None), ("start", None), ("suspend", {"reason": "等配件"}), ("approve", None)):
        answer = caller.post(f"/incidents/{number}/{verb}", said)
        assert answer.status_code == 200, answer.text


def test_a_suspension_moves_all_that_is_due_by_the_working_time_it_held(caller: Caller) -> None:
    """By the natural clock an hour is an hour; on a Saturday night none passes, until Monday at ten an hour and a half.

    Twice suspended is moved twice."""
    urgent, plain = (dispatched(caller, **more)["number"] for more in ({"priority": "URGENT"}, {}))
    caller.post(f"/incidents/{urgent}/add-unit", {"unit": "U2", "deadline": "2026-11-21T13:30:00Z"})
    inherited, own = drafted(caller, incident=urgent), drafted(caller, incident=urgent, deadline="2026-11-21T12:30:00Z")
    assert caller.post(f"/orders/{inherited['number']}/issue").status_code == 200
    for number in (urgent, plain):
        suspended(caller, number)
    caller.desk.clock.advance(timedelta(minutes=20))
    meanwhile = drafted(caller, incident=urgent, deadline="2026-11-21T15:30:00Z")
    caller.desk.clock.advance(timedelta(minutes=40))
    back = {number: caller.post(f"/incidents/{number}/resume").json() for number in (urgent, plain)}
    assert back[urgent]["deadline"] == "2026-11-21T15:00:00Z" and back[plain]["deadline"] == "2026-11-23T07:00:00Z"
    assert back[urgent]["co_units"] == [{"unit": "U2", "deadline": "2026-11-21T14:30:00Z"}]
    orders = [caller.get(f"/orders/{one['number']}").json()["deadline"] for one in (inherited, own, meanwhile)]
    assert orders == ["2026-11-21T15:00:00Z", "2026-11-21T13:30:00Z", "2026-11-21T15:30:00Z"]
    sent = [json.loads(one.value) for one in caller.desk.store.pending(500) if one.topic == "dispatch.orders"]
    assert [(one["order"], one["deadline"]) for one in sent] == [(inherited["number"], orders[0])]
    for verb, said in (("suspend", {"reason": "等批文"}), ("approve", None)):
        caller.post(f"/incidents/{plain}/{verb}", said)
    caller.desk.clock.advance(datetime(2026, 11, 23, 2, tzinfo=UTC) - caller.desk.clock())
    assert caller.post(f"/incidents/{plain}/resume").json()["deadline"] == "2026-11-23T08:30:00Z"
    suspended_again = caller.post(f"/incidents/{urgent}/suspend", {"reason": "x"}), caller.post(f"/incidents/{urgent}/approve")
    assert [one.status_code for one in suspended_again] == [200, 200]
    caller.desk.clock.advance(timedelta(hours=1))
    assert caller.post(f"/incidents/{urgent}/resume").json()["deadline"] == "2026-11-21T16:00:00Z"
    desk = caller.desk
    assert audit(desk.store, desk.sealer, desk.city, desk.heads).bad is None


def test_a_unit_that_is_out_is_not_sent_again_without_a_reason(caller: Caller) -> None:
    first, second, third = (drafted(caller) for _ in range(3))
    assert caller.post(f"/orders/{first['number']}/issue").status_code == 200
    refused = caller.post(f"/orders/{second['number']}/issue")
    assert refused.status_code == 409 and first["number"] in refused.json()["error"] and "reason" in refused.json()["hint"]
    assert "issue" in refused.json()["verbs"]
    issued = caller.post(f"/orders/{second['number']}/issue", {"reason": "就在旁边"})
    assert issued.status_code == 200 and issued.json()["state"] == "ISSUED"
    with_reason = drafted(caller, reason="就在旁边")
    assert with_reason["why_busy"] == "就在旁边"
    assert caller.post(f"/orders/{with_reason['number']}/issue").status_code == 200
    for order in (first, second, with_reason):
        caller.post(f"/orders/{order['number']}/cancel", {"reason": "不用了"})
    assert caller.post(f"/orders/{third['number']}/issue").status_code == 200


def test_a_unit_that_is_not_in_the_roster_is_nobody(caller: Caller) -> None:
    number = caller.post("/incidents", REPORT).json()["number"]
    for verb in ("accept", "file"):
        caller.post(f"/incidents/{number}/{verb}")
    asked = [
        ("/orders", {"text": "去看看", "region": "770101"}), (f"/incidents/{number}/dispatch", {}),
        (f"/incidents/{number}/add-unit", {}),
    ]  # fmt: skip
    for path, said in asked:
        refused = caller.post(path, said | {"unit": "U9"})
        assert refused.status_code == 422, refused.text
        assert "the roster has no unit 'U9'" in refused.json()["error"] and "'U1'" in refused.json()["hint"]
        assert "'U3'" in caller.post(path, said | {"unit": "西区抢修队"}).json()["hint"]  # its name leads to it
        assert "hint" not in caller.post(path, said | {"unit": "不存在"}).json()
    assert caller.get("/orders").json()["orders"] == [] and caller.get(f"/incidents/{number}").json()["state"] == "FILED"
    assert caller.post(asked[1][0], {"unit": "U1"}).status_code == 200


def test_of_two_who_send_a_unit_at_once_one_is_refused(caller: Caller) -> None:
    for unit in ("U1", "U2", "U3"):
        numbers = [drafted(caller, unit=unit)["number"] for _ in range(4)]
        with ThreadPoolExecutor(4) as at_once:
            answers = list(at_once.map(lambda number: caller.post(f"/orders/{number}/issue").status_code, numbers))
        assert sorted(answers) == [200, 409, 409, 409]


def test_what_is_played_goes_to_its_own_topic_and_leaves_the_unit_free(caller: Caller) -> None:
    def status(**query: Any) -> dict[str, Any]:
        return {one["id"]: one["order"] for one in caller.get("/units", **query).json()["units"]}

    def suitable(**query: Any) -> set[str]:
        found = caller.get("/units/nearest", anywhere=True, **query).json()
        assert found["counts"]["suitable"] + found["counts"]["excluded"] == 3
        return {one["id"] for one in found["excluded"] if any("O2026" in reason["said"] for reason in one["reasons"])}

    caller.post("/exercise/begin", {"title": "防汛"})
    played = drafted(caller)
    assert played["exercise"] is True and caller.post(f"/orders/{played['number']}/issue").status_code == 200
    topics = {(one.topic, one.subject) for one in caller.desk.store.pending(100)}
    assert topics == {(f"dispatch.{name}.exercise", played["number"]) for name in ("orders", "journal")}
    assert status() == {"U1": None, "U2": None, "U3": None}
    incident = caller.post("/incidents", REPORT | {"exercise": False}).json()["number"]
    assert suitable(incident=incident) == set() and suitable(lon=120.05, lat=30.05) == {"U1"}
    real = drafted(caller, incident=incident)
    assert real["exercise"] is False and caller.post(f"/orders/{real['number']}/issue").status_code == 200
    assert status()["U1"] == real["number"]
    again = drafted(caller)
    assert caller.post(f"/orders/{again['number']}/issue").status_code == 409
    caller.post(f"/orders/{real['number']}/cancel", {"reason": "不用了"})
    assert caller.post(f"/orders/{again['number']}/issue").status_code == 409  # it is out in the exercise
    caller.desk.clock.advance(timedelta(seconds=1))
    caller.post("/exercise/reset")
    caller.desk.clock.advance(timedelta(seconds=1))
    after = drafted(caller)
    assert caller.post(f"/orders/{after['number']}/issue").status_code == 200  # what was played was put away
