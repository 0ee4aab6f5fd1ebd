"""The panel `heat_calendar`: when it is busy: the hours of the last days, or the days of the last weeks, as squares."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.windows import days_before
from slots import Model, Question

from .light import additive, light
from .panel import Context, Props
from .passport import milliseconds, passport, shown

_DAYS_MOST = 14
_WEEKS_MOST = 53


class HeatCalendarOptions(Model):
    """`shape: hours`: a row a day, a column an hour, the last `days`; `shape: days`: a column a week, a row a weekday."""

    indicator: str
    shape: Literal["hours", "days"] = "hours"
    days: int = Field(default=7, ge=2, le=_DAYS_MOST)
    weeks: int = Field(default=52, ge=2, le=_WEEKS_MOST)


class HeatCalendarPanel:
    """The rhythm of a city."""

    name = "heat_calendar"
    Options = HeatCalendarOptions

    def layout(self, options: HeatCalendarOptions, context: Context) -> Component:
        return html.Div(className="heat")

    def props(self, options: HeatCalendarOptions, context: Context) -> Props:
        _, words = passport(options.indicator, context)
        today = context.now.astimezone(ZoneInfo(context.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = _hours(options, today, context) if options.shape == "hours" else _days(options, today, context)
        known = [cell for row in rows for cell in row["cells"] if cell is not None]
        return {
            **words,
            "shape": options.shape,
            "zone": context.zone,
            "today_ms": milliseconds(today),
            "rows": rows,
            "low": min(known, default=None),
            "high": max(known, default=None),
            "why": None if known else "no_records",
        }

    def slots(self, options: HeatCalendarOptions) -> set[str]:
        return {options.indicator.partition(".")[0]}


def _hours(options: HeatCalendarOptions, today: datetime, context: Context) -> list[dict[str, Any]]:
    """A row a day, the newest last: 24 values, None where nothing is known; of an hour that comes twice the first."""
    first = days_before(today, options.days - 1)
    found = _values(options, first, days_before(today, -1), 3600, context)
    rows = {(first + timedelta(days=n)).date(): _Row([None] * 24, [None] * 24) for n in range(options.days)}
    for moment, value, judged in found:
        row = rows.get(moment.date())
        if row is not None and row.cells[moment.hour] is None:
            row.cells[moment.hour], row.lights[moment.hour] = value, judged
    return [_told(day, row) for day, row in rows.items()]


def _days(options: HeatCalendarOptions, today: datetime, context: Context) -> list[dict[str, Any]]:
    """A row a weekday from Monday on, a column a week, the running week last."""
    monday = days_before(today, today.weekday())
    first = days_before(monday, 7 * (options.weeks - 1))
    rows = [_Row([None] * options.weeks, [None] * options.weeks) for _ in range(7)]
    for moment, value, judged in _values(options, first, days_before(today, -1), 86400, context):
        week = (moment.date() - first.date()).days // 7
        if 0 <= week < options.weeks:
            rows[moment.weekday()].cells[week], rows[moment.weekday()].lights[week] = value, judged
    return [_told((first + timedelta(days=n)).date(), row) for n, row in enumerate(rows)]


class _Row:
    def __init__(self, cells: list[float | None], lights: list[str | None]) -> None:
        self.cells = cells
        self.lights = lights


def _told(day: date, row: _Row) -> dict[str, Any]:
    """`day`: that of the row, or of its first square. `alarms`: which squares are alarming."""
    alarms = [place for place, judged in enumerate(row.lights) if judged == "alarm"]
    return {"day": day.isoformat(), "cells": row.cells, "alarms": alarms}


def _values(
    options: HeatCalendarOptions, first: datetime, end: datetime, step_s: int, context: Context
) -> list[tuple[datetime, float | None, str | None]]:
    """Local begin, value and light of each step; a count that is still running is left out: a part would look like a lull."""
    _, indicator = context.indicator(options.indicator)
    readings = context.ask(Question(options.indicator, context.region, first, end, by="time", step_s=step_s))
    zone = ZoneInfo(context.zone)
    return [
        (reading.window_from.astimezone(zone), shown(reading.value, indicator), light(reading.value, indicator))
        for reading in readings
        if not (additive(indicator) and reading.window_to > context.now) and reading.coverage > 0
    ]
