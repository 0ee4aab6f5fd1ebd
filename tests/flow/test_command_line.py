"""The commands as they are typed: what they print and how they end. 0 done, 1 failed, 2 the input was wrong."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app import command_line
from cockpit.state import state_folder
from slots.ledger import Commit
from slots.ledger_memory import MemoryLedger
from streams.embedded import EmbeddedLog
from streams.letter import DeadLetter, encode
from tests.running import ROOT

CITIES = ROOT / "tests" / "cities"
TINY = str(CITIES / "tiny")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with its state in a folder of the test's own."""

    def go(*arguments: str, **settings: str) -> Result:
        environment = {"COCKPIT_STATE": str(tmp_path), "COLUMNS": "220", **settings}
        return CliRunner().invoke(command_line, arguments, env=environment)  # type: ignore[return-value]

    return go


def record(**changes: object) -> dict[str, object]:
    made = {"id": "r1", "created_at": datetime.now(UTC).isoformat(), "district": "7701", "category": "water", "wait_s": 8}
    return {**made, **changes}


def test_check_says_what_a_good_city_holds(run: Run) -> None:
    result = run("check", TINY)
    assert result.exit_code == 0
    assert "6 regions, 3 slots" in result.output


def test_check_lists_every_mistake_of_a_wrong_city(run: Run) -> None:
    result = run("check", str(CITIES / "wrong"))
    assert result.exit_code == 2
    expected = (CITIES / "wrong.txt").read_text("utf-8").splitlines()
    assert result.stderr.splitlines()[: len(expected)] == expected


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "cockpit.city.example"])
def test_serve_refuses_to_be_reached_from_elsewhere(run: Run, host: str) -> None:
    result = run("serve", TINY, "--host", host)
    assert result.exit_code == 2
    assert "not a loopback address" in result.stderr
    assert "127.0.0.1" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("serve", TINY), {"COCKPIT_KAKFA": "x:9092"}, "COCKPIT_KAFKA"),
        (("serve", TINY), {"COCKPIT_PORT": "many", "COCKPIT_STAT": "x"}, "COCKPIT_STATE"),
        (("serve", TINY), {"COCKPIT_SECRET": "x"}, "at least 24 characters"),
        (("serve", TINY, "--no-ingest"), {}, "COCKPIT_REDIS"),
        (("ingest", TINY), {}, "COCKPIT_KAFKA and COCKPIT_REDIS"),
        (("demo", "--city", "yunzho"), {}, "yunzhou"),
        (("dry-run", TINY, "hotlin", "--last", "10m"), {}, "did you mean 'hotline'"),
        (("dry-run", TINY, "hotline"), {}, "--file or --last"),
        (("dry-run", TINY, "hotline", "--last", "soon"), {}, "30s 10m 24h 7d"),
        (("dead-letters", TINY, "hotline", "--before", "381"), {}, "topic[partition]@offset"),
        (("replay", "nothing.csv", "--topic", "t", "--to", "http://127.0.0.1:1"), {}, "nothing.csv"),
        (("replay", __file__, "--topic", "t", "--to", "ftp://x"), {}, ""),
    ],
)
def test_wrong_input_says_what_is_right_and_ends_with_2(
    run: Run, arguments: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    result = run(*arguments, **settings)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_is_said_to_be_in_use(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", TINY, "--port", str(port))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"cannot listen on 127.0.0.1:{port}")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert run("serve", TINY, "--port", "99999").exit_code == 2


def test_a_state_in_use_is_said_to_be_in_use(run: Run, tmp_path: Path) -> None:
    from cockpit.settings import read_settings

    with state_folder(read_settings({"COCKPIT_STATE": str(tmp_path)}), "tiny", "ingest"):
        result = run("serve", TINY, "--port", "0")
    assert result.exit_code == 1
    assert "another cockpit is running" in result.stderr


def test_a_dry_run_counts_refuses_and_reads(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    lines = [record(), record(id="r2", wait_s="8"), record(id="r3", district="zz"), record(id="r4", wait_s=12)]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    with file.open("a") as more:
        more.write("\n{not json\n")
    result = run("dry-run", TINY, "hotline", "--file", str(file))
    assert result.exit_code == 0, result.output
    assert "5 records: 2 accepted, 3 rejected" in result.stdout
    assert "wait_s" in result.stdout and "'zz'" in result.stdout
    assert "hotline.wait" in result.stdout and "10 s" in result.stdout


def test_a_dry_run_of_the_last_minutes_reads_the_log(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    log = EmbeddedLog(tmp_path / "tiny" / "log.sqlite")
    old_ms = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    log.sink("city.hotline").emit([json.dumps(record()).encode()] * 3)
    log.sink("city.hotline").emit([json.dumps(record()).encode()] * 2, None, [old_ms] * 2)
    log.close()
    assert "3 records: 3 accepted" in run("dry-run", TINY, "hotline", "--last", "10m").stdout
    assert "5 records: 5 accepted" in run("dry-run", TINY, "hotline", "--last", "2h").stdout


def letter(offset: int, **changes: object) -> DeadLetter:
    raw = json.dumps(record(**changes)).encode()
    why = "field 'wait_s' must be float, got str '8'"
    return DeadLetter("hotline", "city.hotline", 2, offset, datetime.now(UTC), "decode", why, raw, field="wait_s")


def write(tmp_path: Path, *letters: DeadLetter) -> None:
    (tmp_path / "tiny").mkdir(exist_ok=True)
    log = EmbeddedLog(tmp_path / "tiny" / "log.sqlite")
    log.sink("tiny.dead-letters").emit([encode(one) for one in letters], [one.slot.encode() for one in letters])
    log.close()


def test_dead_letters_are_listed_with_address_and_reason_causes_first(run: Run, tmp_path: Path) -> None:
    assert "no dead letters" in run("dead-letters", TINY, "hotline").stdout
    assert "no dead letters" in run("dead-letters", TINY, "dispatch.feedback").stdout
    assert "has no slot 'dispatch.feedback'" in run("dead-letters", TINY, "dispatch.feedback", "replay").output
    write(tmp_path, letter(381, id="[bold]"), letter(382), letter(383))
    result = run("dead-letters", TINY, "hotline", "list", "--limit", "2")
    assert result.exit_code == 0
    assert "3  field 'wait_s' must be float  decode, since 20" in result.stdout
    assert "city.hotline[2]@383" in result.stdout and "@381" not in result.stdout
    assert "2 of 3 shown; 3 kept; older: --before 'city.hotline[2]@382'" in result.stdout
    older = run("dead-letters", TINY, "hotline", "--before", "city.hotline[2]@382")
    assert "@381" in older.stdout and '"[bold]"' in older.stdout and "@382" not in older.stdout
    assert "0 of 0 shown" in run("dead-letters", TINY, "hotline", "--stage", "region").stdout
    told = json.loads(run("dead-letters", TINY, "hotline", "--json", "--field", "wait_s").stdout)
    assert [one["offset"] for one in told["letters"]] == [383, 382, 381]
    assert (told["count"], told["causes"][0]["count"]) == (3, 3)


def test_dead_letters_are_counted_once_however_often_they_are_replayed(run: Run, tmp_path: Path) -> None:
    write(tmp_path, letter(1), letter(2, wait_s="9"), letter(3, created_at="2026-01-01T08:00:00Z"))
    ledger = MemoryLedger(tmp_path / "tiny" / "ledger.sqlite")
    ledger.commit(Commit("hotline", {"city.hotline/2": None}, {"city.hotline/2": 10}, {}, {"rejected": 3}, {}, {}, None, None, 1))
    ledger.close()
    first = run("dead-letters", TINY, "hotline", "replay")
    assert first.exit_code == 0, first.output
    assert "hotline: 2 counted, 1 refused again" in first.stdout
    again = run("dead-letters", TINY, "hotline", "replay")
    assert "hotline: 0 counted, 1 refused again" in again.stdout
    ledger = MemoryLedger(tmp_path / "tiny" / "ledger.sqlite")
    assert (ledger.state("hotline").counters["accepted"], ledger.state("hotline").counters["replayed"]) == (2, 2)
    assert ledger.state("calls").sequence == 0
    ledger.close()
    left = json.loads(run("dead-letters", TINY, "hotline", "--json").stdout)
    assert [(one["offset"], one["field"]) for one in left["letters"]] == [(2, "wait_s")]


def test_every_city_in_the_repository_is_right(run: Run, tmp_path: Path) -> None:
    for city in (CITIES / "tiny", CITIES / "beijing", CITIES / "cabs", ROOT / "cockpit" / "demo" / "yunzhou"):
        copy = shutil.copytree(city, tmp_path / city.name)
        result = run("check", str(copy))
        assert result.exit_code == 0, result.stderr
