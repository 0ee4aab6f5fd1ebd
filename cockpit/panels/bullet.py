"""The panel `bullet`: some indicators under each other, each value on a scale with its target and the bands of its limits."""

from __future__ import annotations

import math
from typing import Annotated, Any

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.windows import WindowName
from slots import Indicator, Model, Question

from .light import additive, light, low_is_bad
from .panel import Context, Props
from .passport import passport, shown, why_missing, window_of


class BulletOptions(Model):
    """`indicators`: `slot.name` of each, in the order they stand."""

    indicators: Annotated[tuple[str, ...], Field(min_length=1, max_length=16)]
    window: WindowName = "today"


class BulletPanel:
    """Where each of several numbers stands between bad and good."""

    name = "bullet"
    Options = BulletOptions

    def layout(self, options: BulletOptions, context: Context) -> Component:
        return html.Div(className="bullets")

    def props(self, options: BulletOptions, context: Context) -> Props:
        name = window_of(options.window, context)
        rows = [_row(indicator, name, context) for indicator in options.indicators]
        return {"window": name, "rows": rows, "why": None if any(row["value"] is not None for row in rows) else rows[0]["why"]}

    def slots(self, options: BulletOptions) -> set[str]:
        return {name.partition(".")[0] for name in options.indicators}


def _row(name: str, window: str, context: Context) -> dict[str, Any]:
    indicator, words = passport(name, context)
    reading = next(iter(context.ask(Question(name, context.region, *context.window(window)))), None)
    value = reading.value if reading else None
    low, high = scale(value, indicator)
    return {
        **words,
        "value": shown(value, indicator),
        "light": light(value, indicator),
        "why": why_missing(reading),
        "low": low,
        "high": high,
        "bands": [] if additive(indicator) else _bands(indicator, low, high),
    }


def scale(value: float | None, indicator: Indicator) -> tuple[float, float]:
    """The ends of the scale: around the limits, so that they stay while the value moves, and wider only where it leaves them.

    A share of 100 % ends there. A scale begins at 0 unless the limits lie far above it.
    """
    marks = [mark for mark in (indicator.target, indicator.thresholds.warn, indicator.thresholds.alarm) if mark is not None]
    if not marks:
        return 0.0, 100.0 if indicator.unit == "%" else _round(max(abs(value or 0) * 1.25, 1))
    low, high = min(marks), max(marks)
    room = max((high - low) * 0.6, high * 0.1)
    share = indicator.unit == "%" and high <= 100
    start = max(0.0, low - room) if low > 0.4 * high and share else 0.0
    reach = [start, 100.0 if share else high + room, *([] if value is None else [value])]
    step = _round((max(reach) - min(reach)) / 10)
    return math.floor(min(reach) / step) * step, math.ceil(max(reach) / step - 1e-9) * step


def _round(size: float) -> float:
    """The smallest of 1 2 5 × 10ⁿ that is not under a size."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= size * 0.999999)


def _bands(indicator: Indicator, low: float, high: float) -> list[dict[str, Any]]:
    """From where to where a value is to be watched and alarming, inside the scale."""
    warn, alarm = indicator.thresholds.warn, indicator.thresholds.alarm
    edges: list[tuple[str, float | None, float | None]]
    if low_is_bad(indicator):
        edges = [("alarm", low, alarm), ("watch", low if alarm is None else alarm, warn)]
    else:
        edges = [("watch", warn, high if alarm is None else alarm), ("alarm", alarm, high)]
    inside = [(name, max(low, a), min(high, b)) for name, a, b in edges if a is not None and b is not None]
    return [{"light": name, "from": a, "to": b} for name, a, b in inside if a < b]
