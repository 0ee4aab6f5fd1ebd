"""A data slot, whole and consistent: what a city's file or a plug-in gives, and what everything else works with."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError, model_validator

from slots.problem import DocumentError, problems_of
from slots.slot_document import (
    Datum,
    Duration,
    Entities,
    Family,
    Field,
    Indicator,
    Limits,
    Measure,
    Model,
    Name,
    RegionRule,
    SlotDocument,
    SlotSource,
    Thresholds,
    Titles,
    seconds,
)
from slots.slot_rules import slot_problems

__all__ = [
    "Datum", "Duration", "Entities", "Family", "Field", "Indicator", "Limits", "Measure", "Model", "Name", "RegionRule", "Slot",
    "SlotSource", "Thresholds", "Titles", "parse_slot", "seconds",
]  # fmt: skip


class Slot(SlotDocument):
    """A whole and consistent slot, from a file or from Python: `slot = Slot(slot="parking", …)`. Raises on any mistake."""

    @model_validator(mode="after")
    def _consistent(self) -> Slot:
        if problems := slot_problems(self):
            raise DocumentError(problems)
        return self


def parse_slot(document: Any) -> Slot:
    """The slot a YAML document describes. Raises DocumentError with every mistake and its path."""
    try:
        shape = SlotDocument.model_validate(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error, SlotDocument)) from None
    if problems := slot_problems(shape):
        raise DocumentError(problems)
    return Slot.model_validate(document)
