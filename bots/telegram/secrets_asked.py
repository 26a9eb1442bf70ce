"""Who was just asked for a secret: their next words must not be drawn by mistake."""

import asyncio
from collections import OrderedDict

MINUTES_S = 600.0
"""So long a question is fresh: what is typed then without replying is most likely its answer."""
_REMEMBERED = 1000


class SecretsAsked:
    """Kept in memory only: after a restart the question's own reply field is what guards it."""

    def __init__(self) -> None:
        self._until_s: OrderedDict[int, float] = OrderedDict()

    def note(self, user_id: int) -> None:
        """Note that somebody was asked for a secret now."""
        self._until_s[user_id] = asyncio.get_running_loop().time() + MINUTES_S
        self._until_s.move_to_end(user_id)
        while len(self._until_s) > _REMEMBERED:
            self._until_s.popitem(last=False)

    def take(self, user_id: int) -> bool:
        """Say once whether somebody was asked just now; the next words are their own again."""
        until_s = self._until_s.pop(user_id, 0.0)
        return asyncio.get_running_loop().time() < until_s
