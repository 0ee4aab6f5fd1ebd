"""The incident's state machine as a table, what is legal, and the fold of the journal. Pure.

Merged from the seven steps of digital urban management (GB/T 30428.8): collect, file, dispatch, handle, report back, verify and
close, evaluate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec

from cockpit.dispatch.actor import Above, Actor, Role
from cockpit.dispatch.incident import BAD_STARS, ENDED, CoUnit, Incident, Pause, Reply, State
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.step import ANYBODY, Step, of, table

_COLLECT, _REGISTER, _CHIEF, _DISPATCH = Role.COLLECTOR, Role.REGISTRAR, Role.CHIEF, Role.DISPATCHER
_HANDLE, _INSPECT, _LEAD = Role.DEPARTMENT, Role.INSPECTOR, Role.LEADER
_OPEN: Final = frozenset(set(State) - ENDED)
_AT_WORK: Final = frozenset(_OPEN - {State.REPORTED, State.CLOSED, State.REVIEWED})
_SAID: Final = ("opinion", "attachments")
_MERGE: Final = ("duplicate_of",)


def _in(*states: State) -> frozenset[str]:
    return frozenset(states)


def _well(incident: Incident, actor: Actor) -> str:
    said = f"it was reviewed with {incident.stars} stars; {BAD_STARS} or fewer are a bad review"
    return "" if incident.reviewed_badly else said


def _foreign(incident: Incident, actor: Actor) -> str:
    lead = repr(incident.lead_unit) if incident.lead_unit else "nobody"
    return "" if theirs(incident, actor) else f"{lead} leads it, you act for {actor.unit or actor.name!r:.60}"


def theirs(incident: Incident, actor: Actor) -> bool:
    """A department handles what it leads or helps with, nobody else's."""
    helping = {incident.lead_unit, *(one.unit for one in incident.co_units)}
    return actor.role is not Role.DEPARTMENT or bool(actor.units & helping)


RECEIVE: Final = "receive"
"""The first row of each incident."""
ABSORB: Final = "absorb"
"""The row of an incident that another one turned out to be a duplicate of."""
RENEW: Final = "renew"
"""The row of an incident whose alert was sent anew: what it says of RENEWED."""
RENEWED: Final = ("title", "description", "priority", "address", "region", "lon", "lat", "outside", "alert")
WITHDRAW: Final = "withdraw"
"""The row of an incident whose alert was taken back; nobody was sent yet where it ends for that."""

STEPS: Final[Mapping[str, Step]] = table((
    Step("accept", _in(State.REPORTED), State.ACCEPTED, of(_REGISTER, _CHIEF)),
    Step("reject", _in(State.REPORTED), State.REJECTED, of(_REGISTER, _CHIEF), reason=True, takes=_MERGE, settles=True),
    Step("file", _in(State.ACCEPTED), State.FILED, of(_CHIEF)),
    Step("cancel", _in(State.ACCEPTED, State.FILED), State.CANCELLED, of(_CHIEF), reason=True, takes=_MERGE, settles=True),
    Step("dispatch", _in(State.FILED), State.DISPATCHED, of(_DISPATCH, _CHIEF), needs=("unit",), takes=("deadline",)),
    Step("sign", _in(State.DISPATCHED), State.SIGNED, of(_HANDLE), bar=_foreign),
    Step("return", _in(State.DISPATCHED), State.FILED, of(_HANDLE), reason=True, bar=_foreign),
    Step("start", _in(State.SIGNED), State.HANDLING, of(_HANDLE), bar=_foreign),
    Step("suspend", _in(State.HANDLING), State.SUSPEND_REQUESTED, of(_HANDLE), reason=True, bar=_foreign),
    Step("approve", _in(State.SUSPEND_REQUESTED), State.SUSPENDED, of(_DISPATCH, _CHIEF)),
    Step("deny", _in(State.SUSPEND_REQUESTED), State.HANDLING, of(_DISPATCH, _CHIEF), reason=True),
    Step("resume", _in(State.SUSPENDED), State.HANDLING, of(_HANDLE, _DISPATCH, _CHIEF), bar=_foreign),
    Step("report", _in(State.HANDLING), State.REPORTED_BACK, of(_HANDLE), takes=("reply",), bar=_foreign),
    Step("verify", _in(State.REPORTED_BACK), State.VERIFYING, of(_INSPECT, _COLLECT, _DISPATCH, _CHIEF)),
    Step("pass", _in(State.VERIFYING), State.CLOSED, of(_INSPECT, _CHIEF), settles=True),
    Step("fail", _in(State.VERIFYING), State.DISPATCHED, of(_INSPECT, _CHIEF), reason=True),
    Step("review", _in(State.CLOSED), State.REVIEWED, of(_REGISTER, _INSPECT, _CHIEF), needs=("stars",)),
    Step("reopen", _in(State.REVIEWED), State.FILED, of(_CHIEF, _REGISTER), reason=True, bar=_well),
    Step("archive", _in(State.REVIEWED), State.ARCHIVED, of(_REGISTER, _CHIEF)),
    Step("supervise", _AT_WORK, None, of(_INSPECT, _LEAD, _CHIEF), reason=True),
    Step("urge", _AT_WORK, None, of(_REGISTER, _DISPATCH, _INSPECT, _LEAD, _CHIEF)),
    Step("add-unit", _AT_WORK, None, of(_DISPATCH, _CHIEF), needs=("unit",), takes=("deadline",)),
    Step("note", _OPEN, None, ANYBODY, needs=("opinion",)),
))  # fmt: skip
"""Every verb, once. An `opinion` and `attachments` may be given with each."""


