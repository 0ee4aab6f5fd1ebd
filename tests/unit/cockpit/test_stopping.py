"""Ctrl-C in a long command: it ends between two steps, with exit 130 and one line that says how far it had come."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cockpit.commands import do_job, send_file
from cockpit.jobs import Jobs, Order, Progress, Work
from cockpit.stopping import Stoppable, stoppable
from streams.replay import Pace, Replay


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def pressed_at(step: int, times: int, after: list[int]) -> Jobs:
    """Jobs whose work has ten steps; in one of them Ctrl-C is pressed so often."""

    def work(progress: Progress) -> str:
        for n in range(1, 11):
            for _ in range(times if n == step else 0):
                ctrl_c()
            after.append(n)
            progress(n, 10)
        return "done"

    def prepare(order: Order) -> Work:
        return work

    return Jobs({"recompute": prepare, "replay": prepare})


@pytest.mark.parametrize(
    ("kind", "said"),
    [("recompute", "4 of 10 records counted anew; desk shows its old numbers"), ("replay", "4 of 10 letters tried")],
)
def test_the_step_in_hand_is_done_and_no_other(kind: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    before, steps = signal.getsignal(signal.SIGINT), list[int]()
    with pytest.raises(SystemExit) as ended:
        do_job(pressed_at(4, 1, steps), kind, Order("desk"))
    assert (ended.value.code, steps) == (130, [1, 2, 3, 4])
    assert f"stopped: {said}" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_time_it_ends_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[int] = []
    with pytest.raises(SystemExit) as ended:
        do_job(pressed_at(4, 2, steps), "replay", Order("desk"))
    assert (ended.value.code, steps) == (130, [1, 2, 3])
    assert "stopped: 3 of 10 letters tried" in capsys.readouterr().err


class Interrupted:
    """A sink during whose second batch Ctrl-C is pressed."""

    topic = "city.rows"

    def __init__(self) -> None:
        self.batches: list[int] = []

    def emit(self, values: Sequence[bytes], *_: object, **__: object) -> int:
        self.batches.append(len(values))
        if len(self.batches) == 2:
            ctrl_c()
        return len(values)

    def close(self) -> None: ...


def recording(folder: Path, rows: int) -> Path:
    file = folder / "rows.csv"
    file.write_text("at,n\n" + "".join(f"2026-05-06T08:{n % 60:02}:00Z,{n}\n" for n in range(rows)), "utf-8")
    return file


def test_a_recording_says_how_much_of_it_was_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sink, file = Interrupted(), recording(tmp_path, 20_000)
    with pytest.raises(SystemExit) as ended:
        send_file(Replay(file), sink, file.name, "city.rows")
    said = capsys.readouterr().err
    assert (ended.value.code, sink.batches) == (130, [5_000, 5_000])
    assert said.splitlines()[-1] == "stopped: 10,000 of 20,000 records sent to city.rows"
    assert "Traceback" not in said


@pytest.mark.parametrize("first", [True, False], ids=["before it waits", "while it waits"])
def test_who_waits_for_the_next_record_is_not_kept_waiting(first: bool, tmp_path: Path) -> None:
    sink, file = Interrupted(), recording(tmp_path, 2)
    presses = threading.Timer(0.05, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT))
    with pytest.raises(SystemExit) as ended, stoppable(lambda stop: stop.share) as stop:
        if first:
            ctrl_c()
        else:
            presses.start()
        Replay(file, Pace(speed=0.001)).run(sink, sleep=stop.sleep)
    assert (ended.value.code, sink.batches) == (130, [1])


def test_whatever_ends_well_ends_as_it_would() -> None:
    with stoppable(lambda stop: stop.share) as stop:
        stop.at(1, 2)
    assert stop.share == "1 of 2"


def test_any_other_command_ends_in_one_line() -> None:
    commands = typer.Typer(cls=Stoppable)

    @commands.command()
    def long() -> None:
        raise KeyboardInterrupt

    @commands.command()
    def other() -> None: ...

    ended = CliRunner().invoke(commands, ["long"])
    assert (ended.exit_code, ended.output.strip()) == (130, "stopped; what was acknowledged is kept")
