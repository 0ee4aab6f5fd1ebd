"""The pages `/field` and `/leader`: plain HTML, our scripts in their order, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse

from cockpit.city import City
from cockpit.handheld.told import field_told, leader_told
from cockpit.scope import Lang

Theme = Literal["dark", "light"]
GROUNDS: Final[Mapping[Theme, str]] = {"dark": "#0B1220", "light": "#F4F7FB"}
WORKER: Final = "/field-worker.js"
"""At the root, so that the browser lets it keep `/field`."""


@dataclass(frozen=True, slots=True)
class Held:
    """One page: its folder in `assets`, its title, and its scripts, with their folders, in the order they need each other."""

    name: str
    title: Mapping[Lang, str]
    scripts: tuple[str, ...]


SHARED: Final = ("i18n.js", "dispatch_words.js", "clocks.js", "format.js", "dom.js", "exercise.js")
FIELD: Final = Held("field", {"zh": "现场处置", "en": "In the field"}, (
    "field/words.js", "field/keep.js", "field/line.js", "field/photos.js", "field/act.js", "field/orders.js", "field/news.js",
    "field/field.js",
))  # fmt: skip
LEADER: Final = Held("leader", {"zh": "领导掌上", "en": "Leader"}, (
    "leader/words.js", "duty/line.js", "leader/sheet.js", "leader/numbers.js", "leader/list.js", "leader/ask.js",
    "leader/leader.js",
))  # fmt: skip
_STYLES: Final = ("fonts/fonts.css", "tokens.css", "frame.css", "exercise.css")

_PAGE: Final = """<!DOCTYPE html>
<html lang="{lang}" data-page="{name}" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">
<title>{title}</title>
<meta name="theme-color" content="{ground}">
<link rel="icon" type="image/svg+xml" href="{icon}">
{styles}
</head>
<body>
<div id="{name}"><header class="{first}-head"><h1>{heading}</h1></header></div>
<script id="{name}-told" type="application/json">{told}</script>
<noscript>{heading}: JavaScript</noscript>
{scripts}
</body>
</html>"""


class HandheldPages:
    """The routes of both pages and of the worker."""

    def __init__(self, city: City, assets: Path) -> None:
        self._city = city
        self._assets = assets
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/field", self.field, methods=["GET"])
        self.router.add_api_route("/leader", self.leader, methods=["GET"])
        self.router.add_api_route(WORKER, self.worker, methods=["GET"])

    def field(self, lang: Lang = "zh", theme: Theme = "dark") -> HTMLResponse:
        """A unit's page; which unit stands in the address or is remembered by the browser."""
        return self._page(FIELD, field_told(self._city, lang), lang, theme)

    def leader(self, lang: Lang = "zh", theme: Theme = "dark") -> HTMLResponse:
        """A leader's page."""
        return self._page(LEADER, leader_told(self._city, lang), lang, theme)

    async def worker(self) -> FileResponse:
        """What keeps the field page in the browser; asked for anew each time, as browsers want it."""
        path = self._assets / "field" / "worker.js"
        return FileResponse(path, media_type="text/javascript", headers={"cache-control": "no-cache"})

    def _page(self, held: Held, told: Mapping[str, Any], lang: Lang, theme: Theme) -> HTMLResponse:
        heading = held.title[lang]
        city = self._city.title.get(lang) or self._city.name
        styles = (*_STYLES, f"{held.name}/{held.name}.css")
        scripts = (*SHARED, *held.scripts)
        return HTMLResponse(
            _PAGE.format(
                lang="en" if lang == "en" else "zh-CN",
                name=held.name,
                theme=theme,
                ground=GROUNDS[theme],
                first=held.name[0],
                title=escape(f"{heading} · {city}"),
                heading=escape(heading),
                icon=self._at("favicon.svg"),
                styles="\n".join(f'<link rel="stylesheet" href="{escape(self._at(each))}">' for each in styles),
                told=msgspec.json.encode(told).decode().replace("<", "\\u003c"),
                scripts="\n".join(f'<script defer src="{escape(self._at(each))}"></script>' for each in scripts),
            ),
            headers={"cache-control": "no-store"},
        )

    def _at(self, name: str) -> str:
        """The address of an asset, another one whenever the file has changed."""
        return f"/assets/{name}?m={(self._assets / name).stat().st_mtime_ns}"
