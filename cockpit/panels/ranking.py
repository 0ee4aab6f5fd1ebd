"""The panel `ranking`: the regions below the one in scope, in the order of an indicator."""

from __future__ import annotations

from typing import Any, Literal

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.windows import WindowName
from slots import Indicator, Model, Question, Reading

from .light import light, low_is_bad
from .panel import Context, Props
from .passport import passport, shown, window_of


class RankingOptions(Model):
    """`order`: `worst` or `best` first by the indicator's direction, or the largest `value` first; `limit`: rows at most."""

    indicator: str
    window: WindowName = "today"
    order: Literal["worst", "best", "value"] = "worst"
    limit: int = Field(default=8, ge=1, le=100)


class RankingPanel:
    """Bars with names; a row drills."""

    name = "ranking"
    Options = RankingOptions

    def layout(self, options: RankingOptions, context: Context) -> Component:
        return html.Div(className="ranking")

    def props(self, options: RankingOptions, context: Context) -> Props:
        indicator, words = passport(options.indicator, context)
        name = window_of(options.window, context)
        parent = _peers_of(context)
        readings = context.ask(Question(options.indicator, parent, *context.window(name), by="region"))
        ordered = sorted((r for r in readings if r.value is not None), key=_order(options, indicator))
        return {
            **words,
            "window": name,
            "order": options.order,
            "rows": [_row(reading, indicator, context) for reading in ordered[: options.limit]],
            "top": max((abs(reading.value or 0) for reading in ordered), default=0),
            "of": len(readings),
            "missing": len(readings) - len(ordered),
            "why": None if ordered else "no_records" if readings else "no_regions",
        }

    def slots(self, options: RankingOptions) -> set[str]:
        return {options.indicator.partition(".")[0]}


def _peers_of(context: Context) -> str:
    """The region whose children are ranked; at the lowest level the parent, so that a street is seen among its neighbours."""
    if context.regions.children(context.region):
        return context.region
    return context.regions.region(context.region).parent or context.region


def _order(options: RankingOptions, indicator: Indicator) -> Any:
    smallest_first = options.order != "value" and low_is_bad(indicator) == (options.order == "worst")
    sign = 1 if smallest_first else -1
    return lambda reading: (sign * reading.value, reading.region)


def _row(reading: Reading, indicator: Indicator, context: Context) -> dict[str, Any]:
    region = context.regions.region(reading.region)
    return {
        "code": region.code,
        "name": region.title(context.scope.lang),
        "value": shown(reading.value, indicator),
        "light": light(reading.value, indicator),
        "here": region.code == context.region,
    }
