"""Alerts of the Common Alerting Protocol 1.2 (OASIS), read and written: a pure translator. Places are WGS84, lon before lat here
though CAP writes lat first; circles have a radius in kilometres."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Final, TypeVar
from xml.etree.ElementTree import Element, SubElement, tostring

from cockpit.dispatch.safe_xml import XmlRefused, parse
from slots.problem import nearest

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
STATUSES: Final = ("Actual", "Exercise", "System", "Test", "Draft")
KINDS: Final = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES: Final = ("Public", "Restricted", "Private")
CATEGORIES: Final = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
_WHEN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)")
_ID: Final = re.compile(r"[^\s,<&]+")
Point = tuple[float, float]
Value = TypeVar("Value")


class CapRefused(ValueError):
    """It is no CAP 1.2 alert; `problems` says everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything within `radius_km` of a place."""

    lon: float
    lat: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Area:
    """Where. A polygon is closed: its last point is its first."""

    words: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What is said in one language."""

    event: str
    categories: tuple[str, ...] = ("Other",)
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    language: str = "zh-CN"
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    contact: str = ""
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message. `references`: the messages it is about, each `sender,identifier,sent`."""

    identifier: str
    sender: str
    sent: datetime
    status: str = "Actual"
    kind: str = "Alert"
    scope: str = "Public"
    references: tuple[str, ...] = ()
    note: str = ""
    infos: tuple[Info, ...] = ()

    @property
    def reference(self) -> str:
        """How a later message names this one."""
        return f"{self.sender},{self.identifier},{_said(self.sent)}"


def read_alert(raw: bytes) -> Alert:
    """The alert of an XML document. Raises CapRefused with everything that is wrong."""
    try:
        root = parse(raw)
    except XmlRefused as error:
        raise CapRefused([str(error)]) from None
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise CapRefused([f"the root must be alert in {NAMESPACE}, got {root.tag[:80]!r}"])
    return _Reading().alert(root)


class _Reading:
    """One pass over a document; goes on after a mistake."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def alert(self, root: Element) -> Alert:
        sent = self._moment(root, "sent", needed=True)
        found = Alert(
            identifier=self._id(root, "identifier"), sender=self._id(root, "sender"), sent=sent or datetime.now(UTC),
            status=self._word(root, "status", STATUSES), kind=self._word(root, "msgType", KINDS),
            scope=self._word(root, "scope", SCOPES), references=tuple(_text(root, "references").split()),
            note=_text(root, "note"), infos=tuple(self._info(one) for one in _all(root, "info")),
        )  # fmt: skip
        if self._problems:
            raise CapRefused(self._problems)
        return found

    def _info(self, info: Element) -> Info:
        categories = tuple(self._known("category", _own(one), CATEGORIES) for one in _all(info, "category"))
        if not categories:
            self._problems.append("info: category is missing")
        return Info(
            event=self._needed(info, "event"), categories=categories,
            urgency=self._word(info, "urgency", URGENCIES), severity=self._word(info, "severity", SEVERITIES),
            certainty=self._word(info, "certainty", CERTAINTIES), language=_text(info, "language") or "en-US",
            onset=self._moment(info, "onset"), expires=self._moment(info, "expires"), sender_name=_text(info, "senderName"),
            headline=_text(info, "headline"), description=_text(info, "description"), instruction=_text(info, "instruction"),
            contact=_text(info, "contact"), areas=tuple(self._area(one) for one in _all(info, "area")),
        )  # fmt: skip

    def _area(self, area: Element) -> Area:
        polygons = (self._tried("polygon", _own(one), _polygon) for one in _all(area, "polygon"))
        circles = (self._tried("circle", _own(one), _circle) for one in _all(area, "circle"))
        codes = tuple((_text(one, "valueName"), _text(one, "value")) for one in _all(area, "geocode"))
        return Area(
            self._needed(area, "areaDesc"), tuple(one for one in polygons if one), tuple(one for one in circles if one), codes
        )

    def _tried(self, name: str, text: str, read: Callable[[str], Value]) -> Value | None:
        try:
            return read(text)
        except ValueError as error:
            self._problems.append(f"{name}: {error}")
            return None

    def _needed(self, element: Element, name: str) -> str:
        text = _text(element, name)
        if not text:
            self._problems.append(f"{name} is missing")
        return text

    def _id(self, element: Element, name: str) -> str:
        text = self._needed(element, name)
        if text and not _ID.fullmatch(text):
            self._problems.append(f"{name} may not hold blanks, commas, < or &, got {text!r:.60}")
        return text

    def _word(self, element: Element, name: str, allowed: tuple[str, ...]) -> str:
        text = self._needed(element, name)
        return self._known(name, text, allowed) if text else allowed[-1]

    def _known(self, name: str, text: str, allowed: tuple[str, ...]) -> str:
        if text not in allowed:
            self._problems.append(f"{name}: got {text!r:.60}; allowed: {', '.join(allowed)}.{nearest(text, allowed)}")
        return text

    def _moment(self, element: Element, name: str, needed: bool = False) -> datetime | None:
        text = self._needed(element, name) if needed else _text(element, name)
        return self._tried(name, text, _moment) if text else None


