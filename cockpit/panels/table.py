"""The panel `table`: the regions below the one in scope, or a dimension's values, with some indicators or a scheme's scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component
from pydantic import Field, model_validator

from cockpit.windows import WindowName
from slots import Indicator, Model, Question, Reading, Titles
from slots.ranks import ranks

from .light import light, low_is_bad
from .panel import Context, Props
from .passport import decimals, passport, shown
from .scheme_view import ALARM, WATCH, rounded, scheme_view, score_light
from .words import worded

ROWS = 200


class TableOptions(Model):
    """Columns: `indicators`, or the children of a `scheme`'s node behind its score. Rows: `by: region`, or a dimension.

    `sort`: the column it begins sorted by (its place from 1; 0: the name), `order`: best, worst or the largest value first.
    """

    indicators: tuple[str, ...] = Field(default=(), max_length=16)
    scheme: str = ""
    by: str = "region"
    window: WindowName = "today"
    sort: int = Field(default=1, ge=0, le=17)
    order: Literal["best", "worst", "value"] = "best"
    limit: int = Field(default=ROWS, ge=1, le=ROWS)
    words: dict[str, Titles] = Field(default_factory=dict)
    watch: float = Field(default=WATCH, ge=0, le=100)
    alarm: float = Field(default=ALARM, ge=0, le=100)

    @model_validator(mode="after")
    def _one(self) -> TableOptions:
        if bool(self.scheme) == bool(self.indicators):
            raise ValueError("give either scheme or indicators")
        if self.scheme and self.by != "region":
            raise ValueError("a scheme has a score for each region only; leave out `by`")
        return self


class TablePanel:
    """Every number at once, sorted by any; a row drills."""

    name = "table"
    Options = TableOptions

    def layout(self, options: TableOptions, context: Context) -> Component:
        return html.Div(className="table")

    def props(self, options: TableOptions, context: Context) -> Props:
        columns, rows = _scores(options, context) if options.scheme else _values(options, context)
        return {
            "by": options.by,
            "columns": columns,
            "rows": rows[: options.limit],
            "of": len(rows),
            "sort": options.sort,
            "order": options.order,
            "why": None if rows else "no_records" if options.by != "region" else "no_regions",
        }

    def slots(self, options: TableOptions) -> set[str]:
        return {name.partition(".")[0] for name in options.indicators}

    def schemes(self, options: TableOptions) -> set[str]:
        return {options.scheme} if options.scheme else set()


def _peers_of(context: Context) -> str:
    """The region whose children are listed; at the lowest level the parent, so that a street is seen among its neighbours."""
    if context.regions.children(context.region):
        return context.region
    return context.regions.region(context.region).parent or context.region


def _scores(options: TableOptions, context: Context) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    view = scheme_view(options.scheme, options.window, context)
    cards = view.cards(_peers_of(context))
    first = next(iter(cards.values()), None)
    column = {"unit": "1", "decimals": 1, "low_is_bad": True, "kind": "score"}
    columns = [
        {
            **column,
            "title": view.title(child),
            "total": child is first,
            "address": "" if child is first else view.address(child.name),
        }
        for child in ((first, *first.of) if first else ())
    ]
    places = ranks([card.score for card in cards.values()])
    rows = [
        {
            **_region(code, context),
            "place": place,
            "cells": [rounded(node.score) for node in (card, *card.of)],
            "lights": [score_light(node.score, options.watch, options.alarm) for node in (card, *card.of)],
        }
        for (code, card), place in zip(cards.items(), places, strict=True)
    ]
    return columns, rows


def _values(options: TableOptions, context: Context) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    window = context.window(context.scope.window or options.window)
    region = _peers_of(context) if options.by == "region" else context.region
    columns, found = [], []
    for name in options.indicators:
        indicator, words = passport(name, context)
        columns.append(
            {
                "title": words["title"], "unit": indicator.unit, "decimals": decimals(indicator), "kind": "value",
                "low_is_bad": low_is_bad(indicator), "address": name, "total": False,
            }
        )  # fmt: skip
        found.append((indicator, _asked(Question(name, region, *window, by=options.by), context)))
    names = dict.fromkeys(name for _, readings in found for name in readings)
    return columns, [_row(name, found, options, context) for name in names]


def _asked(question: Question, context: Context) -> dict[str, Reading]:
    """By region or dimension value."""
    readings = context.ask(question)
    return {(reading.region if question.by == "region" else reading.key or ""): reading for reading in readings}


def _row(
    name: str, found: Sequence[tuple[Indicator, dict[str, Reading]]], options: TableOptions, context: Context
) -> dict[str, Any]:
    values = [(indicator, readings[name].value if name in readings else None) for indicator, readings in found]
    told = _region(name, context) if options.by == "region" else _key(name, options, context)
    return {
        **told,
        "cells": [shown(value, indicator) for indicator, value in values],
        "lights": [light(value, indicator) for indicator, value in values],
    }


def _region(code: str, context: Context) -> dict[str, Any]:
    return {"key": code, "name": context.regions.region(code).title(context.scope.lang), "here": code == context.region}


def _key(value: str, options: TableOptions, context: Context) -> dict[str, Any]:
    slot, _ = context.indicator(options.indicators[0])
    return {"key": value, "name": worded(value, options.by, slot, context, options.words) or "—", "here": False}
