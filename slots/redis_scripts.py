"""What the ledger asks a Redis or Valkey server to do in one step. All keys of one script share a hash tag.

A slot's keys: `state` (hash: seq, epoch, first, last, committed, cells, o:PART, w:PART, c:COUNTER, a:ASPECT, f:SIZE), `dims`
(hash: name NUL value → order), `pages` (hash: page → "VERSION ROWS CLOSED"), `page:NAME` (list of deltas, each behind the 16
digits of the version it made), `reports` (hash: worker → health), and `hold` while a swap goes on. A version is the server's
clock in microseconds when the page changed, and at least one more than before: none ever returns, also after everything was
lost. CLOSED: the clock when the page was closed, 0 while it is open.
"""

from __future__ import annotations

from typing import Final

_CLOCK: Final = """
local clock = redis.call('TIME')
local now = clock[1] .. string.format('%06d', tonumber(clock[2]))
"""

_PAGE: Final = """
local function meta(pages, name)
  local stored = redis.call('HGET', pages, name)
  if not stored then return '', 0, '0' end
  local version, rows, closed = string.match(stored, '^(%d+) (%-?%d+) (%d+)$')
  return version, tonumber(rows), closed
end
local function keep(pages, name, version, rows, closed)
  redis.call('HSET', pages, name, version .. ' ' .. string.format('%.0f', rows) .. ' ' .. closed)
end
local function after(version)
  if #version < #now or version < now then return now end
  return string.format('%.0f', tonumber(version) + 1)
end
"""

COMMIT: Final = (
    _CLOCK
    + _PAGE
    + """
local state, pages, dims, hold = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if redis.call('EXISTS', hold) == 1 then return {'held'} end
local c = cmsgpack.unpack(ARGV[1])
local function answer(said, long) return {said, redis.call('HGETALL', state), redis.call('HGETALL', dims), long} end

for part, begin in pairs(c.begin) do
  if (redis.call('HGET', state, 'o:' .. part) or '') ~= begin then
    redis.call('HINCRBY', state, 'c:refused', c.span)
    return answer('moved', '')
  end
end
if c.epoch ~= '' and (redis.call('HGET', state, 'epoch') or '0') ~= c.epoch then return answer('moved', '') end

if next(c.dimensions) then
  local room = {}
  for _, known in ipairs(redis.call('HKEYS', dims)) do
    local name = string.match(known, '^([^%z]*)')
    room[name] = (room[name] or c.limit) - 1
  end
  for name, values in pairs(c.dimensions) do
    local free = room[name] or c.limit
    for _, value in ipairs(values) do free = free - 1 + redis.call('HEXISTS', dims, name .. '\0' .. value) end
    if free < 0 then return answer('moved', '') end
  end
end
for i = 2, #ARGV, 3 do
  local _, _, closed = meta(pages, ARGV[i])
  if closed ~= (c.closed[ARGV[i]] or '0') then return answer('closed', '') end
  local size, start = string.match(ARGV[i], '^%a+:(%a*):(%-?%d+)$')
  local floor = redis.call('HGET', state, 'f:' .. size)
  if floor and tonumber(start) < tonumber(floor) then return answer('moved', '') end
end

for part, offset in pairs(c.finish) do redis.call('HSET', state, 'o:' .. part, offset) end
for name, n in pairs(c.counters) do redis.call('HINCRBY', state, 'c:' .. name, n) end
for aspect, from in pairs(c.since) do redis.call('HSETNX', state, 'a:' .. aspect, from) end
local function peak(field, value)
  local stored = tonumber(redis.call('HGET', state, field) or '')
  if not stored or stored < tonumber(value) then redis.call('HSET', state, field, value) end
end
for part, mark in pairs(c.watermarks) do peak('w:' .. part, mark) end
if c.last ~= '' then peak('last', c.last) end
if c.first ~= '' then
  local stored = tonumber(redis.call('HGET', state, 'first') or '')
  if not stored or stored > tonumber(c.first) then redis.call('HSET', state, 'first', c.first) end
end
redis.call('HSET', state, 'committed', c.committed)
redis.call('HSETNX', state, 'epoch', now)
for name, values in pairs(c.dimensions) do
  for _, value in ipairs(values) do redis.call('HSETNX', dims, name .. '\0' .. value, redis.call('HLEN', dims)) end
end
local long, longest, added = '', c.parts, 0
for i = 2, #ARGV, 3 do
  local name, rows = ARGV[i], tonumber(ARGV[i + 1])
  local version, held, closed = meta(pages, name)
  version = after(version)
  local parts = redis.call('RPUSH', c.prefix .. name, version .. ARGV[i + 2])
  if parts > longest then longest, long = parts, name end
  keep(pages, name, version, held + rows, closed)
  added = added + rows
end
redis.call('HINCRBY', state, 'cells', added)
redis.call('HINCRBY', state, 'seq', 1)
return answer('done', long)
"""
)
"""KEYS state, pages, dims, hold; ARGV the commit, then per page its name, how many rows, the delta. Lua's numbers are exact to
2^53, which microseconds stay below until the year 2255."""

