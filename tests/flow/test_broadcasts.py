"""Messages to many over HTTP: to whom they go, their words, and who has read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.dispatch.announcing import FEEDBACK
from cockpit.dispatch.audit import audit
from cockpit.dispatch.channels import Channel
from cockpit.dispatch.feedback import Feedback
from cockpit.dispatch.follower import Follower
from cockpit.dispatch.running import rules_of
from cockpit.dispatch.toolbox import Toolbox
from cockpit.server import create_app
from streams.clock import ManualClock
from streams.embedded import EmbeddedLog
from tests.desk import desk
from tests.dispatch_city import dispatch_city
from tests.flow.test_toolbox import Caller
from tests.line import NOON, small_tree
from tests.tiny_city import served, tiny_city

PEOPLE = """id,name,role,region,unit,groups,phone,email
E1,王芳,chief,,,command,,
E2,李雷,grid_worker,770101,,,,
E3,韩梅,grid_worker,770201,,,,
E4,赵六,crew,,U1,,,
"""
TEMPLATE = """template: storm
title: {zh: 暴雨, en: Storm}
text: {zh: "{place}暴雨，{title}", en: "storm in {place}: {title}"}
to: [command, patrol]
"""
CHANNELS = {"duty": Channel("duty", "json://127.0.0.1:9")}
REPORT = {"title": "井盖破损", "category": "roads", "region": "770101"}
UNIT = {"name": "U1", "role": "unit"}


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    yield from called(tmp_path)


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The same, for calls that are refused."""
    yield from called(tmp_path_factory.mktemp("idle"))


def called(place: Path) -> Iterator[Caller]:
    folder = dispatch_city(place / "city")
    (folder / "roster" / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "messages").mkdir()
    (folder / "messages" / "storm.yaml").write_text(TEMPLATE, "utf-8")
    city = tiny_city(ManualClock(NOON), folder=folder)
    with desk(place) as one:
        toolbox = Toolbox(one.store, city.parts.city.regions, city.parts.city.zone, rules_of(city.parts.city, CHANNELS))
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield caller
    city.close()


def told(answer: Any) -> list[str]:
    return [one["id"] for one in answer.json()["recipients"]]


def test_a_template_is_filled_and_goes_to_its_recipients(caller: Caller) -> None:
    offered = caller.get("/templates").json()
    (storm,) = offered.pop("templates")
    assert offered == {
        "groups": ["command"],
        "roles": ["chief", "crew", "grid_worker"],
        "kinds": ["patrol"],
        "channels": ["duty"],
    }
    assert (storm["fields"], storm["given"], storm["to"]) == (["place"], ["title"], ["command", "patrol"])
    number = caller.post("/incidents", REPORT).json()["number"]
    sent = caller.post("/broadcasts", {"template": "storm", "values": {"place": "东区"}, "incident": number})
    assert sent.status_code == 201 and sent.json()["text"] == "东区暴雨，井盖破损"
    assert told(sent) == ["E1", "U1", "U2", "U3"] and (sent.json()["read"], sent.json()["total"]) == (0, 4)
    english = {"template": "storm", "values": {"place": "the east", "title": "flood"}, "lang": "en", "to": ["E2", "U1", "U1"]}
    alone = caller.post("/broadcasts", english)
    assert (alone.json()["text"], told(alone)) == ("storm in the east: flood", ["E2", "U1"])
    (first, second) = [one for one in caller.desk.store.pending(100) if one.topic == "dispatch.broadcasts"]
    record = msgspec.json.decode(first.value)
    assert (record["broadcast"], record["units"], record["incident"]) == (sent.json()["number"], ["U1", "U2", "U3"], number)
    assert second.key == alone.json()["number"] and msgspec.json.decode(second.value)["exercise"] is False


def test_a_post_is_told_where_the_incident_lies(caller: Caller) -> None:
    number = caller.post("/incidents", REPORT).json()["number"]
    assert told(caller.post("/broadcasts", {"text": "到场", "to": ["grid_worker"]})) == ["E2", "E3"]
    assert told(caller.post("/broadcasts", {"text": "到场", "to": ["grid_worker"], "incident": number})) == ["E2"]


