"""What the commands print: one line of truth each, tables where there is more, a bar for whatever takes long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cockpit.parts import Parts, SetAsideRecord
from cockpit.settings import Settings
from slots import DryRun

DONE, FAILED, WRONG_INPUT = 0, 1, 2

say = Console(highlight=False, soft_wrap=True)
complain = Console(stderr=True, highlight=False, soft_wrap=True)


def end(code: int, *lines: str) -> NoReturn:
    """Says why on the error stream and ends the process with this code."""
    for line in lines:
        complain.print(escape(line))
    raise SystemExit(code)


def progress_bar() -> Progress:
    """A bar with numbers and the time that remains; plain where nobody looks."""
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=say)


def banner(parts: Parts, address: str, settings: Settings, *, demonstration: bool) -> None:
    """The address, what was started, and how to stop it."""
    city = parts.city
    ledger = settings.redis_shown or "memory, with a snapshot every 5 s"
    title = " ".join(filter(None, (city.title.get("zh"), city.title.get("en"))))
    say.print(f"\n[bold]{escape(title)}[/]  [bold cyan]{address}[/]  (English: {address}?lang=en)")
    say.print(f"  log      {escape(parts.log.address)}")
    say.print(f"  ledger   {ledger}")
    say.print(f"  slots    {', '.join(city.slots)}")
    say.print(f"  boards   {', '.join(city.boards)}")
    say.print(f"  {'demonstration data; ' if demonstration else ''}this machine only (loopback), no login")
    say.print("Ctrl-C stops; everything acknowledged is kept.\n")


def show_dry_run(run: DryRun, given: int) -> None:
    """The counters, the refused records with their reasons, and the indicators."""
    say.print(f"{given:,} records: " + ", ".join(f"{n:,} {name}" for name, n in run.counters.items()))
    if run.refused:
        say.print(_table(("record", "stage", "reason"), [(str(n), stage, reason) for n, stage, reason in run.refused[:50]]))
        say.print(f"… and {len(run.refused) - 50:,} more" if len(run.refused) > 50 else "")
    rows = [
        (
            one.indicator,
            "—" if one.value is None else f"{one.value:,.4g} {'' if one.unit == '1' else one.unit}".rstrip(),
            f"{one.count:,}",
        )
        for one in run.readings
    ]
    say.print(_table(("indicator", "value", "records"), rows))


def show_letters(letters: Sequence[SetAsideRecord], kept: int, dropped: int) -> None:
    """A table of dead letters, newest first."""
    rows = [
        (
            f"{one.topic}[{one.partition}]@{one.offset}",
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            one.stage,
            one.reason,
            one.raw[:80].decode("utf-8", "replace"),
        )
        for one in letters
    ]
    say.print(_table(("address", "set aside (UTC)", "stage", "reason", "record"), rows))
    say.print(f"{len(rows):,} of {kept:,} kept" + (f"; {dropped:,} more were only counted" if dropped else ""))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for i, head in enumerate(heads):
        table.add_column(head, no_wrap=i == 0, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
