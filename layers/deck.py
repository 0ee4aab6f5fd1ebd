"""The live engine: a map container as the JSON spec that the scripts in `assets/map` draw with deck.gl.

    {
      "version": 1,
      "region": "99",                     where the map has drilled to
      "selected": null | "9901",          the region that is lifted
      "bounds": [west, south, east, north],
      "drilled": false,                   true: the map shows a part, so its surroundings are dimmed
      "context": "/api/v1/regions/99/geometry",   shapes around the shown part, only when drilled
      "outline": "/api/v1/regions/99/outline",    the edge of the shown part
      "layers": [                         in drawing order, the first at the bottom
        {"id": "regions", "kind": "area", "style": "regions", "url": "/api/v1/regions/99/geometry",
         "ramp": ["#12304F", …], "classes": {"method": "quantile" | "equal" | "natural" | "manual", "count": 5, "breaks": […]?},
         "title": {"zh": …, "en": …}},
        {"id": "river", "kind": "area" | "line" | "point", "style": "water", "url": "/api/v1/layers/river/geometry",
         "label": "name"?, "min_zoom": 11?},
        {"id": "vehicles", "kind": "point", "style": "vehicle", "live": true, "trail_s": 8}
      ]
    }

The entries of all kinds, and the keys that are there only when they are used (viewport, plotting, hidden), stand in README.md.
All addresses are of the same origin; the scripts refuse any other. Coordinates are WGS84. Feature properties:
regions have code, name, name_en, level, children, label, area; labelled static features have name and name_en?.
Live points come as the binary frames of `layers.point.encode_points`; the kinds of an `incident` layer are alarm_new
(pulses), alarm, watch, fine, old. Values come by code: `setValues("regions", {code: number | null}, {unit, decimals,
status, classes, lights: {code: "watch" | "alarm"}})`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from .addresses import Addresses
from .container import MapContainer
from .layer import Layer
from .mistakes import ArgumentError

SCRIPTS = (
    "graphics.js", "ramp.js", "choropleths.js", "frame.js", "legs.js", "motion.js", "columns.js", "swarm.js", "strokes.js",
    "marks.js", "shapes.js", "areas.js", "lines.js", "incidents.js", "points.js", "mvt.js", "cells.js", "clusters.js",
    "surfaces.js", "flows.js", "icons.js", "labels.js", "names.js", "legend.js", "scale.js", "tooltip.js", "tips.js",
    "ground.js", "plots.js", "sketch.js", "tools.js", "pointer.js", "view.js", "camera.js", "silhouette.js", "stage.js",
    "pulse.js", "scene.js", "map.js",
)  # fmt: skip
"""The scripts of `assets/map` in the order they must be loaded, after deck.gl itself; the style sheet is `map.css`."""


def deck_spec(container: MapContainer, addresses: Addresses | None = None) -> dict[str, Any]:
    """The spec of a container, ready for JSON. Raises ArgumentError for what is none."""
    if not isinstance(container, MapContainer):
        given = f"{type(container).__name__} {container!r:.40}"
        raise ArgumentError([f"deck_spec: container must be a MapContainer, got {given}. Hint: MapContainer(regions, …)"])
    at = addresses or Addresses()
    shown, root = container.shown, container.regions.root.code
    spec = {
        "version": 1,
        "region": container.region,
        "selected": container.lifted,
        "bounds": [round(edge, 6) for edge in container.bounds],
        "drilled": shown != root,
        "context": at.geometry.format(code=root) if shown != root else None,
        "outline": at.outline.format(code=shown),
        "layers": [_entry(layer, container, shown, at) for layer in container.stack],
    }
    if container.viewport is not None:
        spec["viewport"] = {"lon": container.viewport.lon, "lat": container.viewport.lat, "zoom": container.viewport.zoom}
    if container.plotting.marks:
        spec["plotting"] = msgspec.json.decode(container.plotting.geojson())
    return spec


def _entry(layer: Layer, container: MapContainer, shown: str, at: Addresses) -> dict[str, Any]:
    hidden = {"hidden": True} if layer.id in container.hidden else {}
    return layer.entry() | layer.address(at, shown) | hidden


def script_path() -> Path:
    """The deck.gl bundle inside the installed pydeck wheel: one file that defines `window.deck`. pydeck is not imported.

    Runs under `script-src 'self'`; asks no host for anything as long as nobody hands it a foreign address.
    """
    found = find_spec("pydeck")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package pydeck is not installed; it carries the deck.gl bundle. Hint: pip install pydeck")
    return Path(found.submodule_search_locations[0]) / "nbextension" / "static" / "index.js"
