"""The toolbox over HTTP beyond its verbs: duplicates, attachments, exercises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit.dispatch.kept_files import KeptFiles
from cockpit.dispatch.orders import MORTAL
from cockpit.server import create_app
from streams.clock import ManualClock
from tests.desk import desk
from tests.flow.test_toolbox import Caller
from tests.line import NOON
from tests.tiny_city import served, tiny_city

REPORT = {"title": "人民路井盖破损", "category": "roads", "region": "770101"}
PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 100


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    city = tiny_city(ManualClock(NOON))
    with desk(tmp_path) as one:
        parts = city.parts.city
        toolbox = type(one.toolbox)(one.store, parts.regions, parts.zone, None, KeptFiles(tmp_path / "kept", 2000))
        with served(create_app(replace(city.parts, toolbox=toolbox))) as address, closing(Caller(address, one)) as caller:
            yield caller
    city.close()


def test_the_same_thing_reported_again_is_suggested_and_merged(caller: Caller) -> None:
    first = caller.post("/incidents", REPORT).json()
    caller.post("/incidents", {"title": "路灯不亮", "category": "lights", "region": "770101"})
    again = caller.post("/incidents", {**REPORT, "title": "井盖破损，人民路"}).json()
    assert first["similar"] == [] and [one["number"] for one in again["similar"]] == [first["number"]]
    (found,) = caller.get(f"/incidents/{again['number']}/similar", lang="en").json()["similar"]
    assert {one["why"] for one in found["reasons"]} == {"region", "time", "text", "category"} and found["score"] >= 0.5
    merged = caller.post(f"/incidents/{again['number']}/reject", {"reason": "重复", "duplicate_of": first["number"]}).json()
    assert (merged["state"], merged["duplicate_of"]) == ("REJECTED", first["number"])
    kept = caller.get(f"/incidents/{first['number']}").json()
    assert (kept["duplicates"], kept["recurrence"], kept["state"]) == ([again["number"]], 1, "REPORTED")
    itself = caller.post(f"/incidents/{first['number']}/reject", {"reason": "重复", "duplicate_of": first["number"]})
    assert itself.status_code == 422


def test_attachments_are_what_they_look_like(caller: Caller) -> None:
    def put(content: bytes, kind: str) -> tuple[int, dict[str, str]]:
        answer = caller._client.post("/attachments", content=content, headers={"content-type": kind})
        return answer.status_code, answer.json()

    status, kept = put(PHOTO, "image/jpeg")
    assert status == 201 and put(PHOTO, "image/jpeg") == (200, kept)
    got = caller.get(f"/attachments/{kept['name']}")
    assert got.content == PHOTO and got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff" and "sandbox" in got.headers["content-security-policy"]
    assert put(b"<script>", "image/jpeg")[0] == put(PHOTO, "text/html")[0] == 415
    assert put(PHOTO * 4, "image/jpeg")[0] == 507
    assert caller.get("/attachments/..%2Fdispatch.sqlite").status_code == 404


def test_what_is_attached_is_there(caller: Caller) -> None:
    """Of a photo that nobody has the journal says nothing."""
    name = caller._client.post("/attachments", content=PHOTO, headers={"content-type": "image/jpeg"}).json()["name"]
    number = caller.post("/incidents", {**REPORT, "media": [name, "https://city/photo.jpg"]}).json()["number"]
    order = caller.post("/orders", {"unit": "u1", "text": "去看看", "incident": number, "attachments": [name]}).json()["number"]
    for good in (f"/incidents/{number}/note", f"/orders/{order}/note"):
        assert caller.post(good, {"opinion": "见图", "attachments": [name]}).status_code == 200
    rows = len(caller.get("/journal").json()["rows"])
    for wrong in ("nope.jpg", f"{'0' * 64}.jpg", "../dispatch.sqlite"):
        tried = [
            caller.post("/incidents", {**REPORT, "media": [wrong]}),
            caller.post(f"/incidents/{number}/note", {"opinion": "x", "attachments": [wrong]}),
            caller.post("/orders", {"unit": "u1", "text": "x", "incident": number, "attachments": [name, wrong]}),
            caller.post(f"/orders/{order}/note", {"opinion": "x", "attachments": [wrong]}),
        ]  # fmt: skip
        assert {(one.status_code, "no attachment" in one.json()["error"]) for one in tried} == {(422, True)}
    assert "names" not in caller.post(f"/incidents/{number}/note", {"opinion": "x", "attachments": 7}).json()["error"]
    assert len(caller.get("/journal").json()["rows"]) == rows


def test_what_is_played_says_so_and_can_be_put_away(caller: Caller) -> None:
    assert caller.get("/exercise").json()["running"] is False
    assert caller.post("/exercise/begin", actor={"name": "x", "role": "collector"}).status_code == 403
    begun = caller.post("/exercise/begin", {"title": "防汛"}).json()
    assert begun["running"] and begun["watermark"]["zh"].endswith("防汛")
    assert caller.post("/exercise/begin").status_code == 409
    played, real = caller.post("/incidents", REPORT).json(), caller.post("/incidents", {**REPORT, "exercise": False}).json()
    assert played["exercise"] is True and real["exercise"] is False
    topics = {one.topic for one in caller.desk.store.pending(100)}
    assert topics == {"dispatch.journal.exercise", "dispatch.journal"}
    assert caller.post("/exercise/end").json()["watermark"] == {"zh": "", "en": ""}
    caller.post("/exercise/reset")
    assert [one["number"] for one in caller.get("/incidents").json()["incidents"]] == [real["number"]]


def test_what_was_put_away_says_so_and_stays_away(caller: Caller) -> None:
    """By its number it is found, marked and with nothing to do; whatever is tried with it is refused, and time brings it back
    neither. Begun once more it is there."""
    caller.post("/exercise/begin")
    number = caller.post("/incidents", {**REPORT, "client_id": "call 1"}).json()["number"]
    order = caller.post("/orders", {"unit": "u1", "text": "go", "incident": number, "ttl_s": 60}).json()["number"]
    assert "put_away" not in caller.get(f"/incidents/{number}").json()
    caller.desk.clock.advance(timedelta(seconds=1))
    caller.post("/exercise/reset")
    told = [caller.get(path).json() for path in (f"/incidents/{number}", f"/orders/{order}")]
    assert [(one["put_away"], one["verbs"]) for one in told] == [("2026-11-21T12:00:01Z", [])] * 2
    counted = caller.get("/exercise", put_away=True).json()["put_away"]
    assert counted["incidents"] >= 1 <= counted["orders"] and "put_away" not in caller.get("/exercise").json()
    asked = [
        (f"/incidents/{number}/accept", None), (f"/orders/{order}/issue", None),
        ("/incidents", {**REPORT, "client_id": "call 1"}), ("/orders", {"unit": "u1", "text": "go", "incident": number}),
    ]  # fmt: skip
    for path, body in asked:
        refused = caller.post(path, body)
        assert refused.status_code == 409 and "was put away at 2026-11-21T12:00:01" in refused.json()["error"], path
    caller.desk.clock.advance(timedelta(minutes=5))
    assert caller.desk.store.overdue(sorted(MORTAL), 10) == []
    assert caller.get("/orders").json()["orders"] == [] == caller.get("/incidents").json()["incidents"]
    assert len(caller.get("/journal", subject=number).json()["rows"]) == 2
    anew = caller.post("/incidents", {**REPORT, "client_id": "call 2"}).json()["number"]
    assert caller.post(f"/incidents/{anew}/accept").status_code == 200
