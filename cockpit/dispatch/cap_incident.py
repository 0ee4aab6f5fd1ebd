"""Alerts as incidents, and incidents as alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from types import MappingProxyType
from typing import Final

from cockpit.dispatch.cap import Alert, Area, CapRefused, Circle, Info, Point
from cockpit.dispatch.incident import Alerted, Incident, Priority, State
from cockpit.dispatch.said import Report

_PRIORITY: Final = MappingProxyType({"Extreme": "URGENT", "Severe": "HIGH", "Moderate": "NORMAL", "Minor": "LOW"})
_SEVERITY: Final = MappingProxyType({"URGENT": "Extreme", "HIGH": "Severe", "NORMAL": "Moderate", "LOW": "Minor"})
_URGENCY: Final = MappingProxyType({"URGENT": "Immediate", "HIGH": "Immediate", "NORMAL": "Expected", "LOW": "Future"})
_NEAR_KM: Final = 0.2
_PARTS: Final = 20
_POINTS: Final = 200
_MESSAGES: Final = 100
_ID: Final = 300
_WITHDRAWN: Final = frozenset({State.REJECTED, State.CANCELLED})


def report_of(alert: Alert, language: str = "zh", root: str | None = None) -> Report:
    """What an alert reports. `root`: the whole city, whose business it is also where its middle lies elsewhere.

    Raises CapRefused for one that reports nothing: tests, drafts, answers, nothing said."""
    if alert.status not in ("Actual", "Exercise") or alert.kind not in ("Alert", "Update"):
        raise CapRefused([f"only Alert and Update of status Actual or Exercise are incidents, got {alert.kind}, {alert.status}"])
    if not alert.infos:
        raise CapRefused(["info is missing: nothing is said to have happened"])
    info = _info(alert, language)
    area = info.areas[0] if info.areas else Area("")
    place = _place(area)
    return Report(
        title=(info.headline or info.event)[:200], category=info.event[:200],
        client_id=client_of(alert),
        description="\n".join(text for text in (info.description, info.instruction) if text)[:8000],
        channel="CAP", priority=_priority(info), lon=place[0] if place else None, lat=place[1] if place else None,
        region=root, address=area.words[:400], exercise=alert.status == "Exercise", reported_at=alert.sent.astimezone(UTC),
    )  # fmt: skip


def client_of(alert: Alert, identifier: str = "") -> str:
    """The name under which the incident is known that began with the message of this identifier, or the first it is about."""
    return f"{sender_of(alert)}{identifier or next(named(alert))}"[:_ID]


def sender_of(alert: Alert) -> str:
    """What the names of all incidents begin with that came from its sender."""
    return f"cap:{alert.sender}:"


def named(alert: Alert) -> Iterator[str]:
    """The identifiers of the messages it is about, in its order, and its own: some name the first, some the last, some all."""
    for one in alert.references:
        parts = one.split(",")
        if len(parts) == 3:
            yield parts[1][:_ID]
    yield alert.identifier[:_ID]


def alerted_of(alert: Alert, language: str = "zh", before: tuple[str, ...] = ()) -> Alerted:
    """What is kept of an alert beside the report. `before`: the identifiers of the messages before it."""
    info = _info(alert, language)
    area = info.areas[0] if info.areas else Area("")
    return Alerted(
        sent=alert.sent.astimezone(UTC), categories=info.categories, urgency=info.urgency, severity=info.severity,
        certainty=info.certainty, area=area.words[:400],
        circles=tuple((one.lon, one.lat, one.radius_km) for one in area.circles[:_PARTS]),
        rings=tuple(_thinned(one) for one in area.polygons[:_PARTS]),
        onset=info.onset.astimezone(UTC) if info.onset else None, expires=info.expires.astimezone(UTC) if info.expires else None,
        messages=(*before, alert.identifier[:_ID])[-_MESSAGES:],
    )  # fmt: skip


def region_codes(alert: Alert, language: str = "zh") -> tuple[str, ...]:
    """The codes by which an alert names regions, of whatever system."""
    return tuple(value for area in _info(alert, language).areas for _, value in area.codes)


def alert_of(incident: Incident, sender: str, language: str = "zh-CN", place: str = "") -> Alert:
    """An incident as the outside world is told of it: nothing about who reported it; what came as an alert in its own words.

    A first version is an Alert, later ones are Updates, a withdrawn one is a Cancel. `place`: its region in words.
    """
    came, area = incident.alert, _area(incident, place)
    first_words = incident.state is State.REPORTED and not (came and came.renewed)
    kind = "Cancel" if incident.state in _WITHDRAWN else "Alert" if first_words else "Update"
    info = Info(
        event=incident.category, categories=came.categories if came else ("Other",),
        urgency="Past" if incident.closed_at else came.urgency if came else _URGENCY[incident.priority],
        severity=came.severity if came else _SEVERITY[incident.priority],
        certainty=came.certainty if came else "Possible" if incident.state is State.REPORTED else "Observed",
        language=language, onset=came.onset or incident.reported_at if came else incident.reported_at,
        expires=came.expires if came else None, headline=incident.title, description=incident.description, areas=(area,),
    )  # fmt: skip
    first = Alert(identifier=f"{incident.number}.0", sender=sender, sent=incident.reported_at)
    return Alert(
        identifier=f"{incident.number}.{incident.version if kind != 'Alert' else 0}", sender=sender,
        sent=incident.changed_at if kind != "Alert" else incident.reported_at,
        status="Exercise" if incident.exercise else "Actual", kind=kind,
        references=() if kind == "Alert" else (first.reference,), infos=(info,),
    )  # fmt: skip


def _info(alert: Alert, language: str) -> Info:
    return next((one for one in alert.infos if one.language.lower().startswith(language)), alert.infos[0])


def _area(incident: Incident, place: str) -> Area:
    """Where it is: what the alert said, else a small circle around its place."""
    came = incident.alert
    circles = [Circle(*one) for one in came.circles] if came else []
    rings = came.rings if came else ()
    if not circles and not rings and incident.lon is not None and incident.lat is not None:
        circles = [Circle(incident.lon, incident.lat, _NEAR_KM)]
    words = (came.area if came else "") or incident.address or place or incident.region
    return Area(words, rings, tuple(circles), (("region", incident.region),))


def _thinned(ring: tuple[Point, ...]) -> tuple[Point, ...]:
    """The ring with at most so many points as an incident carries along."""
    step = -(-len(ring) // _POINTS)
    return (*ring[:-1:step], ring[-1])


def _priority(info: Info) -> Priority:
    if info.severity == "Severe" and info.urgency == "Immediate":
        return "URGENT"
    return _PRIORITY.get(info.severity, "NORMAL")  # type: ignore[return-value]


def _place(area: Area) -> tuple[float, float] | None:
    """A circle's middle, or a point inside the first polygon."""
    if area.circles:
        return area.circles[0].lon, area.circles[0].lat
    if not area.polygons:
        return None
    import shapely

    inside = shapely.Polygon(area.polygons[0]).representative_point()
    return float(inside.x), float(inside.y)
