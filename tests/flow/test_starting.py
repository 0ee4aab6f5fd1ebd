"""Ctrl-C while the modules of a command are being loaded: one line, exit 130, whoever starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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