COMPACT: Final = (
    _PAGE
    + """
local page, pages, state = KEYS[1], KEYS[2], KEYS[3]
local name, first, last, n, fewer = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local function id(i) return string.sub(redis.call('LINDEX', page, i) or '', 1, 16) end
if id(0) ~= first or id(n - 1) ~= last then return 0 end
local version, rows, closed = meta(pages, name)
redis.call('LTRIM', page, n, -1)
redis.call('LPUSH', page, last .. ARGV[6])
keep(pages, name, version, rows - fewer, closed)
redis.call('HINCRBY', state, 'cells', -fewer)
return 1
"""
)
"""The first n deltas of a page become one, unless somebody else was faster; what was added meanwhile stays behind it."""

CLOSE: Final = (
    _CLOCK
    + _PAGE
    + """
for _, name in ipairs(ARGV) do
  local version, rows, closed = meta(KEYS[1], name)
  if closed == '0' then keep(KEYS[1], name, version == '' and now or version, rows, now) end
end
return 1
"""
)
"""From now on the pages take no new cells, and a commit that does not know by when they were closed is refused."""

EXPIRE: Final = (
    _PAGE
    + """
local state, pages, hold = KEYS[1], KEYS[2], KEYS[3]
if redis.call('EXISTS', hold) == 1 then return 0 end
for i = 2, #ARGV, 4 do
  local version, rows = meta(pages, ARGV[i])
  if version == ARGV[i + 1] then
    redis.call('UNLINK', ARGV[1] .. ARGV[i])
    redis.call('HDEL', pages, ARGV[i])
    redis.call('HINCRBY', state, 'cells', -rows)
    local floor, stop = 'f:' .. ARGV[i + 2], ARGV[i + 3]
    if tonumber(redis.call('HGET', state, floor) or stop) <= tonumber(stop) then redis.call('HSET', state, floor, stop) end
  end
end
return 1
"""
)
"""KEYS state, pages, hold; ARGV the prefix of pages, then per page its name, its version, its size, its end. A page that has
moved on stays, and all of them while a swap goes on."""

CLEAR: Final = """
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do redis.call('UNLINK', ARGV[1] .. name) end
return redis.call('UNLINK', unpack(KEYS))
"""

SWAP: Final = (
    _CLOCK
    + _PAGE
    + """
local c = cmsgpack.unpack(ARGV[1])
local state, pages, dims, hold = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local new_state, new_pages, new_dims, new_reports = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local function seq(key) return redis.call('HGET', key, 'seq') or '0' end
if redis.call('GET', hold) ~= c.token or seq(state) ~= c.seq or seq(new_state) ~= c.new_seq then return 0 end

for _, name in ipairs(c.drop) do
  redis.call('UNLINK', c.prefix .. name)
  redis.call('HDEL', pages, name)
end
for _, name in ipairs(c.move) do
  local _, rows, closed = meta(new_pages, name)
  local version = after((meta(pages, name)))
  redis.call('UNLINK', c.prefix .. name)
  if redis.call('EXISTS', c.new_prefix .. name) == 1 then
    redis.call('RENAME', c.new_prefix .. name, c.prefix .. name)
    keep(pages, name, version, rows, closed)
  else
    redis.call('HDEL', pages, name)
  end
end
for i = 2, #ARGV, 3 do
  local name = ARGV[i]
  local version, _, closed = meta(pages, name)
  local _, _, new_closed = meta(new_pages, name)
  version = after(version)
  redis.call('UNLINK', c.prefix .. name)
  redis.call('RPUSH', c.prefix .. name, version .. ARGV[i + 2])
  keep(pages, name, version, tonumber(ARGV[i + 1]), (closed ~= '0' or new_closed ~= '0') and now or '0')
end
local cells = 0
for _, name in ipairs(redis.call('HKEYS', pages)) do
  local _, rows = meta(pages, name)
  cells = cells + rows
end
for _, name in ipairs(redis.call('HKEYS', new_pages)) do redis.call('UNLINK', c.new_prefix .. name) end
redis.call('UNLINK', state, dims, hold, new_state, new_pages, new_reports)
if redis.call('EXISTS', new_dims) == 1 then redis.call('RENAME', new_dims, dims) end
for field, value in pairs(c.state) do redis.call('HSET', state, field, value) end
redis.call('HSET', state, 'epoch', now, 'cells', string.format('%.0f', cells))
return 1
"""
)
"""KEYS of the slot (state, pages, dims, hold) and of its shadow (state, pages, dims, reports); ARGV what to do, then per page
across the moment its name, how many rows, the frame."""
