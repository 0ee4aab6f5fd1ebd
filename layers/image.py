"""An image laid on the ground: a scanned plan, a radar picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from .addresses import Addresses
from .drawing import Bounds, Part, Raster, View
from .layer import Layer
from .mistakes import LayerError

_PIXELS_MAX = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLayer(Layer):
    """A PNG or JPEG whose corners lie at `bounds` (west, south, east, north; WGS84), evenly spaced in web Mercator."""

    kind: ClassVar[str] = "image"
    styles: ClassVar[tuple[str, ...]] = ("image",)

    style: str = "image"
    content: bytes
    bounds: Bounds
    opacity: float = 1.0

    @classmethod
    def load(cls, path: Path | str, *, datum: str = "wgs84", **options: Any) -> Self:
        """The image of a file. Blocks. Raises LayerError."""
        path = Path(path)
        if datum not in ("wgs84", "cgcs2000"):
            raise LayerError([f"layer {path.stem!r}: give the bounds of an image in wgs84, got datum {datum!r}"])
        try:
            return cls(content=path.read_bytes(), **{"id": path.stem, **options})
        except OSError as error:
            raise LayerError([f"layer {path.stem!r}: {path.name} cannot be read ({error.strerror})"]) from None

    @property
    def live(self) -> bool:
        """Never."""
        return False

    @property
    def media_type(self) -> str:
        """image/png or image/jpeg."""
        return "image/png" if self.content.startswith(b"\x89PNG") else "image/jpeg"

    def entry(self) -> dict[str, Any]:
        """As `Layer.entry`, with bounds and opacity."""
        return Layer.entry(self) | {"bounds": list(self.bounds), "opacity": self.opacity}

    def address(self, at: Addresses, shown: str) -> dict[str, str]:
        """The picture itself, as `media_type`."""
        return {"image": at.image.format(id=self.id)}

    def parts(self, view: View) -> Iterable[Part]:
        """The picture."""
        from PIL import Image

        with Image.open(BytesIO(self.content), formats=("PNG", "JPEG")) as image:
            yield Raster(self.bounds, np.asarray(image.convert("RGBA")), self.opacity)

    def _problems(self) -> list[str]:
        problems = Layer._problems(self)
        west, south, east, north = self.bounds
        if not (-180 <= west < east <= 180 and -85.06 <= south < north <= 85.06):
            problems.append(
                f"bounds must be west < east, south < north in degrees, got {self.bounds}. Hint: is the order west, south, …?"
            )
        if not 0 <= self.opacity <= 1:
            problems.append(f"opacity must be 0…1, got {self.opacity}")
        return problems + self._content_problems()

    def _content_problems(self) -> list[str]:
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(BytesIO(self.content), formats=("PNG", "JPEG")) as image:
                wide, high = image.size
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
            return ["the image is neither PNG nor JPEG, or is far too large. Hint: GeoTIFF must be turned into PNG and bounds"]
        return [] if wide * high <= _PIXELS_MAX else [f"the image has {wide} × {high} pixels, at most {_PIXELS_MAX:,} are drawn"]
