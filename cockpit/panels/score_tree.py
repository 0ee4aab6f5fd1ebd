"""The panel `score_tree`: a scheme as an indented tree: score, weight, contribution, coverage, light; a node drills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.scorecard import Scored
from cockpit.windows import WindowName
from slots import Model
from slots.ranks import ranks

from .panel import Context, Props
from .passport import decimals, shown
from .scheme_view import ALARM, WATCH, SchemeView, node_light, rounded, scheme_view, score_light


class ScoreTreeOptions(Model):
    """`scheme`: its name; `window`: of leaves that have none of their own; `depth`: levels shown; `watch`, `alarm`: scores."""

    scheme: str
    window: WindowName = "today"
    depth: int = Field(default=2, ge=1, le=6)
    watch: float = Field(default=WATCH, ge=0, le=100)
    alarm: float = Field(default=ALARM, ge=0, le=100)


class ScoreTreePanel:
    """What a score is made of."""

    name = "score_tree"
    Options = ScoreTreeOptions

    def layout(self, options: ScoreTreeOptions, context: Context) -> Component:
        return html.Div(className="score-tree")

    def props(self, options: ScoreTreeOptions, context: Context) -> Props:
        view = scheme_view(options.scheme, options.window, context)
        card = view.card(context.region)
        return {
            "title": view.title(card),
            "scheme": options.scheme,
            "version": view.scheme.version,
            "above": view.above(),
            "score": rounded(card.score),
            "coverage": rounded(card.coverage, 2),
            "light": score_light(card.score, options.watch, options.alarm),
            "rank": _rank(view, context),
            "rows": list(_rows(card, (), options, view)),
            "why": None if card.score is not None else "no_records",
        }

    def slots(self, options: ScoreTreeOptions) -> set[str]:
        return set()

    def schemes(self, options: ScoreTreeOptions) -> set[str]:
        return {options.scheme}


def _rank(view: SchemeView, context: Context) -> dict[str, Any] | None:
    """The place among the regions beside it; None for the whole city, which has none."""
    parent = context.regions.region(context.region).parent
    cards = view.cards(parent) if parent else {}
    if context.region not in cards:
        return None
    places = dict(zip(cards, ranks([card.score for card in cards.values()]), strict=True))
    return {"place": places[context.region], "of": sum(place is not None for place in places.values())}


def _rows(node: Scored, path: tuple[str, ...], options: ScoreTreeOptions, view: SchemeView) -> Iterator[dict[str, Any]]:
    for child in node.of:
        below = (*path, child.name)
        yield _row(child, below, options, view)
        if len(below) < options.depth:
            yield from _rows(child, below, options, view)


def _row(node: Scored, path: tuple[str, ...], options: ScoreTreeOptions, view: SchemeView) -> dict[str, Any]:
    told = {
        "path": "/".join(path),
        "depth": len(path),
        "title": view.title(node),
        "score": rounded(node.score),
        "weight": rounded(node.weight, 3),
        "contribution": rounded(node.contribution),
        "coverage": rounded(node.coverage, 2),
        "status": node.status,
        "light": node_light(node, options.watch, options.alarm, view.context),
        "address": view.address(*path),
        "parent": bool(node.of),
    }
    if node.measured is None:
        return told
    _, indicator = view.context.indicator(node.measured.indicator)
    reading = node.measured.reading
    return told | {
        "address": node.measured.indicator,
        "value": shown(reading.value, indicator) if reading else None,
        "unit": indicator.unit,
        "decimals": decimals(indicator),
    }
