"""Alerts of the Common Alerting Protocol over HTTP: reported, renewed, taken back, and told on as they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cockpit.dispatch.audit import audit
from cockpit.dispatch.cap import Alert, Area, Circle, Info, read_alert, write_alert
from tests.flow.test_toolbox import Caller, called
from tests.line import NOON

INFO = Info(
    event="暴雨", categories=("Met",), urgency="Expected", severity="Moderate", certainty="Likely", headline="暴雨黄色预警",
    description="未来六小时降雨", areas=(Area("东区", circles=(Circle(120.15, 30.02, 3.0),)),),
)  # fmt: skip
ALERT = Alert(identifier="A1", sender="met@city", sent=NOON, infos=(INFO,))


@pytest.fixture
def caller(tmp_path: Any) -> Iterator[Caller]:
    yield from called(tmp_path)


def sent(caller: Caller, alert: Alert) -> httpx.Response:
    return caller._client.post("/alerts", content=write_alert(alert))


def later(minutes: int, kind: str, **more: Any) -> Alert:
    """What is said of ALERT after some minutes."""
    at = NOON + timedelta(minutes=minutes)
    told: dict[str, Any] = {"identifier": f"A{minutes}", "sent": at, "references": (ALERT.reference,), **more}
    return replace(ALERT, kind=kind, **told)


def test_an_update_renews_the_incident_and_it_is_told_on_as_it_came(caller: Caller) -> None:
    made = sent(caller, ALERT)
    number = made.json()["number"]
    assert made.status_code == 201 and (made.json()["did"], made.json()["state"]) == ("reported", "REPORTED")
    assert (sent(caller, ALERT).status_code, sent(caller, ALERT).json()["number"]) == (201, number)  # the same answer again
    caller.post(f"/incidents/{number}/accept")
    worse = replace(INFO, severity="Extreme", certainty="Observed", headline="暴雨红色预警", areas=(
        Area("西区", circles=(Circle(120.05, 30.05, 5.0),)),
    ))  # fmt: skip
    renewed = sent(caller, later(10, "Update", infos=(worse,)))
    assert renewed.status_code == 200 and renewed.json() == {
        "number": number, "state": "ACCEPTED", "exercise": False, "did": "renewed",
    }  # fmt: skip
    shown = caller.get(f"/incidents/{number}").json()
    assert (shown["title"], shown["priority"], shown["region"], shown["lon"]) == ("暴雨红色预警", "URGENT", "7702", 120.05)
    assert sent(caller, later(5, "Update")).json()["did"] == "nothing"  # older than what is known
    back = read_alert(caller._client.get(f"/alerts/{number}").content)
    assert (back.kind, back.infos[0].categories, back.infos[0].certainty) == ("Update", ("Met",), "Observed")
    assert back.infos[0].areas[0].circles == worse.areas[0].circles and back.infos[0].severity == "Extreme"
    desk = caller.desk
    assert audit(desk.store, desk.sealer, desk.city, desk.heads).bad is None


@pytest.mark.parametrize(
    ("verbs", "ends"),
    [
        ((), "REJECTED"),
        (("accept",), "CANCELLED"),
        (("accept", "file"), "CANCELLED"),
        (("accept", "file", "dispatch"), "DISPATCHED"),
    ],
)
def test_a_cancel_ends_it_where_nobody_was_sent_yet(caller: Caller, verbs: tuple[str, ...], ends: str) -> None:
    number = sent(caller, ALERT).json()["number"]
    for verb in verbs:
        assert caller.post(f"/incidents/{number}/{verb}", {"unit": "u1"} if verb == "dispatch" else None).status_code == 200
    cancel = later(20, "Cancel", note="降雨已停", infos=())
    assert sent(caller, cancel).json() == {"number": number, "state": ends, "exercise": False, "did": "withdrawn"}
    row = caller.get("/journal", subject=number).json()["rows"][-1]
    assert (row["verb"], row["body"]["reason"], row["actor"]) == ("withdraw", "降雨已停", "outside")
    assert caller.get(f"/incidents/{number}").json()["withdrawn_at"] is not None
    assert sent(caller, later(30, "Cancel", note="again")).json()["did"] == "nothing"
    if ends != "DISPATCHED":
        assert read_alert(caller._client.get(f"/alerts/{number}").content).kind == "Cancel"
        refused = sent(caller, later(40, "Update"))
        assert refused.status_code == 409 and ends in refused.json()["error"]


@pytest.mark.parametrize("of", [("last",), ("first",), ("first", "last")])
def test_a_chain_of_updates_is_one_incident_however_its_senders_name_what_was_before(caller: Caller, of: tuple[str, ...]) -> None:
    """CAP lets an Update name the first message, the last one, or all of them."""
    number = sent(caller, ALERT).json()["number"]
    last = ALERT
    for minutes in (10, 20, 20):  # two of them in the same second
        named = {"first": ALERT.reference, "last": last.reference}
        words = f"第{minutes}分钟，接{last.identifier}"
        last = later(minutes, "Update", infos=(replace(INFO, headline=words),), references=tuple(named[one] for one in of),
                     identifier=f"{last.identifier}-{minutes}")  # fmt: skip
        answer = sent(caller, last).json()
        assert (answer["number"], answer["did"]) == (number, "renewed")
        assert caller.get(f"/incidents/{number}").json()["title"] == words
    again = replace(last, note="once more")
    assert sent(caller, again).json()["did"] == "nothing"  # known by its identifier
    told = read_alert(caller._client.get(f"/alerts/{number}").content)
    shown = caller.get(f"/incidents/{number}").json()
    assert (told.kind, told.identifier) == ("Update", f"{number}.{shown['version']}")
    cancel = replace(later(30, "Cancel", infos=()), references=(last.reference,))
    assert sent(caller, cancel).json() == {"number": number, "state": "REJECTED", "exercise": False, "did": "withdrawn"}
    assert len(caller.get("/incidents").json()["incidents"]) == 1
    desk = caller.desk
    assert audit(desk.store, desk.sealer, desk.city, desk.heads).bad is None


def test_a_chain_whose_first_message_was_never_heard_is_one_incident_too(caller: Caller) -> None:
    begun = later(-20, "Update", references=("met@city,A0,2026-11-20T08:00:00+08:00",))
    number = sent(caller, begun).json()["number"]
    following = replace(later(-10, "Update"), references=(begun.reference,))
    answer = sent(caller, following).json()
    assert (answer["number"], answer["did"]) == (number, "renewed")


def test_what_had_run_out_before_it_came_sends_nobody(caller: Caller) -> None:
    over = replace(INFO, expires=NOON - timedelta(hours=1))
    refused = sent(caller, replace(ALERT, sent=NOON - timedelta(hours=3), infos=(over,)))
    assert refused.status_code == 422 and "ran out" in refused.json()["error"]
    assert caller.get("/incidents").json()["incidents"] == []
    both = replace(ALERT, sent=NOON - timedelta(hours=3), infos=(over, replace(INFO, expires=NOON + timedelta(hours=1))))
    assert sent(caller, both).status_code == 201


def test_an_incident_without_an_address_is_told_by_the_name_of_its_region(caller: Caller) -> None:
    number = caller.post("/incidents", {"title": "井盖破损", "category": "roads", "region": "7701"}).json()["number"]
    (area,) = read_alert(caller._client.get(f"/alerts/{number}").content).infos[0].areas
    assert area.codes == (("region", "7701"),) and area.words == "东区"


def test_an_order_that_runs_keeps_the_incident_open(caller: Caller) -> None:
    number = sent(caller, ALERT).json()["number"]
    assert caller.post("/orders", {"unit": "u1", "text": "去看看", "incident": number}).status_code == 201
    assert sent(caller, later(20, "Cancel")).json()["state"] == "REPORTED"


def test_what_makes_no_sense_is_refused(caller: Caller) -> None:
    unknown = sent(caller, later(5, "Cancel"))
    assert unknown.status_code == 404 and "met@city" in unknown.json()["error"]
    sent(caller, ALERT)
    played = sent(caller, later(6, "Update", status="Exercise"))
    assert played.status_code == 422 and "real" in played.json()["error"]
    stranger = replace(later(7, "Cancel"), sender="somebody@else")
    assert sent(caller, stranger).status_code == 404
    assert [sent(caller, later(8, "Ack")).status_code, sent(caller, later(9, "Cancel", status="Test")).status_code] == [422, 422]


def test_an_alert_whose_middle_lies_elsewhere_is_the_citys(caller: Caller) -> None:
    far = replace(INFO, areas=(Area("海上", circles=(Circle(125.0, 28.0, 600.0),)),))
    number = sent(caller, replace(ALERT, infos=(far,))).json()["number"]
    shown = caller.get(f"/incidents/{number}").json()
    assert (shown["region"], shown["outside"]) == ("77", True)
    named = replace(INFO, areas=(Area("某街道", codes=(("region", "0"), ("region", "770102"))),))
    other = sent(caller, replace(ALERT, identifier="B1", infos=(named,))).json()["number"]
    assert caller.get(f"/incidents/{other}").json()["region"] == "770102"
