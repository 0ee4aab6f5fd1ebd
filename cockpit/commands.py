"""The bodies of commands that need more than one call: what they do, said on the terminal as it goes."""

from __future__ import annotations

import msgspec

from cockpit.jobs import Jobs, Order
from cockpit.letters import Page, told
from cockpit.terminal import FAILED, WRONG_INPUT, complain, end, progress_bar, say, show_letters
from slots.ledger import LedgerError
from streams.dead_letters import DeadLetters
from streams.source import StreamError


def given_page(limit: int, before: str | None, stage: str | None, field: str | None) -> Page:
    """Which dead letters are to be listed."""
    try:
        return Page(limit, before, stage, field)
    except ValueError as error:
        end(WRONG_INPUT, f"--before: {error}")


def list_letters(letters: DeadLetters, slot: str, page: Page, as_json: bool) -> None:
    """Prints a slot's dead letters, as the topic says them now; where it is away, as it said them last."""
    try:
        letters.catch_up(slot)
    except StreamError as error:
        complain.print(f"{error}; this is what was known before:", markup=False)
    found = told(letters.view, slot, page)
    if as_json:
        say.out(msgspec.json.format(msgspec.json.encode(found)).decode(), highlight=False)
    elif not found["count"] + found["dropped"]:
        say.print(f"{slot} has no dead letters")
    else:
        show_letters(found)


def do_job(jobs: Jobs, kind: str, order: Order) -> None:
    """Does a job in this process, with a progress bar."""
    with progress_bar() as progress:
        task = progress.add_task(f"{kind} {order.slot}", total=None)
        try:
            done = jobs.kinds[kind](order)(lambda done, total: progress.update(task, completed=done, total=total))
        except (ValueError, StreamError, LedgerError) as error:
            progress.stop()
            end(FAILED, str(error))
    say.print(f"{order.slot}: {done}")
