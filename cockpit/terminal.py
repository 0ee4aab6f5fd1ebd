"""What the commands print: one line of truth each, tables where there is more, a bar for whatever takes long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cockpit.parts import Parts
from cockpit.settings import Settings
from cockpit.tile_services import keyless
from slots import DryRun

DONE, FAILED, WRONG_INPUT, STOPPED = 0, 1, 2, 130

say = Console(highlight=False, soft_wrap=True)
complain = Console(stderr=True, highlight=False, soft_wrap=True)


def end(code: int, *lines: str) -> NoReturn:
    """Says why on the error stream and ends the process with this code."""
    for line in lines:
        complain.print(escape(line))
    raise SystemExit(code)


def many(number: int, noun: str) -> str:
    """The number with its noun: `1 board`, `2,000 boards`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


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
    say.print(f"  history  {escape(settings.history_shown)}")
    say.print(f"  slots    {', '.join(city.slots)}")
    say.print(f"  boards   {', '.join(city.boards)}")
    if lacking := keyless(city.layers, settings.map_key):
        say.print(f"  map      {', '.join(lacking)} stays empty: its service needs a key, set COCKPIT_MAP_KEY")
    say.print(f"  {'demonstration data; ' if demonstration else ''}this machine only (loopback), no login")
    say.print("Ctrl-C stops; everything acknowledged is kept.\n")


def show_dry_run(run: DryRun, given: int) -> None:
    """The counters, the refused records with their reasons, and the indicators."""
    say.print(f"{many(given, 'record')}: " + ", ".join(f"{n:,} {name}" for name, n in run.counters.items()))
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


def show_letters(told: Mapping[str, Any]) -> None:
    """Dead letters as cockpit.letters.told says them: first the causes, then the letters, newest first.

    A line a letter, as wide as the terminal; whole where nobody looks.
    """
    width = say.width if say.is_terminal else None
    for one in told["causes"]:
        since = f"{one['stage']}, since {one['since']:%Y-%m-%d %H:%M:%S} UTC"
        reason = cut(one["reason"], width and width - 11 - len(since))
        say.print(f"{one['count']:>7,}  {escape(reason)}  [dim]{since}[/]")
    for line in letter_lines(told["letters"], width):
        say.print(escape(line))
    rows = told["letters"]
    notes = [f"{len(rows):,} of {told['found']:,} shown", f"{told['count']:,} kept"]
    notes += [f"{told['truncated']:,} cut at 64 KiB, which are never replayed"] if told["truncated"] else []
    notes += [f"{told['dropped']:,} more were only counted: there was no room"] if told["dropped"] else []
    notes += [f"older: --before '{escape(told['next'])}'"] if told["next"] else []
    say.print("; ".join(notes))


HEADS = ("address", "set aside (UTC)", "stage", "field", "reason", "record")
LEAST = 12
"""Columns of a terminal that a reason or a record has at least, however narrow it is."""


def letter_lines(letters: Sequence[Mapping[str, Any]], width: int | None) -> list[str]:
    """A table of letters without frame. What is longer than its share of `width` is cut; None: nothing is."""
    rows = [
        (one["address"], f"{one['at']:%Y-%m-%d %H:%M:%S}", one["stage"], one["field"] or "", one["reason"], one["raw"][:80])
        for one in letters
    ]
    widths = [max(cell_len(cell) for cell in column) for column in zip(HEADS, *rows, strict=True)]
    if width is not None:
        rest = width - sum(widths[:4]) - len(HEADS) + 1
        record = min(widths[5], max(LEAST, rest - min(widths[4], max(LEAST, rest * 2 // 3))))
        widths[4:] = min(widths[4], max(LEAST, rest - record)), record
    return [
        " ".join(set_cell_size(cut(cell, size), size) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in (HEADS, *rows)
    ]


def cut(text: str, width: int | None) -> str:
    """The text in one line, so many columns wide at most, with … where something is missing. None: as it is."""
    text = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
    if width is None or cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width, LEAST) - 1).rstrip() + "…" if cell_len(text) > max(width, LEAST) else text


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for i, head in enumerate(heads):
        table.add_column(head, no_wrap=i == 0, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
