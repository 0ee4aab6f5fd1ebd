"""Runs the benches and prints their table; writes bench.json.

    python -m tests.bench                       all of them
    python -m tests.bench start ingest          some of them
    python -m tests.bench --rounds 5            more rounds: figures of a shared machine are noisy, medians less so

A ratio compares figures of the same run only. Exit 0 when every aim was met, else 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.row import Row

BENCHES = (
    "start", "first_pixel", "ingest", "quix", "workers", "drill", "entities", "memory", "locate", "map", "live", "pixel",
    "frames", "journal", "orders",
)  # fmt: skip
"""Each is one file, bench_NAME.py, with `measure(rounds: int) -> list[Row]`."""


def table(rows: Sequence[Row]) -> Table:
    """The rows as people read them."""
    shown = Table(title="City Cockpit, measured", title_justify="left")
    for column in ("bench", "what"):
        shown.add_column(column)
    for column in ("value", "spread", "ratio", "aim", "met"):
        shown.add_column(column, justify="right", no_wrap=True)
    shown.add_column("against")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        spread = "" if row.spread is None else f"{row.spread:.0%}"
        met = {True: "yes", False: "NO", None: ""}[row.met]
        shown.add_row(row.bench, row.name, f"{figure(row.value)} {row.unit}", spread, ratio, str(row.aim or ""), met, row.against)
    return shown


def figure(value: float) -> str:
    """Three digits at least, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = next((line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the cockpit.")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"any of: {' '.join(BENCHES)} (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per figure, interleaved; medians are shown (default: 3)")
    parser.add_argument("--to", type=Path, default=Path("bench.json"), help="where the figures go (default: bench.json)")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.benches if name not in BENCHES]:
        parser.error(f"no bench {', '.join(unknown)}; allowed: {' '.join(BENCHES)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers of a bench are ended with it
    console = Console(width=None if sys.stdout.isatty() else 140)
    rows: list[Row] = []
    for name in given.benches or BENCHES:
        console.print(f"measuring {name} …")
        rows += import_module(f"tests.bench.bench_{name}").measure(given.rounds)
    console.print(table(rows))
    for note in dict.fromkeys(row.note for row in rows if row.note):
        console.print(f"  {note}", highlight=False)
    console.print("  " + ", ".join(f"{key} {value}" for key, value in machine().items()), highlight=False)
    figures = [{**asdict(row), "met": row.met} for row in rows]
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "rows": figures}
    given.to.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if all(row.met is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
