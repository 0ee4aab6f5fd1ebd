"""The ledger in Redis or Valkey: pages are lists of deltas, a commit is one script, so it happens whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import polars as pl
import redis

from slots.ledger import Commit, Health, Kind, LedgerLost, OffsetConflict, PageKey, Size, SlotState
from slots.pages import merge_frames
from slots.snapshot import frame_bytes, frame_of

MAX_PARTS = 24

_COMMIT = """
local state, pages, dims = KEYS[1], KEYS[2], KEYS[3]
local c = cmsgpack.unpack(ARGV[1])
for part, begin in pairs(c.begin) do
  local stored = redis.call('HGET', state, 'o:' .. part) or ''
  if stored ~= begin then
    redis.call('HINCRBY', state, 'c:refused', c.span)
    return 0
  end
end
for part, offset in pairs(c.finish) do redis.call('HSET', state, 'o:' .. part, offset) end
for name, n in pairs(c.counters) do redis.call('HINCRBY', state, 'c:' .. name, n) end
local function peak(field, value)
  local stored = redis.call('HGET', state, field)
  if not stored or #stored < #value or (#stored == #value and stored < value) then redis.call('HSET', state, field, value) end
end
for part, mark in pairs(c.watermarks) do peak('w:' .. part, mark) end
if c.last ~= '' then peak('last', c.last) end
if c.first ~= '' then
  local stored = redis.call('HGET', state, 'first')
  local earlier = not stored or #stored > #c.first or (#stored == #c.first and stored > c.first)
  if earlier then redis.call('HSET', state, 'first', c.first) end
end
redis.call('HSET', state, 'committed', c.committed)
for name, values in pairs(c.dimensions) do
  for _, value in ipairs(values) do redis.call('HSETNX', dims, name .. '\\0' .. value, redis.call('HLEN', dims)) end
end
for i = 2, #ARGV, 2 do
  redis.call('RPUSH', c.prefix .. ARGV[i], ARGV[i + 1])
  redis.call('HINCRBY', pages, ARGV[i], 1)
end
return redis.call('HINCRBY', state, 'seq', 1)
"""

_COMPACT = """
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('RPUSH', KEYS[1], ARGV[3])
return 1
"""


class RedisLedger:
    """A Ledger on a Redis or Valkey server; `prefix` keeps several cities apart. Several threads and processes may use it.

    All keys of a slot share a hash tag, so that a cluster keeps them on one node.
    """

    def __init__(self, url: str, prefix: str = "cockpit") -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=3, health_check_interval=15)
        self._prefix = prefix
        self._commit_script = self._redis.register_script(_COMMIT)
        self._compact_script = self._redis.register_script(_COMPACT)

    def state(self, slot: str) -> SlotState:
        with _Reached():
            pipe = self._redis.pipeline(transaction=True)
            pipe.hgetall(self._key(slot, "state"))
            pipe.hgetall(self._key(slot, "dims"))
            fields, dims = pipe.execute()
            return _state(fields, dims)

    def commit(self, commit: Commit) -> SlotState:
        arguments: list[bytes | str] = [msgspec.msgpack.encode(_described(commit, self._key(commit.slot, "page:")))]
        for key, delta in commit.deltas.items():
            arguments += [_page_name(key), frame_bytes(delta)]
        keys = [self._key(commit.slot, name) for name in ("state", "pages", "dims")]
        with _Reached():
            sequence = self._commit_script(keys=keys, args=arguments)
            state = self.state(commit.slot)
        if not sequence:
            raise OffsetConflict(commit.slot, commit.begin, state.offsets)
        return state

    def read(self, slot: str, key: PageKey) -> tuple[int, pl.DataFrame | None]:
        name = _page_name(key)
        with _Reached():
            pipe = self._redis.pipeline(transaction=True)
            pipe.hget(self._key(slot, "pages"), name)
            pipe.lrange(self._key(slot, f"page:{name}"), 0, -1)
            version, blobs = pipe.execute()
            if not blobs:
                return 0, None
            merged = merge_frames(key.kind, [frame_of(blob) for blob in blobs])
            if len(blobs) > MAX_PARTS:
                keys = [self._key(slot, f"page:{name}"), self._key(slot, "pages")]
                self._compact_script(keys=keys, args=[name, version, frame_bytes(merged)])
            return int(version), merged

    def versions(self, slot: str) -> dict[PageKey, int]:
        with _Reached():
            stored: dict[bytes, bytes] = self._redis.hgetall(self._key(slot, "pages"))  # type: ignore[assignment]
            return {_page_key(name): int(version) for name, version in stored.items()}

    def pages(self, slot: str, kind: Kind, size: Size) -> list[PageKey]:
        return sorted(key for key in self.versions(slot) if key.kind == kind and key.size == size)

    def expire(self, slot: str, keys: Iterable[PageKey]) -> None:
        with _Reached():
            pipe = self._redis.pipeline(transaction=True)
            for key in keys:
                pipe.delete(self._key(slot, f"page:{_page_name(key)}"))
                pipe.hdel(self._key(slot, "pages"), _page_name(key))
            pipe.execute()

    def sequences(self, slots: Iterable[str]) -> dict[str, int]:
        names = list(slots)
        with _Reached():
            pipe = self._redis.pipeline(transaction=False)
            for slot in names:
                pipe.hget(self._key(slot, "state"), "seq")
            return {slot: int(found or 0) for slot, found in zip(names, pipe.execute(), strict=True)}

    def report(self, slot: str, health: Health) -> None:
        try:
            self._redis.set(self._key(slot, "health"), msgspec.json.encode(health))
        except redis.RedisError:
            return  # a report that does not arrive says the same: the reader sees an old one

    def health(self, slot: str) -> Health:
        with _Reached():
            found = self._redis.get(self._key(slot, "health"))
            return msgspec.json.decode(found, type=Health) if found else Health()

    def clear(self, slot: str) -> None:
        with _Reached():
            names = [self._key(slot, f"page:{_page_name(key)}") for key in self.versions(slot)]
            self._redis.delete(*(self._key(slot, name) for name in ("state", "pages", "dims")), *names)

    def close(self) -> None:
        self._redis.close()

    def _key(self, slot: str, name: str) -> str:
        return f"{self._prefix}:{{{slot}}}:{name}"


class _Reached:
    """Turns the client's errors into LedgerLost."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, redis.RedisError):
            raise LedgerLost(f"the ledger in Redis does not answer: {type(error).__name__}: {error}") from error


