"""What a report tells of the screen that is kept with an order: the numbers that stood there, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from cockpit.dispatch.report_facts import Frozen, Known

_ROWS: Final = 5
"""So many rows of a ranking or a table of bullets are told."""


def frozen(order: str, said: bytes, picture: bytes | None) -> Frozen:
    """The screen as the report tells it. `said`: as `screen.Screen` has it."""
    screen = msgspec.json.decode(said, type=dict[str, Any])
    known = tuple(one for panel in screen["panels"] for one in _known(panel))
    return Frozen(order, str(screen["title"]), datetime.fromisoformat(screen["as_of"]), known, picture)


def worded(value: float | None, unit: str, decimals: int) -> str:
    """A value as people read it; “—” where there is none."""
    if value is None:
        return "—"
    return f"{value:,.{decimals}f}" + (f" {unit}" if unit not in ("", "1") else "")


def _known(panel: Mapping[str, Any]) -> Iterator[Known]:
    """The numbers of a panel that shows some; of the others nothing is told in words."""
    props, as_of = panel["props"], _moment((panel.get("fresh") or {}).get("as_of_ms"))
    match panel["panel"]:
        case "number":
            yield _one(str(panel["title"]), props, props.get("value"), as_of)
        case "trend":
            yield _one(str(panel["title"]), props, props.get("now"), as_of)
        case "bullet":
            for row in (props.get("rows") or ())[:_ROWS]:
                yield _one(str(row.get("title") or panel["title"]), row, row.get("value"), as_of)
        case "ranking":
            for row in (props.get("rows") or ())[:_ROWS]:
                yield _one(f"{panel['title']} · {row.get('name', '')}", props, row.get("value"), as_of)


def _one(title: str, words: Mapping[str, Any], value: Any, as_of: datetime | None) -> Known:
    number = value if isinstance(value, int | float) else None
    return Known(title, worded(number, str(words.get("unit") or ""), int(words.get("decimals") or 0)), as_of)


def _moment(at_ms: Any) -> datetime | None:
    return datetime.fromtimestamp(at_ms / 1000, UTC) if isinstance(at_ms, int | float) else None
