"""So many in so many seconds, for each of many keys; kept in this process's memory."""

from collections import OrderedDict, deque

_KEYS_KEPT = 10_000


class Pace:
    """Lets ``most`` pass in any ``width_s`` seconds for one key, and says how long to wait."""

    def __init__(self, most: int, width_s: float) -> None:
        self._most = most
        self._width_s = width_s
        self._marks: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Take one place and return 0, or return the seconds until one is free; never for ever."""
        marks = self._marks.setdefault(key, deque())
        self._marks.move_to_end(key)
        while len(self._marks) > _KEYS_KEPT:
            self._marks.popitem(last=False)
        while marks and marks[0] <= now_s - self._width_s:
            marks.popleft()
        if len(marks) < self._most:
            marks.append(now_s)
            return 0.0
        return marks[0] + self._width_s - now_s
