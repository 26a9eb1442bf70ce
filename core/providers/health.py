"""Which providers failed lately, in memory: a circuit breaker as a value with pure updates."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.providers.port import Failure, FailureKind

_FAILURES_TO_OPEN = 3
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=15)
_RATE_LIMIT_PAUSE = timedelta(seconds=20)
_OPERATOR_PAUSE = timedelta(minutes=15)
"""Somebody has to pay a bill or change a key: asking again soon helps nobody."""
_OPERATOR_CODES = frozenset({"http-401", "http-403", "invalid_api_key"})
_COUNTED = frozenset({FailureKind.UNAVAILABLE, FailureKind.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class Breaker:
    """One provider's recent past."""

    failures: int = 0
    """In a row."""
    open_until: datetime | None = None
    """Until then others are asked first."""


@dataclass(frozen=True, slots=True)
class Health:
    """The breakers of all providers that failed since their last success."""

    breakers: Mapping[str, Breaker] = field(default_factory=dict)

    def is_open(self, provider: str, now: datetime) -> bool:
        """Say whether other providers should be asked first."""
        until = self.breakers.get(provider, Breaker()).open_until
        return until is not None and now < until


def after_success(health: Health, provider: str) -> Health:
    """Return the state after a picture came: the provider's past is forgotten."""
    return Health({name: b for name, b in health.breakers.items() if name != provider})


def after_failure(health: Health, provider: str, failure: Failure, now: datetime) -> Health:
    """Return the state after a failure; a verdict on the request itself changes nothing."""
    before = health.breakers.get(provider, Breaker())
    after = _next(before, failure, now)
    return health if after == before else Health({**health.breakers, provider: after})


def _next(before: Breaker, failure: Failure, now: datetime) -> Breaker:
    if failure.kind is FailureKind.RATE_LIMITED:
        wanted = timedelta(seconds=failure.retry_after_s or 0) or _RATE_LIMIT_PAUSE
        return replace(before, open_until=_later(before, now + min(wanted, _LONGEST_PAUSE)))
    if failure.kind is FailureKind.OUT_OF_CREDIT or failure.provider_code in _OPERATOR_CODES:
        return replace(before, open_until=_later(before, now + _OPERATOR_PAUSE))
    if failure.kind not in _COUNTED:
        return before
    failures = before.failures + 1
    if failures < _FAILURES_TO_OPEN:
        return replace(before, failures=failures)
    doublings = min(failures - _FAILURES_TO_OPEN, 10)
    pause = min(_FIRST_PAUSE * 2**doublings, _LONGEST_PAUSE)
    return Breaker(failures=failures, open_until=_later(before, now + pause))


def _later(before: Breaker, until: datetime) -> datetime:
    return until if before.open_until is None else max(before.open_until, until)
