"""The font of still pictures: one that has Chinese, found on the machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

PLACES: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
"""Where the usual systems keep a font with Chinese."""

_SIMPLIFIED = 2
"""The face of Noto's collection with the forms of mainland China."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def font_file() -> Path | None:
    """The first of PLACES that is there; None: Chinese comes out as boxes."""
    return next((Path(place) for place in PLACES if Path(place).is_file()), None)


@lru_cache(64)
def font(size_px: int, file: Path | None) -> Font:
    """The font in a size; Pillow's own (Latin only) without a file."""
    if file is None:
        return ImageFont.load_default(size_px)
    face = _SIMPLIFIED if file.name.startswith("NotoSansCJK") else 0
    return ImageFont.truetype(str(file), size_px, index=face)
