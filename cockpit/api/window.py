"""What a call narrows its question to: a stretch of time (`from=` and `to=`, or the name of a window), a dimension's value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from cockpit.addresses import checked_scope
from cockpit.api.answer import Refusal
from cockpit.panels.panel import Context
from cockpit.parts import Parts
from cockpit.scope import MomentError, Only, ScopeError, parse_moment, parse_only
from cockpit.windows import window as named


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
        return parse_moment(name, text, zone)
    except MomentError as error:
        raise Refusal(422, error.error, error.hint) from None


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
        return checked_scope(urlencode({"at": asked_at(text, parts.city.zone)}), parts.city, parts.clock()).at
    except ScopeError as error:
        raise Refusal(422, str(error)) from None


def asked_at(text: str, zone: str) -> str:
    """The moment `at` of an address, written whole; nothing for nothing. Raises Refusal."""
    return moment("at", text, zone).isoformat() if text else ""
