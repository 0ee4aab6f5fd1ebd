"""Open311 GeoReport v2: services and requests, in JSON and XML; a pure translator. An incident is open or closed there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec
from pydantic import Field

from cockpit.dispatch.incident import SETTLED, Incident, Reporter, State
from cockpit.dispatch.said import Report
from slots.problem import nearest
from slots.slot import Model, Titles

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
"""The name of the specification, as service discovery wants it."""
SPAN_DAYS_MAX: Final = 90
STATUSES: Final = ("open", "closed")
"""A question without a span of its own is about so many days."""
_TAKEN: Final = frozenset({
    "service_code", "lat", "long", "address_string", "address_id", "email", "device_id", "account_id", "first_name", "last_name",
    "phone", "description", "media_url", "jurisdiction_id", "api_key",
})  # fmt: skip
_LONGEST: Final = 4000
_NOTES: Final = {
    "REJECTED": ("不予受理", "not accepted"), "CANCELLED": ("已作废", "cancelled"), "CLOSED": ("已结案", "closed"),
    "REVIEWED": ("已回访", "closed and followed up"), "ARCHIVED": ("已归档", "archived"), "REPORTED": ("已上报", "received"),
    "SUSPENDED": ("已挂账", "waiting"),
}  # fmt: skip


class Service(Model):
    """One thing people can ask for: `code`; `category` is what such an incident is filed under."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    name: Annotated[Titles, Field(min_length=1)]
    category: Annotated[str, Field(min_length=1, max_length=200)]
    description: Titles = Field(default_factory=dict)
    group: str = ""
    keywords: tuple[str, ...] = ()


class Open311Refused(ValueError):
    """A request that cannot be taken. `status`: of HTTP; `problems`: (code, description) each."""

    def __init__(self, status: int, *problems: str) -> None:
        self.status = status
        self.problems = problems
        super().__init__("; ".join(problems))


def service_rows(services: Iterable[Service], language: str = "zh") -> list[dict[str, Any]]:
    """What `services` answers."""
    return [
        {
            "service_code": one.code, "service_name": _in(one.name, language), "description": _in(one.description, language),
            "metadata": False, "type": "realtime", "keywords": ",".join(one.keywords), "group": one.group,
        }
        for one in services
    ]  # fmt: skip


def definition(code: str, services: Sequence[Service]) -> dict[str, Any]:
    """What `services/CODE` answers: no service asks more than a place and words. Raises Open311Refused."""
    codes = [one.code for one in services]
    if code not in codes:
        known = ", ".join(codes) or "none"
        raise Open311Refused(404, f"there is no service {code!r:.60}; there are: {known}.{nearest(code, codes)}")
    return {"service_code": code, "attributes": []}


def discovery(address: str, contact: str, since: datetime, *, trial: bool) -> dict[str, Any]:
    """What `discovery` answers. `since`: when it came to be as it is; `trial`: nothing of it is real."""
    changed = since.isoformat(timespec="seconds")
    endpoint = {
        "specification": SPECIFICATION, "url": address, "changeset": changed, "type": "test" if trial else "production",
        "formats": ["application/json", "text/xml"],
    }  # fmt: skip
    return {"changeset": changed, "contact": contact, "key_service": "", "endpoints": [endpoint]}


def report_of(form: Mapping[str, str], services: Sequence[Service]) -> Report:
    """The incident a POSTed form reports. Raises Open311Refused with everything that is wrong."""
    problems = [f"unknown parameter {name!r:.40}" for name in form if name not in _TAKEN and not name.startswith("attribute[")]
    problems += [f"{name} holds more than {_LONGEST} characters" for name, value in form.items() if len(value) > _LONGEST]
    service = next((one for one in services if one.code == form.get("service_code")), None)
    if not form.get("service_code"):
        problems.append("service_code is needed")
    elif service is None:
        codes = [one.code for one in services]
        problems.append(f"there is no service {form['service_code']!r:.60}; there are: {', '.join(codes) or 'none'}."
                        f"{nearest(form['service_code'], codes)}")  # fmt: skip
    place = _place(form, problems)
    if place is None and not form.get("address_string") and not form.get("address_id"):
        problems.append("a place is needed: lat and long, or address_string")
    if problems or service is None:
        raise Open311Refused(400, *problems)
    name = " ".join(part for part in (form.get("first_name", ""), form.get("last_name", "")) if part)
    description = form.get("description", "").strip()
    title = (description.splitlines() or [""])[0][:60] or _in(service.name, "zh")
    media = form.get("media_url", "")
    return Report(
        exercise=False,
        title=title, category=service.category, description=description, channel="Open311",
        lon=place[0] if place else None, lat=place[1] if place else None,
        address=(form.get("address_string") or form.get("address_id") or "")[:400],
        reporter=Reporter(name[:100], form.get("phone", "")[:40]), media=(media[:200],) if _is_web(media) else (),
    )  # fmt: skip


