"""`/healthz` `/readyz` `/metrics`: alive, able to serve, Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from fastapi import Response
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cockpit.api.answer import answer, calls
from cockpit.api.slots import COUNTERS, counted, lag
from cockpit.api.slots import shown as mistakes
from cockpit.dispatch.announcing import FEEDBACK
from cockpit.parts import Parts
from slots.ledger import LedgerLost
from slots.reading import Freshness, QuestionError


class Probes:
    """The calls of whoever keeps the cockpit running. `/healthz` touches nothing; the others block on the ledger, in threads."""

    def __init__(self, parts: Parts, collectors: Iterable[Collector]) -> None:
        self._parts = parts
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        for collector in (SlotGauges(parts), *collectors):
            self._registry.register(collector)
        self.router = calls(tags=["health"])
        self.router.add_api_route("/healthz", self.alive, methods=["GET"])
        self.router.add_api_route("/readyz", self.ready, methods=["GET"])
        self.router.add_api_route("/metrics", self.metrics, methods=["GET"])

    async def alive(self) -> Response:
        """200 as long as the process answers."""
        up_s = (self._parts.clock() - self._parts.started_at).total_seconds()
        return answer({"status": "alive", "up_s": up_s})

    def ready(self) -> Response:
        """200 when the city is loaded and its ledger answers, else 503; says of each slot how fresh it is.

        `problem`: the mistakes in the city's files, because of which an older version is in force.
        """
        slots = self._parts.city.slots
        try:
            self._parts.ledger.sequences(slots)
            fresh = dict(_fresh(self._parts))
        except LedgerLost:
            return answer({"status": "not ready", "reason": "the ledger cannot be reached now"}, 503, {"retry-after": "2"})
        shown = {name: {"status": each.status, "as_of": each.as_of, "reason": each.reason} for name, each in fresh.items()}
        found = {"status": "ready", "city": self._parts.city.name, "slots": shown, "workers": self._parts.workers()}
        return answer(found | {"problem": mistakes(self._parts.problems())})

    def metrics(self) -> Response:
        """Everything countable, for Prometheus."""
        return Response(generate_latest(self._registry), media_type="text/plain; version=0.0.4; charset=utf-8")


class SlotGauges(Collector):
    """Counts, lag, age and dead letters of each slot, read from the ledger when asked; of a lost one only that it is lost."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def describe(self) -> Iterator[Metric]:
        """Nothing; so that registering asks nobody."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        reachable = GaugeMetricFamily("cockpit_ledger_reachable", "1 when the ledger answers")
        try:
            families = [*self._counters(), *self._gauges()]
        except LedgerLost:
            families = []
        reachable.add_metric([], 1.0 if families else 0.0)
        workers = GaugeMetricFamily("cockpit_worker_alive", "1 when the thread that reads the topic lives", labels=["topic"])
        for topic, alive in self._parts.workers().items():
            workers.add_metric([topic], float(alive))
        wrong = GaugeMetricFamily("cockpit_city_mistakes", "mistakes in the city's files; older ones are in force")
        wrong.add_metric([], len(self._parts.problems()))
        yield from (reachable, workers, wrong, *families)

    def _counters(self) -> Iterator[Metric]:
        families = {
            name: CounterMetricFamily(f"cockpit_slot_{name}", f"records {name} since the ledger began", labels=["slot"])
            for name in COUNTERS
        }
        for slot in self._parts.city.slots:
            for name, count in counted(self._parts.ledger.state(slot)).items():
                families[name].add_metric([slot], count)
        yield from families.values()

    def _gauges(self) -> Iterator[Metric]:
        age = GaugeMetricFamily("cockpit_slot_age_seconds", "since the latest event", labels=["slot"])
        behind = GaugeMetricFamily("cockpit_slot_lag_records", "in the log, not counted yet", labels=["slot"])
        letters = GaugeMetricFamily("cockpit_slot_dead_letters", "records set aside and kept", labels=["slot"])
        degraded = GaugeMetricFamily("cockpit_slot_degraded", "1 while too many records cannot be used", labels=["slot"])
        status = GaugeMetricFamily("cockpit_slot_status", "1 for the status the slot has now", labels=["slot", "status"])
        for slot, fresh in _fresh(self._parts):
            status.add_metric([slot, fresh.status], 1.0)
            degraded.add_metric([slot], float(bool(fresh.degraded)))
            letters.add_metric([slot], self._parts.dead_letters.count(slot))
            if fresh.age_s is not None:
                age.add_metric([slot], fresh.age_s)
            if (records := lag(self._parts.ledger.state(slot), self._parts.ledger.health(slot))) is not None:
                behind.add_metric([slot], records)
        if self._parts.toolbox is not None:
            letters.add_metric([FEEDBACK], self._parts.dead_letters.count(FEEDBACK))
        yield from (age, behind, letters, degraded, status)


def _fresh(parts: Parts) -> Iterator[tuple[str, Freshness]]:
    """Each slot and how fresh it is; without one that goes while we ask. Raises LedgerLost."""
    for slot in parts.city.slots:
        with suppress(QuestionError):
            yield slot, parts.readings.freshness(slot)
