"""The toolbox over HTTP, and incidents out of a slot: the parts of a small city in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit.dispatch.follower import Follower
from cockpit.dispatch.intake import Intake
from cockpit.dispatch.intake_rule import IntakeRule, rule_problems
from cockpit.server import create_app
from streams.clock import ManualClock
from streams.codecs import codec_for
from tests.desk import Desk, desk
from tests.line import NOON, small_slot
from tests.tiny_city import served, tiny_city


class Caller:
    """Asks the served toolbox; every POST with a key of its own unless one is given."""

    def __init__(self, address: str, desk: Desk) -> None:
        self.desk = desk
        self._client = httpx.Client(base_url=f"http://{address}/api/v1", timeout=30)
        self._keys = iter(range(10_000))

    def post(self, path: str, body: Any = None, key: str | None = "new", actor: Any = None) -> httpx.Response:
        headers = {"Idempotency-Key": f"key {next(self._keys)}" if key == "new" else key} if key is not None else {}
        if actor is not None:
            headers["Cockpit-Actor"] = json.dumps(actor)
        return self._client.post(path, content=b"" if body is None else json.dumps(body), headers=headers)

    def send(self, path: str, content: bytes) -> httpx.Response:
        """Posts these very bytes."""
        return self._client.post(path, content=content, headers={"Idempotency-Key": f"key {next(self._keys)}"})

    def get(self, path: str, actor: Any = None, **query: Any) -> httpx.Response:
        return self._client.get(path, params=query, headers={"Cockpit-Actor": json.dumps(actor)} if actor else {})

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    """The toolbox of the tiny city, whose tree is that of its own."""
    yield from called(tmp_path)


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The same, for calls that are refused."""
    yield from called(tmp_path_factory.mktemp("idle"))


def called(folder: Path) -> Iterator[Caller]:
    city = tiny_city(ManualClock(NOON))
    with desk(folder) as one:
        toolbox = type(one.toolbox)(one.store, city.parts.city.regions, city.parts.city.zone)
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield caller
    city.close()


REPORT = {"title": "井盖破损", "category": "roads", "region": "770101"}


def test_an_incident_from_reported_to_judged(caller: Caller) -> None:
    made = caller.post("/incidents", REPORT)
    assert made.status_code == 201 and made.json()["state"] == "REPORTED" and made.json()["title"] == "井盖破损"
    number, shown = made.json()["number"], made.json()
    way = ["accept", "file", ("dispatch", {"unit": "u1"}), "sign", "start", "report", "verify", "pass", ("review", {"stars": 5})]
    for step in way:
        verb, said = step if isinstance(step, tuple) else (step, None)
        assert verb in shown["verbs"] and verb in shown["needs"]
        answer = caller.post(f"/incidents/{number}/{verb}", said)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
    assert (shown["state"], shown["stars"]) == ("REVIEWED", 5)
    assert caller.get(f"/incidents/{number}").json() == shown
    found = caller.get("/incidents", state="REVIEWED,CLOSED", region="770101", category="roads").json()["incidents"]
    assert [one["number"] for one in found] == [number]
    journal = caller.get("/journal", subject=number).json()
    assert [row["verb"] for row in journal["rows"]] == ["receive", *(one if isinstance(one, str) else one[0] for one in way)]
    assert journal["head"]["seal"] == journal["rows"][-1]["seal"]


def test_keys(caller: Caller) -> None:
    assert caller.post("/incidents", REPORT, key=None).status_code == 400
    assert caller.post("/incidents", REPORT, key="k" * 201).status_code == 400
    first, again = (caller.post("/incidents", REPORT, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert caller.post("/incidents", {**REPORT, "title": "another"}, key="k").status_code == 422
    assert caller.post("/incidents", REPORT, key="k", actor={"name": "li", "role": "collector"}).status_code == 422
    assert len(caller.get("/incidents").json()["incidents"]) == 1


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/incidents", {"title": "x"}, 422, "category"),
        ("/incidents", {**REPORT, "tittle": "x"}, 422, "tittle"),
        ("/incidents", {**REPORT, "region": "1"}, 422, "no region"),
        ("/incidents", {**REPORT, "lon": 500, "lat": 0}, 422, "lon"),
        ("/incidents/I1-1/accept", {}, 404, "no incident"),
        ("/orders", {"unit": "u1"}, 422, "text"),
        ("/orders", {"unit": "u1", "text": "go", "incident": "I1"}, 422, "no incident"),
        ("/orders", {"unit": "u1", "text": "go", "ttl_s": 1}, 422, "ttl_s"),
        ("/orders/O1/issue", [], 422, "object"),
    ],
)
def test_what_is_wrong_is_named(idle: Caller, path: str, body: Any, status: int, said: str) -> None:
    answer = idle.post(path, body)
    assert answer.status_code == status and said in answer.json()["error"]


@pytest.mark.parametrize("path", ["/incidents", "/orders/O1/issue"])
def test_what_is_nested_too_deeply_is_refused(idle: Caller, path: str) -> None:
    answer = idle.send(path, b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}")
    assert answer.status_code == 422