def test_who_was_left_out_is_answered_and_kept(caller: Caller) -> None:
    east = {"name": "东区值班长", "role": "chief", "region": "770101"}
    sent = caller.post("/broadcasts", {"text": "集合", "to": ["patrol"]}, actor=east)
    assert told(sent) == ["U1", "U2"]
    (left,) = sent.json()["left_out"]
    assert left.pop("said").keys() == {"zh", "en"}
    assert left == {"id": "U3", "name": "西区抢修队", "kind": "unit", "of": "patrol", "why": "elsewhere"}
    assert caller.get(f"/broadcasts/{sent.json()['number']}", actor=east).json()["left_out"] == sent.json()["left_out"]
    everybody = caller.post("/broadcasts", {"text": "集合", "to": ["patrol"]})
    assert told(everybody) == ["U1", "U2", "U3"] and everybody.json()["left_out"] == []
    desk = caller.desk
    assert audit(desk.store, desk.sealer, desk.city, desk.heads).bad is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"to": ["command"]}, "needs a 'text'"),
        ({"text": "x"}, "1 to 500"),
        ({"text": "x", "to": ["nobody"]}, "'nobody'"),
        ({"template": "strom"}, "storm"),
        ({"template": "storm", "values": {"title": "x"}}, "values.place"),
        ({"text": "x", "to": ["command"], "incident": "I0-1"}, "I0-1"),
        ({"text": "x", "to": ["command"], "channels": ["dutty"]}, "duty"),
    ],
)
def test_what_cannot_be_sent_is_said(idle: Caller, body: Any, said: str) -> None:
    refused = idle.post("/broadcasts", body)
    assert refused.status_code == 422 and said in refused.json()["error"]
    assert idle.get("/broadcasts").json() == {"broadcasts": []}


def test_a_receipt_counts_once_and_only_of_who_it_is_to(caller: Caller) -> None:
    number = caller.post("/broadcasts", {"text": "集合", "to": ["patrol", "E2"]}).json()["number"]
    caller.desk.clock.advance(timedelta(minutes=2))
    first = caller.post(f"/broadcasts/{number}/read", {"recipient": "U1"}, actor=UNIT)
    assert first.status_code == 200 and (first.json()["read"], first.json()["total"]) == (1, 4)
    head = caller.desk.store.head()
    assert caller.post(f"/broadcasts/{number}/read", actor=UNIT).json() == first.json()
    assert caller.desk.store.head() == head
    assert caller.post(f"/broadcasts/{number}/read", {"recipient": "U2"}, actor=UNIT).status_code == 403
    assert caller.post(f"/broadcasts/{number}/read", {"recipient": "E1"}).status_code == 404
    assert caller.post("/broadcasts/B0-1/read", actor=UNIT).status_code == 404
    by_name = caller.post(f"/broadcasts/{number}/read", actor={"name": "李雷", "role": "collector"}).json()
    read = {one["id"]: one["read_at"] for one in by_name["recipients"]}
    assert read["U1"] == read["E2"] == "2026-11-21T12:02:00Z" and read["U2"] is None
    crew = caller.post(f"/broadcasts/{number}/read", actor={"name": "E4", "role": "department"})
    assert crew.json()["read"] == 2  # its unit had read it already
    assert audit(caller.desk.store, caller.desk.sealer, caller.desk.city, caller.desk.heads).bad is None


def test_everybody_sees_the_own_ones_and_who_commands_sees_all(caller: Caller) -> None:
    first = caller.post("/broadcasts", {"text": "一", "to": ["U1", "E2"]}).json()["number"]
    second = caller.post("/broadcasts", {"text": "二", "to": ["E2"]}).json()["number"]

    def seen(actor: Any = None, **query: Any) -> list[str]:
        return [one["number"] for one in caller.get("/broadcasts", actor, **query).json()["broadcasts"]]

    assert seen() == [second, first] and seen(limit=1) == [second]
    assert seen(UNIT) == seen(UNIT, recipient="E2") == seen(recipient="U1") == [first]
    assert seen({"name": "E4", "role": "department"}) == seen(recipient="E4") == [first]  # she is of U1
    assert caller.get("/broadcasts", recipient="E4").json()["broadcasts"][0]["mine"] == ["U1"]
    worker = {"name": "E2", "role": "collector"}
    caller.post(f"/broadcasts/{second}/read", actor=worker)
    assert seen(worker, unread=True) == seen(worker, unread=True, limit=1) == [first] == seen(unread=True)
    assert caller.get(f"/broadcasts/{second}", UNIT).status_code == 404
    assert caller.get(f"/broadcasts/{first}", UNIT).json()["text"] == "一"
    assert caller.post("/broadcasts", {"text": "三", "to": ["E2"]}, actor=worker).status_code == 403


