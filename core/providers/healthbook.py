"""The health of this process's providers, kept between requests."""

from datetime import datetime

from core.providers.health import Health, after_failure, after_success
from core.providers.port import Failure


class HealthBook:
    """Remembers recent failures, so that a broken provider is not asked first."""

    def __init__(self) -> None:
        """Begin with everyone healthy."""
        self.health = Health()

    def note_success(self, provider: str) -> None:
        """Forget the provider's failures."""
        self.health = after_success(self.health, provider)

    def note_failure(self, provider: str, failure: Failure, now: datetime) -> None:
        """Count a failure, if it is the provider's own."""
        self.health = after_failure(self.health, provider, failure, now)
