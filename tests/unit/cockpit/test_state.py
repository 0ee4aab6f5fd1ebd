"""The folder of a running city: one process per role, and where that one is served."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from cockpit.settings import Settings
from cockpit.state import StateInUse, served_at, state_folder, tell_address


def test_who_comes_later_learns_where_the_holder_is_served(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path)
    assert served_at(settings, "tiny", "ingest") == ""
    with state_folder(settings, "tiny", "ingest"):
        assert served_at(settings, "tiny", "ingest") == ""
        tell_address(settings, "tiny", "ingest", "http://127.0.0.1:8050/")
        with pytest.raises(StateInUse), state_folder(settings, "tiny", "ingest"):
            pass
        assert served_at(settings, "tiny", "ingest") == "http://127.0.0.1:8050/"
        with state_folder(settings, "tiny", "web"):
            assert served_at(settings, "tiny", "web") == ""
    assert served_at(settings, "tiny", "ingest") == ""  # it has ended, whatever its file still says
    with state_folder(settings, "tiny", "ingest"):
        assert served_at(settings, "tiny", "ingest") == ""


def test_workers_that_share_a_ledger_have_folders_of_their_own(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path, redis=SecretStr("redis://127.0.0.1:6379/0"))
    with state_folder(settings, "tiny", "ingest") as first, state_folder(settings, "tiny", "ingest") as second:
        assert (first, second) == (tmp_path / "tiny", tmp_path / "tiny" / "ingest-2")
        with state_folder(settings, "tiny", "ingest") as third:
            assert third == tmp_path / "tiny" / "ingest-3"
    with state_folder(settings, "tiny", "ingest") as again:
        assert again == first
