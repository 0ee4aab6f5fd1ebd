"""Whether a slot loses too much: the share of its records that could not be used over the last minute."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

WINDOW_S = 60.0
LIMIT = 0.05


class BadShare:
    """Watches the counters of one slot, whoever commits to it; one thread. At most a sample a second is kept."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int, int]] = deque(maxlen=int(WINDOW_S) + 2)

    def note(self, now_s: float, counters: Mapping[str, int]) -> str:
        """Why the slot is degraded at this moment (Unix s): more than LIMIT of the last WINDOW_S bad; "" when it is not.

        What a replay counted later is no record of the window. Counters that went back begin a new window.
        """
        good = counters.get("accepted", 0) - counters.get("replayed", 0)
        bad = counters.get("rejected", 0)
        if self._seen and (good < self._seen[-1][1] or bad < self._seen[-1][2] or now_s < self._seen[-1][0]):
            self._seen.clear()
        while len(self._seen) > 1 and self._seen[1][0] <= now_s - WINDOW_S:
            self._seen.popleft()
        _, good_then, bad_then = self._seen[0] if self._seen else (now_s, good, bad)
        if not self._seen or now_s - self._seen[-1][0] >= 1.0:
            self._seen.append((now_s, good, bad))
        wrong, all_of_them = bad - bad_then, bad - bad_then + good - good_then
        if wrong <= LIMIT * all_of_them:
            return ""
        return f"{100 * wrong / all_of_them:.0f} % of the last minute's records could not be used: {wrong:,} of {all_of_them:,}"
