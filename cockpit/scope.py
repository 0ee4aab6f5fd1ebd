"""What a screen looks at: it lives in the address, so that every view can be linked, reloaded and hung on a wall."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

Lang = Literal["zh", "en"]

_LOST_PLUS: Final = re.compile(r" (\d\d:?\d\d)$")  # an unescaped `+08:00` arrives with a blank
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class ScopeError(ValueError):
    """The address asks for something that does not exist; the message says what is allowed, `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class MomentError(ScopeError):
    """A moment that cannot be read; `hint` says how it is written."""

    def __init__(self, error: str, hint: str, zh: str) -> None:
        super().__init__(f"{error}. Hint: {hint}", zh)
        self.error = error
        self.hint = hint


class FutureError(ScopeError):
    """The address asks for a moment that has not come."""


@dataclass(frozen=True, slots=True)
class Only:
    """A filter: only records whose `dimension` has the value `key`; in the address `dimension=category:噪声`."""

    dimension: str
    key: str

    def __str__(self) -> str:
        return f"{self.dimension}:{self.key}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Region code (empty: the root), window (empty: each panel's own), moment (None: now), indicator, language, filter.

    `indicator`: a node of a scheme, `SCHEME/node`, that panels look at; or `slot.name`, whose passport lies open.
    """

    region: str = ""
    window: str = ""
    at: datetime | None = None
    indicator: str = ""
    lang: Lang = "zh"
    only: Only | None = None

    def query(self) -> str:
        """The part of the address after `?`, in a fixed order, without what is default."""
        pairs = {
            "region": self.region,
            "window": self.window,
            "at": self.at.isoformat() if self.at else "",
            "dimension": str(self.only or ""),
            "indicator": self.indicator,
            "lang": self.lang if self.lang != "zh" else "",
        }
        return urlencode({key: value for key, value in pairs.items() if value})


def parse_scope(query: Mapping[str, str], zone: str) -> Scope:
    """The scope of an address in a city of this IANA `zone`. Raises ScopeError.

    Unknown keys are ignored (a wall's `screen=wall` is not ours).
    """
    lang = query.get("lang") or "zh"
    if lang not in ("zh", "en"):
        raise ScopeError(f"lang must be zh or en, got {lang!r:.100}", f"参数 lang 只能是 zh 或 en，现为 {lang!r:.100}")
    return Scope(
        region=query.get("region", ""),
        window=query.get("window", ""),
        at=parse_moment("at", at, zone) if (at := query.get("at")) else None,
        indicator=query.get("indicator", ""),
        lang="en" if lang == "en" else "zh",
        only=parse_only(query.get("dimension", "")),
    )


def parse_only(text: str) -> Only | None:
    """The filter `NAME:VALUE`; the value may be empty and may have colons. None for nothing. Raises ScopeError."""
    if not text:
        return None
    name, colon, key = text.partition(":")
    if not name or not colon:
        zh = f"参数 dimension 应写作 名称:取值，如 category:noise；现为 {text!r:.100}"
        raise ScopeError(f"dimension must be NAME:VALUE, as category:noise; got {text!r:.100}", zh)
    return Only(name, key)


def in_chinese(hint: str) -> str:
    """The hint that slots.nearest writes, in Chinese; nothing for nothing."""
    return hint.replace(" Hint: did you mean ", "；是不是要找 ").replace("?", "？")


def parse_moment(name: str, text: str, zone: str) -> datetime:
    """The time a parameter says, zone aware; of a day (2026-11-21) its beginning in the city's `zone`. Raises MomentError."""
    try:
        found = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text))
    except ValueError:
        allowed = "2026-11-21T08:00:00+08:00, or 2026-11-21 for the beginning of that day"
        zh = f"参数 {name} 应为 ISO 8601 时间，如 2026-11-21T08:00:00+08:00，或日期 2026-11-21（当日零时）；现为 {text!r:.100}"
        raise MomentError(f"{name} must be an ISO 8601 time with a zone, got {text!r:.100}", allowed, zh) from None
    if found.tzinfo is not None:
        return found
    if _DAY.fullmatch(text):
        return found.replace(tzinfo=ZoneInfo(zone))
    local = found.replace(tzinfo=ZoneInfo(zone)).isoformat()
    zh = f"参数 {name} 缺少时区，如 {local}；现为 {text!r:.100}"
    raise MomentError(f"{name} needs a time zone, got {text!r:.100}", f"{found.isoformat()}Z, or by the city's clock {local}", zh)