def legal(incident: Incident, actor: Actor, above: Above) -> Sequence[str]:
    """The verbs this actor may do now, in the table's order."""
    if not within(actor, incident.region, above):
        return ()
    return tuple(verb for verb, step in STEPS.items() if step.open_to(incident.state, incident, actor))


def within(actor: Actor, region: str, above: Above) -> bool:
    """Whether what lies in this region is the actor's business."""
    return actor.region is None or actor.region in above(region)


def allowed_keys(step: Step) -> tuple[str, ...]:
    """What may be said with a verb."""
    return tuple(
        dict.fromkeys(
            (*(("reason",) if step.reason else ()), *step.needs, *step.takes, *(("orders",) if step.settles else ()), *_SAID)
        )
    )


def fold(incident: Incident | None, entry: Entry) -> Incident:
    """The incident after one more row of its journal; None before the first. Rows about its orders change nothing."""
    if incident is None:
        return msgspec.convert({**entry.body, **_stamps(entry), "reported_at": entry.body["reported_at"]}, Incident)
    if entry.subject != incident.number:
        return incident
    state = State(entry.body["to"])
    moved = replace(incident, state=state, version=entry.seq, changed_at=entry.at)
    change = _CHANGES.get(entry.verb)
    return change(moved, entry) if change else moved


def _stamps(entry: Entry) -> dict[str, Any]:
    return {"number": entry.subject, "version": entry.seq, "state": State.REPORTED, "changed_at": entry.at}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _filed(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, filed_at=entry.at)


def _dispatched(incident: Incident, entry: Entry) -> Incident:
    """After a return another unit shows that the first one was the wrong one."""
    unit, sent_back = entry.body["unit"], incident.wrong_unit
    wrong = incident.wrong_dispatches + (sent_back not in ("", unit))
    given = _moment(entry.body.get("deadline"))
    return replace(incident, lead_unit=unit, dispatched_at=entry.at, deadline=given, wrong_dispatches=wrong, wrong_unit="")


def _returned(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, returns=incident.returns + 1, wrong_unit=incident.lead_unit, lead_unit="")


def _suspended(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, pauses=(*incident.pauses, Pause(entry.at)))


def _resumed(incident: Incident, entry: Entry) -> Incident:
    """What is due moves by the working time of the pause; rows of older programs did not say where to."""
    due = _moment(entry.body.get("deadline")) or incident.deadline
    later: Mapping[str, str] = entry.body.get("co_deadlines") or {}
    helping = tuple(replace(one, deadline=_moment(later[one.unit])) if one.unit in later else one for one in incident.co_units)
    pauses = (*incident.pauses[:-1], replace(incident.pauses[-1], until=entry.at))
    return replace(incident, pauses=pauses, deadline=due, co_units=helping)


def _reported(incident: Incident, entry: Entry) -> Incident:
    said = entry.body.get("reply")
    return incident if said is None else replace(incident, reply=msgspec.convert(said, Reply))


def _passed(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, closed_at=entry.at)


def _failed(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, reworks=incident.reworks + 1, dispatched_at=entry.at)


def _reviewed(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, stars=entry.body["stars"])


def _reopened(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, reopened=incident.reopened + 1, filed_at=entry.at, closed_at=None, stars=None, lead_unit="")


def _supervised(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, supervisions=incident.supervisions + 1)


def _urged(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, urge_level=incident.urge_level + 1)


def _joined(incident: Incident, entry: Entry) -> Incident:
    """A unit that is there already gets the new deadline."""
    joined = CoUnit(entry.body["unit"], _moment(entry.body.get("deadline")))
    return replace(incident, co_units=(*(one for one in incident.co_units if one.unit != joined.unit), joined))


def _ended(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, duplicate_of=entry.body.get("duplicate_of") or "")


def _absorbed(incident: Incident, entry: Entry) -> Incident:
    """What is reported again is no new thing, but it is known how often people saw it."""
    return replace(incident, duplicates=(*incident.duplicates, entry.body["duplicate"]), recurrence=incident.recurrence + 1)


def _renewed(incident: Incident, entry: Entry) -> Incident:
    told = {name: entry.body[name] for name in RENEWED}
    return msgspec.convert({**msgspec.to_builtins(incident), **told}, Incident)


def _withdrawn(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, withdrawn_at=entry.at)


_CHANGES: Final = {
    "reject": _ended, "cancel": _ended, ABSORB: _absorbed, RENEW: _renewed, WITHDRAW: _withdrawn,
    "file": _filed, "dispatch": _dispatched, "return": _returned, "approve": _suspended, "resume": _resumed,
    "report": _reported, "pass": _passed, "fail": _failed, "review": _reviewed, "reopen": _reopened,
    "supervise": _supervised, "urge": _urged, "add-unit": _joined,
}  # fmt: skip
