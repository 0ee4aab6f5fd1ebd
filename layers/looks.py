"""How the named styles look where no browser draws them; assets/map has the same table for deck.gl."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from .drawing import Look

GROUND: Final = "#0B1220"
TEXT: Final = "#E8EEF7"
SECOND: Final = "#9AAAC2"
ACCENT: Final = "#35C2E8"
GAP: Final = "#1E2636"
EDGE: Final = "#BED7F5"

LOOKS: Final = MappingProxyType(
    {
        "water": Look(fill="#0D2A46", stroke="#2E608C", stroke_opacity=0.6),
        "hill": Look(fill="#AACDC8", fill_opacity=0.04),
        "park": Look(fill="#78C8AA", fill_opacity=0.07),
        "built": Look(fill="#C8D7F0", fill_opacity=0.04),
        "road_main": Look(stroke="#96ACCD", stroke_opacity=0.33, width_px=1.5),
        "road": Look(stroke="#8CA0BE", stroke_opacity=0.24),
        "rail": Look(stroke="#8C96AF", stroke_opacity=0.35, width_px=1.2),
        "bus": Look(stroke="#4682AA", stroke_opacity=0.35, width_px=1.4),
        "river": Look(stroke="#1C4E78", width_px=2),
        "vehicle": Look(fill="#D6F5FF", radius_px=2.4),
        "station": Look(fill="#D6F5FF", radius_px=3.4),
        "incident": Look(fill="#FF5C5C", radius_px=8),
    }
)
PLACE: Final = Look(fill=SECOND, fill_opacity=0.85, stroke=GROUND, radius_px=4)


def look_of(style: str) -> Look:
    """The look of a named style; a quiet dot or hairline for those that only the live engine tells apart."""
    return LOOKS.get(style, PLACE)
