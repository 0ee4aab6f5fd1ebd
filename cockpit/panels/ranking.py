"""The panel `ranking`: the regions below the one in scope, or the values of a dimension, in the order of an indicator."""

from __future__ import annotations

from typing import Any, Literal

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.windows import WindowName
from slots import Indicator, Model, Question, Reading, Titles

from .light import light, low_is_bad
from .panel import Context, Props
from .passport import passport, shown, window_of
from .words import worded


class RankingOptions(Model):
    """`order`: `worst` or `best` first by the indicator's direction, or the largest `value` first; `limit`: rows at most.

    `by`: `region` or a dimension of the slot; `words`: how a dimension's value reads in each language.
    """

    indicator: str
    by: str = "region"
    words: dict[str, Titles] = Field(default_factory=dict)
    window: WindowName = "today"
    order: Literal["worst", "best", "value"] = "worst"
    limit: int = Field(default=8, ge=1, le=100)


class RankingPanel:
    """Bars with names; a row drills, or narrows the board to a dimension's value."""

    name = "ranking"
    Options = RankingOptions

    def layout(self, options: RankingOptions, context: Context) -> Component:
        return html.Div(className="ranking")

    def props(self, options: RankingOptions, context: Context) -> Props:
        indicator, words = passport(options.indicator, context)
        name = window_of(options.window, context)
        parent = _peers_of(context) if options.by == "region" else context.region
        readings = context.ask(Question(options.indicator, parent, *context.window(name), by=options.by))
        ordered = sorted((r for r in readings if r.value is not None), key=_order(options, indicator))
        return {
            **words,
            "window": name,
            "order": options.order,
            "by": options.by,
            "rows": [_row(reading, options, indicator, context) for reading in ordered[: options.limit]],
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


def _row(reading: Reading, options: RankingOptions, indicator: Indicator, context: Context) -> dict[str, Any]:
    """`code`: the region's, or the dimension's value; `here`: whether the scope is narrowed to it."""
    value = {"value": shown(reading.value, indicator), "light": light(reading.value, indicator)}
    if options.by == "region":
        region = context.regions.region(reading.region)
        return {"code": region.code, "name": region.title(context.scope.lang), "here": region.code == context.region, **value}
    key, only = reading.key or "", context.scope.only
    here = only is not None and (only.dimension, only.key) == (options.by, key)
    slot, _ = context.indicator(options.indicator)
    return {"code": key, "name": worded(key, options.by, slot, context, options.words), "here": here, **value}
