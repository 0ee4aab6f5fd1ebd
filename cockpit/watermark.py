"""What is taken along while an exercise runs says so, as every screen does: slanting across pictures, over pages."""

from __future__ import annotations

from html import escape
from io import BytesIO
from typing import Final

from cockpit.dispatch.database import StoreLost
from cockpit.parts import Parts

_AMBER: Final = (245, 184, 61)
_FAINT: Final = 70
_SLANT_DEG: Final = 20
_SIZE_SHARE: Final = 0.045
"""Of the picture's longer side: the height of the words."""
_STYLE: Final = (
    "position:fixed;left:0;right:0;bottom:0;z-index:99999;pointer-events:none;text-align:center;padding:6px 12px;"
    "background:#F5B83D;color:#201500;font:600 16px/1.4 sans-serif"
)


def watermark(parts: Parts, language: str) -> str:
    """The words while an exercise runs, else "". Blocks on the database; where it does not answer nobody can say: ""."""
    if parts.toolbox is None:
        return ""
    try:
        return parts.toolbox.store.exercise().watermark(language)
    except StoreLost:
        return ""


def over_picture(raw: bytes, words: str) -> bytes:
    """The same PNG with the words slanting across it, thrice; the same bytes where there are none."""
    if not words:
        return raw
    from PIL import Image, ImageDraw

    from layers.fonts import font, font_file

    picture = Image.open(BytesIO(raw)).convert("RGBA")
    size = max(14, round(_SIZE_SHARE * max(picture.size)))
    letters = font(size, font_file())
    width, height = ImageDraw.Draw(picture).textbbox((0, 0), words, font=letters)[2:]
    strip = Image.new("RGBA", (round(width) + 8, round(height) + 8))
    ImageDraw.Draw(strip).text((4, 4), words, font=letters, fill=(*_AMBER, _FAINT))
    strip = strip.rotate(_SLANT_DEG, expand=True, resample=Image.Resampling.BICUBIC)
    for share in (0.17, 0.5, 0.83):
        place = (round((picture.width - strip.width) / 2), round(share * picture.height - strip.height / 2))
        over = Image.new("RGBA", picture.size)
        over.paste(strip, place)
        picture = Image.alpha_composite(picture, over)
    out = BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def over_page(page: str, words: str) -> str:
    """The same page with the words at its foot, whatever lies below."""
    if not words:
        return page
    before, end, after = page.rpartition("</body>")
    band = f'<div role="status" style="{_STYLE}">{escape(words)}</div>'
    return f"{before}{band}{end}{after}" if end else f"{page}{band}"
