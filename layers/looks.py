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
GAP_STROKE: Final = "#7B8794"
EDGE: Final = "#BED7F5"


def _place(sign: str, radius_px: float = 5.0) -> Look:
    return Look(fill=SECOND, fill_opacity=0.9, stroke=GROUND, stroke_opacity=0.85, radius_px=radius_px, sign=sign)


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
        "vehicle": Look(fill="#D6F5FF", stroke=GROUND, stroke_opacity=0.75, radius_px=2.4),
        "station": Look(fill="#D6F5FF", stroke=GROUND, stroke_opacity=0.75, radius_px=3.4),
        "incident": Look(fill="#FF5C5C", stroke=GROUND, width_px=2, radius_px=7, sign="square"),
        "place_hospital": _place("cross"),
        "place_police": _place("shield"),
        "place_fire": _place("flame"),
        "place_shelter": _place("house"),
        "hall": _place("hall"),
        "camera": _place("disc", 2.6),
        "place": _place("diamond"),
    }
)
PLACE: Final = _place("disc", 4)

LIGHTS: Final = MappingProxyType(
    {
        "alarm_new": ("#FF5C5C", "square"), "alarm": ("#FF5C5C", "square"), "watch": ("#F5B83D", "triangle"),
        "fine": ("#3CCB8C", "disc"), "old": ("#7B8794", "ring"),
    }
)  # fmt: skip
"""Colour and sign of an incident's light, the worst first."""

SHADES: Final = ("#D6F5FF", "#7EC8FF", "#FFECC4", "#C4B8FF")
"""The colours by which kinds of moving things are told apart, in the order of the kinds."""

NAMED_FROM: Final = MappingProxyType(
    {
        "park": 12, "hill": 11, "road_main": 12.8, "road": 14.6, "rail": 13.5, "place_hospital": 13, "place_police": 14,
        "place_fire": 14, "hall": 13, "place": 13, "place_shelter": 15, "camera": 17, "bus": 14.6,
    }
)  # fmt: skip
"""The web map zoom from which things of a style are named; others always."""


def look_of(style: str) -> Look:
    """The look of a named style; a quiet dot or hairline for those that only the live engine tells apart."""
    return LOOKS.get(style, PLACE)


def light_look(light: str) -> Look:
    """An incident's mark by the light it shows; of a light that is not known, an alarm."""
    color, sign = LIGHTS.get(light, LIGHTS["alarm"])
    ring = sign == "ring"
    return Look(None if ring else color, 1.0, color if ring else GROUND, width_px=2, radius_px=7, sign=sign)
