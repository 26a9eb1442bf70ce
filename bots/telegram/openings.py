"""Keeps an outcome back until the message it changes has been sent by this very process."""

import asyncio

WAIT_AT_MOST_S = 60.0


class Opening:
    """A message that is just being sent; whoever began it must close it, whatever happens."""

    def __init__(self, table: "dict[str, Opening]", reply_to: str) -> None:
        self._table = table
        self._reply_to = reply_to
        self._done = asyncio.Event()
        self._address = ""

    def opened(self, address: str) -> None:
        """Note where the message has just been put."""
        self._address = address

    def close(self) -> None:
        """Let whoever waits go on, with or without a message."""
        if self._table.get(self._reply_to) is self:
            del self._table[self._reply_to]
        self._done.set()

    async def address(self) -> str:
        """Wait for the sending to end; return where the message is, empty if it failed."""
        try:
            async with asyncio.timeout(WAIT_AT_MOST_S):
                await self._done.wait()
        except TimeoutError:
            return self._address
        return self._address


class Openings:
    """Messages that are just being sent, by the reply address of their request.

    A quick job may end before its "in line" message exists. Without this the outcome would find
    no message, make one of its own, and the person would see two.
    """

    def __init__(self) -> None:
        self._open: dict[str, Opening] = {}

    def begin(self, reply_to: str) -> Opening:
        """Hold the outcome of this request back until the opening is closed."""
        opening = Opening(self._open, reply_to)
        self._open[reply_to] = opening
        return opening

    async def address_of(self, reply_to: str) -> str:
        """Return where a message that is being sent now has been put; empty if none is."""
        opening = self._open.get(reply_to)
        return await opening.address() if opening else ""
