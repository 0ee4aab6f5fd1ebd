"""Where in a GeoJSON file of regions a mistake stands."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Final

_FEATURE: Final = re.compile(rb'"type"\s*:\s*"Feature"')
_ABOUT: Final = re.compile(r"^(?:feature (?P<number>\d+)|region '(?P<code>[^']+)')")
_AGAIN: Final = "appears"


def line_of(path: Path, problem: str) -> int:
    """The line, from 1, that a problem of `layers.Regions` speaks of (`feature 4: …`, `region '8801': …`); else 1. Blocks."""
    about = _ABOUT.match(problem)
    if about is None or path.suffix not in (".geojson", ".json"):
        return 1
    content = path.read_bytes()
    if about["number"] is not None:
        places = _FEATURE.finditer(content)
        nth = int(about["number"])
    else:
        places = re.finditer(rb'"code"\s*:\s*"' + re.escape(about["code"].encode()) + rb'"', content)
        nth = 1 if _AGAIN in problem else 0  # of a code that stands twice, the second is the mistake
    found = next(islice(places, nth, None), None)
    return content.count(b"\n", 0, found.start()) + 1 if found else 1