def write_alert(alert: Alert) -> bytes:
    """The XML document of an alert, in the order CAP prescribes."""
    root = Element("alert", {"xmlns": NAMESPACE})
    for name, text in (
        ("identifier", alert.identifier), ("sender", alert.sender), ("sent", _said(alert.sent)), ("status", alert.status),
        ("msgType", alert.kind), ("scope", alert.scope), ("note", alert.note), ("references", " ".join(alert.references)),
    ):  # fmt: skip
        _put(root, name, text)
    for info in alert.infos:
        _write_info(SubElement(root, "info"), info)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _write_info(element: Element, info: Info) -> None:
    onset, expires = (_said(at) if at else "" for at in (info.onset, info.expires))
    for name, text in (
        ("language", info.language), *(("category", one) for one in info.categories), ("event", info.event),
        ("urgency", info.urgency), ("severity", info.severity), ("certainty", info.certainty), ("onset", onset),
        ("expires", expires), ("senderName", info.sender_name), ("headline", info.headline),
        ("description", info.description), ("instruction", info.instruction), ("contact", info.contact),
    ):  # fmt: skip
        _put(element, name, text)
    for area in info.areas:
        part = SubElement(element, "area")
        _put(part, "areaDesc", area.words)
        for polygon in area.polygons:
            _put(part, "polygon", " ".join(f"{lat:.7g},{lon:.8g}" for lon, lat in polygon))
        for circle in area.circles:
            _put(part, "circle", f"{circle.lat:.8g},{circle.lon:.8g} {circle.radius_km:.6g}")
        for name, value in area.codes:
            code = SubElement(part, "geocode")
            _put(code, "valueName", name)
            _put(code, "value", value)


def _put(element: Element, name: str, text: str) -> None:
    """XML 1.0 has no way to write control characters: they are left out."""
    if text:
        SubElement(element, name).text = "".join(sign for sign in text if sign >= " " or sign in "\n\t")


def _said(at: datetime) -> str:
    """CAP wants a numeric zone, -00:00 for UTC, and no fractions."""
    text = at.isoformat(timespec="seconds")
    return text.replace("+00:00", "-00:00") if at.utcoffset() is not None and not at.utcoffset() else text


def _all(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if child.tag == f"{{{NAMESPACE}}}{name}")


def _own(element: Element) -> str:
    return (element.text or "").strip()


def _text(element: Element, name: str) -> str:
    return next((_own(child) for child in _all(element, name)), "")


def _moment(text: str) -> datetime:
    if not _WHEN.fullmatch(text):
        raise ValueError(f"a time is written 2026-11-20T08:00:00+08:00, got {text!r:.60}")
    return datetime.fromisoformat(text)


def _point(text: str) -> Point:
    parts = text.split(",")
    try:
        lat, lon = map(float, parts)
    except ValueError:
        raise ValueError(f"a place is written lat,lon, got {text!r:.60}") from None
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError(f"a place lies in lat -90…90, lon -180…180, got {text!r:.60}")
    return lon, lat


def _polygon(text: str) -> tuple[Point, ...]:
    points = tuple(map(_point, text.split()))
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError(f"a polygon has at least 4 points, the last one its first again, got {text!r:.60}")
    return points


def _circle(text: str) -> Circle:
    place, _, radius = text.partition(" ")
    lon, lat = _point(place)
    try:
        radius_km = float(radius)
    except ValueError:
        raise ValueError(f"a circle is written lat,lon radius in km, got {text!r:.60}") from None
    if not 0 <= radius_km <= 20_040:
        raise ValueError(f"a radius is 0…20040 km, got {radius_km!r}")
    return Circle(lon, lat, radius_km)
