"""What a screen looks at: it lives in the address, so that every view can be linked, reloaded and hung on a wall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

Lang = Literal["zh", "en"]


class ScopeError(ValueError):
    """The address asks for something that does not exist; the message says what is allowed, `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


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


def parse_scope(query: Mapping[str, str]) -> Scope:
    """The scope of an address. Unknown keys are ignored (a wall's `screen=wall` is not ours). Raises ScopeError."""
    lang = query.get("lang") or "zh"
    if lang not in ("zh", "en"):
        raise ScopeError(f"lang must be zh or en, got {lang!r:.100}", f"参数 lang 只能是 zh 或 en，现为 {lang!r:.100}")
    return Scope(
        region=query.get("region", ""),
        window=query.get("window", ""),
        at=_moment(query.get("at", "")),
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


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        zh = f"参数 at 应为 ISO 8601 时间，如 2026-11-21T08:00:00+08:00；现为 {text!r:.100}"
        raise ScopeError(f"at must be an ISO 8601 time, as 2026-11-21T08:00:00+08:00; got {text!r:.100}", zh) from None
    if moment.tzinfo is None:
        raise ScopeError(
            f"at needs a time zone, as +08:00; got {text!r:.100}", f"参数 at 缺少时区，如 +08:00；现为 {text!r:.100}"
        )
    return moment
