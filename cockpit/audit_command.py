"""The command `audit`: what it is given, and how it says what it found."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cockpit import options as ask
from cockpit.dispatch.anchor import TOPIC, AnchorFile, decoded
from cockpit.dispatch.audit import audit as audited
from cockpit.dispatch.database import StoreLost
from cockpit.dispatch.journal import Head, Sealer
from cockpit.dispatch.running import ANCHORS, open_store
from cockpit.dispatch.secret import known_secret
from cockpit.dispatch.tables import StoreError
from cockpit.given import given_city, given_settings
from cockpit.settings import Settings
from cockpit.state import state_root
from cockpit.terminal import FAILED, complain, end, say
from streams.clock import system_clock
from streams.source import Log, StreamError

_MOST: int = 200_000


def auditing(open_log: Callable[[Settings, Path], Log]) -> Callable[[ask.AuditAction, ask.City], None]:
    """The command, which reads the heads that the log keeps with what `open_log` opens."""

    def audit(action: ask.AuditAction, city: ask.City) -> None:
        """Says whether the journal is what was written, all of it, and names the first bad row. While the server runs, too."""
        settings, found = given_settings(), given_city(city)
        folder = state_root(settings) / found.name
        secret = known_secret(folder, settings.secret.get_secret_value() if settings.secret else None)
        if secret is None:
            end(FAILED, f"there is neither COCKPIT_SECRET nor a secret in {folder}: without it no seal can be told from another")
        kept = [*AnchorFile(folder / ANCHORS).heads(), *_in_log(lambda: open_log(settings, folder), found.name)]
        began_s = time.monotonic()
        with closing(open_store(settings, folder, found.name, secret, system_clock)) as store:
            try:
                verdict = audited(store, Sealer(secret, settings.journal_seal), found.name, kept)
            except (StoreLost, StoreError) as error:
                end(FAILED, str(error))
        if verdict.bad is not None:
            end(FAILED, f"✗ row {verdict.bad}: {verdict.reason}. The {verdict.rows:,} rows before it hold.")
        took_s = time.monotonic() - began_s
        say.print(f"[green]✓[/] {verdict.rows:,} rows hold, {len(kept):,} heads kept elsewhere agree; {took_s:.1f} s")
        say.print(f"  head {verdict.head.seq} {verdict.head.seal}", highlight=False)

    return audit


def _in_log(opened: Callable[[], Log], city: str) -> list[Head]:
    """The heads that the log keeps; where it cannot be read that is said, and the file must do."""
    try:
        with closing(opened()) as log:
            return decoded(city, log.read(TOPIC, 0, 1 << 60, _MOST).values)
    except StreamError as error:
        complain.print(f"note: the heads in the log cannot be read: {error}", markup=False)
        return []
