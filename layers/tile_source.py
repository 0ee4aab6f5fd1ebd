"""Where map tiles come from: the contract, and the web's tile services as a plan for our own proxy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from .drawing import Bounds
from .mistakes import Checked

WORLD: Bounds = (-180.0, -85.0511, 180.0, 85.0511)


class TileError(ValueError):
    """Tiles that cannot be read, or a tile service described wrongly."""


@dataclass(frozen=True, slots=True)
class Tile(metaclass=Checked):
    """One tile as it is stored: `gzipped` tells whether the body is (send `Content-Encoding: gzip` then)."""

    body: bytes
    media_type: str
    gzipped: bool = False


class TileSource(Protocol):
    """Tiles on this machine, in the web Mercator scheme: z 0…30, x from the west, y from the north.

    `tile` blocks on the disk, may be called from many threads, answers None where there is no tile and raises TileError
    when the file is broken.
    """

    @property
    def media_type(self) -> str:
        """What the tiles are: image/png, image/jpeg, image/webp, or application/vnd.mapbox-vector-tile."""
        ...

    @property
    def zooms(self) -> tuple[int, int]:
        """The least and the greatest z there is."""
        ...

    @property
    def bounds(self) -> Bounds:
        """What the tiles cover."""
        ...

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile, None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class WebTiles(metaclass=Checked):
    """A tile service that only our server asks: the browser gets its tiles from our own host, and never sees `template`.

    `template`: https address with {z} {x} {y} (or {-y} counted from the south), {s} for one of `servers`, {key} where
    the key belongs. `key_name` is the name under which the server's settings hold the key; the key itself is nowhere in
    here, so it cannot end up in a spec, a log or a page. The proxy must fetch from `hosts` only, without following
    redirects, and answer 404 for a tile outside `zooms`.
    """

    template: str
    key_name: str = ""
    servers: Sequence[str] = ()
    zooms: tuple[int, int] = (0, 18)
    bounds: Bounds = WORLD

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise TileError("tiles: " + "; ".join(problems))

    @classmethod
    def tianditu(cls, layer: str = "vec", key_name: str = "tianditu") -> WebTiles:
        """天地图 by WMTS: `vec` streets, `img` pictures from above, `ter` terrain, `cva` `cia` `cta` their labels. CGCS2000."""
        if layer not in ("vec", "img", "ter", "cva", "cia", "cta"):
            raise TileError(f"tiles: tianditu layer must be vec, img, ter, cva, cia or cta, got {layer!r}")
        host = "https://t{s}.tianditu.gov.cn"
        query = f"SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        place = "TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
        return cls(f"{host}/{layer}_w/wmts?{query}&{place}", key_name, tuple("01234567"), (1, 18))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The only hosts the proxy may ask."""
        host = urlsplit(self.template).netloc
        return tuple(host.replace("{s}", server) for server in self.servers) if "{s}" in host else (host,)

    def address(self, z: int, x: int, y: int, key: str = "") -> str:
        """The address of one tile, for the server's eyes only: it holds the key."""
        server = self.servers[(x + y) % len(self.servers)] if self.servers else ""
        filled = {"{z}": str(z), "{x}": str(x), "{y}": str(y), "{-y}": str(2**z - 1 - y), "{s}": server, "{key}": key}
        return re.sub(r"\{(?:-y|[a-z]+)\}", lambda found: filled[found[0]], self.template)

    def _problems(self) -> Sequence[str]:
        problems = []
        try:
            parts = urlsplit(self.template)
        except ValueError:
            return [f"not an address: {self.template[:60]!r}"]
        marks = set(re.findall(r"\{[^}]*\}", self.template))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            problems.append("template must begin with https:// (or http://) and a host")
        if "@" in parts.netloc:
            problems.append("template must hold no user or password")
        if not {"{z}", "{x}"} <= marks or not marks & {"{y}", "{-y}"}:
            problems.append("template needs {z}, {x} and {y} (or {-y})")
        if unknown := sorted(marks - {"{z}", "{x}", "{y}", "{-y}", "{s}", "{key}"}):
            problems.append(f"unknown {', '.join(unknown)} in template; allowed: {{z}} {{x}} {{y}} {{-y}} {{s}} {{key}}")
        if {"{z}", "{x}", "{y}", "{-y}", "{key}"} & set(re.findall(r"\{[^}]*\}", parts.netloc)):
            problems.append("only {s} may stand in the host")
        if re.search(r"[?&](tk|key|ak|token|access_token|apikey|api_key)=(?!\{key\})[^&]", self.template, re.IGNORECASE):
            problems.append("template holds a key. Hint: write {key} there and put the key into the server's settings")
        if ("{key}" in marks) != bool(self.key_name):
            problems.append("{key} and key_name belong together")
        if ("{s}" in marks) != bool(self.servers):
            problems.append("{s} and servers belong together")
        if not 0 <= self.zooms[0] <= self.zooms[1] <= 30:
            problems.append(f"zooms must be 0…30, the least first, got {self.zooms}")
        return problems
