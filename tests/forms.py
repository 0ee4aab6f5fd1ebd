"""How much a test does: as much as the fast stage has time for, or what the promise says."""

from __future__ import annotations

import os
from typing import Final

import pytest

FULL: Final = bool(os.environ.get("COCKPIT_TEST_LONG"))
"""The stage `proofs` and `make fault` set it."""

proof = pytest.mark.proof
"""Marks a test that has a full form: the fast stage runs the short one, the stage `proofs` the full one."""


def form(short: int, full: int) -> int:
    """How many of something."""
    return full if FULL else short
