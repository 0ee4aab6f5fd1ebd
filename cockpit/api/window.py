"""What a call narrows its question to: a stretch of time (`from=` and `to=`, or the name of a window), a dimension's value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Query

from cockpit.api.answer import Refusal
from cockpit.live import checked_scope
from cockpit.panels.panel import Context
from cockpit.parts import Parts
from cockpit.scope import Only, ScopeError, parse_only
from cockpit.windows import window as named

_LOST_PLUS: Final = re.compile(r" (\d\d:?\d\d)$")  # an unescaped `+08:00` arrives with a blank
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Window:
    """The parameters as they came; a dependency of the calls that take them."""

    from_: Annotated[str | None, Query(alias="from", description="ISO 8601 with a zone, or a day: its beginning")] = None
    to: Annotated[str | None, Query(description="the same, up to its beginning; now, where it is left out")] = None
    window: Annotated[str | None, Query(description="today, yesterday, week, month, year, or a duration as 24h")] = None

    def span(self, parts: Parts) -> tuple[datetime, datetime]:
        """`[from, to)`, zone aware; today where nothing is said. Raises Refusal and WindowError."""
        self._check()
        if self.from_ is None:
            return named(self.window or "today", parts.clock(), parts.city.zone)
        return self._between(parts.city.zone, parts.clock())

    def seen(self, context: Context) -> tuple[datetime, datetime]:
        """The same as it was at the moment the context looks at. Raises Refusal and WindowError."""
        self._check()
        return context.window(self.window or "today") if self.from_ is None else self._between(context.zone, context.now)

    def _check(self) -> None:
        if self.window is not None and (self.from_ or self.to):
            raise Refusal(422, "give either window or from and to, not both")
        if self.from_ is None and self.to is not None:
            raise Refusal(422, "to needs from")

    def _between(self, zone: str, now: datetime) -> tuple[datetime, datetime]:
        begin = moment("from", self.from_ or "", zone)
        end = moment("to", self.to, zone) if self.to else now
        if begin >= end:
            raise Refusal(422, f"from must lie before to, got {begin.isoformat()} and {end.isoformat()}")
        return begin, end


def moment(name: str, text: str, zone: str) -> datetime:
    """The time a parameter says, zone aware; of a day (2026-11-21) its beginning in the city's `zone`. Raises Refusal."""
    try:
        found = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text))
    except ValueError:
        allowed = "2026-11-21T08:00:00+08:00, or 2026-11-21 for the beginning of that day"
        raise Refusal(422, f"{name} must be an ISO 8601 time with a zone, got {text!r:.100}", allowed) from None
    if found.tzinfo is not None:
        return found
    if _DAY.fullmatch(text):
        return found.replace(tzinfo=ZoneInfo(zone))
    local = found.replace(tzinfo=ZoneInfo(zone)).isoformat()
    raise Refusal(422, f"{name} needs a time zone, got {text!r:.100}", f"{found.isoformat()}Z, or by the city's clock {local}")


def asked_only(text: str | None) -> Only | None:
    """The filter a parameter `dimension=NAME:VALUE` says. Raises Refusal."""
    try:
        return parse_only(text or "")
    except ScopeError as error:
        raise Refusal(422, str(error)) from None


def asked_moment(text: str | None, parts: Parts) -> datetime | None:
    """The moment `at` of a call, None where it says none; refused in a board's words where it has not come. Raises Refusal."""
    if not text:
        return None
    try:
        return checked_scope(urlencode({"at": asked_at(text, parts.city.zone)}), parts.city.regions, parts.clock()).at
    except ScopeError as error:
        raise Refusal(422, str(error)) from None


def asked_at(text: str, zone: str) -> str:
    """The moment `at` of an address, written whole; nothing for nothing. Raises Refusal."""
    return moment("at", text, zone).isoformat() if text else ""
