"""The shape of city.yaml."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

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


class Calendar(Model):
    """The working days: of the week, and the days of the year that are off in spite of it."""

    week: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    holidays: tuple[date, ...] = ()


class CityDocument(Model):
    """The shape of city.yaml."""

    name: Name
    title: Annotated[Titles, Field(min_length=1)]
    timezone: Annotated[str, AfterValidator(_zone)]
    languages: Annotated[tuple[Literal["zh", "en"], ...], Field(min_length=1)] = ("zh", "en")
    regions: str = "regions.geojson"
    datum: Datum = "wgs84"
    demonstration: bool = False
    calendar: Calendar = Calendar()
    packs: tuple[str, ...] = ()
    default_board: str | None = None