def test_a_played_one_says_so_and_goes_to_a_topic_of_its_own(caller: Caller) -> None:
    caller.post("/exercise/begin", {"title": "防汛"})
    played = caller.post("/broadcasts", {"text": "集合", "to": ["patrol"]}).json()
    real = caller.post("/broadcasts", {"text": "真的", "to": ["patrol"], "exercise": False}).json()
    assert (played["text"], played["exercise"], real["text"], real["exercise"]) == ("【演练】集合", True, "真的", False)
    topics = {one.subject: one.topic for one in caller.desk.store.pending(100)}
    assert topics == {played["number"]: "dispatch.broadcasts.exercise", real["number"]: "dispatch.broadcasts"}
    caller.desk.clock.advance(timedelta(minutes=1))
    caller.post("/exercise/reset")
    assert [one["number"] for one in caller.get("/broadcasts").json()["broadcasts"]] == [real["number"]]


def test_who_is_of_a_region_speaks_to_its_own(caller: Caller) -> None:
    chief = {"name": "东区值班长", "role": "chief", "region": "7701"}
    assert told(caller.post("/broadcasts", {"text": "到场", "to": ["grid_worker", "command"]}, actor=chief)) == ["E2", "E1"]
    assert told(caller.post("/broadcasts", {"text": "到场", "to": ["patrol"]}, actor=chief)) == ["U1", "U2"]
    for name in ("E3", "U3"):
        refused = caller.post("/broadcasts", {"text": "到场", "to": ["E2", name]}, actor=chief)
        assert refused.status_code == 403 and name in refused.json()["error"] and "7701" in refused.json()["error"]
    west = {"name": "西区值班长", "role": "chief", "region": "770201"}
    assert caller.post("/broadcasts", {"text": "x", "to": ["crew"]}, actor=west).status_code == 201  # E4 is of no region: of all


def test_units_answer_on_the_topic_that_they_have_read(caller: Caller) -> None:
    broadcast = caller.post("/broadcasts", {"text": "集合", "to": ["patrol"]}).json()["number"]
    order = caller.post("/orders", {"unit": "U1", "text": "去看看", "region": "770101"}).json()["number"]
    caller.post(f"/orders/{order}/issue")
    said = [
        {"broadcast": broadcast, "unit": "U1", "verb": "read"}, {"broadcast": broadcast, "unit": "U1", "verb": "read"},
        {"broadcast": broadcast, "unit": "stranger", "verb": "read"}, {"broadcast": "B0-1", "unit": "U1", "verb": "read"},
        {"order": order, "unit": "U1", "verb": "read"}, {"order": order, "unit": "U1", "verb": "read"},
        {"order": order, "unit": "U1", "verb": "sign"},
    ]  # fmt: skip
    one = caller.desk
    log = EmbeddedLog(":memory:", clock=one.clock)
    log.sink(FEEDBACK).emit([msgspec.json.encode(record) for record in said], [b"U1"] * len(said))
    toolbox = Toolbox(one.store, small_tree(), "Asia/Shanghai")
    feedback = Feedback(toolbox)
    follower = Follower(toolbox, log.source(FEEDBACK), "feedback", feedback.take)
    while follower.step(0.05):
        pass
    follower.stop()
    log.close()
    assert feedback.passed_over == 4
    assert caller.get(f"/broadcasts/{broadcast}").json()["read"] == 1
    read = caller.get(f"/orders/{order}").json()
    assert (read["read_at"], read["state"]) == ("2026-11-21T12:00:00Z", "SIGNED")
    rows = [row["verb"] for row in caller.get("/journal", subject=order).json()["rows"]]
    assert rows == ["draft", "issue", "send", "read", "sign"] and "read" not in read["verbs"]
