"""What a screen says of a field that is not what it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from slots.drift import Drift, Kind

_WORDS: Final[dict[Kind, tuple[str, str]]] = {
    "missing": ("缺失", "is missing"),
    "type": ("类型不符", "is of another type"),
    "range": ("超出范围", "is out of range"),
    "new": ("是新出现的", "is new"),
}


def drift_line(drift: Drift, lang: str, zone: str, now: datetime) -> str:
    """One line, as `字段 wait_s 自 10:21 起类型不符（12%）`; by the city's clock, with the day where it is not today."""
    since = datetime.fromtimestamp(drift.since_us / 1e6, UTC).astimezone(ZoneInfo(zone))
    today = since.date() == now.astimezone(ZoneInfo(zone)).date()
    moment = f"{since:%H:%M}" if today else f"{since:%Y-%m-%d %H:%M}"
    chinese, english = _WORDS[drift.kind]
    share = f"{max(1, round(drift.share * 100))}%"
    if lang == "en":
        return f"field {drift.field} {english} since {moment} ({share})"
    return f"字段 {drift.field} 自 {moment} 起{chinese}（{share}）"
