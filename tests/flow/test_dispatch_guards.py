"""Whose business what is, over HTTP: departments and units by their units, regions by the tree; and what refusals say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.dispatch.running import rules_of
from cockpit.dispatch.toolbox import Toolbox
from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.flow.test_toolbox import Caller
from tests.line import NOON
from tests.tiny_city import served, tiny_city

REPORT = {"title": "井盖破损", "category": "roads", "region": "770101"}
U1 = {"name": "李", "role": "department", "unit": "U1"}
PLAN = """plan: any
title: {zh: 流程, en: Any}
version: "1"
steps: [{name: fence, title: {zh: 围挡, en: Fence}, role: department}]
"""


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    folder = dispatch_city(tmp_path / "city", "skills: {roads: [water], lights: [power, patrol]}\n")
    (folder / "plans").mkdir()
    (folder / "plans" / "any.yaml").write_text(PLAN, "utf-8")
    city = tiny_city(ManualClock(NOON), folder=folder)
    with desk(tmp_path) as one:
        toolbox = Toolbox(one.store, city.parts.city.regions, city.parts.city.zone, rules_of(city.parts.city))
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield caller
    city.close()


def done(caller: Caller, path: str, body: Any = None, actor: Any = None) -> Any:
    answer = caller.post(path, body, actor=actor)
    assert answer.is_success, answer.text
    return answer.json()


def dispatched(caller: Caller, unit: str, **report: Any) -> str:
    number: str = done(caller, "/incidents", REPORT | report)["number"]
    for verb, said in (("accept", {}), ("file", {}), ("dispatch", {"unit": unit})):
        done(caller, f"/incidents/{number}/{verb}", said)
    return number


def ordered(caller: Caller, incident: str, unit: str) -> str:
    number: str = done(caller, "/orders", {"unit": unit, "text": "去看看", "incident": incident, "reason": "就近"})["number"]
    done(caller, f"/orders/{number}/issue")
    return number


def test_a_department_reads_and_does_what_its_units_have_to_do_with_and_nothing_else(caller: Caller) -> None:
    led, helped, told, foreign = (dispatched(caller, unit) for unit in ("U1", "U2", "U2", "U3"))
    done(caller, f"/incidents/{helped}/add-unit", {"unit": "U1"})
    own, other = ordered(caller, told, "U1"), ordered(caller, foreign, "U3")
    for number in (led, foreign):
        done(caller, f"/plans/{number}/any/start-plan")

    def listed(path: str, key: str, actor: Any = U1, **query: Any) -> set[str]:
        return {one["number"] for one in caller.get(path, actor=actor, **query).json()[key]}

    assert listed("/incidents", "incidents") == listed("/duty", "rows") == {led, helped, told} == listed("/clocks", "clocks")
    assert listed("/incidents", "incidents", {**U1, "region": "770101"}) == {led, helped, told}
    assert listed("/incidents", "incidents", {**U1, "region": "7702"}) == set()
    assert listed("/incidents", "incidents", {**U1, "unit": "u1"}) == set()  # that is no U1
    assert listed("/orders", "orders") == {own} == listed("/orders", "orders", incident=told)
    assert listed("/orders", "orders", incident=foreign) == listed("/orders", "orders", unit="U3") == set()
    similar = caller.get(f"/incidents/{led}/similar", actor=U1).json()["similar"]
    assert {one["number"] for one in similar} == {helped, told}
    for kind in ("incidents", "reports", "alerts"):
        assert [caller.get(f"/{kind}/{number}", actor=U1).status_code for number in (told, foreign)] == [200, 404]
    for what in ("similar", "context", "replay"):
        assert [caller.get(f"/incidents/{number}/{what}", actor=U1).status_code for number in (told, foreign)] == [200, 404]
    for path, key in (("/journal", "subject"), ("/plans", "incident"), ("/clocks", "incident")):
        assert [caller.get(path, actor=U1, **{key: number}).status_code for number in (told, foreign)] == [200, 404]
    assert [caller.get(f"/orders/{number}", actor=U1).status_code for number in (own, other)] == [200, 404]
    assert [caller.get("/journal", actor=U1, subject=number).status_code for number in (own, other)] == [200, 404]
    assert [caller.get(path, actor=U1).status_code for path in ("/journal", "/records/dispatch")] == [403, 403]
    letters = "/dead-letters/dispatch.feedback"
    east = {"name": "东", "role": "dispatcher", "region": "7701"}
    assert [caller.get(letters, actor=actor).status_code for actor in (U1, east, None)] == [403, 403, 200]
    for path, said in (
        (f"/incidents/{foreign}/note", {"opinion": "x"}), (f"/incidents/{foreign}/sign", {}),
        (f"/orders/{other}/sign", {}), (f"/orders/{other}/note", {"opinion": "x"}),
        (f"/plans/{foreign}/any/tick-step", {"step": "fence"}), ("/orders", {"unit": "U1", "text": "x", "incident": foreign}),
    ):  # fmt: skip
        refused = caller.post(path, said, actor=U1)
        assert refused.status_code == 403 and "'U1'" in refused.json()["error"], refused.text
    for path, said in (
        (f"/incidents/{led}/sign", {}), (f"/incidents/{told}/note", {"opinion": "x"}), (f"/orders/{own}/note", {"opinion": "x"}),
        (f"/plans/{led}/any/tick-step", {"step": "fence"}),
    ):  # fmt: skip
        done(caller, path, said, actor=U1)


def test_a_unit_is_the_one_it_acts_for(caller: Caller) -> None:
    order = ordered(caller, dispatched(caller, "U1"), "U1")
    person, other = {"name": "x", "role": "unit", "unit": "U1"}, {"name": "U2", "role": "unit"}
    for actor in (person, {"name": "U1", "role": "unit"}):
        assert [one["number"] for one in caller.get("/orders", actor=actor).json()["orders"]] == [order]
    assert caller.get("/orders", actor=other).json()["orders"] == []
    assert caller.get(f"/orders/{order}", actor=other).status_code == 404
    refused = caller.post(f"/orders/{order}/read", actor=other)
    assert refused.status_code == 403 and refused.json()["error"] == f"{order} is for 'U1', you act for 'U2'"
    assert "note" in caller.get(f"/orders/{order}", actor=person).json()["verbs"]
    assert done(caller, f"/orders/{order}/note", {"opinion": "收到"}, person)["number"] == order


def test_the_rows_behind_the_toolboxs_numbers_are_those_of_the_own_region(caller: Caller) -> None:
    east = {"name": "x", "role": "chief", "region": "7701"}
    asked = [caller.get("/records/dispatch", actor=east, **query) for query in ({}, {"region": "7702"}, {"region": "770101"})]
    assert [answer.status_code for answer in asked] == [403, 403, 200]
    assert asked[0].json()["hint"] == "ask with region=7701"
    assert caller.get("/records/dispatch").status_code == caller.get("/records/hotline", actor=east).status_code == 200


def test_the_root_of_the_tree_is_the_whole_city(caller: Caller) -> None:
    chief = {"name": "x", "role": "chief", "region": "77"}
    number = done(caller, "/incidents", REPORT, chief)["number"]
    assert caller.get("/journal", actor=chief).json()["rows"][0]["subject"] == number
    assert caller.get("/exercise", actor=chief).json()["verbs"] == ["begin", "reset"]
    assert done(caller, "/exercise/begin", {"title": "防汛"}, chief)["running"] is True
    district = caller.post("/exercise/end", actor={**chief, "region": "7701"})
    assert district.status_code == 403 and "7701" in district.json()["error"]


def test_nothing_is_settled_while_its_orders_run(caller: Caller) -> None:
    number = dispatched(caller, "U1")
    order, second = ordered(caller, number, "U1"), ordered(caller, number, "U2")
    for verb in ("sign", "start", "report", "verify"):
        shown = done(caller, f"/incidents/{number}/{verb}")
    assert shown["needs"]["pass"]["orders"] == ["cancel"]
    refused = caller.post(f"/incidents/{number}/pass")
    assert refused.status_code == 409 and "pass" in refused.json()["verbs"] and "cancel" in refused.json()["hint"]
    assert f"{order} (U1, ISSUED), {second} (U2, ISSUED)" in refused.json()["error"]
    assert caller.post(f"/incidents/{number}/pass", {"orders": "leave"}).status_code == 422
    assert caller.post(f"/incidents/{number}/fail", {"reason": "x", "orders": "cancel"}).status_code == 422
    closed = done(caller, f"/incidents/{number}/pass", {"orders": "cancel"}, {"name": "z", "role": "inspector"})
    assert closed["state"] == "CLOSED"
    kept = caller.get(f"/orders/{order}").json()
    assert (kept["state"], kept["reason"], kept["verbs"]) == ("CANCELLED", "its incident was settled", [])
    assert caller.post(f"/orders/{second}/sign", actor={"name": "U2", "role": "unit"}).status_code == 409
    late = caller.post("/orders", {"unit": "U1", "text": "x", "incident": number})
    assert late.status_code == 422 and "CLOSED" in late.json()["error"]
    rows = caller.get("/journal", subject=number).json()["rows"]
    assert [(row["verb"], row["actor"]) for row in rows[-3:]] == [("pass", "z"), ("cancel", "z"), ("cancel", "z")]


def test_a_draft_and_what_has_run_out(caller: Caller) -> None:
    number = done(caller, "/incidents", REPORT)["number"]
    done(caller, "/orders", {"unit": "U1", "text": "x", "incident": number, "ttl_s": 60})
    assert caller.post(f"/incidents/{number}/reject", {"reason": "x"}).status_code == 409
    caller.desk.clock.advance(timedelta(seconds=60))
    assert done(caller, f"/incidents/{number}/reject", {"reason": "x"})["state"] == "REJECTED"


@pytest.mark.parametrize(
    ("category", "asked", "needed", "because", "unable"),
    [
        ("roads/pit", {}, ["water"], "roads/pit", {"U3": "cannot do: water (roads/pit)"}),
        ("lights", {}, ["patrol", "power"], "lights", dict.fromkeys(("U1", "U2"), "cannot do: power (lights)")),
        ("noise", {}, [], None, {}),
        ("roads", {"skill": ""}, [], None, {}),
        ("roads", {"skill": "power"}, ["power"], None, dict.fromkeys(("U1", "U2"), "cannot do: power")),
    ],
)
def test_the_category_says_what_a_unit_must_be_able_to_do(
    caller: Caller, category: str, asked: Any, needed: list[str], because: str | None, unable: dict[str, str]
) -> None:
    place = {"lon": 120.05, "lat": 30.05}
    number = done(caller, "/incidents", {"title": "x", "category": category, **place})["number"]
    found = caller.get("/units/nearest", incident=number, anywhere=True, lang="en", **asked).json()
    assert found["needed"] == {"skills": needed, "category": because}
    told = {one["id"]: reason["said"] for one in found["excluded"] for reason in one["reasons"] if reason["why"] == "wrong_skill"}
    assert told == unable


def test_a_refusal_says_its_cause(caller: Caller) -> None:
    chief, dispatcher = {"name": "wang", "role": "chief"}, {"name": "li", "role": "dispatcher"}
    number = dispatched(caller, "U1")
    draft = {"unit": "U1", "text": "x", "incident": number, "consequence": "grave"}
    order = done(caller, "/orders", draft, chief)["number"]
    plain = done(caller, "/orders", {"unit": "U2", "text": "x", "incident": number}, chief)["number"]
    done(caller, "/orders", {"unit": "U3", "text": "x", "incident": number}, chief)
    causes = [
        (f"/incidents/{number}/note", {**chief, "region": "770201"}, 403, f"{number} is in 770101, you act for 770201"),
        (f"/orders/{order}/issue", {**chief, "region": "7702"}, 403, f"{order} is in 770101, you act for 7702"),
        (f"/incidents/{number}/file", dispatcher, 409, "it is for chief, not for dispatcher"),
        (f"/incidents/{number}/file", chief, 409, "it is DISPATCHED; that is done while it is ACCEPTED"),
        (f"/incidents/{number}/sign", {"name": "U3", "role": "department"}, 409, "'U1' leads it, you act for 'U3'"),
        (f"/orders/{order}/issue", chief, 409, "it needs a second person, a chief or a leader, to approve it"),
        (f"/orders/{order}/approve", dispatcher, 409, "it is for chief, leader, not for dispatcher"),
        (f"/orders/{order}/approve", chief, 409, "it needs a second person, a chief or a leader other than 'wang'"),
        (f"/orders/{plain}/approve", chief, 409, "it needs no second person: it is issued"),
        (f"/orders/{plain}/sign", {"name": "U2", "role": "unit"}, 409, "it is DRAFT; that is done while it is DELIVERED or SENT"),
    ]  # fmt: skip
    for path, actor, status, cause in causes:
        refused = caller.post(path, {"opinion": "x"}, actor=actor)
        assert refused.status_code == status and refused.json()["error"].endswith(cause), refused.text


def test_the_headers_are_explained_where_they_are_wrong(caller: Caller) -> None:
    assert '"unit": "P120"' in caller.post("/incidents", REPORT, actor={"name": "x"}).json()["hint"]
    assert "UUID" in caller.post("/incidents", REPORT, key=None).json()["hint"]
