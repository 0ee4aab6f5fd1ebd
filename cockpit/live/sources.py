"""What a panel draws on: how fresh it is, and what of it could not be counted."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from cockpit.panels.panel import Context, Props
from slots.reading import Freshness

UNAGED: Final[Props] = {"status": "live", "as_of_ms": None, "late_s": None, "stale_s": None, "dead_s": None, "reason": ""}
"""The freshness of a panel that draws on no slot."""

_WORST = ("live", "late", "stale", "dead", "missing", "broken")
_SHORT = ("rejected", "late", "unplaced", "lost", "coarsened")


def panel_freshness(slots: Collection[str], context: Context) -> Props:
    """The `fresh` key: the worst slot's status, latest event (Unix ms) and limits (seconds); the screen ages it by its own clock.

    Where there are several, `of` says the same of each, and the reason names its slot. Raises LedgerError.
    """
    if not slots:
        return UNAGED
    answers = {slot: context.freshness(slot) for slot in sorted(slots)}
    slot, worst = max(answers.items(), key=lambda item: _badness(item[1]))
    if len(slots) == 1:
        return {**_aged(slot, worst, context), "reason": _told(worst.reason, context)}
    title = context.text(context.slots[slot].title, slot)
    of = {name: _aged(name, answer, context) for name, answer in answers.items()}
    return {**of[slot], "reason": f"{title}: {_told(worst.reason, context)}" if worst.reason else "", "of": of}


def short_of(slots: Collection[str], context: Context) -> list[dict[str, Any]]:
    """The `aside` key: per slot that is not complete its title and how many records were not used, late, unplaced, lost.

    `coarsened`: how many minute and hour cells there was no room for. Counted since the slot began. Raises LedgerError.
    """
    told = [(slot, context.counters(slot)) for slot in sorted(slots)]
    return [
        {"slot": slot, "title": context.text(context.slots[slot].title, slot)} | {name: counters.get(name, 0) for name in _SHORT}
        for slot, counters in told
        if any(counters.get(name) for name in _SHORT)
    ]


def _told(reason: str, context: Context) -> str:
    """The reason in the language of the screen; what a connector says stays as it is, behind a word on what it is about."""
    if context.scope.lang == "en" or not reason:
        return reason
    if reason == "no record yet":
        return "还没有收到记录"
    if silent := re.fullmatch(r"the worker has been silent for (\d+) s", reason):
        return f"接入进程已 {silent[1]} 秒没有动静"
    return f"数据源连不上：{reason}"


def _aged(slot: str, fresh: Freshness, context: Context) -> Props:
    limits = context.slots[slot].freshness
    as_of_ms = int(fresh.as_of.timestamp() * 1000) if fresh.as_of else None
    return {"status": fresh.status, "as_of_ms": as_of_ms, "late_s": limits.late, "stale_s": limits.stale, "dead_s": limits.dead}


def _badness(fresh: Freshness) -> tuple[int, float]:
    return _WORST.index(fresh.status), fresh.age_s or 0.0
