"""The windowed aggregation of the hotline in Quix Streams: requests, mean and longest wait, good stars by region and minute.

Runs in an environment of its own: python quix_app.py SERVERS TOPIC RECORDS STATE. Prints the seconds from the first record
to the last, as one number; what its consumer group and its start take is not counted.
"""

import sys
import time
from datetime import datetime, timedelta
from typing import Any

from quixstreams import Application


class Watch:
    """Ends the application when every record was processed."""

    def __init__(self, records: int) -> None:
        self.records, self.seen, self.began_s, self.took_s = records, 0, 0.0, 0.0

    def __call__(self, topic: str, partition: int, offset: int) -> None:
        if self.seen == 0:
            self.began_s = time.perf_counter()
        self.seen += 1
        if self.seen == self.records:
            self.took_s = time.perf_counter() - self.began_s
            app.stop()


def moment(value: Any, headers: Any, timestamp: float, timestamp_type: Any) -> int:
    return int(datetime.fromisoformat(value["created_at"]).timestamp() * 1000)


def first(record: dict[str, Any]) -> dict[str, Any]:
    return {"n": 1, "wait": record["wait_s"], "longest": record["wait_s"], "good": int(record["stars"] >= 4)}


def further(state: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    state["n"] += 1
    state["wait"] += record["wait_s"]
    state["longest"] = max(state["longest"], record["wait_s"])
    state["good"] += record["stars"] >= 4
    return state


if __name__ == "__main__":
    servers, topic, records, state = sys.argv[1:]
    watch = Watch(int(records))
    app = Application(
        broker_address=servers,
        consumer_group=f"quix-{time.time_ns()}",
        auto_offset_reset="earliest",
        state_dir=state,
        use_changelog_topics=False,
        loglevel="ERROR",
        on_message_processed=watch,
    )
    hotline = app.dataframe(app.topic(topic, value_deserializer="json", timestamp_extractor=moment))
    window = hotline.tumbling_window(timedelta(minutes=1), grace_ms=timedelta(minutes=10))
    window.reduce(reducer=further, initializer=first).final()
    app.run()
    print(watch.took_s)