def request_row(incident: Incident, services: Iterable[Service], language: str = "zh") -> dict[str, Any]:
    """An incident as `requests` answers it: nothing about who reported it, nor what is said among officials."""
    service = next((one for one in services if one.category == incident.category), None)
    closed = incident.state in SETTLED
    notes = _NOTES.get(incident.state.value, ("处理中", "in progress"))[language != "zh"]
    answer = incident.reply.public_answer if incident.reply else ""
    return {
        "service_request_id": incident.number, "status": "closed" if closed else "open",
        "status_notes": f"{notes}：{answer}" if answer else notes, "service_name": _in(service.name, language) if service else
        incident.category, "service_code": service.code if service else "", "description": incident.description,
        "agency_responsible": incident.lead_unit, "service_notice": "", "requested_datetime": _said(incident.reported_at),
        "updated_datetime": _said(incident.changed_at), "expected_datetime": _expected(incident),
        "address": incident.address, "address_id": "", "zipcode": "", "lat": incident.lat, "long": incident.lon,
        "media_url": incident.media[0] if incident.media and _is_web(incident.media[0]) else "",
    }  # fmt: skip


def public(incidents: Iterable[Incident]) -> list[Incident]:
    """Those that may be shown to everybody: exercises are not."""
    return [incident for incident in incidents if not incident.exercise]


def asked_span(start: str | None, end: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The span of `start_date` and `end_date`; without them the last 90 days. Raises Open311Refused."""
    last = _moment("end_date", end) if end else now
    first = _moment("start_date", start) if start else last - timedelta(days=SPAN_DAYS_MAX)
    if first > last or last - first > timedelta(days=SPAN_DAYS_MAX):
        raise Open311Refused(400, f"start_date and end_date lie at most {SPAN_DAYS_MAX} days apart, in this order")
    return first, last


def asked_states(status: Sequence[str]) -> list[str]:
    """The states that are `open` or `closed`, or both; nothing asked is all. Raises Open311Refused."""
    for one in status:
        if one not in STATUSES:
            raise Open311Refused(400, f"there is no status {one!r:.40}; there are: {', '.join(STATUSES)}")
    return [state.value for state in State if not status or STATUSES[state in SETTLED] in status]


def json_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows as the JSON form has them: always a list."""
    return msgspec.json.encode(rows)


def xml_of_one(thing: Mapping[str, Any], root: str) -> bytes:
    """One thing as the XML form has it; a list holds elements of its name in the singular."""
    element = Element(root)
    _put(element, thing)
    written: bytes = tostring(element, encoding="utf-8", xml_declaration=True)
    return written


def _put(element: Element, thing: Mapping[str, Any]) -> None:
    for name, value in thing.items():
        part = SubElement(element, name)
        for one in value if isinstance(value, list) else []:
            inner = SubElement(part, name.removesuffix("s"))
            if isinstance(one, Mapping):
                _put(inner, one)
            else:
                inner.text = _text(one)
        if not isinstance(value, list):
            part.text = _text(value)


def _text(value: Any) -> str:
    """XML 1.0 has no way to write control characters: they are left out."""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")


def xml_of(rows: Sequence[Mapping[str, Any]], root: str, item: str) -> bytes:
    """The rows as the XML form has them."""
    element = Element(root)
    for row in rows:
        part = SubElement(element, item)
        for name, value in row.items():
            SubElement(part, name).text = _text(value)
    written: bytes = tostring(element, encoding="utf-8", xml_declaration=True)
    return written


def _place(form: Mapping[str, str], problems: list[str]) -> tuple[float, float] | None:
    if not form.get("lat") and not form.get("long"):
        return None
    try:
        lat, lon = float(form.get("lat", "")), float(form.get("long", ""))
    except ValueError:
        problems.append("lat and long are both needed, in degrees (WGS84)")
        return None
    if not (abs(lat) <= 90 and abs(lon) <= 180):  # False for NaN
        problems.append(f"lat lies in -90…90 and long in -180…180, got {form.get('lat', '')!r:.30}, {form.get('long', '')!r:.30}")
        return None
    return lon, lat


def _moment(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Open311Refused(400, f"{name}: a time is written 2026-11-20T08:00:00+08:00, got {text!r:.60}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _expected(incident: Incident) -> str | None:
    """Nobody knows while its clock stands."""
    return None if incident.state is State.SUSPENDED else _said(incident.deadline)


def _said(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _in(words: Mapping[Any, str], language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")
