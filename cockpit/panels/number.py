"""The panel `number`: one value, what it was at this time yesterday, and the line it came along."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from cockpit.windows import WindowName, floored, natural_step_s
from slots import Indicator, Model, Question

from .comparison import Compare, comparison, suited
from .light import additive, light
from .panel import Context, Props
from .passport import milliseconds, passport, shown, why_missing, window_of


class NumberOptions(Model):
    """`indicator`: `slot.name`; `compare`: against when; `spark`: whether the way here is drawn; `hero`: the largest size."""

    indicator: str
    window: WindowName = "today"
    compare: Compare = "yesterday"
    spark: bool = True
    hero: bool = False


class NumberPanel:
    """One number, read from five metres."""

    name = "number"
    Options = NumberOptions

    def layout(self, options: NumberOptions, context: Context) -> Component:
        return html.Div(className="number number-hero" if options.hero else "number")

    def props(self, options: NumberOptions, context: Context) -> Props:
        indicator, words = passport(options.indicator, context)
        name = window_of(options.window, context)
        question = Question(options.indicator, context.region, *context.window(name))
        reading = next(iter(context.ask(question)), None)
        value = reading.value if reading else None
        change = comparison(question, name, suited(options.compare, options.window, name), indicator, context)
        return {
            **words,
            "window": name,
            "value": shown(value, indicator),
            "why": why_missing(reading),
            "light": light(value, indicator),
            "coverage": round(reading.coverage, 2) if reading else 0,
            "change": change,
            "spark": _spark(question, indicator, context) if options.spark else None,
        }

    def slots(self, options: NumberOptions) -> set[str]:
        return {options.indicator.partition(".")[0]}


def _spark(question: Question, indicator: Indicator, context: Context) -> dict[str, Any]:
    """At most 48 whole steps up to now; the target only where a step can be held against it."""
    length = question.window_to - question.window_from
    # It begins where the window does, or earlier where that reaches beyond now: only hours may be kept of there.
    begin = min(question.window_from, context.now - length)
    step_s = natural_step_s(question.window_from, question.window_to, least_s=context.grain_s(begin))
    to = min(question.window_to, floored(context.now, step_s, context.zone))
    from_ = to - length
    readings = context.ask(Question(question.indicator, question.region, from_, to, by="time", step_s=step_s))
    return {
        "from_ms": milliseconds(from_),
        "step_s": step_s,
        "values": [shown(reading.value, indicator) for reading in readings],
        "target": None if additive(indicator) else indicator.target,
    }
