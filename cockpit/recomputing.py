"""Recomputing a slot as people ask for it: as a job of this process."""

from __future__ import annotations

from cockpit.jobs import Kind, Order, Progress, Work
from slots.recompute import Recompute


def recomputing(recompute: Recompute) -> Kind:
    """The kind of job that counts a slot again from the log."""

    def prepare(order: Order) -> Work:
        if order.since is None:
            raise ValueError("a recomputation needs `from`, the day it begins with. Hint: 2026-11-20T00:00:00+08:00")
        plan = recompute.plan(order.slot, order.since)

        def work(progress: Progress) -> str:
            return recompute.run(plan, progress)

        return work

    return prepare
