"""Open311 GeoReport v2, in and out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring

import pytest

from cockpit.dispatch.incident import Incident, Reply, Reporter, State
from cockpit.dispatch.open311 import (
    Open311Refused,
    Service,
    asked_span,
    definition,
    discovery,
    json_of,
    public,
    report_of,
    request_row,
    service_rows,
    xml_of,
    xml_of_one,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
WATER = Service.model_validate(
    {"code": "water", "name": {"zh": "供水", "en": "Water"}, "category": "供水管网", "keywords": ["漏水"]}
)
FORM = {"service_code": "water", "lat": "29.3", "long": "118.6", "description": "漏水\n很大", "first_name": "王", "phone": "139"}


def incident(state: State = State.HANDLING, exercise: bool = False) -> Incident:
    return Incident(
        number="I1", version=3, state=state, title="漏水", category="供水管网", region="99", reported_at=NOW, changed_at=NOW,
        description="漏水", reporter=Reporter("王", "139"), reply=Reply(public_answer="已修复"),
        exercise=exercise, lon=118.6, lat=29.3,
    )  # fmt: skip


def test_services() -> None:
    assert service_rows([WATER], "en") == [
        {"service_code": "water", "service_name": "Water", "description": "", "metadata": False, "type": "realtime",
         "keywords": "漏水", "group": ""}
    ]  # fmt: skip


def test_a_service_asks_nothing_more() -> None:
    assert definition("water", [WATER]) == {"service_code": "water", "attributes": []}
    with pytest.raises(Open311Refused, match="there is no service 'watre'; there are: water") as raised:
        definition("watre", [WATER])
    assert raised.value.status == 404


def test_discovery_names_the_interface_in_both_forms() -> None:
    found = discovery("http://127.0.0.1:1/open311/v2", "云州 \x07", NOW, trial=True)
    (endpoint,) = found["endpoints"]
    assert endpoint["url"].endswith("/open311/v2") and endpoint["type"] == "test" and "GeoReport" in endpoint["specification"]
    root = fromstring(xml_of_one(found, "discovery"))
    assert root.findtext("contact") == "云州 " and root.findtext("endpoints/endpoint/url") == endpoint["url"]
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == ["application/json", "text/xml"]
    assert discovery("x", "y", NOW, trial=False)["endpoints"][0]["type"] == "production"


def test_a_form_is_a_report() -> None:
    report = report_of(FORM, [WATER])
    assert (report.title, report.category, report.lon, report.lat, report.channel) == ("漏水", "供水管网", 118.6, 29.3, "Open311")
    assert report.reporter == Reporter("王", "139") and report.description == "漏水\n很大"


def test_every_mistake_is_told() -> None:
    with pytest.raises(Open311Refused) as raised:
        report_of({"service_code": "watr", "lat": "nan", "long": "118.6", "colour": "red"}, [WATER])
    assert [problem.split(",")[0][:40] for problem in raised.value.problems] == [
        "unknown parameter 'colour'", "there is no service 'watr'; there are: w", "lat lies in -90…90 and long in -180…180",
        "a place is needed: lat and long",
    ]  # fmt: skip
    assert raised.value.status == 400


@pytest.mark.parametrize(
    ("state", "status", "notes"),
    [(State.REPORTED, "open", "已上报"), (State.HANDLING, "open", "处理中"), (State.CLOSED, "closed", "已结案"),
     (State.REJECTED, "closed", "不予受理")],
)  # fmt: skip
def test_an_incident_is_open_or_closed(state: State, status: str, notes: str) -> None:
    row = request_row(incident(state), [WATER])
    assert (row["status"], row["status_notes"], row["service_code"]) == (status, f"{notes}：已修复", "water")


def test_when_it_will_be_done_nobody_knows_while_its_clock_stands() -> None:
    due = NOW + timedelta(hours=2)
    said = [request_row(replace(incident(state), deadline=due), [WATER])["expected_datetime"] for state in State]
    known = {state.value: at for state, at in zip(State, said, strict=True)}
    assert known.pop("SUSPENDED") is None and set(known.values()) == {"2026-11-20T10:00:00+00:00"}


def test_nothing_about_who_reported_it() -> None:
    raw = json_of([request_row(incident(), [WATER])]).decode()
    assert "王" not in raw and "139" not in raw and json.loads(raw)[0]["requested_datetime"] == "2026-11-20T08:00:00+00:00"


def test_exercises_are_not_public() -> None:
    assert public([incident(exercise=True)]) == []


def test_xml() -> None:
    root = fromstring(xml_of([request_row(incident(), [])], "service_requests", "request"))
    assert root.tag == "service_requests" and root.findtext("request/lat") == "29.3" and root.findtext("request/media_url") == ""
    assert fromstring(xml_of([{"x": "<&\x00"}], "a", "b")).findtext("b/x") == "<&"


def test_spans() -> None:
    assert (NOW - asked_span(None, None, NOW)[0]).days == 90
    for start, end in (("2026-01-01", "2026-11-01"), ("2026-11-02", "2026-11-01"), ("yesterday", None)):
        with pytest.raises(Open311Refused):
            asked_span(start, end, NOW)
