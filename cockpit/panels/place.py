"""Where something is, as a panel says it."""

from __future__ import annotations

from .panel import Context


def place_of(code: str | None, context: Context) -> tuple[str, str]:
    """The names of the area just below the scope and of the spot inside it; the spot is empty where it is the area."""
    if not code or code not in context.regions:
        return "", ""
    region = context.regions.region(code)
    depth = context.regions.region(context.region).depth
    area = next((above for above in context.regions.ancestors(code) if above.depth > depth), region)
    lang = context.scope.lang
    return area.title(lang), "" if area.code == region.code else region.title(lang)