def test_what_is_illegal_says_what_is_legal(caller: Caller) -> None:
    number = caller.post("/incidents", REPORT).json()["number"]
    answer = caller.post(f"/incidents/{number}/sign")
    assert answer.status_code == 409 and answer.json()["verbs"] == ["accept", "reject", "note"]
    collector = {"name": "roads", "role": "collector"}
    assert caller.post(f"/incidents/{number}/accept", actor=collector).json()["verbs"] == ["note"]
    assert caller.post(f"/incidents/{number}/acept").status_code == 404
    assert caller.post(f"/incidents/{number}/reject").status_code == 422
    assert caller.post(f"/incidents/{number}/reject", {"reason": "twice"}).json()["verbs"] == []


def test_who_acts_is_read_and_bounded(caller: Caller) -> None:
    assert caller.post("/incidents", REPORT, actor={"name": "x", "role": "system"}).status_code == 403
    assert caller.post("/incidents", REPORT, actor={"name": "x", "role": "king"}).status_code == 400
    assert caller.post("/incidents", REPORT, actor={"name": "x", "role": "chief", "region": "1"}).status_code == 422
    elsewhere = {"name": "x", "role": "chief", "region": "770102"}
    number = caller.post("/incidents", {**REPORT, "reporter": {"name": "李雷", "phone": "13800001234"}}).json()["number"]
    assert caller.get(f"/incidents/{number}", actor=elsewhere).status_code == 404
    assert caller.get("/journal", actor=elsewhere, subject=number).status_code == 404
    assert caller.get("/journal", actor=elsewhere).status_code == 403
    assert caller.get("/incidents", actor=elsewhere).json()["incidents"] == []
    assert caller.post("/incidents", REPORT, actor=elsewhere).status_code == 403
    leader = caller.get(f"/incidents/{number}", actor={"name": "x", "role": "leader"}).json()
    assert leader["reporter"] == {"name": "李*", "phone": "138****34"}


def test_an_order_by_two_persons(caller: Caller) -> None:
    number = caller.post("/incidents", REPORT).json()["number"]
    chief, leader = {"name": "wang", "role": "chief"}, {"name": "zhao", "role": "leader"}
    body = {"unit": "u1", "text": "close the road", "incident": number, "consequence": "grave"}
    order = caller.post("/orders", body, actor=chief).json()
    assert order["state"] == "DRAFT" and order["verbs"] == ["cancel", "note"]
    assert caller.post(f"/orders/{order['number']}/approve", actor=chief).status_code == 409
    approved = caller.post(f"/orders/{order['number']}/approve", actor=leader).json()
    assert (approved["state"], approved["approver"]) == ("ISSUED", "zhao")
    assert [one["number"] for one in caller.get("/orders", incident=number).json()["orders"]] == [order["number"]]
    assert caller.get("/orders", actor={"name": "u2", "role": "unit"}).json()["orders"] == []


def test_records_of_a_slot_become_incidents_once(tmp_path: Path) -> None:
    city, slot = tiny_city(ManualClock(NOON)), small_slot()
    rule = IntakeRule(slot="desk", when="stars <= 2", category="kind", title="channel", priority="HIGH")
    with desk(tmp_path) as one:
        intake = Intake(one.toolbox, slot, rule, codec_for(slot.source))

        def following() -> Follower:
            return Follower(one.toolbox, city.log.source("city.desk"), "intake:desk", ahead=intake.ahead)

        old = (NOON - timedelta(days=2)).isoformat()
        records = [
            {"at": NOON.isoformat(), "region": "a1", "kind": "noise", "channel": "app", "stars": 1},
            {"at": NOON.isoformat(), "region": "a1", "kind": "noise", "stars": 5},
            {"at": NOON.isoformat(), "region": "nowhere", "kind": "noise", "stars": 1},
            {"at": old, "region": "a1", "kind": "noise", "stars": 1},
            {"at": NOON.isoformat(), "region": "b", "kind": "water", "stars": 2},
        ]
        city.log.sink("city.desk").emit([json.dumps(record).encode() for record in records])
        for _ in range(2):
            follower = following()
            while follower.step(0.05):
                pass
            follower.stop()
        found = one.store.incidents([], None, None, 10)
        told = {(x.region, x.category, x.title, x.priority, x.client_id) for x in found}
        assert {one[:4] for one in told} == {("a1", "noise", "app", "HIGH"), ("b", "water", "water", "HIGH")}
        assert all(one[4] and one[4].startswith("city.desk[") for one in told)
    city.close()


def test_a_wrong_rule_is_told_by_its_place() -> None:
    slots = {"desk": small_slot()}
    wrong = IntakeRule(slot="desk", when="stars <=", category="kinds", title="x")
    paths = [problem.path for problem in rule_problems(wrong, slots)]
    assert paths == [("incidents", "category"), ("incidents", "title"), ("incidents", "when")]
    assert [problem.path for problem in rule_problems(IntakeRule(slot="dsk", category="kind"), slots)] == [("incidents", "slot")]
    assert not list(rule_problems(IntakeRule(slot="desk", when="stars <= 2", category="kind"), slots))