def _described(commit: Commit, prefix: str) -> dict[str, Any]:
    """The commit as the script reads it. Large numbers travel as texts: Lua's numbers are exact to 2^53 only."""
    return {
        "begin": {part: "" if offset is None else str(offset) for part, offset in commit.begin.items()},
        "finish": {part: str(offset) for part, offset in commit.end.items()},
        "span": sum(max(0, end - (commit.begin[part] or 0)) for part, end in commit.end.items()),
        "counters": dict(commit.counters),
        "watermarks": {part: str(mark) for part, mark in commit.watermarks.items()},
        "dimensions": dict(commit.dimensions),
        "first": "" if commit.first_event_us is None else str(commit.first_event_us),
        "last": "" if commit.last_event_us is None else str(commit.last_event_us),
        "committed": str(commit.committed_us),
        "prefix": prefix,
    }


def _state(fields: dict[bytes, bytes], dims: dict[bytes, bytes]) -> SlotState:
    grouped: dict[str, dict[str, int]] = {"o": {}, "w": {}, "c": {}}
    single: dict[str, int] = {}
    for field, number in fields.items():
        group, _, name = field.decode().partition(":")
        (grouped[group] if name else single)[name or group] = int(number)
    dimensions: dict[str, list[str]] = {}
    for field, _order in sorted(dims.items(), key=lambda item: int(item[1])):
        name, _, value = field.decode().partition("\0")
        dimensions.setdefault(name, []).append(value)
    return SlotState(
        sequence=single.get("seq", 0),
        offsets=grouped["o"],
        watermarks=grouped["w"],
        counters=grouped["c"],
        dimensions=dimensions,
        first_event_us=single.get("first"),
        last_event_us=single.get("last"),
        committed_us=single.get("committed"),
    )


def _page_name(key: PageKey) -> str:
    return f"{key.kind}:{key.size}:{key.start}"


def _page_key(name: bytes) -> PageKey:
    kind, size, start = name.decode().split(":")
    return PageKey(kind, size, int(start))  # type: ignore[arg-type]
