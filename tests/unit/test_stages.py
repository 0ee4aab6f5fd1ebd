"""Every test runs in exactly one stage of `make test`, and the end of a run says what happened."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from tests.run_stages import AGAIN, MARKERS, ROOT, Outcome, summarise, told, totals

MARKS = ("broker", "browser", "fault")
EVERY_MIX = [set(mix) for size in range(len(MARKS) + 1) for mix in combinations(MARKS, size)]


@pytest.mark.parametrize("marks", EVERY_MIX, ids=lambda marks: "+".join(sorted(marks)) or "none")
def test_every_mix_of_marks_has_one_stage(marks: set[str]) -> None:
    known = {mark: mark in marks for mark in (*MARKS, "bench")}
    stages = [stage for stage, expression in MARKERS.items() if eval(expression, {}, known)]
    assert len(stages) == 1


@pytest.mark.parametrize("marks", EVERY_MIX, ids=lambda marks: "+".join(sorted(marks)) or "none")
def test_the_full_forms_are_those_of_fast_tests(marks: set[str]) -> None:
    known = {mark: mark in marks for mark in (*MARKS, "bench")}
    assert eval(AGAIN["proofs"], {}, {**known, "proof": True}) == eval(MARKERS["fast"], {}, known)
    assert not eval(AGAIN["proofs"], {}, {**known, "proof": False})


def test_processes_keep_what_they_compile_and_proofs_are_in_full() -> None:
    mine = {"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    assert told("fast", mine) == {"PATH": "/bin"}
    assert told("proofs", mine) == {"PATH": "/bin", "COCKPIT_TEST_LONG": "1"}


@pytest.mark.parametrize("mark", MARKS)
def test_tests_in_a_marked_folder_carry_its_mark(mark: str) -> None:
    """So that none of them slips into the fast stage, where its servers are not expected."""
    unmarked = [test for path in (ROOT / "tests" / mark).glob("test_*.py") for test in _without(path, mark)]
    assert not unmarked


def _without(path: Path, mark: str) -> list[str]:
    """The tests of a file that carry the mark neither themselves nor through `pytestmark`."""
    body = ast.parse(path.read_text("utf-8")).body
    if any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark" and _names(node.value, mark)
        for node in body
    ):
        return []
    tests = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")]
    bare = [test for test in tests if not any(_names(decorator, mark) for decorator in test.decorator_list)]
    return [f"{path.name}::{test.name}" for test in bare]


def _names(node: ast.AST, mark: str) -> bool:
    return any(isinstance(inner, ast.Attribute) and inner.attr == mark for inner in ast.walk(node))


def test_an_unmarked_test_is_found(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text("import pytest\n@pytest.mark.fault\ndef test_a(): ...\ndef test_b(): ...\n")
    assert _without(path, "fault") == ["test_x.py::test_b"]
    path.write_text("import pytest\npytestmark = [pytest.mark.fault]\ndef test_b(): ...\n")
    assert _without(path, "fault") == []


GREEN = Outcome("fast", 0, 40.0, "812 passed, 3 deselected in 39.80s", ())
BROKER = Outcome("broker", 0, 60.0, "14 passed, 1 skipped in 59.00s", ("Apache Kafka 4.1 (KRaft, Java 17) · Valkey 9.1",))
RED = Outcome("browser", 1, 5.0, "2 failed, 3 passed in 4.90s", ("Chromium 156",))
TYPES = Outcome("types", 1, 5.0, "failed", ())


def test_totals_add_up_over_stages() -> None:
    assert totals([GREEN, BROKER]) == "826 passed, 1 skipped"
    assert totals([GREEN, BROKER, RED]) == "2 failed, 829 passed, 1 skipped"


def test_a_failed_stage_without_tests_counts_as_failed() -> None:
    assert totals([TYPES]) == "1 failed"


def test_the_last_lines_name_stages_servers_and_totals(capsys: pytest.CaptureFixture[str]) -> None:
    summarise([GREEN, BROKER, RED], ["fast", "broker", "browser", "fault"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3] == "not run fault: an earlier stage failed"
    assert lines[-2] == "servers used: Apache Kafka 4.1 (KRaft, Java 17) · Valkey 9.1 · Chromium 156"
    assert lines[-1] == "===== 2 failed, 829 passed, 1 skipped in 105.0s ====="


def test_a_machine_without_anything_is_told_the_command(tmp_path: Path) -> None:
    script = str(ROOT / "tests" / "setup_machine.py")
    done = subprocess.run([sys.executable, script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "missing: Chromium (the tests cannot run without it)" in done.stdout
    command = done.stdout.splitlines()[-1]
    assert "apt-get install --no-install-recommends chromium fonts-noto-cjk fontconfig openjdk-17-jre-headless maven" in command
    assert command.strip().startswith("apt-get" if os.geteuid() == 0 else "sudo apt-get")


def test_a_named_broker_needs_no_java(tmp_path: Path) -> None:
    script = str(ROOT / "tests" / "setup_machine.py")
    environment = {"PATH": str(tmp_path), "COCKPIT_TEST_KAFKA": "broker.example:9092"}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert "Java" not in done.stdout and "Chromium" in done.stdout
