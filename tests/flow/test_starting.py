"""Ctrl-C while the modules of a command are being loaded: one line, exit 130, whoever starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.broker.process import free_port
from tests.running import cockpit

ROOT = Path(__file__).resolve().parents[2]
NOT_AT_START = {
    "apprise", "confluent_kafka", "duckdb", "fastavro", "flask", "folium", "geopandas", "httpx", "jinja2", "kafka", "matplotlib",
    "pandas", "polars.testing", "psycopg", "pyarrow", "pydeck", "pyogrio", "redis", "scipy", "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
}  # fmt: skip
"""Each would make every start wait, for what one of many cities or one command needs."""
ALMOST = """
import signal, sys
class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "uvicorn":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Pressed())
sys.argv = ["cockpit", "check", "tests/cities/tiny"]
"""
"""Presses Ctrl-C where the module `uvicorn` would be loaded."""
WAYS = {
    "cockpit": "from cockpit.starting import main; main()",
    "python app.py": "import runpy; runpy.run_path('app.py', run_name='__main__')",
}


@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c_while_loading_says_one_line(way: str) -> None:
    command = [sys.executable, "-c", ALMOST + WAYS[way]]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "stopped\n")


def test_ctrl_c_afterwards_is_left_to_the_command() -> None:
    """What `leave` does is for the loading only."""
    program = "import signal, sys, app; sys.argv = ['cockpit', '--help']\ntry: app.main()\nexcept SystemExit: pass\n"
    program += "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler"
    start = f"import signal\nfrom cockpit.starting import leave\nsignal.signal(signal.SIGINT, leave)\n{program}"
    assert subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, timeout=120, check=False).returncode == 0


def test_serving_loads_nothing_it_does_not_need_to_be_ready(tmp_path: Path) -> None:
    port = free_port()
    with cockpit("serve", "tests/cities/tiny", state=tmp_path, settings={"PYTHONPROFILEIMPORTTIME": "1"}, port=port):
        said = (tmp_path / f"printed-{port}.txt").read_text("utf-8", "replace")
    loaded = {line.rpartition("|")[2].strip() for line in said.splitlines() if line.startswith("import time:")}
    assert {"dash", "polars", "cockpit.server"} <= loaded
    assert not NOT_AT_START & loaded
