"""The contract of a panel: what it may be told (options), what it may ask (context), and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import polars as pl
from dash.development.base_component import Component

from cockpit.dispatch.standing import Standing
from cockpit.schemes import Scheme
from cockpit.scope import Scope
from layers import Layer, Regions
from slots import Freshness, Indicator, Model, Question, Reading, Slot, Titles

Props = dict[str, Any]
"""What a panel shows now, as JSON; each top-level key is sent to the screens only when it changes."""


class Context(Protocol):
    """What a panel may ask while it is being drawn; everything in it is read-only and of one moment."""

    @property
    def scope(self) -> Scope: ...
    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def build(self) -> str: ...
    @property
    def regions(self) -> Regions: ...
    @property
    def slots(self) -> Mapping[str, Slot]: ...
    @property
    def layers(self) -> Mapping[str, Layer]:
        """The city's static map layers by id, in the order of their files."""

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """The city's composites by name."""

    @property
    def region(self) -> str:
        """The code of the region in scope, the root where the scope names none."""

    def window(self, name: str) -> tuple[datetime, datetime]:
        """`[from, to)` of `today yesterday week month 24h 7d 10m …` at this moment, cut in the city's zone."""

    def grain_s(self, since: datetime) -> int:
        """The finest buckets that are surely kept back to a moment, in seconds: no step should be shorter."""

    def ask(self, question: Question) -> list[Reading]:
        """The readings, as of the scope's moment and of its dimension's value alone; raises slots.QuestionError."""

    def follows(self, slot: str) -> bool:
        """Whether what is asked of this slot is narrowed to the dimension's value in scope; True where there is none."""

    def freshness(self, slot: str) -> Freshness: ...

    def counters(self, slot: str) -> Mapping[str, int]:
        """What was counted of the slot's records since it began: accepted, rejected, late, unplaced, lost …"""

    def problems(self) -> Sequence[object]:
        """The mistakes in the city's files because of which older ones are in force; what each prints as is for people."""

    def entities(self, slot: str, region: str, limit: int) -> pl.DataFrame:
        """The latest states inside a region, newest first: key, time_us, lon, lat, region and the slot's attributes."""

    def incidents(self) -> Sequence[Standing]:
        """The open incidents inside the region in scope, the gravest first; none where the process has no toolbox.

        As they stand now, whatever moment the scope looks at. Raises slots.QuestionError where they cannot be had.
        """

    def indicator(self, name: str) -> tuple[Slot, Indicator]:
        """The passport of `slot.name`; raises slots.QuestionError with the nearest name."""

    def text(self, titles: Titles, otherwise: str = "") -> str:
        """The title in the scope's language, else in the other one, else `otherwise`."""


class Panel(Protocol):
    """One kind of panel. Both functions are pure: the same options and context answer the same."""

    @property
    def name(self) -> str:
        """What a board file writes under `panel:`."""

    @property
    def Options(self) -> type[Model]:
        """The keys a board file may give this panel, with their defaults."""

    def layout(self, options: Any, context: Context) -> Component:
        """The body of the panel, mounted once per page; the frame (title, age, status) is drawn by the board."""

    def props(self, options: Any, context: Context) -> Props:
        """What it shows now. Raises slots.QuestionError where the options ask for what does not exist."""

    def slots(self, options: Any) -> set[str]:
        """The names of the slots it draws on; their freshness is the panel's, and a change of one renews it.

        Names that are no slots of the city are passed over: a panel that has no context here cannot tell them apart.
        """
