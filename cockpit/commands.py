"""The bodies of commands that need more than one call: what they do, said on the terminal as it goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from rich.progress import Progress, TaskID

from cockpit.city import City
from cockpit.datum_finding import find_datum
from cockpit.dispatch.announcing import FEEDBACK
from cockpit.given import given_slot
from cockpit.given_file import records_of
from cockpit.jobs import Jobs, Order
from cockpit.joining import join_notes
from cockpit.letters import Page, told
from cockpit.static_layers import reports
from cockpit.stopping import Stop, stoppable
from cockpit.terminal import FAILED, STOPPED, WRONG_INPUT, complain, end, many, progress_bar, say, show_letters
from slots import as_batch, seconds
from slots.ledger import LedgerError
from slots.slot import Slot
from streams.clock import system_clock
from streams.codecs import Codec
from streams.letter_contract import Letters
from streams.record import Batch
from streams.replay import Replay
from streams.source import Log, Sink, StreamError

if TYPE_CHECKING:
    import httpx

LOOK_S: Final = 0.3
LOOKED_AT: Final = 200_000
"""Records that a command looks at, at most."""
STOPS: Final[Mapping[str, str]] = {
    "recompute": "records counted anew; {slot} shows its old numbers until one comes to its end",
    "replay": "letters tried, each counts once. Hint: the same command takes the rest",
}
"""What a job that was stopped leaves, after how far it had come."""


def given_page(city: City, slot: str, limit: int, before: str | None, stage: str | None, field: str | None) -> Page:
    """Which dead letters are to be listed: of a slot, or of the answers from the field."""
    if slot != FEEDBACK:
        given_slot(city, slot)
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
    import httpx  # who serves asks nobody

    since = {"from": order.since.isoformat()} if order.since else {}
    job: dict[str, Any] = {}
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
        asked = f"{address} goes on with it: GET {address.rstrip('/')}/api/v1/jobs/{job['id']}" if job else "before it was asked"
        end(STOPPED, f"stopped: {asked}")
    if job["state"] == "failed":
        end(FAILED, job["message"])
    say.print(f"{order.slot}: {job['message']}")


def _told(answer: httpx.Response) -> dict[str, Any]:
    """What the server says; what it refuses ends the command with its words."""
    if answer.is_client_error or answer.is_server_error:
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        said = answer.json() if is_json else {"error": answer.text[:200]}
        end(WRONG_INPUT if answer.status_code == 422 else FAILED, refusal(said))
    found: dict[str, Any] = answer.json()
    return found


def refusal(said: Mapping[str, str]) -> str:
    """What a server has refused, as one line."""
    return f"{said['error'].rstrip('.')}. Hint: {said['hint']}" if said.get("hint") else said["error"]


def show_city(found: City) -> None:
    """Says that a city holds, what there is in it, and what is to be noted."""
    indicators = sum(len(slot.indicators) for slot in found.slots.values())
    say.print(
        f"[green]✓[/] {found.name}: {many(len(found.regions), 'region')}, {many(len(found.slots), 'slot')}, "
        f"{many(indicators, 'indicator')}, {many(len(found.boards), 'board')}, {many(len(found.layers), 'layer')}"
    )
    for report in (*found.regions.reports, *reports(found.layers), *join_notes(found.regions, found.layers)):
        say.print(f"  note: {report}", markup=False)


def given_records(slot: Slot, file: Path | None, last: str | None, opened: Callable[[], Log]) -> Batch:
    """The records to look at: of a file, or the last of the slot's topic."""
    if (file is None) == (last is None):
        end(WRONG_INPUT, "give either --file or --last")
    try:
        if file is not None:
            return as_batch(slot, records_of(file, slot))
        now_ms, since_s = int(system_clock().timestamp() * 1000), seconds(last)
        with closing(opened()) as log:
            return log.read(slot.source.topic, now_ms - since_s * 1000, now_ms + 1, LOOKED_AT)
    except ValueError as error:
        end(WRONG_INPUT, str(error))
    except StreamError as error:
        end(FAILED, str(error))


def show_datum(found: City, slot: Slot, records: Batch, codec: Codec, fields: str | None) -> None:
    """Says which datum fits the records best, by how much, and what to do about it."""
    named = [name.strip() for name in fields.split(",")] if fields else []
    if fields and len(named) != 3:
        end(WRONG_INPUT, f"--fields is LON,LAT,CODE, got {fields!r}")
    try:
        guess, joined = find_datum(slot, records, codec, found.regions, named)
    except ValueError as error:
        end(WRONG_INPUT, str(error))
    for datum, share in guess.shares.items():
        mark = " (declared)" if datum == slot.region.datum else ""
        say.print(f"  {share:>6.1%}  {datum}{mark}")
    say.print(f"{guess.tested:,} points inside the region they are said to lie in; codes: {joined}", markup=False)
    if not guess.sure:
        say.print("not sure: too few points, or the regions are too large to tell. Hint: some hundred points near borders")
    elif guess.datum != slot.region.datum:
        say.print(f"the records look like {guess.datum}. Hint: region: {{datum: {guess.datum}}} in slots/{slot.slot}.yaml")


def do_job(jobs: Jobs, kind: str, order: Order) -> None:
    """Does a job in this process, with a progress bar. Ctrl-C ends it between two steps."""
    with stoppable(lambda stop: f"{stop.share} {STOPS[kind].format(slot=order.slot)}") as stop, progress_bar() as progress:
        task = progress.add_task(f"{kind} {order.slot}", total=None)
        try:
            done = jobs.kinds[kind](order)(_both(progress, task, stop))
        except (ValueError, StreamError, LedgerError) as error:
            progress.stop()
            end(FAILED, str(error))
    say.print(f"{order.slot}: {done}")


def send_file(replay: Replay, sink: Sink, name: str, topic: str) -> None:
    """Sends a recording, with a progress bar. Ctrl-C ends it between two batches."""
    with stoppable(lambda stop: f"{stop.done:,} of {len(replay):,} records sent to {topic}") as stop, progress_bar() as progress:
        task = progress.add_task(f"{name} → {topic}", total=len(replay))
        try:
            sent = replay.run(sink, sleep=stop.sleep, progress=_both(progress, task, stop))
        except StreamError as error:
            progress.stop()
            end(FAILED, str(error))
    say.print(f"{sent:,} records sent to {topic}")


def _both(progress: Progress, task: TaskID, stop: Stop) -> Callable[[int, int], None]:
    """Shows how far the work is, and ends it here where that was asked for."""

    def told(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)
        stop.at(done, total)

    return told
