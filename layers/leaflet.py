"""The portable engine: a map container as one HTML file that needs no network, no server and no WebGL."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import msgspec
import shapely

from .container import MapContainer
from .drawing import Key, Look, Part, Raster, Shape, Text, View, figure
from .focus import lifted, veil
from .layer import Layer
from .point import LIVE_STYLES, happened_last
from .raster_tiles import RasterTileLayer
from .signs import outlines
from .tile_source import WebTiles

_WORDS: Final = (
    ("zh", {"gap": "无数据", "north": "北", "plot": "标绘", "absent": "需要网络,未包含"}),
    ("en", {"gap": "no data", "north": "N", "plot": "plotting", "absent": "left out, it needs the network"}),
)
_POLICY: Final = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
_CONTENT: Final = "CITY_PAGE_CONTENT"
"""Filled in last: what folium renders it reads as a template once more, and content is never to be read as one."""
_START: Final = "{% macro script(this, kwargs) %}drawCityPage({{ this._parent.get_name() }}, CITY_PAGE_CONTENT);{% endmacro %}"
_LEAFLET_OFFSET: Final = 1
"""Leaflet counts zooms of 256-pixel tiles, we of 512."""
_ZOOMS: Final = 8
"""Of a layer that looks different at every zoom, so many zooms are in the page."""


def leaflet_page(container: MapContainer, *, title: str = "", language: str = "zh") -> str:
    """The container as one HTML page (UTF-8) with everything inside: Leaflet, styles, shapes, pictures. Blocks.

    Drawn is what stands: a live layer shows the features it was given. Basemaps from the web are left out and named in
    a note, because the page may not ask anybody. Texts are escaped: they never become markup.
    """
    import folium
    from branca.element import MacroElement
    from folium.template import Template

    class Start(MacroElement):
        """Calls the page's script once the map is there."""

        _template = Template(_START)

    west, south, east, north = container.bounds
    drawn = folium.Map([(south + north) / 2, (west + east) / 2], tiles=None, attribution_control=False, zoom_snap=0.25)
    drawn.default_js, drawn.default_css = [], []
    drawn.add_child(Start())  # type: ignore[no-untyped-call]
    whole: str = drawn.get_root().render()
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{html.escape(title)}</title>'
    content = _in_script(page_content(container, title=title, language=language))
    return whole.replace(_CONTENT, content, 1).replace("<head>", f"<head>{head}{_inlined()}", 1)


def page_content(container: MapContainer, *, title: str = "", language: str = "zh") -> dict[str, Any]:
    """What the page's script draws, ready for JSON."""
    view, looks = container.view(language=language), _Looks()
    layers = [_layer(layer, container, view, looks) for layer in happened_last(container.stack)]
    words = dict(_WORDS)["en" if language == "en" else "zh"]
    if container.plotting.marks:
        layers.append(_plotted(container, words["plot"], looks))
    keys = [_key(key, language) for key in container.keys]
    around = [shape for shape in (veil(container), lifted(container)) if shape is not None]
    told = {"around": _parts(around, looks)["shapes"], "looks": [asdict(look) for look in looks.found]}
    signs = {look.sign: outlines(look.sign) for look in looks.found}
    return told | {
        "title": title, "bounds": view.bounds, "layers": layers, "keys": keys, "words": words, "signs": signs,
        "notes": list(_notes(container, language)),
    }  # fmt: skip


def _plotted(container: MapContainer, title: str, looks: _Looks) -> dict[str, Any]:
    """As `_layer`: what was drawn by hand, above all."""
    levels = [{"zoom": 0, "parts": _parts(container.plotting.parts(), looks)}]
    return {"id": "plotting", "title": title, "on": True, "levels": levels, "from": 0, "sign": None, "live": True}


class _Looks:
    """The different looks, each written once."""

    def __init__(self) -> None:
        self._index: dict[Look, int] = {}

    @property
    def found(self) -> list[Look]:
        return list(self._index)

    def number(self, look: Look) -> int:
        return self._index.setdefault(look, len(self._index))


