"""The panel `radar`: the children of a scheme's node, or indicators held against their targets, on as many axes."""

from __future__ import annotations

from typing import Any, Literal

from dash import html
from dash.development.base_component import Component
from pydantic import Field, model_validator

from cockpit.windows import WindowName
from slots import Indicator, Model, Question, Reading

from .light import light
from .panel import Context, Props
from .passport import decimals, passport, shown
from .scheme_view import ALARM, WATCH, SchemeView, node_light, rounded, scheme_view

_FULL = 120.0
"""How far an axis reaches where 100 is the target: a value may be better than that."""


class RadarOptions(Model):
    """Either `scheme` (axes: the node's children, scores 0…100) or `indicators` (100: the target is met).

    `compare: above` also draws the region it belongs to (for the whole city: the best of each axis among its areas).
    """

    scheme: str = ""
    indicators: tuple[str, ...] = ()
    window: WindowName = "today"
    compare: Literal["above", "none"] = "above"
    target: float | None = Field(default=None, ge=0, le=100)
    watch: float = Field(default=WATCH, ge=0, le=100)
    alarm: float = Field(default=ALARM, ge=0, le=100)

    @model_validator(mode="after")
    def _one(self) -> RadarOptions:
        if bool(self.scheme) == bool(self.indicators):
            raise ValueError("give either scheme or indicators")
        return self


class RadarPanel:
    """A shape that is seen at once: where it has a dent, something is wrong."""

    name = "radar"
    Options = RadarOptions

    def layout(self, options: RadarOptions, context: Context) -> Component:
        return html.Div(className="radar")

    def props(self, options: RadarOptions, context: Context) -> Props:
        found = _scheme(options, context) if options.scheme else _indicators(options, context)
        known = [axis for axis in found["axes"] if axis["score"] is not None]
        return {**found, "why": None if known else "no_records"}

    def slots(self, options: RadarOptions) -> set[str]:
        return {name.partition(".")[0] for name in options.indicators}

    def schemes(self, options: RadarOptions) -> set[str]:
        return {options.scheme} if options.scheme else set()


def _scheme(options: RadarOptions, context: Context) -> Props:
    view = scheme_view(options.scheme, options.window, context)
    card = view.card(context.region)
    against, others = _others(options, view, context)
    axes = [
        {
            "name": child.name,
            "title": view.title(child),
            "score": rounded(child.score),
            "against": rounded(others.get(child.name)),
            "light": node_light(child, options.watch, options.alarm, context),
            "address": child.measured.indicator if child.measured else view.address(child.name),
        }
        for child in card.of
    ]
    target = options.watch if options.target is None else options.target
    return {"title": view.title(card), "axes": axes, "top": 100, "target": target, "against": against, "kind": "score"}


def _others(options: RadarOptions, view: SchemeView, context: Context) -> tuple[str, dict[str, float]]:
    """What the shape is held against, in words of the screen, and its score on each axis."""
    if options.compare == "none":
        return "", {}
    parent = context.regions.region(context.region).parent
    if parent:
        title = context.regions.region(parent).title(context.scope.lang)
        return title, {child.name: child.score for child in view.card(parent).of if child.score is not None}
    best: dict[str, float] = {}
    for card in view.cards(context.region).values():
        for child in card.of:
            if child.score is not None:
                best[child.name] = max(child.score, best.get(child.name, 0.0))
    return "best_of_each" if best else "", best


def _indicators(options: RadarOptions, context: Context) -> Props:
    window = context.window(context.scope.window or options.window)
    parent = context.regions.region(context.region).parent if options.compare == "above" else None
    axes = []
    for name in options.indicators:
        indicator, words = passport(name, context)
        reading = next(iter(context.ask(Question(name, context.region, *window))), None)
        above = next(iter(context.ask(Question(name, parent, *window))), None) if parent else None
        value = reading.value if reading else None
        axes.append(
            {
                "name": name,
                "title": words["title"],
                "score": rounded(_met(reading, indicator)),
                "against": rounded(_met(above, indicator)),
                "light": light(value, indicator),
                "address": name,
                "value": shown(value, indicator),
                "unit": indicator.unit,
                "decimals": decimals(indicator),
            }
        )
    told: dict[str, Any] = {"axes": axes, "top": _FULL, "target": 100, "kind": "target"}
    return told | {"title": "", "against": context.regions.region(parent).title(context.scope.lang) if parent else ""}


def _met(reading: Reading | None, indicator: Indicator) -> float | None:
    """How far the target is met, in percent: value / target, or target / value where less is better; at most _FULL."""
    if reading is None or reading.value is None or not indicator.target:
        return None
    if indicator.direction == "lower":
        return _FULL if reading.value <= 0 else min(_FULL, 100 * indicator.target / reading.value)
    return max(0.0, min(_FULL, 100 * reading.value / indicator.target))
