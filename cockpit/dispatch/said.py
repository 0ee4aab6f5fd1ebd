"""What is said with a verb: read and checked, every mistake named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from cockpit.dispatch.incident import Kind, Priority, Reply, Reporter
from cockpit.dispatch.machine import allowed_keys
from cockpit.dispatch.mistake import worded
from cockpit.dispatch.order import Consequence
from cockpit.dispatch.refusal import Wrong
from cockpit.dispatch.step import Step
from slots.problem import nearest
from streams.unreadable import UNREADABLE

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=8000)]
Short = Annotated[str, Meta(max_length=400)]
Names = Annotated[tuple[Name, ...], Meta(max_length=50)]
Moment = Annotated[datetime, Meta(tz=True)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
MOST_TTL_S: Final = 7 * 86400


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody reports: the body of `POST /api/v1/incidents`. `region` counts where no place is given."""

    title: Name
    category: Name
    client_id: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    subcategory: Short = ""
    kind: Kind = "event"
    condition: Short = ""
    description: Text = ""
    channel: Short = ""
    priority: Priority = "NORMAL"
    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Short = "wgs84"
    address: Short = ""
    region: str | None = None
    cell_grid: Short = ""
    duty_grid: Short = ""
    reporter: Reporter = Reporter()
    media: Names = ()
    recurrence_key: Short = ""
    exercise: bool | None = None
    """Whether it is played; None: it is while an exercise runs, but what machines report is real."""
    reported_at: Moment | None = None
    """When it happened, where that is known better than by the moment of the call; not in the future."""


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What its author has before the eyes: a board and the address's query, as `region=330106&window=today`."""

    board: Name
    query: Annotated[str, Meta(max_length=1000)] = ""


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order as somebody drafts it: the body of `POST /api/v1/orders`. `ttl_s`: seconds for which a
    draft may be issued, and from then on the order sent and signed."""

    unit: Name
    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    incident: str = ""
    kind: Short = ""
    consequence: Consequence = "ordinary"
    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Short = "wgs84"
    region: str | None = None
    attachments: Names = ()
    exercise: bool | None = None
    """As in a report; what is ordered for an incident is as real as the incident."""
    ttl_s: Annotated[int, Meta(ge=10, le=MOST_TTL_S)] = 900
    deadline: Moment | None = None
    """By when it is to be done; None: the incident's, else what the limits leave."""
    reason: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None
    """Why a unit that is out already is sent again."""
    screen: Screen | None = None


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Everything that can be said with a verb."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None
    opinion: Annotated[str, Meta(min_length=1, max_length=4000)] | None = None
    attachments: Names = ()
    unit: Name | None = None
    deadline: Moment | None = None
    duplicate_of: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    stars: Annotated[int, Meta(ge=1, le=5)] | None = None
    orders: Literal["cancel"] | None = None
    """What becomes of orders that are open when the incident is settled."""
    reply: Reply | None = None


def check(report: Report) -> None:
    """Raises Wrong for a title or a category in which there is nothing to read."""
    for name, text in (("title", report.title), ("category", report.category)):
        if not any(sign.isprintable() and not sign.isspace() for sign in text):
            raise Wrong(f"{name!r} is blank, got {text!r:.40}. Hint: say in a few words what happened")


def given(step: Step, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said with the verb, as the journal keeps it. Raises Wrong."""
    allowed = allowed_keys(step)
    for key in said:
        if key not in allowed:
            raise Wrong(f"{step.verb!r} takes no {key!r:.60}; it takes: {', '.join(allowed)}.{nearest(key, allowed)}")
    needed: Sequence[str] = (*(("reason",) if step.reason else ()), *step.needs)
    for key in needed:
        if said.get(key) in (None, "") or not str(said[key]).strip():
            raise Wrong(f"{step.verb!r} needs {key!r}")
    try:
        checked = msgspec.convert(dict(said), Said)
    except msgspec.ValidationError as error:
        raise Wrong(worded(error, Said)) from None
    kept: dict[str, Any] = msgspec.to_builtins(checked)
    return kept


def read(body: bytes, shape: type[Any], what: str) -> Any:
    """The value a JSON body describes. Raises Wrong."""
    try:
        return msgspec.json.decode(body, type=shape)
    except UNREADABLE as error:
        raise Wrong(f"that is no {what}: {worded(error, shape)}") from None