def _layer(layer: Layer, container: MapContainer, view: View, looks: _Looks) -> dict[str, Any]:
    least = layer.min_zoom or 0.0
    zooms = [max(view.zoom, least)]
    if layer.by_zoom:
        zooms = [zooms[0] - 1 + step for step in range(_ZOOMS)]
    levels = [
        {"zoom": zoom + _LEAFLET_OFFSET, "parts": _parts(layer.parts(replace(view, at_zoom=zoom)), looks)} for zoom in zooms
    ]
    sign = layer.sign()
    return {
        "id": layer.id, "title": _said(layer.title, view.language), "on": layer.id not in container.hidden, "levels": levels,
        "from": least + _LEAFLET_OFFSET if least else 0, "sign": None if sign is None else looks.number(sign),
        "live": layer.style in LIVE_STYLES,
    }  # fmt: skip


def _parts(parts: Iterable[Part], looks: _Looks) -> dict[str, list[Any]]:
    shapes: list[Any] = []
    texts: list[Text] = []
    rasters: list[Any] = []
    for part in parts:
        if isinstance(part, Shape):
            geometry = msgspec.json.decode(shapely.to_geojson(shapely.transform(part.geometry, lambda points: points.round(6))))
            shapes.append([looks.number(part.look), geometry, part.name, part.value])
        elif isinstance(part, Text):
            texts.append(part)
        else:
            rasters.append([part.bounds, _picture(part), part.opacity])
    texts.sort(key=lambda text: -text.rank)
    rows = [[text.lon, text.lat, text.words, text.size_px, text.color, text.rank, text.beside_px, _from(text)] for text in texts]
    return {"shapes": shapes, "texts": rows, "rasters": rasters}


def _from(text: Text) -> float:
    return text.from_zoom + _LEAFLET_OFFSET if text.from_zoom else 0


def _picture(raster: Raster) -> str:
    from PIL import Image

    body = BytesIO()
    Image.fromarray(raster.pixels, "RGBA").save(body, "PNG")
    return f"data:image/png;base64,{base64.b64encode(body.getvalue()).decode()}"


def _key(key: Key, language: str) -> dict[str, Any]:
    edges = [figure(edge) for edge in key.edges]
    least, most = ("" if end is None else figure(end) for end in (key.least, key.most))
    told = {"title": _said(key.title, language), "unit": key.unit, "gaps": key.gaps, "least": least, "most": most}
    return told | {"colors": list(key.colors), "edges": edges}


def _notes(container: MapContainer, language: str) -> Iterable[str]:
    for layer in container.visible:
        if isinstance(layer, RasterTileLayer):
            if isinstance(layer.source, WebTiles):
                absent = dict(_WORDS)["en" if language == "en" else "zh"]["absent"]
                yield f"{_said(layer.title, language) or layer.id}: {absent}"
            elif layer.attribution:
                yield layer.attribution


def _said(title: Any, language: str) -> str:
    return str(title.get(language) or title.get("zh") or title.get("en") or "")


def _in_script(content: dict[str, Any]) -> str:
    """JSON that cannot end the script it stands in, whatever the texts hold."""
    text = msgspec.json.encode(content).decode()
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _inlined() -> str:
    here = Path(__file__).parent
    css = (here / "vendor" / "leaflet-1.9.4.css").read_text("utf-8")
    css = re.sub(r"url\([^)]*\)", "none", re.sub(r"/\*.*?\*/|behavior:.*?;", "", css, flags=re.DOTALL))
    js = re.sub(r"//# sourceMappingURL=\S+", "", (here / "vendor" / "leaflet-1.9.4.js").read_text("utf-8"))
    own = (here / "leaflet_page.css").read_text("utf-8"), (here / "leaflet_page.js").read_text("utf-8")
    styles = f"<style>{css}</style><style>{own[0]}</style>"
    return f"{styles}<script>{js}</script><script>{own[1]}</script>"
