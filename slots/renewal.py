"""Why indicators count anew when a slot's file changes: what was counted before was not what they mean now."""

from __future__ import annotations

from collections.abc import Iterator

from slots.measures import parts_of
from slots.slot import Indicator, Slot


def renewals(before: Slot, after: Slot) -> dict[str, str]:
    """Indicator → why it begins anew; those that are new or go on as they were are not in it."""
    held = {part.id for indicator in before.indicators for part in parts_of(indicator.measure, before)}
    found = {}
    for indicator in after.indicators:
        former = before.indicator(indicator.name)
        if former is not None and not {part.id for part in parts_of(indicator.measure, after)} <= held:
            found[indicator.name] = "; ".join(_reasons(before, former, after, indicator))
    return found


def _reasons(before: Slot, former: Indicator, after: Slot, indicator: Indicator) -> Iterator[str]:
    if former.measure != indicator.measure:
        yield "it measures something else"
    if before.where != after.where:
        yield f"the records are filtered by {after.where!r}, before by {before.where!r}"
    if before.time != after.time:
        yield f"the event time is '{after.time}', before '{before.time}'"
    if before.region != after.region:
        yield "the place is taken from something else"
    was = {how.partition(" ")[0]: how for how in before.read_as(*_expressions(former))}
    for how in sorted(after.read_as(*_expressions(indicator))):
        name = how.partition(" ")[0]
        if name in was and was[name] != how:
            yield f"field '{name}' is read as {_said(how)}, before as {_said(was[name])}"


def _expressions(indicator: Indicator) -> Iterator[str | None]:
    for one in indicator.measure.ratio or (indicator.measure,):
        yield one.of
        yield one.where


def _said(how: str) -> str:
    """`datetime in Asia/Shanghai` of `datetime None Asia/Shanghai`."""
    _, kind, epoch, zone = how.split(" ")
    return kind + (f" in {epoch} since 1970" if epoch != "None" else "") + (f" in {zone}" if zone != "None" else "")
