"""The shape of city.yaml."""

from __future__ import annotations

import itertools
from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from cockpit.dispatch.intake_rule import IntakeRule
from cockpit.dispatch.limit_document import LimitsDocument
from cockpit.dispatch.open311 import Service
from cockpit.region_file import RegionsDocument, RegionsFile
from slots.problem import nearest
from slots.slot import Datum, Model, Name, Titles

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        zones = available_timezones()
        raise ValueError(f"{name!r} is not a time zone, as Asia/Shanghai.{nearest(name, zones)}") from None
    return name


def _hours(value: object) -> object:
    """`08:30-12:00` as two times of day; an end of 24:00 is 00:00."""
    if not isinstance(value, str):
        return value
    begin, _, end = value.partition("-")
    try:
        hours = time.fromisoformat(begin.strip()), time.fromisoformat(end.strip().replace("24:00", "00:00"))
    except ValueError:
        raise ValueError(f"working hours are written 08:30-12:00, got {value!r:.40}") from None
    if hours[0] >= hours[1] != time(0) or hours[0].tzinfo or hours[1].tzinfo:
        raise ValueError(f"working hours begin before they end, in the city's time, got {value!r:.40}")
    return hours


def _in_order(hours: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    if any(before[1] > after[0] or before[1] == time(0) for before, after in itertools.pairwise(hours)):
        raise ValueError("the working hours of a day follow one another, as [08:30-12:00, 13:30-17:30]")
    return hours


Hours = Annotated[tuple[time, time], BeforeValidator(_hours)]


class Calendar(Model):
    """The working days: of the week, the days of the year that are off in spite of it (`holidays`) and those that are worked in
    spite of both (`workdays`); and the working hours of such a day."""

    week: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    hours: Annotated[tuple[Hours, ...], Field(min_length=1), AfterValidator(_in_order)] = (
        (time(8, 30), time(12)),
        (time(13, 30), time(17, 30)),
    )
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


Short = Annotated[str, Field(min_length=1, max_length=60)]


class CityDocument(Model):
    """The shape of city.yaml. `basemap` is as a layer file of kind raster_tiles; boards put it on a map as `basemap`.

    `skills`: what a unit must be able to do for incidents of a category, or of a class of them; all that are listed."""

    name: Name
    title: Annotated[Titles, Field(min_length=1)]
    timezone: Annotated[str, AfterValidator(_zone)]
    languages: Annotated[tuple[Literal["zh", "en"], ...], Field(min_length=1)] = ("zh", "en")
    regions: RegionsFile = RegionsDocument()
    datum: Datum = "wgs84"
    basemap: dict[str, Any] | None = None
    demonstration: bool = False
    calendar: Calendar = Calendar()
    limits: LimitsDocument = LimitsDocument()
    skills: dict[Short, Annotated[tuple[Short, ...], Field(min_length=1)]] = Field(default_factory=dict)
    incidents: IntakeRule | None = None
    unit_positions: Name | None = None
    weather: Name | None = None
    services: tuple[Service, ...] = ()
    packs: tuple[str, ...] = ()
    default_board: str | None = None
