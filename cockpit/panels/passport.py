"""The words and limits every panel that draws one indicator shows beside its values."""

from __future__ import annotations

from typing import Any

from slots import Indicator, Reading

from .panel import Context, Props


def passport(name: str, context: Context) -> tuple[Indicator, Props]:
    """The indicator `slot.name` and its title, unit, decimals, direction and target. Raises slots.QuestionError."""
    _slot, indicator = context.indicator(name)
    return indicator, {
        "indicator": name,
        "title": context.text(indicator.title, indicator.name),
        "unit": indicator.unit,
        "decimals": decimals(indicator),
        "direction": indicator.direction,
        "target": indicator.target,
    }


def decimals(indicator: Indicator) -> int:
    """How many decimals are shown: as declared, none for a count, else one."""
    if indicator.decimals is not None:
        return indicator.decimals
    return 0 if indicator.measure.agg in ("count", "distinct") else 1


def shown(value: float | None, indicator: Indicator) -> float | None:
    """The value with one decimal more than is shown: what nobody can see need not be sent."""
    return None if value is None else round(value, decimals(indicator) + 1)


def why_missing(reading: Reading | None) -> str | None:
    """A word of assets/i18n.js that says why there is no value; None where there is one."""
    if reading is None:
        return "not_asked"
    if reading.value is not None:
        return None
    return "not_counted" if reading.coverage == 0 else "no_records"


def window_of(own: str, context: Context) -> str:
    """The window of the address where it names one, else the panel's own."""
    return context.scope.window or own


def milliseconds(moment: Any) -> int:
    """Unix milliseconds, as JavaScript counts."""
    return int(moment.timestamp() * 1000)
