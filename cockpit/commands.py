"""The bodies of commands that need more than one call: what they do, said on the terminal as it goes."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx
import msgspec

from cockpit.city import City
from cockpit.jobs import Jobs, Order
from cockpit.letters import Page, told
from cockpit.terminal import FAILED, WRONG_INPUT, complain, end, progress_bar, say, show_letters
from slots.ledger import LedgerError
from streams.letter_contract import Letters
from streams.source import StreamError

LOOK_S: Final = 0.3


def given_page(limit: int, before: str | None, stage: str | None, field: str | None) -> Page:
    """Which dead letters are to be listed."""
    try:
        return Page(limit, before, stage, field)
    except ValueError as error:
        end(WRONG_INPUT, f"--before: {error}")


def list_letters(letters: Letters, slot: str, page: Page, as_json: bool) -> None:
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


def ask_server(address: str, kind: str, order: Order) -> None:
    """Has a running cockpit do a job, with its progress bar. Ctrl-C ends the looking on, not the job."""
    since = {"from": order.since.isoformat()} if order.since else {}
    try:
        with httpx.Client(base_url=address, timeout=60) as client, progress_bar() as progress:
            job = _told(client.post("/api/v1/jobs", json={"kind": kind, "slot": order.slot} | since))
            task = progress.add_task(f"{kind} {order.slot} at {address}", total=None)
            while job["state"] == "running":
                time.sleep(LOOK_S)
                job = _told(client.get(f"/api/v1/jobs/{job['id']}"))
                progress.update(task, completed=job["done"], total=job["total"] or None)
    except httpx.HTTPError as error:
        end(FAILED, f"{address} does not answer: {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        end(FAILED, f"{address} goes on with it: GET {address.rstrip('/')}/api/v1/jobs/{job['id']}")
    if job["state"] == "failed":
        end(FAILED, job["message"])
    say.print(f"{order.slot}: {job['message']}")


def _told(answer: httpx.Response) -> dict[str, Any]:
    """What the server says; what it refuses ends the command with its words."""
    if answer.is_client_error or answer.is_server_error:
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        said = answer.json() if is_json else {"error": answer.text[:200]}
        hint = f" Hint: {said['hint']}" if said.get("hint") else ""
        end(WRONG_INPUT if answer.status_code == 422 else FAILED, f"{said['error']}.{hint}" if hint else said["error"])
    found: dict[str, Any] = answer.json()
    return found


def show_city(found: City) -> None:
    """Says that a city holds, what there is in it, and what is to be noted."""
    indicators = sum(len(slot.indicators) for slot in found.slots.values())
    say.print(
        f"[green]✓[/] {found.name}: {len(found.regions)} regions, {len(found.slots)} slots, {indicators} indicators, "
        f"{len(found.boards)} boards, {len(found.layers)} layers"
    )
    for report in found.regions.reports:
        say.print(f"  note: {report}")


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
