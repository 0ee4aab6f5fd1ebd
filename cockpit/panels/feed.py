"""The panel `feed`: what happened last: the newest entities of a slot with time, place, category and how grave they are."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from pydantic import Field

from slots import Model, Titles

from .light import Light
from .panel import Context, Props
from .place import place_of
from .words import worded


class Severity(Model):
    """Which values of an attribute are to be watched and which are alarming; `unless` another attribute says it is over."""

    attribute: str
    watch: tuple[str, ...] = ()
    alarm: tuple[str, ...] = ()
    unless: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class FeedOptions(Model):
    """`attributes`: what of an entity is shown, the first one largest; `words`: how a value reads in each language."""

    slot: str
    attributes: tuple[str, ...] = ()
    severity: Severity | None = None
    words: dict[str, Titles] = Field(default_factory=dict)
    limit: int = Field(default=8, ge=1, le=50)


class FeedPanel:
    """A bounded list, newest first."""

    name = "feed"
    Options = FeedOptions

    def layout(self, options: FeedOptions, context: Context) -> Component:
        return html.Div(className="feed")

    def props(self, options: FeedOptions, context: Context) -> Props:
        slot = context.slots[options.slot]
        latest = context.entities(options.slot, context.region, options.limit)
        return {
            "title": context.text(slot.title, slot.slot),
            "rows": [_row(entity, options, context) for entity in latest.head(options.limit).iter_rows(named=True)],
            "zone": context.zone,
            "limit": options.limit,
            "why": _why_empty(context) if latest.is_empty() else None,
        }

    def slots(self, options: FeedOptions) -> set[str]:
        return {options.slot}


def _why_empty(context: Context) -> str:
    """Only the latest state of a thing is kept: of the past there is no list."""
    return "only_now" if context.scope.at else "nothing_such" if context.scope.only else "nothing_yet"


def _row(entity: dict[str, Any], options: FeedOptions, context: Context) -> dict[str, Any]:
    names = options.attributes or [name for name in entity if name not in ("key", "time_us", "lon", "lat", "region")]
    place, spot = place_of(entity["region"], context)
    return {
        "key": str(entity["key"]),
        "at_ms": int(entity["time_us"]) // 1000,
        "region": entity["region"],
        "place": place,
        "spot": spot,
        "cells": [_cell(entity[name], name, options, context) for name in names],
        "light": _light(entity, options.severity),
    }


def _cell(value: object, name: str, options: FeedOptions, context: Context) -> str | float | None:
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value).lower()
    if isinstance(value, int | float):
        return value
    return worded(str(value), name, context.slots.get(options.slot), context, options.words)


def _light(entity: dict[str, Any], severity: Severity | None) -> Light | None:
    if severity is None or any(str(entity.get(name)) in values for name, values in severity.unless.items()):
        return None
    value = str(entity.get(severity.attribute))
    return "alarm" if value in severity.alarm else "watch" if value in severity.watch else None
