"""How the values of a field read in the language of a scope: as the panel says, else the slot's file, else as they are."""

from __future__ import annotations

from collections.abc import Mapping

from slots import Slot, Titles

from .panel import Context


def worded(value: str, field: str, slot: Slot | None, context: Context, own: Mapping[str, Titles] | None = None) -> str:
    """`own`: the panel's words, which come first."""
    declared = slot.fields.get(field) if slot else None
    titles = (own or {}).get(value) or (declared.words.get(value) if declared else None) or {}
    return context.text(titles, value)
