"""A basemap of pictures: tiles of a service on the web (by way of our server) or of a file on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from .addresses import Addresses
from .datum import DatumError, known
from .drawing import Part, Raster, View, degrees
from .layer import Layer
from .mbtiles import MbTiles
from .mistakes import LayerError
from .pmtiles import PmTiles
from .tile_shift import shifted
from .tile_source import Tile, TileError, TileSource, WebTiles

_STILL_TILES_MAX = 96
_PICTURES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterTileLayer(Layer):
    """Picture tiles. `source`: a file on disk, or `WebTiles`, which only the server's proxy asks.

    `datum` is what the tiles are drawn in; those of a GCJ-02 or BD-09 basemap are cut anew to fit WGS84 (on the server).
    `attribution` is shown with the map.
    """

    kind: ClassVar[str] = "raster_tiles"
    styles: ClassVar[tuple[str, ...]] = ("raster",)

    style: str = "raster"
    source: TileSource | WebTiles
    datum: str = "wgs84"
    tile_px: int = 256
    opacity: float = 1.0
    attribution: str = ""

    @classmethod
    def load(cls, path: Path | str, *, datum: str = "wgs84", **options: Any) -> Self:
        """The layer of an .mbtiles or .pmtiles file. Blocks. Raises LayerError."""
        path = Path(path)
        kinds: dict[str, Callable[[Path], TileSource]] = {".mbtiles": MbTiles, ".pmtiles": PmTiles}
        if path.suffix not in kinds:
            raise LayerError([f"layer {path.stem!r}: tiles {path.suffix!r} are not read; allowed: {', '.join(kinds)}"])
        try:
            return cls(source=kinds[path.suffix](path), datum=datum, **{"id": path.stem, **options})
        except TileError as error:
            raise LayerError([f"layer {path.stem!r}: {error}"]) from None

    @property
    def live(self) -> bool:
        """Never."""
        return False

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """The tile under WGS84 data; None where there is none, and always for a service on the web. Blocks."""
        if isinstance(self.source, WebTiles):
            return None
        if known(self.datum) == "wgs84":
            return self.source.tile(z, x, y)
        return shifted(self.source, self.datum, z, x, y, self.tile_px)

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with zooms, tile size, bounds, opacity and attribution; nothing of where the tiles come from."""
        source = self.source
        more = {"zooms": list(source.zooms), "tile_px": self.tile_px, "bounds": list(source.bounds)}
        return Layer.entry(self) | more | {"opacity": self.opacity, "attribution": self.attribution}

    def address(self, at: Addresses, shown: str) -> dict[str, str]:
        """One address for all tiles, with {z}, {x} and {y} open."""
        return {"tiles": at.tiles(self.id)}

    def parts(self, view: View) -> Iterable[Part]:
        """The tiles of a file that the view shows, at the zoom that fits it; nothing of a service on the web."""
        from PIL import Image

        if isinstance(self.source, WebTiles):
            return
        z, columns, rows = self._shown(view)
        for y in rows:
            for x in columns:
                tile = self.tile(z, x, y)
                if tile is None or not tile.media_type.startswith("image/"):
                    continue
                with Image.open(BytesIO(tile.body), formats=("PNG", "JPEG", "WEBP")) as image:
                    pixels = np.asarray(image.convert("RGBA"))
                (west, east), (north, south) = degrees(np.array([x, x + 1]) / 2**z, np.array([y, y + 1]) / 2**z)
                yield Raster((float(west), float(south), float(east), float(north)), pixels, self.opacity)

    def _shown(self, view: View) -> tuple[int, range, range]:
        """The zoom and the columns and rows of it; a coarser zoom where there would be more than 96 tiles."""
        low, high = self.source.zooms
        left, right, top, bottom = view.frame
        z = min(max(round(view.zoom + np.log2(512 / self.tile_px)), low), high)
        while True:
            columns, rows = (range(max(int(a * 2**z), 0), min(ceil(b * 2**z), 2**z)) for a, b in ((left, right), (top, bottom)))
            if len(columns) * len(rows) <= _STILL_TILES_MAX or z <= low:
                return z, columns, rows
            z -= 1

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        try:
            known(self.datum)
        except DatumError as error:
            problems.append(str(error))
        if not isinstance(self.source, WebTiles) and self.source.media_type not in _PICTURES:
            hint = "Hint: polygons of a file become vector tiles with VectorTileLayer"
            problems.append(f"tiles must be {', '.join(_PICTURES)}, got {self.source.media_type}. {hint}")
        if self.tile_px not in (256, 512):
            problems.append(f"tile_px must be 256 or 512, got {self.tile_px}")
        if not 0 <= self.opacity <= 1:
            problems.append(f"opacity must be 0…1, got {self.opacity}")
        return problems
