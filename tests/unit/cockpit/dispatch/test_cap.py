"""CAP 1.2 in and out, and what is not taken from strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.dispatch.cap import NAMESPACE, Alert, Area, CapRefused, Circle, Info, read_alert, write_alert
from cockpit.dispatch.cap_incident import alert_of, alerted_of, report_of
from cockpit.dispatch.incident import Incident, Reporter, State

SENT = datetime(2026, 11, 20, 16, 30, tzinfo=timezone(timedelta(hours=8)))
INFO = Info(
    event="供水", categories=("Infra",), urgency="Immediate", severity="Severe", certainty="Observed", headline="北街爆管",
    description="路面积水 & <倒灌>", areas=(Area("北街", circles=(Circle(118.6, 29.3, 0.5),), codes=(("region", "990101"),)),),
)  # fmt: skip
ALERT = Alert(identifier="A1", sender="water@yunzhou", sent=SENT, infos=(INFO,))
INCIDENT = Incident(
    number="I20261120-00001", version=7, state=State.HANDLING, title="爆管", category="供水", region="990101",
    reported_at=SENT.astimezone(UTC), changed_at=SENT.astimezone(UTC), priority="URGENT", lon=118.6, lat=29.3,
    reporter=Reporter("王", "139"),
)  # fmt: skip


def test_there_and_back() -> None:
    raw = write_alert(ALERT)
    assert read_alert(raw) == ALERT
    assert b"<circle>29.3,118.6 0.5</circle>" in raw and b"2026-11-20T16:30:00+08:00" in raw


def test_utc_is_written_as_cap_wants_it() -> None:
    raw = write_alert(replace(ALERT, sent=SENT.astimezone(UTC)))
    assert b"<sent>2026-11-20T08:30:00-00:00</sent>" in raw and read_alert(raw).sent == SENT


def test_an_alert_is_an_incident() -> None:
    report = report_of(ALERT)
    assert (report.title, report.category, report.priority, report.client_id) == (
        "北街爆管",
        "供水",
        "URGENT",
        "cap:water@yunzhou:A1",
    )
    assert (report.lon, report.lat, report.exercise, report.reported_at) == (118.6, 29.3, False, SENT.astimezone(UTC))


def test_an_update_is_the_same_incident_and_an_exercise_says_so() -> None:
    update = replace(ALERT, identifier="A2", kind="Update", references=(ALERT.reference,), status="Exercise")
    assert report_of(read_alert(write_alert(update))).client_id == report_of(ALERT).client_id
    assert report_of(update).exercise


@pytest.mark.parametrize("change", [{"status": "Test"}, {"status": "Draft"}, {"kind": "Ack"}, {"infos": ()}])
def test_what_reports_nothing(change: dict[str, object]) -> None:
    with pytest.raises(CapRefused):
        report_of(replace(ALERT, **change))  # type: ignore[arg-type]


def test_a_place_inside_a_polygon() -> None:
    ring = ((118.0, 29.0), (119.0, 29.0), (119.0, 30.0), (118.0, 29.0))
    report = report_of(replace(ALERT, infos=(replace(INFO, areas=(Area("x", polygons=(ring,)),)),)))
    assert report.lon and report.lat and 118 < report.lon < 119 and 29 < report.lat < 30


def test_an_incident_is_an_alert_without_its_reporter() -> None:
    alert = alert_of(INCIDENT, "duty@yunzhou")
    raw = write_alert(alert)
    assert read_alert(raw) == alert and "王".encode() not in raw and b"139" not in raw
    assert (alert.kind, alert.status, alert.infos[0].severity) == ("Update", "Actual", "Extreme")
    assert alert.references == ("duty@yunzhou,I20261120-00001.0,2026-11-20T08:30:00-00:00",)
    first = alert_of(replace(INCIDENT, state=State.REPORTED), "duty@yunzhou")
    assert first.kind == "Alert" and first.reference in alert.references
    assert alert_of(replace(INCIDENT, state=State.CANCELLED, exercise=True), "d").status == "Exercise"


def test_what_came_as_an_alert_is_told_on_as_it_came() -> None:
    """Category, urgency, severity, certainty, times and area; when it is over it is past, whatever it was."""
    ring = ((118.0, 29.0), (119.0, 29.0), (119.0, 30.0), (118.0, 29.0))
    area = Area("北街一带", (ring,), (Circle(118.6, 29.3, 2.5),))
    came = replace(
        INFO, categories=("Met", "Geo"), urgency="Expected", severity="Unknown", certainty="Likely", areas=(area,),
        onset=SENT, expires=SENT + timedelta(hours=6),
    )  # fmt: skip
    kept = alerted_of(replace(ALERT, infos=(came,)))
    told = alert_of(replace(INCIDENT, alert=kept), "duty@yunzhou").infos[0]
    assert read_alert(write_alert(alert_of(replace(INCIDENT, alert=kept), "d"))).infos[0] == told
    for name in ("categories", "urgency", "severity", "certainty", "onset", "expires"):
        assert getattr(told, name) == getattr(came, name), name
    (back,) = told.areas
    assert (back.words, back.polygons, back.circles) == (area.words, area.polygons, area.circles)
    assert alert_of(replace(INCIDENT, alert=kept, closed_at=SENT), "d").infos[0].urgency == "Past"


def test_a_long_line_is_carried_along_with_fewer_points() -> None:
    ring = tuple((118 + n / 10_000, 29.0 + n % 7) for n in range(3000))
    kept = alerted_of(replace(ALERT, infos=(replace(INFO, areas=(Area("x", ((*ring, ring[0]),)),)),)))
    assert kept.rings[0][0] == kept.rings[0][-1] == ring[0] and 150 < len(kept.rings[0]) <= 201


def test_every_mistake_is_told() -> None:
    raw = write_alert(ALERT).replace(b"Actual", b"Actuall").replace(b"29.3,118.6 0.5", b"118.6,29.3 0.5")
    raw = raw.replace(b"<event>", b"<evnt>").replace(b"</event>", b"</evnt>").replace(b"16:30:00+08:00", b"16:30")
    with pytest.raises(CapRefused) as raised:
        read_alert(raw)
    assert [problem.split(":")[0].split(" is")[0] for problem in raised.value.problems] == ["sent", "status", "event", "circle"]
    assert "did you mean 'Actual'" in str(raised.value)


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "raw",
    [
        BOMB + b"<alert>&b;</alert>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><alert/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>" * 100_000,
        b"<a>" + b"<b/>" * 30_000 + b"</a>",
        b"x" * (2 * 1024 * 1024),
        b"", b"\xff\xfe", b"<alert/>", f'<a xmlns="{NAMESPACE}"/>'.encode(),
    ],
)  # fmt: skip
def test_what_is_not_taken_from_strangers(raw: bytes) -> None:
    with pytest.raises(CapRefused):
        read_alert(raw)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises(CapRefused):
        read_alert(raw)


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)


@settings(deadline=None)
@given(words, words, st.floats(-179, 179), st.floats(-89, 89), st.floats(0, 1000))
def test_any_words_come_back(event: str, text: str, lon: float, lat: float, km: float) -> None:
    info = replace(INFO, event=event, description=text, areas=(Area(text, circles=(Circle(lon, lat, km),)),))
    found = read_alert(write_alert(replace(ALERT, infos=(info,)))).infos[0]
    assert (found.event, found.description, found.areas[0].words) == (event, text, text)
    circle = found.areas[0].circles[0]
    assert abs(circle.lon - lon) < 1e-5 and abs(circle.lat - lat) < 1e-5 and abs(circle.radius_km - km) <= 1e-5 * max(km, 1)
