"""Which incidents may be the same thing reported again: by place, time and words, with the reasons. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from unicodedata import normalize

import numpy as np

from cockpit.dispatch.incident import ENDED, Incident, State
from layers.geodesic import distance_m

WITHIN_M: Final = 500.0
HOURS: Final = 48.0
LOOKED_AT: Final = 1_000
ENOUGH: Final = 0.5
_TEXT: Final = 0.15
"""Words that have less in common say nothing."""
_PLACE_WEIGHT, _TIME_WEIGHT, _TEXT_WEIGHT, _CATEGORY_WEIGHT = 0.4, 0.15, 0.3, 0.15


class Alike(StrEnum):
    """What makes two incidents alike."""

    PLACE = "place"
    REGION = "region"
    TIME = "time"
    TEXT = "text"
    CATEGORY = "category"


_WORDS: Final = {
    Alike.PLACE: ("相距 {} 米", "{} m apart"),
    Alike.REGION: ("同在 {}", "both in {}"),
    Alike.TIME: ("相隔 {} 分钟", "{} min apart"),
    Alike.TEXT: ("描述相同 {}%", "{} % of the words alike"),
    Alike.CATEGORY: ("类别相同：{}", "same category: {}"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared of an incident; `lon`, `lat`: WGS84 degrees."""

    title: str
    description: str
    category: str
    region: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    exercise: bool = False
    number: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """An incident that may be the same. `score`, `text`: 0…1; `metres` None: the place of one of them is not known."""

    incident: Incident
    score: float
    metres: float | None
    minutes: float
    text: float
    reasons: tuple[tuple[Alike, str], ...]

    def said(self, language: str) -> list[dict[str, Any]]:
        """The reasons in words."""
        return [{"why": why.value, "said": _WORDS[why][language != "zh"].format(detail)} for why, detail in self.reasons]


def case_of(one: Incident) -> Case:
    """What is compared of it."""
    place = (one.region, one.reported_at, one.lon, one.lat, one.exercise, one.number)
    return Case(one.title, one.description, one.category, *place)


def similar(case: Case, others: Iterable[Incident], within_m: float = WITHIN_M, hours: float = HOURS) -> list[Similar]:
    """Those alike enough, the likest first: near in place and time, and alike in words or in kind.

    Rejected and cancelled ones, and those that are known to be duplicates, are nobody's match; what is played matches what is
    played only. Where a place is not known the same region stands for it, at half its weight.
    """
    near = [one for one in others if _comparable(case, one, hours)]
    judged = [_judged(case, one, metres, within_m, hours) for one, metres in zip(near, _metres(case, near), strict=True)]
    found = [one for one in judged if one is not None and one.score >= ENOUGH]
    return sorted(found, key=lambda one: (-one.score, one.incident.number))


def overlap(one: str, other: str) -> float:
    """How much two texts have in common, 0…1: pairs of neighbouring characters, of the shorter one those that the longer one has
    too (overlap coefficient). Case, width, blanks and signs do not count; works for Chinese as for English."""
    pairs, others = _pairs(one), _pairs(other)
    return len(pairs & others) / min(len(pairs), len(others)) if pairs and others else 0.0


def _pairs(text: str) -> frozenset[str]:
    plain = "".join(letter for letter in normalize("NFKC", text).casefold() if letter.isalnum())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset({plain} - {""})


def _comparable(case: Case, one: Incident, hours: float) -> bool:
    other = one.number != case.number and one.exercise is case.exercise and not one.duplicate_of
    gone = one.state in (State.REJECTED, State.CANCELLED)
    return other and not gone and abs((one.reported_at - case.at).total_seconds()) <= hours * 3600


def _metres(case: Case, others: Sequence[Incident]) -> list[float | None]:
    if case.lon is None or case.lat is None or not others:
        return [None] * len(others)
    lon, lat = (np.array([getattr(one, axis) for one in others], dtype=np.float64) for axis in ("lon", "lat"))
    known = np.isfinite(lon) & np.isfinite(lat)
    found = np.full(len(others), np.nan)
    here = (np.full(int(known.sum()), case.lon), np.full(int(known.sum()), case.lat))
    found[known] = distance_m(*here, lon[known], lat[known])
    return [None if np.isnan(metre) else float(metre) for metre in found]


def _judged(case: Case, one: Incident, metres: float | None, within_m: float, hours: float) -> Similar | None:
    if (metres is not None and metres > within_m) or (metres is None and one.region != case.region):
        return None
    place = 0.5 if metres is None else 1 - metres / within_m / 2
    minutes = abs((one.reported_at - case.at).total_seconds()) / 60
    text = max(overlap(case.title, one.title), overlap(case.title + case.description, one.title + one.description))
    same = case.category == one.category
    score = _PLACE_WEIGHT * place + _TIME_WEIGHT * (1 - minutes / 60 / hours) + _TEXT_WEIGHT * text + _CATEGORY_WEIGHT * same
    if not same and text < _TEXT:
        return None
    reasons = tuple(_reasons(one, metres, minutes, text, same))
    return Similar(one, round(score, 3), None if metres is None else round(metres, 1), round(minutes, 1), round(text, 3), reasons)


def _reasons(one: Incident, metres: float | None, minutes: float, text: float, same: bool) -> Iterator[tuple[Alike, str]]:
    yield (Alike.REGION, one.region) if metres is None else (Alike.PLACE, f"{metres:.0f}")
    yield Alike.TIME, f"{minutes:.0f}"
    if text >= _TEXT:
        yield Alike.TEXT, f"{text * 100:.0f}"
    if same:
        yield Alike.CATEGORY, one.category


def open_still(one: Incident) -> bool:
    """Whether something can be merged into it."""
    return one.state not in ENDED
