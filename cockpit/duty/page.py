"""The page `/duty`: plain HTML, our scripts in their order, and what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.responses import HTMLResponse

from cockpit.city import City
from cockpit.duty.told import told
from cockpit.scope import Lang
from cockpit.vendor import ENGINES, VendorScript
from layers import SCRIPTS as MAP_SCRIPTS

PATH: Final = "/duty"
SCRIPTS: Final = (
    "words.js", "fields.js", "actor.js", "line.js", "store.js", "form.js", "filters.js", "list.js", "gantt.js", "chart.js",
    "orders.js", "plans.js", "around.js", "camera.js", "context.js", "screen.js", "replay.js", "acts.js", "detail.js",
    "report.js", "broadcast.js", "messages.js", "roster.js", "head.js", "keys.js", "desk.js",
)  # fmt: skip
"""The scripts of `assets/duty` in the order they need each other."""
_LAST: Final = "duty/map.js"
_SHARED: Final = ("i18n.js", "dispatch_words.js", "clocks.js", "format.js", "dom.js", "notice.js", "exercise.js")
_MAP_PANEL: Final = ("panels/map_found.js", "panels/map_plots.js", "panels/video.js")
_STYLES: Final = ("fonts/fonts.css", "tokens.css", "frame.css", "exercise.css", "map/map.css", "duty/duty.css", "duty/detail.css")
_TITLES: Final[Mapping[Lang, str]] = {"zh": "指挥值守", "en": "Duty desk"}

_PAGE: Final = """<!DOCTYPE html>
<html lang="{lang}" data-page="duty">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title>
<meta name="theme-color" content="#0B1220">
<link rel="icon" type="image/svg+xml" href="{icon}">
<link rel="preload" as="font" type="font/woff2" href="/assets/fonts/inter-latin.woff2?v=4.1" crossorigin>
{styles}
<script src="{head}"></script>
</head>
<body>
<div id="duty"><header class="duty-head"><h1>{heading}</h1></header></div>
<script id="duty-told" type="application/json">{told}</script>
<noscript>{heading}: JavaScript</noscript>
{scripts}
</body>
</html>"""


class DutyPage:
    """The route of the page. Its answer costs about 10 ms: the description of the map."""

    def __init__(self, city: City, assets: Path, vendor: Mapping[str, VendorScript]) -> None:
        self._city = city
        self._assets = assets
        self._engine = vendor[ENGINES["map"]]
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route(PATH, self.page, methods=["GET"])

    def page(self, lang: Lang = "zh") -> HTMLResponse:
        """The desk in a language; what else stands in the address is read by its scripts."""
        heading = _TITLES[lang]
        name = self._city.title.get(lang) or self._city.name
        return HTMLResponse(
            _PAGE.format(
                lang="en" if lang == "en" else "zh-CN",
                title=escape(f"{heading} · {name}"),
                heading=escape(heading),
                icon=self._at("favicon.svg"),
                head=self._at("shape.js"),
                styles="\n".join(f'<link rel="stylesheet" href="{escape(self._at(each))}">' for each in _STYLES),
                told=msgspec.json.encode(told(self._city, lang)).decode().replace("<", "\\u003c"),
                scripts="\n".join(f'<script defer src="{escape(url)}"></script>' for url in self._scripts(self._at)),
            ),
            headers={"cache-control": "no-store"},
        )

    def _scripts(self, at: Callable[[str], str]) -> list[str]:
        """The list first, the map last: its engine is a megabyte, and nobody need wait for it."""
        ours = (*_SHARED, *(f"duty/{name}" for name in SCRIPTS))
        drawn = (*(f"map/{name}" for name in MAP_SCRIPTS), *_MAP_PANEL, _LAST)
        return [*map(at, ours), self._engine.url, *map(at, drawn)]

    def _at(self, name: str) -> str:
        """The address of an asset, another one whenever the file has changed."""
        return f"/assets/{name}?m={(self._assets / name).stat().st_mtime_ns}"
