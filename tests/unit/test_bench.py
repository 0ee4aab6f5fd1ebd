"""The frame of the benches: aims are judged by ratio, and every bench is one file that is listed."""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import __main__ as bench
from tests.bench.row import Aim, Row, spread


def test_a_row_is_judged_by_its_ratio_and_else_by_its_value() -> None:
    assert Row("b", "n", 90.0, "/s", "bare", 0.76, Aim("at least", 0.75)).met is True
    assert Row("b", "n", 90.0, "/s", "bare", 0.74, Aim("at least", 0.75)).met is False
    assert Row("b", "n", 3.1, "s", aim=Aim("at most", 3.0)).met is False
    assert Row("b", "n", 3.1, "s").met is None


def test_spread_is_relative_to_the_median() -> None:
    assert spread([90.0, 100.0, 120.0]) == pytest.approx(0.3)


def test_every_bench_is_a_listed_file_that_measures() -> None:
    files = {path.stem.removeprefix("bench_") for path in Path(bench.__file__).parent.glob("bench_*.py")}
    assert files == set(bench.BENCHES)
    assert all(callable(import_module(f"tests.bench.bench_{name}").measure) for name in bench.BENCHES)


def test_the_table_says_what_was_not_met() -> None:
    shown = Console(width=160, file=io.StringIO())
    shown.print(bench.table([Row("ingest", "whole line", 31_794.0, "records/s", "bare poll", 0.47, Aim("at least", 0.75), 0.28)]))
    assert isinstance(shown.file, io.StringIO)
    text = shown.file.getvalue()
    assert "31,794 records/s" in text and "0.47 x" in text and "≥ 0.75" in text and "NO" in text


def test_an_unknown_bench_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        bench.main(["ingst"])
    assert refused.value.code == 2
    assert " ".join(bench.BENCHES) in capsys.readouterr().err
