"""The incident's machine: every line of its table, and generated sequences against a plain model of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cockpit.dispatch.actor import Actor, Role
from cockpit.dispatch.incident import ENDED, CoUnit, Incident, State
from cockpit.dispatch.journal import Entry
from cockpit.dispatch.machine import RECEIVE, STEPS, fold, legal
from tests.forms import form
from tests.line import NOON

SEQUENCES = form(200, 10_000)
ABOVE = {"c": ("c",), "a": ("a", "c"), "b": ("b", "c"), "a1": ("a1", "a", "c")}
CHIEF, DEPARTMENT = Actor("wang", Role.CHIEF), Actor("u1", Role.DEPARTMENT)

DIAGRAM = {
    "REPORTED": {"accept": "ACCEPTED", "reject": "REJECTED"},
    "ACCEPTED": {"file": "FILED", "cancel": "CANCELLED"},
    "FILED": {"dispatch": "DISPATCHED", "cancel": "CANCELLED"},
    "DISPATCHED": {"sign": "SIGNED", "return": "FILED"},
    "SIGNED": {"start": "HANDLING"},
    "HANDLING": {"suspend": "SUSPEND_REQUESTED", "report": "REPORTED_BACK"},
    "SUSPEND_REQUESTED": {"approve": "SUSPENDED", "deny": "HANDLING"},
    "SUSPENDED": {"resume": "HANDLING"},
    "REPORTED_BACK": {"verify": "VERIFYING"},
    "VERIFYING": {"pass": "CLOSED", "fail": "DISPATCHED"},
    "CLOSED": {"review": "REVIEWED"},
    "REVIEWED": {"archive": "ARCHIVED", "reopen": "FILED"},
    "REJECTED": {}, "CANCELLED": {}, "ARCHIVED": {},
}  # fmt: skip
"""The picture of the domain, written a second time by hand."""
RECORDS = {"supervise", "urge", "add-unit", "note"}
SAID: dict[str, dict[str, Any]] = {"dispatch": {"unit": "u1"}, "review": {"stars": 5}, "add-unit": {"unit": "u9"}}


def row(incident: Incident | None, verb: str, **said: Any) -> Entry:
    """The row of a verb, a minute after the last one."""
    seq = incident.version + 1 if incident else 1
    target = STEPS[verb].target if verb in STEPS else "REPORTED"
    stands = incident.state.value if incident else None
    at = NOON + timedelta(minutes=seq)
    return Entry(seq, at, "li", "chief", None, "I1", "", verb, {**said, "from": stands, "to": target or stands})


def new(region: str = "a1") -> Incident:
    return fold(None, row(None, RECEIVE, title="t", category="roads", region=region, reported_at=NOON.isoformat()))


def after(*verbs: str | tuple[str, dict[str, Any]]) -> Incident:
    incident = new()
    for verb in verbs:
        name, said = verb if isinstance(verb, tuple) else (verb, SAID.get(verb, {}))
        incident = fold(incident, row(incident, name, **said))
    return incident


AT_WORK = ("accept", "file", "dispatch", "sign", "start")
CLOSED = (*AT_WORK, "report", "verify", "pass")


@pytest.mark.parametrize("state", State)
def test_the_table_is_the_picture(state: State) -> None:
    leading = {verb: step.target for verb, step in STEPS.items() if step.target is not None and state in step.sources}
    assert leading == DIAGRAM[state.value]


def test_reasons_are_asked_where_something_is_refused_or_undone() -> None:
    asked = {verb for verb, step in STEPS.items() if step.reason}
    assert asked == {"reject", "cancel", "return", "suspend", "deny", "fail", "reopen", "supervise"}


def test_records_change_no_state() -> None:
    assert {verb for verb, step in STEPS.items() if step.target is None} == RECORDS
    incident = after(*AT_WORK, ("supervise", {"reason": "slow"}), "urge", "urge", ("add-unit", {"unit": "u2"}))
    assert incident.state is State.HANDLING
    assert (incident.supervisions, incident.urge_level, incident.co_units) == (1, 2, (CoUnit("u2"),))


def test_returns_rework_and_wrong_dispatches_are_counted() -> None:
    again = after("accept", "file", "dispatch", ("return", {"reason": "not ours"}), ("dispatch", {"unit": "u1"}))
    assert (again.returns, again.wrong_dispatches, again.lead_unit) == (1, 0, "u1")
    other = after("accept", "file", "dispatch", ("return", {"reason": "not ours"}), ("dispatch", {"unit": "u2"}))
    assert (other.returns, other.wrong_dispatches, other.lead_unit) == (1, 1, "u2")
    rework = after(*AT_WORK, "report", "verify", ("fail", {"reason": "still open"}))
    assert (rework.state, rework.reworks, rework.lead_unit) == (State.DISPATCHED, 1, "u1")


def test_a_suspension_has_a_beginning_and_an_end() -> None:
    waiting = after(*AT_WORK, ("suspend", {"reason": "no parts"}))
    assert waiting.pauses == ()
    suspended = fold(waiting, row(waiting, "approve"))
    assert suspended.pauses[-1].since == suspended.changed_at and suspended.pauses[-1].until is None
    resumed = fold(suspended, row(suspended, "resume"))
    assert resumed.pauses[-1].until == resumed.changed_at and len(resumed.pauses) == 1


def test_only_a_bad_review_reopens() -> None:
    def verbs(stars: int) -> set[str]:
        return set(legal(after(*CLOSED, ("review", {"stars": stars})), CHIEF, ABOVE.__getitem__))

    assert "reopen" not in verbs(3) and "archive" in verbs(3)
    assert "reopen" in verbs(2) and "archive" in verbs(2)
    again = after(*CLOSED, ("review", {"stars": 1}), ("reopen", {"reason": "it came back"}))
    assert (again.state, again.reopened, again.stars, again.closed_at) == (State.FILED, 1, None, None)


def test_who_may_do_what() -> None:
    filed, at_work = after("accept", "file"), after(*AT_WORK)
    above = ABOVE.__getitem__
    assert set(legal(filed, Actor("sun", Role.DISPATCHER), above)) == {"dispatch", "urge", "add-unit", "note"}
    assert "dispatch" not in legal(filed, DEPARTMENT, above)
    assert set(legal(at_work, DEPARTMENT, above)) == {"suspend", "report", "note"}
    assert set(legal(at_work, Actor("zhang", Role.DEPARTMENT, unit="u1"), above)) == {"suspend", "report", "note"}
    assert set(legal(at_work, Actor("u2", Role.DEPARTMENT), above)) == {"note"}, "it is another department's"
    helped = fold(at_work, row(at_work, "add-unit", unit="u2"))
    assert set(legal(helped, Actor("u2", Role.DEPARTMENT), above)) == {"suspend", "report", "note"}
    assert set(legal(after(*AT_WORK, "report", "verify"), Actor("he", Role.INSPECTOR), above)) >= {"pass", "fail"}


def test_nobody_acts_outside_the_own_region() -> None:
    above = ABOVE.__getitem__
    for region, sees in (("c", True), ("a", True), ("a1", True), ("b", False)):
        assert bool(legal(new("a1"), replace_region(CHIEF, region), above)) is sees


def replace_region(actor: Actor, region: str) -> Actor:
    return replace(actor, region=region)


@settings(max_examples=SEQUENCES, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(some.tuples(some.sampled_from(sorted(STEPS)), some.sampled_from(list(Role)), some.integers(1, 5)), max_size=40))
def test_no_sequence_leads_where_the_picture_does_not(steps: list[tuple[str, Role, int]]) -> None:
    incident, state, log = new(), "REPORTED", [row(None, RECEIVE, title="t", category="roads", region="a1", reported_at="")]
    log = [replace(log[0], body={**log[0].body, "reported_at": NOON.isoformat()})]
    returns = reworks = 0
    for verb, role, stars in steps:
        if verb not in legal(incident, Actor("u1" if role is Role.DEPARTMENT else "li", role), ABOVE.__getitem__):
            continue
        assert role is not Role.SYSTEM
        said = {**SAID.get(verb, {}), **({"stars": stars} if verb == "review" else {})}
        entry = row(incident, verb, **said)
        incident = fold(incident, entry)
        log.append(entry)
        if verb not in RECORDS:
            assert verb in DIAGRAM[state], f"{verb} in {state}"
            state = DIAGRAM[state][verb]
        returns, reworks = returns + (verb == "return"), reworks + (verb == "fail")
        assert incident.state.value == state
        assert (incident.returns, incident.reworks) == (returns, reworks)
        open_pauses = [pause for pause in incident.pauses if pause.until is None]
        assert len(open_pauses) == (state == "SUSPENDED")
    if state in ENDED:
        assert not legal(incident, CHIEF, ABOVE.__getitem__)
    folded: Incident | None = None
    for entry in log:
        folded = fold(folded, entry)
    assert folded == incident
