"""The ledger in Redis or Valkey: pages are lists of deltas, a commit is one script, so it happens whole or not at all."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import polars as pl
import redis

from slots.advance import swapped
from slots.bounds import Bounds
from slots.ledger import Commit, Health, Kind, LedgerLost, OffsetConflict, PageKey, Size, SlotState
from slots.page_codes import plain
from slots.pages import joined, merge_frames, page_end, part_of
from slots.redis_closed import Closed
from slots.redis_form import (
    ID,
    MAX_PARTS,
    closed_of,
    delta_of,
    described,
    fields_of,
    key_of,
    page_key,
    page_name,
    page_version,
    pairs,
    state_of,
)  # fmt: skip
from slots.redis_scripts import CLEAR, CLOSE, COMMIT, COMPACT, EXPIRE, SWAP
from slots.reports import together
from slots.snapshot import frame_bytes

HOLD_S = 10.0
"""For so long a swap keeps commits waiting at most; what takes longer is tried again."""
GONE_US = 3_600_000_000
"""A worker that has said nothing for so long, while others did, is forgotten."""
_OWN = ("state", "pages", "dims", "hold")


class RedisLedger:
    """A Ledger on a Redis or Valkey server; `prefix` keeps several cities apart. Several threads and processes may use it.

    `bounds`: how many cells a slot may hold.

    All keys of a slot (and of its shadow) share a hash tag, so that a cluster keeps them on one node.
    """

    def __init__(self, url: str, prefix: str = "cockpit", bounds: Bounds | None = None) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=3, health_check_interval=15)
        self._prefix = prefix
        self._keeps = False
        self._worker = uuid.uuid4().hex
        self._greeted: set[str] = set()
        self._scripts = {text: self._redis.register_script(text) for text in (COMMIT, COMPACT, CLOSE, EXPIRE, CLEAR, SWAP)}
        self._closed = Closed(bounds or Bounds(), self._close, lambda slot, key: self.read(slot, key)[1], self._merge)

    def state(self, slot: str) -> SlotState:
        with _Reached():
            pipe = self._redis.pipeline(transaction=True)
            pipe.hgetall(self._key(slot, "state"))
            pipe.hgetall(self._key(slot, "dims"))
            fields, dims = pipe.execute()
            return state_of(fields, dims)

    def commit(self, commit: Commit) -> SlotState:
        with _Reached():
            self._insist_on_keeping()
            said, fields, dims, long = self._added(commit)
            if said == b"closed":
                self._closed.refresh(commit.slot)
                said, fields, dims, long = self._added(commit)
            state = state_of(pairs(fields), pairs(dims))
            if said != b"done":
                raise OffsetConflict(commit.slot, commit.begin, state.offsets)
            self._closed.learn(commit.slot, state.cells)
            self._compact(commit.slot, [page_key(long)] if long else [])
        return state

    def read(self, slot: str, key: PageKey) -> tuple[int, pl.DataFrame | None]:
        with _Reached():
            version, parts = self._page(slot, key)
            if not parts:
                return version, None
            merged = merge_frames(key.kind, [delta_of(part) for part in parts])
            if len(parts) > MAX_PARTS:
                self._replace(slot, key, parts, merged)
            return version, merged if key.kind == "entities" else plain(merged)

    def versions(self, slot: str) -> dict[PageKey, int]:
        with _Reached():
            stored: dict[bytes, bytes] = self._redis.hgetall(self._key(slot, "pages"))  # type: ignore[assignment]
            return {page_key(name): page_version(meta) for name, meta in stored.items()}

    def pages(self, slot: str, kind: Kind, size: Size) -> list[PageKey]:
        return sorted(key for key in self.versions(slot) if key.kind == kind and key.size == size)

    def expire(self, slot: str, pages: Mapping[PageKey, int]) -> None:
        arguments: list[str | int] = [self._key(slot, "page:")]
        for key, version in pages.items():
            arguments += [page_name(key), version, key.size, page_end(key)]
        with _Reached():
            self._scripts[EXPIRE](keys=[self._key(slot, name) for name in ("state", "pages", "hold")], args=arguments)

    def sequences(self, slots: Iterable[str]) -> dict[str, int]:
        names = list(slots)
        with _Reached():
            pipe = self._redis.pipeline(transaction=False)
            for slot in names:
                pipe.hget(self._key(slot, "state"), "seq")
            return {slot: int(found or 0) for slot, found in zip(names, pipe.execute(), strict=True)}

    def report(self, slot: str, health: Health) -> None:
        try:
            if slot not in self._greeted:
                self._greeted.add(slot)
                self.health(slot)  # which forgets the workers that are gone
            self._redis.hset(self._key(slot, "reports"), self._worker, msgspec.json.encode(health))
        except (redis.RedisError, LedgerLost):
            return  # a report that does not arrive says the same: the reader sees an old one

    def health(self, slot: str) -> Health:
        with _Reached():
            stored: dict[bytes, bytes] = self._redis.hgetall(self._key(slot, "reports"))  # type: ignore[assignment]
            reports = {worker: msgspec.json.decode(report, type=Health) for worker, report in stored.items()}
            newest_us = max((report.at_us for report in reports.values()), default=0)
            if gone := [worker for worker, report in reports.items() if newest_us - report.at_us > GONE_US]:
                self._redis.hdel(self._key(slot, "reports"), *gone)
            return together(reports.values())

    def clear(self, slot: str) -> None:
        with _Reached():
            keys = [self._key(slot, name) for name in ("pages", "state", "dims")]
            self._scripts[CLEAR](keys=keys, args=[self._key(slot, "page:")])

    def swap(self, slot: str, shadow: str, start_s: int) -> SlotState:
        token = uuid.uuid4().hex
        keys = [*self._keys(slot), *(self._key(shadow, name) for name in ("state", "pages", "dims", "reports"))]
        with _Reached():
            had = self.sequences([shadow])[shadow]
            until = time.monotonic() + 6 * HOLD_S
            while time.monotonic() < until:
                if had and not self.sequences([shadow])[shadow]:
                    return self.state(slot)  # it has happened, its answer was lost on the way
                if not self._redis.set(self._key(slot, "hold"), token, nx=True, px=int(HOLD_S * 1000)):
                    _pause(0.05)
                elif self._scripts[SWAP](keys=keys, args=self._swap_plan(slot, shadow, start_s, token)):
                    return self.state(slot)
        raise LedgerLost(f"slot '{slot}' could not take over '{shadow}': it moved or was held again and again. Hint: try again")

    def settle(self) -> None:
        """How durable Redis is, its own settings say."""

    def close(self) -> None:
        self._redis.close()

    def _swap_plan(self, slot: str, shadow: str, start_s: int, token: str) -> list[Any]:
        """The arguments of the script; to be made while commits are held."""
        before, new = self.state(slot), self.state(shadow)
        old_pages, new_pages = self.versions(slot), self.versions(shadow)
        sides = {key: part_of(key, start_s) for key in {**old_pages, **new_pages}}
        across = {key: self._joined(slot, shadow, key, start_s) for key, side in sides.items() if side == "across"}
        gone = {key for key, side in sides.items() if side == "after" and key not in new_pages}
        gone |= {key for key, frame in across.items() if frame is None}
        plan = {
            "token": token,
            "seq": str(before.sequence),
            "new_seq": str(new.sequence),
            "drop": [page_name(key) for key in gone],
            "move": [page_name(key) for key, side in sides.items() if side == "after" and key in new_pages],
            "prefix": self._key(slot, "page:"),
            "new_prefix": self._key(shadow, "page:"),
            "state": fields_of(swapped(before, new, 0, 0)),
        }
        arguments: list[Any] = [msgspec.msgpack.encode(plan)]
        for key, frame in across.items():
            arguments += [] if frame is None else [page_name(key), frame.height, frame_bytes(frame)]
        return arguments

    def _joined(self, slot: str, shadow: str, key: PageKey, start_s: int) -> pl.DataFrame | None:
        return joined(key, self.read(slot, key)[1], self.read(shadow, key)[1], start_s)

    def _insist_on_keeping(self) -> None:
        """Raises LedgerLost where the server would give up any key when it is full: a page gone is a number gone wrong."""
        if self._keeps:
            return
        try:
            said: Any = self._redis.info("memory")
        except redis.ResponseError:
            said = {}  # it does not tell
        if str(policy := said.get("maxmemory_policy", "")).startswith("allkeys"):
            raise LedgerLost(
                f"the Redis of the ledger gives up keys when it is full ({policy}). Hint: set maxmemory-policy noeviction"
            )
        self._keeps = True

    def _added(self, commit: Commit) -> Any:
        """What the script says to the commit: `done`, `moved` or `closed`, the state's hashes, the page with too many deltas."""
        bounded, closed = self._closed.bounded(commit)
        arguments: list[bytes | str | int] = [msgspec.msgpack.encode(described(bounded, self._key(commit.slot, "page:"), closed))]
        for key, delta in bounded.deltas.items():
            arguments += [page_name(key), delta.height, frame_bytes(delta)]
        return self._unheld(self._keys(commit.slot), arguments)

    def _unheld(self, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """The answer of the commit's script, once no swap holds the slot."""
        until = time.monotonic() + 2 * HOLD_S
        while time.monotonic() < until:
            answer: Any = self._scripts[COMMIT](keys=keys, args=arguments)
            if answer[0] != b"held":
                return answer
            _pause(0.02)
        raise LedgerLost("the ledger in Redis is held by a swap. Hint: it ends by itself, the same commit may be tried again")

    def _page(self, slot: str, key: PageKey) -> tuple[int, list[bytes]]:
        name = page_name(key)
        pipe = self._redis.pipeline(transaction=True)
        pipe.hget(self._key(slot, "pages"), name)
        pipe.lrange(self._key(slot, f"page:{name}"), 0, -1)
        meta, parts = pipe.execute()
        return page_version(meta), parts

    def _compact(self, slot: str, keys: Iterable[PageKey]) -> None:
        """Merges the deltas of pages nobody seems to read."""
        for key in keys:
            _, parts = self._page(slot, key)
            if len(parts) > 1:
                self._replace(slot, key, parts, merge_frames(key.kind, [delta_of(part) for part in parts]))

    def _merge(self, slot: str) -> int:
        """How many cells the slot holds, after every delta was merged."""
        keys = list(self.versions(slot))
        pipe = self._redis.pipeline(transaction=False)
        for key in keys:
            pipe.llen(self._key(slot, f"page:{page_name(key)}"))
        self._compact(slot, [key for key, length in zip(keys, pipe.execute(), strict=True) if length > 1])
        return self.state(slot).cells

    def _close(self, slot: str, keys: Sequence[PageKey]) -> dict[PageKey, str]:
        """The closed pages of the slot, these among them, and by when they were closed."""
        if keys:
            self._scripts[CLOSE](keys=[self._key(slot, "pages")], args=[page_name(key) for key in keys])
        metas: dict[bytes, bytes] = self._redis.hgetall(self._key(slot, "pages"))  # type: ignore[assignment]
        return closed_of(metas)

    def _replace(self, slot: str, key: PageKey, parts: Sequence[bytes], merged: pl.DataFrame) -> None:
        name = page_name(key)
        keys = [self._key(slot, f"page:{name}"), self._key(slot, "pages"), self._key(slot, "state")]
        fewer = sum(delta_of(part).height for part in parts) - merged.height
        self._scripts[COMPACT](keys=keys, args=[name, parts[0][:ID], parts[-1][:ID], len(parts), fewer, frame_bytes(merged)])

    def _keys(self, slot: str) -> list[str]:
        return [self._key(slot, name) for name in _OWN]

    def _key(self, slot: str, name: str) -> str:
        return key_of(self._prefix, slot, name)


class _Reached:
    """Turns the client's errors into LedgerLost."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, redis.OutOfMemoryError):
            hint = "Hint: raise its maxmemory, or lower COCKPIT_CELLS_PER_SLOT"
            raise LedgerLost(f"the ledger in Redis is full and takes nothing more: {error}. {hint}") from error
        if isinstance(error, redis.RedisError):
            raise LedgerLost(f"the ledger in Redis does not answer: {type(error).__name__}: {error}") from error


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
