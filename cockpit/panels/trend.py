"""The panel `trend`: how an indicator develops; today strong, yesterday thin, the target dashed, limits as faint bands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from dash import dcc, html
from dash.development.base_component import Component

from cockpit.windows import WindowName, natural_step_s, stepped
from slots import Indicator, Model, Question, QuestionError
from slots.slot import Duration

from .light import additive, light, low_is_bad
from .panel import Context, Props
from .passport import milliseconds, passport, shown, window_of

_FIGURE: Final[dict[str, Any]] = {
    "data": [
        {"type": "scatter", "mode": "lines", "x": [], "y": [], "hoverinfo": "skip"},
        {"type": "scatter", "mode": "lines", "x": [], "y": [], "hoverinfo": "skip"},
        {"type": "scatter", "mode": "markers", "x": [], "y": [], "hoverinfo": "skip", "cliponaxis": False},
    ],
    "layout": {
        "autosize": True,
        "showlegend": False,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False, "type": "date", "fixedrange": True},
        "yaxis": {"visible": False, "fixedrange": True},
    },
}
"""Mounted once, empty: earlier, now, the newest point. assets/panels/trend.js gives it colours, sizes and values."""


_AN_INSTANT: Final = timedelta(microseconds=1)
"""At midnight the day that has just ended is looked at: the step that begins now has nothing to show yet."""


class TrendOptions(Model):
    """`step`: the length of one point (by itself where left out); `compare: yesterday` draws the day before as a thin line."""

    indicator: str
    window: WindowName = "24h"
    step: Duration | None = None
    compare: Literal["yesterday", "none"] = "yesterday"


class TrendPanel:
    """A line over time."""

    name = "trend"
    Options = TrendOptions

    def layout(self, options: TrendOptions, context: Context) -> Component:
        chart = dcc.Graph(figure=_FIGURE, config={"staticPlot": True}, responsive=True, className="trend-chart")
        return html.Div([html.Div(className="trend-head"), chart], className="trend")

    def props(self, options: TrendOptions, context: Context) -> Props:
        indicator, words = passport(options.indicator, context)
        name = window_of(options.window, context)
        step_s = _step_s(options, name, context)
        from_, to = stepped(name, step_s, context.now - _AN_INSTANT, context.zone)
        values = _values(options, indicator, step_s, from_, to, context)
        now = next((value for value in reversed(values) if value is not None), None)
        return {
            **words,
            "window": name,
            "zone": context.zone,
            "step_s": step_s,
            "own_step_s": options.step,
            "from_ms": milliseconds(from_),
            "to_ms": milliseconds(to),
            "values": values,
            "before": _before(options, indicator, step_s, from_, to, context),
            "now": now,
            "light": None if additive(indicator) else light(now, indicator),
            "bands": None if additive(indicator) else _bands(indicator),
            "target": None if additive(indicator) else indicator.target,
            "why": None if now is not None else "no_records",
        }

    def slots(self, options: TrendOptions) -> set[str]:
        return {options.indicator.partition(".")[0]}


def _step_s(options: TrendOptions, name: str, context: Context) -> int:
    from_, to = context.window(name)
    least_s = context.grain_s(from_)
    # A board may know that hours are kept longer than usual; of a moment that only days are kept of, it cannot.
    if options.step and name == options.window and options.step >= max(min(3600, least_s), context.grain_s(context.now)):
        return options.step
    return natural_step_s(from_, to, 150, least_s)


def _values(
    options: TrendOptions, indicator: Indicator, step_s: int, from_: datetime, to: datetime, context: Context
) -> list[float | None]:
    """One value per step; the running step of a count is left out: a part would look like a fall."""
    readings = context.ask(Question(options.indicator, context.region, from_, to, by="time", step_s=step_s))
    whole = [r for r in readings if r.window_from < context.now and (not additive(indicator) or r.window_to <= context.now)]
    return [shown(reading.value, indicator) for reading in whole]


def _before(
    options: TrendOptions, indicator: Indicator, step_s: int, from_: datetime, to: datetime, context: Context
) -> list[float | None]:
    """The same steps one day earlier, as far as they are kept; empty where nothing is compared or days would overlap."""
    day = timedelta(days=1)
    if options.compare == "none" or to - from_ > day:
        return []
    begin = from_ - day
    while step_s < min(3600, context.grain_s(begin)) and begin < to - day:
        begin += timedelta(seconds=step_s)
    try:
        readings = context.ask(Question(options.indicator, context.region, begin, to - day, by="time", step_s=step_s))
    except QuestionError:
        return []
    unkept: list[float | None] = [None] * round((begin - from_ + day).total_seconds() / step_s)
    return unkept + [shown(reading.value, indicator) for reading in readings]


def _bands(indicator: Indicator) -> list[dict[str, Any]]:
    """From where to where a value is to be watched and alarming; None = without end."""
    warn, alarm = indicator.thresholds.warn, indicator.thresholds.alarm
    edges = [("watch", warn, alarm), ("alarm", alarm, None)]
    found = [{"light": name, "from": start, "to": end} for name, start, end in edges if start is not None]
    return [{"light": b["light"], "from": b["to"], "to": b["from"]} for b in found] if low_is_bad(indicator) else found
