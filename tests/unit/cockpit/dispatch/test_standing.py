"""Which of its two clocks an incident is told with: the worst light, then what is due first, what stands last."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cockpit.dispatch.limits import Clock, Limits, Moved, clocks
from cockpit.dispatch.standing import moments, pressing
from cockpit.dispatch.working_time import WorkingTime
from tests.clocks import HOUR_S, PAIRS, clock
from tests.line import NOON


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_worst_light_then_the_one_due_first_then_what_stands(one: Clock, other: Clock) -> None:
    assert pressing(one, other) is one and pressing(other, one) is one


def test_one_is_told_where_there_is_no_other_and_none_where_no_limit_holds() -> None:
    alone = clock("alone", 10, 9)
    assert (pressing(None, alone), pressing(alone, None), pressing(None, None)) == (alone, alone, None)


def test_one_that_ran_out_before_it_stood_presses_behind_one_that_runs_and_has() -> None:
    stands = Clock("stands", HOUR_S, 2 * HOUR_S, NOON - timedelta(hours=9), running=False)
    runs = clock("runs", 1, 2)
    assert pressing(stands, runs) is runs


def at(moment: datetime) -> Clock:
    limits = Limits(WorkingTime.around_the_clock("UTC"), timedelta(hours=10), {})
    moves = [
        Moved("REPORTED", NOON),
        Moved("SUSPENDED", NOON + timedelta(hours=9)),
        Moved("HANDLING", NOON + timedelta(hours=12)),
    ]
    overall = clocks(moves, limits, moment).overall
    assert overall is not None
    return overall


@pytest.mark.parametrize("hours", [1, 8.5, 12.5, 14])
def test_the_moments_tell_the_light_of_every_moment_while_it_runs(hours: float) -> None:
    now = NOON + timedelta(hours=hours)
    told = moments(at(now))
    assert told is not None and told["running"] and told["due"] and told["yellow"]
    due, yellow = datetime.fromisoformat(told["due"]), datetime.fromisoformat(told["yellow"])
    assert told["light"] == ("green" if now <= yellow else "yellow" if now <= due else "red")
    assert yellow == NOON + timedelta(hours=8) and due == NOON + timedelta(hours=10 if hours < 9 else 13)


def test_one_that_stands_tells_its_light_for_good() -> None:
    told = moments(at(NOON + timedelta(hours=11)))
    assert told is not None and (told["running"], told["yellow"], told["due"], told["light"]) == (False, None, None, "yellow")
    assert moments(None) is None
