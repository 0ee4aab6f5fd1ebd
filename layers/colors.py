"""Colours as people write them: checked, and taken apart into channels."""

from __future__ import annotations

import re
from collections.abc import Sequence


def color_problems(option: str, *colors: str) -> list[str]:
    """What is wrong with the colours of an option, one sentence each."""
    wrong = [color for color in colors if not re.fullmatch(r"#[0-9A-Fa-f]{6}", color)]
    return [f"{option} must be #RRGGBB, got {color!r}. Hint: write the three channels in two hex digits each" for color in wrong]


def ramp_problems(ramp: Sequence[str]) -> list[str]:
    """What is wrong with a ramp: two to nine colours from little to much."""
    count = [] if 2 <= len(ramp) <= 9 else [f"ramp must hold 2…9 colours, got {len(ramp)}"]
    return count + color_problems("ramp", *ramp)


def over(ground: str, color: str, opacity: float) -> str:
    """The colour one sees where `color` lies over `ground`, as #RRGGBB."""
    pairs = zip(channels(ground), channels(color), strict=True)
    return "#" + "".join(f"{round(below + (above - below) * opacity):02X}" for below, above in pairs)


def channels(color: str) -> tuple[int, int, int]:
    """Red, green, blue 0…255 of #RRGGBB."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
