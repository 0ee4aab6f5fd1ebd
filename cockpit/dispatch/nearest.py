"""The nearest suitable unit, with what speaks for it; and everybody who was left out, with every reason why.

Distances are straight lines over the ground (geodesic), never driving times: there is no road network to reckon them with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np

from cockpit.dispatch.unit import Unit, UnitStatus
from layers.geodesic import distance_m
from layers.nearby import RADIUS_MAX_M

STALE_S: Final = 300.0
AHEAD_S: Final = 60.0
"""A position that claims to be from later than this is not believed."""


class Why(StrEnum):
    """What speaks for a unit, then what speaks against one."""

    AVAILABLE = "available"
    ON_DUTY = "on_duty"
    FRESH = "fresh"
    SKILLED = "skilled"
    IN_REGION = "in_region"
    NEAR = "near"
    UNAVAILABLE = "unavailable"
    BUSY = "busy"
    ON_BREAK = "on_break"
    OFF_DUTY = "off_duty"
    NO_POSITION = "no_position"
    STALE = "stale"
    WRONG_SKILL = "wrong_skill"
    WRONG_KIND = "wrong_kind"
    OUTSIDE_REGION = "outside_region"
    TOO_FAR = "too_far"


_WORDS: Final = {
    Why.AVAILABLE: ("空闲", "available"),
    Why.ON_DUTY: ("在岗", "on duty"),
    Why.FRESH: ("{}秒前的位置", "seen {} s ago"),
    Why.SKILLED: ("能力符合：{}", "can do: {}"),
    Why.IN_REGION: ("责任区 {}", "works in {}"),
    Why.NEAR: ("直线距离 {} 米", "{} m in a straight line"),
    Why.UNAVAILABLE: ("不可用", "unavailable"),
    Why.BUSY: ("正在执行 {}", "busy with {}"),
    Why.ON_BREAK: ("休息中", "on a break"),
    Why.OFF_DUTY: ("不在岗", "off duty"),
    Why.NO_POSITION: ("没有位置", "no position known"),
    Why.STALE: ("位置已过期：{}秒前", "position is {} s old"),
    Why.WRONG_SKILL: ("缺少能力：{}", "cannot do: {}"),
    Why.WRONG_KIND: ("类型不符：{}", "wrong kind: {}"),
    Why.OUTSIDE_REGION: ("责任区为 {}", "works elsewhere: {}"),
    Why.TOO_FAR: ("过远：直线 {} 米", "too far: {} m in a straight line"),
}
_WRONG_STATUS: Final = {
    UnitStatus.BUSY: Why.BUSY, UnitStatus.ON_BREAK: Why.ON_BREAK, UnitStatus.UNAVAILABLE: Why.UNAVAILABLE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for or against a unit; `detail`: the number or name that belongs to it."""

    why: Why
    detail: str = ""

    def said(self, language: str) -> str:
        """In words."""
        return _WORDS[self.why][language != "zh"].format(self.detail or "—")


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed, where and when (UTC). `above`: the codes of the place's region and of all above it; empty: any region.

    `category`: of the incident for which the skills are needed, so that the reasons can say so; empty: somebody asked for them.
    """

    lon: float
    lat: float
    now: datetime
    skills: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    above: Sequence[str] = ()
    within_m: float = RADIUS_MAX_M
    stale_s: float = STALE_S
    category: str = ""

    def told(self, skills: Iterable[str]) -> str:
        """The skills as a reason names them."""
        return ", ".join(sorted(skills)) + (f" ({self.category})" if self.category else "")


@dataclass(frozen=True, slots=True)
class Judged:
    """A unit and what speaks for it, or all that speaks against it. `straight_m`: metres as the crow flies; None: not known."""

    unit: Unit
    straight_m: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`suitable`: the nearest first; `excluded`: everybody else, the nearest first, those of unknown place last."""

    suitable: tuple[Judged, ...]
    excluded: tuple[Judged, ...]


def choose(units: Iterable[Unit], need: Need) -> Choice:
    """Every unit is in exactly one of both lists. Equally near ones stand in the order of their ids. About 4 ms for 1,000."""
    listed = sorted(units, key=lambda unit: unit.id)
    judged = [_judged(unit, metres, need) for unit, metres in zip(listed, _straight_m(listed, need), strict=True)]
    ordered = sorted(judged, key=lambda pair: (pair[1].straight_m is None, pair[1].straight_m or 0.0))
    return Choice(tuple(one for fits, one in ordered if fits), tuple(one for fits, one in ordered if not fits))


def with_orders(units: Iterable[Unit], orders: dict[str, str]) -> list[Unit]:
    """The units, those with an open order busy with it. `orders`: unit id → order number."""
    return [
        replace(unit, status=UnitStatus.BUSY, order=orders[unit.id])
        if unit.id in orders and unit.status is UnitStatus.AVAILABLE
        else unit
        for unit in units
    ]


def _straight_m(units: Sequence[Unit], need: Need) -> list[float | None]:
    lon = np.array([np.nan if unit.lon is None else unit.lon for unit in units], dtype=np.float64)
    lat = np.array([np.nan if unit.lat is None else unit.lat for unit in units], dtype=np.float64)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90))
    metres = np.full(len(units), np.nan)
    here = np.full(len(known), need.lon), np.full(len(known), need.lat)
    metres[known] = distance_m(*here, lon[known], lat[known])
    return [None if np.isnan(metre) else round(float(metre), 1) for metre in metres]


def _judged(unit: Unit, metres: float | None, need: Need) -> tuple[bool, Judged]:
    against = tuple(_against(unit, metres, need))
    return not against, Judged(unit, metres, against or tuple(_speaks_for(unit, metres, need)))


def _against(unit: Unit, metres: float | None, need: Need) -> Iterator[Reason]:
    if unit.status in _WRONG_STATUS:
        yield Reason(_WRONG_STATUS[unit.status], unit.order)
    if unit.on_duty is False:
        yield Reason(Why.OFF_DUTY)
    if missing := need.skills - unit.skills:
        yield Reason(Why.WRONG_SKILL, need.told(missing))
    if need.kinds and unit.kind not in need.kinds:
        yield Reason(Why.WRONG_KIND, unit.kind)
    if need.above and unit.region is not None and unit.region not in need.above:
        yield Reason(Why.OUTSIDE_REGION, unit.region)
    if metres is None or unit.seen_at is None:
        yield Reason(Why.NO_POSITION)
        return
    age_s = (need.now - unit.seen_at).total_seconds()
    if age_s > need.stale_s or age_s < -AHEAD_S:
        yield Reason(Why.STALE, f"{age_s:.0f}")
    if metres > need.within_m:
        yield Reason(Why.TOO_FAR, f"{metres:.0f}")


def _speaks_for(unit: Unit, metres: float | None, need: Need) -> Iterator[Reason]:
    yield Reason(Why.NEAR, f"{metres or 0:.0f}")
    yield Reason(Why.AVAILABLE)
    if unit.on_duty:
        yield Reason(Why.ON_DUTY)
    if unit.seen_at is not None:
        yield Reason(Why.FRESH, f"{max(0.0, (need.now - unit.seen_at).total_seconds()):.0f}")
    if need.skills:
        yield Reason(Why.SKILLED, need.told(need.skills))
    if need.above and unit.region is not None:
        yield Reason(Why.IN_REGION, unit.region)
