"""Runs the named stages of the tests one after the other, stops at the first that fails, and ends with a summary.

    python tests/run_stages.py style types fast proofs broker browser fault

Every test belongs to exactly one of the stages fast, broker, browser and fault, by its markers. What compares very many
random cases does few of them in the stage fast, which is for those who wait for it, and all of them in the stage proofs.
The last lines name the real servers that were used and end with pytest's own summary of each stage. Exit 0, or 1 when
a stage failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
SERVERS = re.compile(r"servers used: *(.+)")
SUMMARY = re.compile(r"^=+ (.*\b(?:passed|failed|errors?|skipped|deselected|no tests ran)\b.*) =+$")
COLOUR = re.compile(r"\x1b\[[\d;]*m")

MARKERS = {
    "fast": "not broker and not browser and not fault and not bench",
    "broker": "broker and not browser and not fault and not bench",
    "browser": "browser and not fault and not bench",
    "fault": "fault and not bench",
}
"""Stage → which tests it runs; together all but the benches, and none twice."""
AGAIN = {"proofs": f"proof and {MARKERS['fast']}"}
"""Stage → which tests of another stage it runs in their full form."""


@dataclass(frozen=True)
class Outcome:
    """How one stage went. `notes` are its summary and the servers it used, as pytest printed them."""

    stage: str
    code: int
    took_s: float
    summary: str
    servers: tuple[str, ...]


def commands(stage: str) -> list[list[str]]:
    """What the stage runs, in order."""
    if stage == "style":
        ours = ["app.py", "streams", "slots", "layers", "cockpit", "tests"]
        return [[PYTHON, "-m", "ruff", "check", *ours], [PYTHON, "-m", "ruff", "format", "--check", *ours]]
    if stage == "types":
        return [[PYTHON, "-m", "mypy"]]
    # Only the fast tests share nothing but the processor: the others have one broker, one browser, one machine to kill.
    beside = {"fast": ["-n", "2", "--dist", "loadfile"], "proofs": ["-n", "2", "--dist", "worksteal", "--timeout", "1800"]}
    return [[PYTHON, "-m", "pytest", "--color=no", *beside.get(stage, []), "-m", (MARKERS | AGAIN)[stage], "tests"]]


def run(stage: str) -> Outcome:
    """Runs the stage and passes its output on line by line. Blocks until it has ended."""
    began = time.monotonic()
    lines: list[str] = []
    code = 0
    for command in commands(stage):
        lines += (said := _stream(command, told(stage, os.environ)))[1]
        code = code or said[0]
    summary = next((found[1] for line in reversed(lines) if (found := SUMMARY.match(line))), "clean" if code == 0 else "failed")
    servers = tuple(found[1].strip() for line in lines if (found := SERVERS.match(line)) and found[1] != "none")
    return Outcome(stage, code, time.monotonic() - began, summary, servers)


def told(stage: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the stage's processes. They are hundreds, and keep what they compile."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | ({"COCKPIT_TEST_LONG": "1"} if stage in AGAIN else {})


def _stream(command: list[str], environment: Mapping[str, str]) -> tuple[int, list[str]]:
    lines = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            tell(line.rstrip("\n"))
            lines.append(COLOUR.sub("", line).rstrip())
    return process.returncode, lines


def summarise(outcomes: Sequence[Outcome], stages: Sequence[str]) -> None:
    """The last lines of the run."""
    tell("\n" + "-" * 72)
    for outcome in outcomes:
        tell(f"{'ok    ' if outcome.code == 0 else 'FAILED'} {outcome.stage:<8} {outcome.took_s:6.1f} s   {outcome.summary}")
    for stage in stages[len(outcomes) :]:
        tell(f"not run {stage}: an earlier stage failed")
    used = dict.fromkeys(server for outcome in outcomes for line in outcome.servers for server in line.split(" · "))
    tell(f"servers used: {' · '.join(used) or 'none'}")
    tell(f"===== {totals(outcomes)} in {sum(outcome.took_s for outcome in outcomes):.1f}s =====")


def totals(outcomes: Sequence[Outcome]) -> str:
    """`3 failed, 812 passed, 2 skipped` over all stages, in pytest's words; deselected ones run in another stage."""
    counts: dict[str, int] = {}
    for outcome in outcomes:
        for number, word in re.findall(r"(\d+) (failed|passed|skipped|xfailed|xpassed|errors?)\b", outcome.summary):
            word = "error" if word == "errors" else word
            counts[word] = counts.get(word, 0) + int(number)
        if outcome.code and not re.search(r"failed,|errors?\b|\d failed", outcome.summary):
            counts["failed"] = counts.get("failed", 0) + 1
    order = ("failed", "error", "passed", "skipped", "xfailed", "xpassed")
    return ", ".join(f"{counts[word]} {word}" for word in order if word in counts) or "0 passed"


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(stages: Sequence[str]) -> int:
    known = ["style", "types", *MARKERS, *AGAIN]
    if unknown := [stage for stage in stages if stage not in known]:
        tell(f"unknown stages {unknown}; allowed: {' '.join(known)}")
        return 2
    outcomes: list[Outcome] = []
    for stage in stages:
        tell(f"\n--- {stage} " + "-" * (68 - len(stage)))
        outcomes.append(run(stage))
        if outcomes[-1].code:
            break
    summarise(outcomes, stages)
    return int(any(outcome.code for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
