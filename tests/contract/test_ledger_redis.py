"""What only a ledger in Redis has to promise: a full, a forgetful, an absent server, and a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import redis

from slots.ledger import Health, LedgerLost, OffsetConflict
from slots.ledger_redis import RedisLedger
from tests.broker.redis_server import cluster_node
from tests.contract.ledgers import (
    CUT_S,
    DAYS,
    PAGE,
    beside,
    commit,
    explode,
    hundred,
    make,
)

__all__ = ["make"]


@pytest.fixture
def roomy(redis_server: Any) -> Iterator[redis.Redis]:
    """The server's settings may be changed; they are put back."""
    with redis.Redis.from_url(redis_server.address) as client:
        yield client
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.broker
def test_a_full_server_takes_nothing_more_and_says_so(redis_server: Any, roomy: redis.Redis) -> None:
    ledger = RedisLedger(redis_server.address, "full")
    roomy.config_set("maxmemory", roomy.info("memory")["used_memory"] + 3_000_000)
    done = 0
    with pytest.raises(LedgerLost, match=r"is full.*maxmemory.*Hint"):
        for at in range(2_000):
            noise = pl.DataFrame({"t": range(at * 500, at * 500 + 500), "r": "c", "d": "", "k": "", "n:x": 1})
            ledger.commit(commit(at, at + 1, deltas={PAGE: noise, DAYS: noise}))
            done = at + 1
    state = ledger.state("desk")
    assert 3 < done < 2_000
    assert (state.offsets, state.counters, state.sequence) == ({"t/0": done}, {"accepted": done}, done)
    for key in (PAGE, DAYS):
        frame = ledger.read("desk", key)[1]
        assert frame is not None
        assert frame.height == done * 500
    roomy.config_set("maxmemory", 0)
    assert ledger.commit(commit(done, done + 1)).offsets == {"t/0": done + 1}
    ledger.clear("desk")
    ledger.close()


@pytest.mark.broker
def test_a_server_that_gives_up_keys_is_refused(redis_server: Any, roomy: redis.Redis) -> None:
    ledger = RedisLedger(redis_server.address, "evicting")
    roomy.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(LedgerLost, match="noeviction"):
        ledger.commit(commit(0, 1))
    roomy.config_set("maxmemory-policy", "volatile-lru")  # ours have no end
    assert ledger.commit(commit(0, 1)).sequence == 1
    ledger.close()


@pytest.mark.broker
def test_every_step_stays_on_one_node_of_a_cluster(tmp_path: Path) -> None:
    """A server in cluster mode refuses whatever touches keys of two hash slots."""
    server = cluster_node(tmp_path)
    ledger = RedisLedger(server.address, "cluster", hundred())
    try:
        for at in range(60):
            ledger.commit(explode(at))
        with pytest.raises(OffsetConflict):
            ledger.commit(explode(7))
        ledger.clear("desk")
        shadow = beside(ledger)
        assert ledger.swap("desk", shadow, CUT_S).offsets == {"t/0": 40}
        ledger.expire("desk", ledger.versions("desk"))
        ledger.report("desk", Health())
        assert ledger.health("desk") == Health()
    finally:
        ledger.close()
        server.kill()


@pytest.mark.broker
def test_a_server_that_is_away_is_said_to_be_lost(redis_server: Any) -> None:
    ledger = RedisLedger(redis_server.address, "away")
    redis_server.stop()
    try:
        with pytest.raises(LedgerLost, match="does not answer"):
            ledger.commit(commit(0, 1))
        ledger.report("desk", Health())
    finally:
        redis_server.start()
    assert ledger.commit(commit(0, 1)).sequence == 1
    ledger.close()
