"""Alerts as incidents, and incidents as alerts."""

from __future__ import annotations

from datetime import UTC
from types import MappingProxyType
from typing import Final

from cockpit.dispatch.cap import Alert, Area, CapRefused, Circle, Info
from cockpit.dispatch.incident import Incident, Priority, State
from cockpit.dispatch.said import Report

_PRIORITY: Final = MappingProxyType({"Extreme": "URGENT", "Severe": "HIGH", "Moderate": "NORMAL", "Minor": "LOW"})
_SEVERITY: Final = MappingProxyType({"URGENT": "Extreme", "HIGH": "Severe", "NORMAL": "Moderate", "LOW": "Minor"})
_URGENCY: Final = MappingProxyType({"URGENT": "Immediate", "HIGH": "Immediate", "NORMAL": "Expected", "LOW": "Future"})
_NEAR_KM: Final = 0.2
_WITHDRAWN: Final = frozenset({State.REJECTED, State.CANCELLED})


def report_of(alert: Alert, language: str = "zh", root: str | None = None) -> Report:
    """What an alert reports. `root`: the whole city, whose business it is also where its middle lies elsewhere.

    Raises CapRefused for one that reports nothing: tests, drafts, answers, nothing said."""
    if alert.status not in ("Actual", "Exercise") or alert.kind not in ("Alert", "Update"):
        raise CapRefused([f"only Alert and Update of status Actual or Exercise are incidents, got {alert.kind}, {alert.status}"])
    if not alert.infos:
        raise CapRefused(["info is missing: nothing is said to have happened"])
    info = next((one for one in alert.infos if one.language.lower().startswith(language)), alert.infos[0])
    area = info.areas[0] if info.areas else Area("")
    place = _place(area)
    return Report(
        title=(info.headline or info.event)[:200], category=info.event[:200],
        client_id=f"cap:{alert.sender}:{_first(alert)}"[:300],
        description="\n".join(text for text in (info.description, info.instruction) if text)[:8000],
        channel="CAP", priority=_priority(info), lon=place[0] if place else None, lat=place[1] if place else None,
        region=root, address=area.words[:400], exercise=alert.status == "Exercise", reported_at=alert.sent.astimezone(UTC),
    )  # fmt: skip


def alert_of(incident: Incident, sender: str, language: str = "zh-CN") -> Alert:
    """An incident as the outside world is told of it: nothing about who reported it.

    A first version is an Alert, later ones are Updates, a withdrawn one is a Cancel.
    """
    place = incident.lon is not None and incident.lat is not None
    circles = (Circle(incident.lon, incident.lat, _NEAR_KM),) if incident.lon is not None and incident.lat is not None else ()
    area = Area(incident.address or incident.region, circles=circles, codes=(("region", incident.region),))
    kind = "Cancel" if incident.state in _WITHDRAWN else "Alert" if incident.state is State.REPORTED else "Update"
    info = Info(
        event=incident.category, urgency="Past" if incident.closed_at else _URGENCY[incident.priority],
        severity=_SEVERITY[incident.priority], certainty="Possible" if incident.state is State.REPORTED else "Observed",
        language=language, onset=incident.reported_at, headline=incident.title, description=incident.description,
        areas=(area,) if place or area.words else (),
    )  # fmt: skip
    first = Alert(identifier=f"{incident.number}.0", sender=sender, sent=incident.reported_at)
    return Alert(
        identifier=f"{incident.number}.{incident.version if kind != 'Alert' else 0}", sender=sender,
        sent=incident.changed_at if kind != "Alert" else incident.reported_at,
        status="Exercise" if incident.exercise else "Actual", kind=kind,
        references=() if kind == "Alert" else (first.reference,), infos=(info,),
    )  # fmt: skip


def _first(alert: Alert) -> str:
    """The identifier of the first message about it, so that an update is no second incident."""
    parts = alert.references[0].split(",") if alert.references else []
    return parts[1] if len(parts) == 3 else alert.identifier


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
