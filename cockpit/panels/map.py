"""The panel `map`: the regions coloured by an indicator, the city's static layers, and what moves or happens on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from dash import html
from dash.development.base_component import Component
from pydantic import Field

from cockpit.windows import WindowName
from layers import AreaLayer, HeatLayer, Layer, MapContainer, PointLayer, deck_spec, encode_points, point_ids
from slots import Model, Question

from .incident_marks import INCIDENTS, incident_frame, incident_layer
from .light import light
from .live_cells import CELLS, cells_now, cells_stand_in, fed
from .moving import Moving as Moving
from .moving import seen_now
from .panel import Context, Props
from .passport import passport, shown, window_of

BASEMAP: Final = "basemap"


class MapOptions(Model):
    """`layers`: `regions`, static layers and slots with entities, the first at the bottom; `color`: colours the regions.

    The city's base map lies below them all unless it stands among them or `basemap` is off.
    `incidents`: the slot that counts what the toolbox does; then its open incidents lie on top, with their lights.
    """

    layers: tuple[str, ...] = ("regions",)
    color: str | None = None
    window: WindowName = "today"
    moving: dict[str, Moving] = Field(default_factory=dict)
    incidents: str | None = None
    basemap: bool = True

    def stack(self, context: Context) -> tuple[str, ...]:
        """The names of the layers, with the base map where the city has one."""
        below = self.basemap and BASEMAP in context.layers and BASEMAP not in self.layers
        return (BASEMAP, *self.layers) if below else self.layers


class MapPanel:
    """The hero of the wall. The spec goes to a screen once per scope, values and points whenever they change."""

    name = "map"
    Options = MapOptions

    def layout(self, options: MapOptions, context: Context) -> Component:
        return html.Div(className="map")

    def props(self, options: MapOptions, context: Context) -> Props:
        container = MapContainer(context.regions, tuple(_layers(options, context)), context.region)
        cells = {name: cells_now(name, options.moving[name], context) for name in _counted(options, context)}
        told = {"cells": cells} if cells else {}
        spec = fed(deck_spec(container), cells)
        return {"spec": spec, "region": context.region, **told, **_colored(options, container.shown, context)}

    def frames(self, options: MapOptions, context: Context, panel: str) -> dict[str, bytes]:
        """One binary frame per slot that is on the map, addressed to the panel of this id."""
        points = [name for name in options.layers if name in context.slots and name not in _counted(options, context)]
        frames = {name: _frame(panel, name, options, context) for name in points}
        return {**frames, INCIDENTS: incident_frame(panel, context)} if options.incidents else frames

    def slots(self, options: MapOptions) -> set[str]:
        colored = {options.color.partition(".")[0]} if options.color else set()
        told = {options.incidents} if options.incidents else set()
        return colored | told | set(options.moving) | set(options.layers) - {"regions"}


def _counted(options: MapOptions, context: Context) -> list[str]:
    """The slots on the map that are shown as cells."""
    return [name for name in options.layers if name in context.slots and options.moving.get(name, Moving()).style in CELLS]


def _layers(options: MapOptions, context: Context) -> list[Layer]:
    drawn: list[Layer] = []
    for name in options.stack(context):
        if name in context.slots:
            drawn.append(_moving(name, options.moving.get(name, Moving()), context))
        elif name == "regions":
            drawn.append(AreaLayer(id="regions", style="regions", title=_color_title(options, context)))
        elif name in context.layers:
            drawn.append(context.layers[name])
    return [*drawn, incident_layer()] if options.incidents else drawn


def _moving(name: str, moving: Moving, context: Context) -> Layer:
    title = {str(lang): text for lang, text in context.slots[name].title.items()}
    if moving.style in CELLS:
        return cells_stand_in(name, moving, title, context)
    if moving.style == "heat":
        return HeatLayer(id=name, title=title)
    return PointLayer(id=name, style=moving.style, title=title, trail_s=moving.trail_s)


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
    found = seen_now(name, moving, context)
    newest_us = found["time_us"].max() if found.height else 0
    found = found.sort("key")
    kinds, names = _kinds(found, moving.kind)
    lon, lat = (found[axis].to_numpy() for axis in ("lon", "lat"))
    at_ms, dt_ms = int(newest_us) // 1000, moving.every * 1000  # type: ignore[arg-type]
    return encode_points(panel, name, 0, at_ms, lon, lat, point_ids(found["key"]), kinds, names, dt_ms)


def _kinds(frame: pl.DataFrame, attribute: str | None) -> tuple[Any, list[str]]:
    """The kind of each entity as an index, and the names, in the order of the alphabet so that colours stay."""
    if attribute is None:
        return np.zeros(frame.height, dtype=np.uint8), []
    values = frame[attribute].cast(pl.String).fill_null("")
    names = sorted(values.unique())[:255]
    index = {value: position for position, value in enumerate(names)}
    return np.array([index.get(value, 254) for value in values], dtype=np.uint8), names
