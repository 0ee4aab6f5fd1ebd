"""What a panel draws on: how fresh it is, and what of it could not be counted."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from cockpit.live.drifting import drift_line
from cockpit.panels.panel import Context, Props
from slots.reading import Freshness

UNAGED: Final[Props] = {"status": "live", "as_of_ms": None, "late_s": None, "stale_s": None, "dead_s": None, "reason": ""}
"""The freshness of a panel that draws on no slot."""

_WORST = ("live", "late", "stale", "dead", "missing", "broken")
MISTAKES: Final = 10
_SHORT = ("rejected", "late", "unplaced", "lost", "coarsened")


def panel_freshness(slots: Collection[str], context: Context) -> Props:
    """The `fresh` key: the worst slot's status, latest event (Unix ms) and limits (seconds); the screen ages it by its own clock.

    `degraded`: why what is fresh is not complete, where it is not. Where there are several, `of` says the same of each, and the
    reasons name their slots. Raises LedgerError.
    """
    if not slots:
        return UNAGED
    if context.scope.at is not None:
        return _past(slots, context)
    answers = {slot: context.freshness(slot) for slot in sorted(slots)}
    slot, worst = max(answers.items(), key=lambda item: _badness(item[1]))
    if len(slots) == 1:
        said = {"reason": _told(worst.reason, context)}
        return {**_aged(slot, worst, context), **said, **_degraded(_lossy(worst.degraded, context))}
    of = {name: _aged(name, answer, context) for name, answer in answers.items()}
    reason = f"{_title(slot, context)}: {_told(worst.reason, context)}" if worst.reason else ""
    wrong = {name: _lossy(answer.degraded, context) for name, answer in answers.items() if answer.degraded}
    lossy = [f"{_title(name, context)}: {why}" for name, why in wrong.items()]
    return {**of[slot], "reason": reason, "of": of, **_degraded("\n".join(lossy))}


def _past(slots: Collection[str], context: Context) -> Props:
    """A picture of the past is not live and grows no older; what never came is missing then, too."""
    missing = [slot for slot in sorted(slots) if context.freshness(slot).status == "missing"]
    as_of_ms = int(context.now.timestamp() * 1000)
    return {**UNAGED, "status": "missing" if len(missing) == len(slots) else "live", "past_ms": as_of_ms, "as_of_ms": None}


def unfollowed(slots: Collection[str], context: Context) -> list[str]:
    """The `unfiltered` key: the titles of the slots that do not have the dimension's value the screen is narrowed to."""
    return [_title(slot, context) for slot in sorted(slots) if not context.follows(slot)]


def short_of(slots: Collection[str], context: Context) -> list[dict[str, Any]]:
    """The `aside` key: per slot that is not complete its title and how many records were not used, late, unplaced, lost.

    `coarsened`: how many minute and hour cells there was no room for. Counted since the slot began; what was counted after a
    fix is not missing any more. `degraded`: why, while too many of the last minute's records cannot be used. `drift`: a line for
    each field that is not what it was. An entry of no slot says what is wrong with the city's files. Raises LedgerError.
    """
    told = [(slot, _short(context.counters(slot)), context.freshness(slot)) for slot in sorted(slots)]
    return _mistakes(context) + [
        {"slot": slot, "title": _title(slot, context), **short}
        | {**_degraded(_lossy(fresh.degraded, context)), **_drift(fresh, context)}
        for slot, short, fresh in told
        if any(short.values()) or fresh.drift
    ]


def _mistakes(context: Context) -> list[dict[str, Any]]:
    """The entry `slot: ""` with the mistakes (`problem`, at most MISTAKES of them) because of which older files are in force."""
    problems = context.problems()
    if not problems:
        return []
    more = {"zh": "还有 {} 处", "en": "and {} more"}[context.scope.lang].format(len(problems) - MISTAKES)
    lines = [*map(str, problems[:MISTAKES]), *([more] if len(problems) > MISTAKES else [])]
    title = {"zh": "城市文件有错，沿用旧版", "en": "Mistakes in the city's files; the former ones hold"}[context.scope.lang]
    return [{"slot": "", "title": title, **dict.fromkeys(_SHORT, 0), "problem": lines}]


def _short(counters: Mapping[str, int]) -> dict[str, int]:
    short = {name: counters.get(name, 0) for name in _SHORT}
    return short | {"rejected": max(0, short["rejected"] - counters.get("replayed", 0))}


def _degraded(why: str) -> Props:
    return {"degraded": why} if why else {}


def _drift(fresh: Freshness, context: Context) -> Props:
    lines = [drift_line(one, context.scope.lang, context.zone, context.now) for one in fresh.drift]
    return {"drift": lines} if lines else {}


def _title(slot: str, context: Context) -> str:
    return context.text(context.slots[slot].title, slot)


def _lossy(reason: str, context: Context) -> str:
    """Why a slot is degraded, in the language of the screen."""
    found = re.fullmatch(r"([\d,]+) % .*: ([\d,]+) of ([\d,]+)", reason)
    if context.scope.lang == "en" or not found:
        return reason
    return f"最近一分钟有 {found[1]}% 的记录无法使用（{found[3]} 条中的 {found[2]} 条）"


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
