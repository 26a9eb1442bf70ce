"""What the emulator remembers between requests."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class State:
    """One emulated service."""

    dialect: str = "openai"
    delay_s: float = 0.0
    """Pause before a picture, or between the events of a stream."""
    faults: list[str] = field(default_factory=list)
    """Played one per request, then all is well again."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    charges: Counter[str] = field(default_factory=Counter)
    """Pictures begun, by Idempotency-Key: what the operator would pay for."""
    violations: list[str] = field(default_factory=list)
    in_flight: int = 0
    dropped: int = 0
    """Requests whose client went away before the answer."""
    downloads: list[dict[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a request has come in."""
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: a stream waits before its last event, the picture itself."""

    def __post_init__(self) -> None:
        self.may_end.set()

    def take_fault(self) -> str:
        return self.faults.pop(0) if self.faults else ""

    def reset(self) -> None:
        self.delay_s = 0.0
        for kept in (self.faults, self.requests, self.headers, self.violations, self.downloads):
            kept.clear()
        self.charges.clear()
        self.files.clear()
        self.dropped = 0
        self.arrived.clear()
        self.may_end.set()
