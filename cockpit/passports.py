"""Why this number: an indicator's value in a scope, what it is made of, and the values below it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from cockpit.context import CityContext
from cockpit.panels.light import light
from cockpit.panels.passport import decimals
from cockpit.panels.words import worded
from cockpit.schemes import Scheme, Score, leaves
from slots.reading import Question, QuestionError, Reading
from slots.slot import Indicator

_VALUES: Final = 50
"""Values of a dimension that are told, those of most records first."""
_CHILDREN: Final = 500


def baselines(name: str, schemes: Iterable[Scheme]) -> list[dict[str, Any]]:
    """What the points of `slot.name` are measured by, once for each way the city's schemes score it: scheme, version, score.

    `score` is as the scheme's file writes it, `{"frontier": {"best": 0.5, "worst": 3}}`, `"minmax"` or `"none"`.
    """
    told: list[dict[str, Any]] = []
    for scheme in schemes:
        for leaf in leaves(scheme.tree):
            score = leaf.score.model_dump(by_alias=True, exclude_none=True) if isinstance(leaf.score, Score) else leaf.score
            one = {"scheme": scheme.scheme, "title": scheme.title, "version": scheme.version, "score": score or "none"}
            if leaf.indicator == name and one not in told:
                told.append(one)
    return told


def evidence(name: str, window: str, context: CityContext) -> dict[str, Any]:
    """The reading of `slot.name` in the context's scope, how fresh its slot is, and its children; as JSON takes it.

    `sides`: both sides of a ratio; `regions`: the regions below; `dimensions`: name → its values; `titles`: the names of those;
    `peers`: whether the region has none below. Blocks on the ledger. Raises QuestionError, WindowError and LedgerLost.
    """
    slot, indicator = context.indicator(name)
    asked = context.seen(Question(name, context.region, *context.window(window)))
    (reading,) = context.ask(asked)
    return {
        "region": _place(context.region, context),
        "window": window,
        "from": asked.window_from,
        "to": asked.window_to,
        "decimals": decimals(indicator),
        "filtered": asked.key is not None,
        "reading": _value(reading, indicator),
        "freshness": context.freshness(slot.slot),
        "sides": _sides(asked, indicator, context),
        "regions": _regions(asked, indicator, context),
        "titles": {name: title for name in slot.dimensions if (title := slot.fields[name].title)},
        "dimensions": {name: found for name in slot.dimensions if (found := _by(asked, name, indicator, context)) is not None},
    }


def _sides(asked: Question, indicator: Indicator, context: CityContext) -> list[dict[str, Any]]:
    measures = indicator.measure.ratio or ()
    sides = context.parts.readings.sides(asked)
    return [
        {"formula": measure.model_dump(exclude_defaults=True), "value": value, "count": count}
        for measure, (value, count) in zip(measures, sides, strict=False)
    ]


def _regions(asked: Question, indicator: Indicator, context: CityContext) -> list[dict[str, Any]]:
    if not context.regions.children(context.region):
        return []
    readings = context.ask(replace(asked, by="region"))
    return [_place(reading.region, context) | _value(reading, indicator) for reading in readings[:_CHILDREN]]


def _by(asked: Question, dimension: str, indicator: Indicator, context: CityContext) -> list[dict[str, Any]] | None:
    """None where it cannot be split: another dimension is chosen already, or this one was not counted then."""
    if asked.dimension not in (None, dimension):
        return None
    try:
        readings = context.ask(replace(asked, by=dimension, dimension=None, key=None))
    except QuestionError:
        return None
    most = sorted(readings, key=lambda reading: -reading.count)[:_VALUES]
    slot, _ = context.indicator(asked.indicator)
    return [
        {"key": reading.key, "name": worded(reading.key or "", dimension, slot, context), **_value(reading, indicator)}
        for reading in most
    ]


def _value(reading: Reading, indicator: Indicator) -> dict[str, Any]:
    return {
        "value": reading.value,
        "count": reading.count,
        "light": light(reading.value, indicator),
        "status": reading.status,
        "coverage": reading.coverage,
        "as_of": reading.as_of,
    }


def _place(code: str, context: CityContext) -> dict[str, Any]:
    region = context.regions.region(code)
    return {"code": code, "name": region.title(context.scope.lang)}
