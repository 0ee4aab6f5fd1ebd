"""The photos of an incident as a report shows them: small enough to be sent on, and only what is a picture indeed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Final

from cockpit.dispatch.journal import Entry
from cockpit.dispatch.report_facts import Photo

AT_MOST: Final = 24
_LONGEST_PX: Final = 1280
_PIXELS: Final = 60_000_000
"""Larger ones are not unpacked: a small file can hold a picture that fills the memory."""
_PICTURES: Final = ("image/jpeg", "image/png", "image/webp")
Kept = Callable[[str], tuple[bytes, str] | None]


def photos(entries: Sequence[Entry], kept: Kept) -> Iterator[Photo]:
    """The first AT_MOST photos that were sent with anything, each once, in their order. `kept`: a name → the file, its type."""
    seen: set[str] = set()
    for entry in entries:
        for name in (*(entry.body.get("attachments") or ()), *(entry.body.get("media") or ())):
            if name in seen or len(seen) >= AT_MOST:
                continue
            found = kept(name)
            small = reduced(found[0]) if found and found[1] in _PICTURES else None
            if small is not None:
                seen.add(name)
                yield Photo(entry, small)


def reduced(raw: bytes) -> bytes | None:
    """A JPEG as it is to be looked at, upright, without what a camera writes beside it; None: it is no picture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(raw)) as opened:
            if opened.width * opened.height > _PIXELS:
                return None
            opened.draft("RGB", (_LONGEST_PX, _LONGEST_PX))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, *bombs):
        return None
    upright.thumbnail((_LONGEST_PX, _LONGEST_PX))
    body = BytesIO()
    upright.save(body, "JPEG", quality=82)
    return body.getvalue()
