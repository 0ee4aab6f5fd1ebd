"""The panel `map`: the regions coloured by an indicator, the city's static layers, and what moves or happens on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl
from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.windows import WindowName
from layers import AreaLayer, Layer, MapContainer, PointLayer, deck_spec, encode_points, point_ids
from slots import Model, Question
from slots.slot import Duration

from .incident_marks import INCIDENTS, incident_frame, incident_layer
from .light import light
from .panel import Context, Props
from .passport import passport, shown, window_of

_POINTS = 20_000
"""Live points per layer at most; a wall shows no more, and a frame stays under half a megabyte."""


class Moving(Model):
    """How the entities of a slot are drawn, at most the `limit` newest of them.

    `kind` is the attribute that tells colours apart, `only` keeps some values, `within` those heard of that lately.
    `every`: how often a thing usually says where it is; it takes that long to glide there.
    """

    style: Literal["vehicle", "incident", "station"] = "vehicle"
    kind: str | None = None
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    within: Duration | None = None
    limit: int = Field(default=_POINTS, ge=1, le=_POINTS)
    trail_s: float = Field(default=6.0, ge=0, le=60)
    every: Duration = Field(default=2, ge=1, le=600)


class MapOptions(Model):
    """`layers`: `regions`, static layers and slots with entities, the first at the bottom; `color`: colours the regions.

    `incidents`: the slot that counts what the toolbox does; then its open incidents lie on top, with their lights.
    """

    layers: tuple[str, ...] = ("regions",)
    color: str | None = None
    window: WindowName = "today"
    moving: dict[str, Moving] = Field(default_factory=dict)
    incidents: str | None = None


class MapPanel:
    """The hero of the wall. The spec goes to a screen once per scope, values and points whenever they change."""

    name = "map"
    Options = MapOptions

    def layout(self, options: MapOptions, context: Context) -> Component:
        return html.Div(className="map")

    def props(self, options: MapOptions, context: Context) -> Props:
        container = MapContainer(context.regions, tuple(_layers(options, context)), context.region)
        return {"spec": deck_spec(container), "region": context.region, **_colored(options, container.shown, context)}

    def frames(self, options: MapOptions, context: Context, panel: str) -> dict[str, bytes]:
        """One binary frame per slot that is on the map, addressed to the panel of this id."""
        frames = {name: _frame(panel, name, options, context) for name in options.layers if name in context.slots}
        return {**frames, INCIDENTS: incident_frame(panel, context)} if options.incidents else frames

    def slots(self, options: MapOptions) -> set[str]:
        colored = {options.color.partition(".")[0]} if options.color else set()
        told = {options.incidents} if options.incidents else set()
        return colored | told | set(options.moving) | set(options.layers) - {"regions"}


def _layers(options: MapOptions, context: Context) -> list[Layer]:
    drawn: list[Layer] = []
    for name in options.layers:
        if name in context.slots:
            moving = options.moving.get(name, Moving())
            title = {str(lang): text for lang, text in context.slots[name].title.items()}
            drawn.append(PointLayer(id=name, style=moving.style, title=title, trail_s=moving.trail_s))
        elif name == "regions":
            drawn.append(AreaLayer(id="regions", style="regions", title=_color_title(options, context)))
        elif name in context.layers:
            drawn.append(context.layers[name])
    return [*drawn, incident_layer()] if options.incidents else drawn


def _color_title(options: MapOptions, context: Context) -> Mapping[str, str]:
    if options.color is None:
        return {}
    _slot, indicator = context.indicator(options.color)
    return {str(lang): text for lang, text in indicator.title.items()}


def _colored(options: MapOptions, parent: str, context: Context) -> Props:
    if options.color is None:
        return {"title": "", "values": {}, "lights": {}, "unit": "", "decimals": 0}
    indicator, words = passport(options.color, context)
    name = window_of(options.window, context)
    readings = context.ask(Question(options.color, parent, *context.window(name), by="region"))
    lights = {reading.region: light(reading.value, indicator) for reading in readings}
    return {
        **words,
        "window": name,
        "values": {reading.region: shown(reading.value, indicator) for reading in readings},
        "lights": {code: found for code, found in lights.items() if found in ("watch", "alarm")},
    }


def _frame(panel: str, name: str, options: MapOptions, context: Context) -> bytes:
    """Of the moment of its newest report, in the order of the keys: where nothing new was heard the bytes are the same."""
    moving = options.moving.get(name, Moving())
    found = _kept(context.entities(name, context.region, _POINTS), moving, context)
    newest_us = found["time_us"].max() if found.height else 0
    found = found.sort("key")
    kinds, names = _kinds(found, moving.kind)
    lon, lat = (found[axis].to_numpy() for axis in ("lon", "lat"))
    at_ms, dt_ms = int(newest_us) // 1000, moving.every * 1000  # type: ignore[arg-type]
    return encode_points(panel, name, 0, at_ms, lon, lat, point_ids(found["key"]), kinds, names, dt_ms)


def _kept(frame: pl.DataFrame, moving: Moving, context: Context) -> pl.DataFrame:
    for attribute, values in moving.only.items():
        frame = frame.filter(pl.col(attribute).cast(pl.String).is_in(values))
    if moving.within is not None:
        oldest_us = int((context.now.timestamp() - moving.within) * 1e6)
        frame = frame.filter(pl.col("time_us") >= oldest_us)
    return frame.head(moving.limit)


def _kinds(frame: pl.DataFrame, attribute: str | None) -> tuple[Any, list[str]]:
    """The kind of each entity as an index, and the names, in the order of the alphabet so that colours stay."""
    if attribute is None:
        return np.zeros(frame.height, dtype=np.uint8), []
    values = frame[attribute].cast(pl.String).fill_null("")
    names = sorted(values.unique())[:255]
    index = {value: position for position, value in enumerate(names)}
    return np.array([index.get(value, 254) for value in values], dtype=np.uint8), names
