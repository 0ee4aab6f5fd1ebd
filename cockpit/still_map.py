"""A map panel as it is at one moment: what a picture for a report and a page for a briefing are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.boards import PlacedPanel
from cockpit.live.sources import panel_freshness
from cockpit.page import title_of
from cockpit.panels.incident_marks import incident_points
from cockpit.panels.live_cells import CELLS, cells_layer
from cockpit.panels.map import MapOptions
from cockpit.panels.moving import Moving, seen_now
from cockpit.panels.panel import Context
from layers import AreaLayer, Features, HeatLayer, Layer, MapContainer, Plotting, PointLayer

_POINTS: Final = 5_000
"""Of a layer's moving things so many are drawn at most, the newest."""
_NEAR_ZOOM: Final = 11.0
_KIND: Final = "kind"
_BARE: Final = Plotting()
_STATUS: Final = {
    "late": ("数据延迟", "late"), "stale": ("数据陈旧", "stale"), "dead": ("数据中断", "dead"), "missing": ("无数据", "no data"),
}  # fmt: skip


def still_map(placed: PlacedPanel, context: Context, plotting: Plotting = _BARE) -> MapContainer:
    """The container of a map panel with its values and its moving things as they are now, and what was drawn on it by hand.

    Blocks on the ledger. Raises TypeError for a panel of another kind, slots.QuestionError and slots.LedgerError.
    """
    options = placed.options
    if not isinstance(options, MapOptions):
        raise TypeError(f"panel {placed.id!r} is no map")
    props = placed.kind.props(options, context)
    layers = tuple(_layers(options, props, context))
    return MapContainer(context.regions, layers, context.region, plotting=_until(plotting, context))


def _until(plotting: Plotting, context: Context) -> Plotting:
    """A map of an earlier moment shows what was drawn by then."""
    if context.scope.at is None:
        return plotting
    return Plotting(tuple(mark for mark in plotting.marks if mark.at <= context.now))


def headline(placed: PlacedPanel, context: Context) -> str:
    """What stands above it: the panel's title, the place, the moment, and how old the data are where they are not live."""
    english = context.scope.lang == "en"
    place = context.regions.region(context.region).title(context.scope.lang)
    moment = f"{context.now.astimezone(ZoneInfo(context.zone)):%Y-%m-%d %H:%M}"
    fresh = panel_freshness(placed.kind.slots(placed.options) & context.slots.keys(), context)
    status = _STATUS.get(str(fresh.get("status")))
    told = [title_of(placed, context), place, moment]
    if status:
        told.append(status[english] + _since(fresh.get("as_of_ms"), context.zone))
    return " · ".join(part for part in told if part)


def _since(as_of_ms: Any, zone: str) -> str:
    return f" {datetime.fromtimestamp(as_of_ms / 1000, ZoneInfo(zone)):%m-%d %H:%M}" if isinstance(as_of_ms, int | float) else ""


def _layers(options: MapOptions, props: Any, context: Context) -> Iterator[Layer]:
    titles = {entry["id"]: entry["title"] for entry in props["spec"]["layers"]}
    for name in options.stack(context):
        if name == "regions":
            unit = "" if props["unit"] == "1" else props["unit"]
            yield AreaLayer(id=name, style=name, title=titles.get(name, {}), values=props["values"], unit=unit)
        elif name in context.slots:
            moving = options.moving.get(name, Moving())
            found = _points(name, moving, context)
            if len(found):
                yield _moving(name, moving, titles.get(name, {}), found)
        elif name in context.layers:
            yield _calm(context.layers[name])
    if options.incidents and (open_ones := incident_points(context)) is not None:
        yield open_ones


def _moving(slot: str, moving: Moving, title: Mapping[str, str], found: Features) -> Layer:
    if moving.style in CELLS:
        return cells_layer(slot, moving, title, found)
    if moving.style == "heat":
        return HeatLayer(id=slot, title=title, features=found)
    return PointLayer(id=slot, style=moving.style, title=title, features=found, told_by=_KIND if moving.kind else "")


def _calm(layer: Layer) -> Layer:
    """Places and bus lines only from near, as on the live map: a picture of a whole city is no list of its police stations."""
    near = isinstance(layer, PointLayer) or layer.style == "bus"
    return replace(layer, min_zoom=_NEAR_ZOOM) if near and layer.min_zoom is None else layer


def _points(slot: str, moving: Moving, context: Context) -> Features:
    """The things the panel would show, by kind and without their names: a picture goes to people we do not know."""
    found = seen_now(slot, moving, context, _POINTS)
    kinds = found[moving.kind].cast(pl.String).fill_null("") if moving.kind else ()
    return Features.at(found["lon"].to_numpy(), found["lat"].to_numpy(), [{_KIND: kind} for kind in kinds])
