"""What a board shows now, kept as encoded pieces, so that a change is encoded once and sent to every screen as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Encoded = Mapping[str, Mapping[str, bytes]]
"""panel → top-level key → its value as JSON."""

Frames = Mapping[tuple[str, str], bytes]
"""(panel, layer) → a whole binary message."""

_MESSAGE_BYTES = 512 * 1024  # half of what may wait for one screen: larger pictures travel as several messages


@dataclass(frozen=True, slots=True)
class _Piece:
    value: bytes
    seq: int


class Picture:
    """The newest value of every key of every panel, each with the sequence number of its last change.

    Because every key knows when it changed, the difference to any earlier sequence number of this picture can be told;
    no history is kept. `epoch` names this picture: numbers of another epoch mean nothing here. Not thread safe: it lives
    on the event loop.
    """

    def __init__(self, epoch: str, scope: bytes) -> None:
        self.epoch = epoch
        self.seq = 0
        self._scope = scope
        self._panels: dict[str, dict[str, _Piece]] = {}
        self._frames: dict[tuple[str, str], _Piece] = {}

    def merge(self, panels: Encoded, frames: Frames) -> bool:
        """Takes over what a drawing made; True when it changed anything. The panels given are complete, others stay."""
        seq = self.seq + 1
        changed = False
        for panel, keys in panels.items():
            changed |= self._merge_panel(panel, keys, seq)
        for address, frame in frames.items():
            if (known := self._frames.get(address)) is None or known.value != frame:
                self._frames[address] = _Piece(frame, seq)
                changed = True
        if changed:
            self.seq = seq
        return changed

    def texts(self, since: int | None, at_ms: int) -> list[str]:
        """The messages that bring a screen from `since` (None: from nothing) to now; empty when it has everything.

        More than one only where they are large; all but the last carry the number the screen already had, so that a
        screen that loses its line in between asks for all of them again.
        """
        if since is None:
            return self._messages("snapshot", list(self._changed(0)), 0, at_ms)
        changed = list(self._changed(since))
        return self._messages("delta", changed, since, at_ms) if changed else []

    def binaries(self, since: int | None) -> list[bytes]:
        """The binary frames newer than `since`."""
        return [piece.value for piece in self._frames.values() if piece.seq > (since or 0)]

    def _merge_panel(self, panel: str, keys: Mapping[str, bytes], seq: int) -> bool:
        known = self._panels.setdefault(panel, {})
        gone = {key: b"null" for key in known if key not in keys}
        changed = False
        for key, value in {**keys, **gone}.items():
            if (piece := known.get(key)) is None or piece.value != value:
                known[key] = _Piece(value, seq)
                changed = True
        return changed

    def _changed(self, since: int) -> Iterator[tuple[str, bytes]]:
        """panel and the JSON object of its keys that changed after `since`."""
        for panel, keys in self._panels.items():
            parts = [b'"%b":%b' % (key.encode(), piece.value) for key, piece in keys.items() if piece.seq > since]
            if parts:
                yield panel, b"{%b}" % b",".join(parts)

    def _messages(self, kind: str, changed: list[tuple[str, bytes]], since: int, at_ms: int) -> list[str]:
        batches = list(_batches(changed))
        kinds = [kind] + ["delta"] * (len(batches) - 1)
        numbers = [since] * (len(batches) - 1) + [self.seq]
        return [self._message(k, batch, seq, at_ms) for k, batch, seq in zip(kinds, batches, numbers, strict=True)]

    def _message(self, kind: str, panels: list[bytes], seq: int, at_ms: int) -> str:
        scope = b'"scope":%b,' % self._scope if kind == "snapshot" else b""
        told = kind.encode(), self.epoch.encode(), seq, at_ms, scope
        head = b'{"type":"%b","epoch":"%b","seq":%d,"at_ms":%d,%b"panels":{' % told
        return (head + b",".join(panels) + b"}}").decode()


def _batches(changed: Iterable[tuple[str, bytes]]) -> Iterator[list[bytes]]:
    """The panels in as few groups as keep each message small; at least one group, a single panel is never split."""
    batch: list[bytes] = []
    size = 0
    for panel, keys in changed:
        entry = b'"%b":%b' % (panel.encode(), keys)
        if batch and size + len(entry) > _MESSAGE_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += len(entry)
    yield batch
