"""Faults that a test scripts: which route fails next, how, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.discord.errors import ApiError


@dataclass(frozen=True, slots=True)
class Status:
    """A bare 5xx from the edge; nothing was changed."""

    status: int


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429; without ``via`` discord.py raises at once, with it it waits and repeats."""

    retry_after_s: float
    is_global: bool = False
    via: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """One of Discord's coded errors, such as 50007; nothing was changed."""

    code: int

    def error(self) -> ApiError:
        return ApiError(self.code)


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection breaks before the request had an effect."""


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """The request has its effect, then the connection breaks (after ``hang_s`` seconds)."""

    hang_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """The request has its effect and is answered with ``body``: proves the answer check."""

    body: Any


Fault = Status | RateLimited | Refused | Reset | LostAnswer | WrongAnswer


@dataclass(slots=True)
class Faults:
    """Scripted faults by route, first in first out."""

    known: frozenset[str]
    waiting: list[tuple[str, Fault]] = field(default_factory=list)

    def add(self, route: str, fault: Fault, *, times: int = 1) -> None:
        """The next ``times`` requests of ``route`` ("POST /channels/{channel_id}/messages").

        Raises:
            LookupError: no such route; nothing was scripted.
        """
        if route not in self.known:
            raise LookupError(f"no route {route!r}; there are {sorted(self.known)}")
        self.waiting += [(route, fault)] * times

    def take(self, route: str) -> Fault | None:
        for entry in self.waiting:
            if entry[0] == route:
                self.waiting.remove(entry)
                return entry[1]
        return None

    def clear(self) -> None:
        self.waiting.clear()
