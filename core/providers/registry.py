"""All configured providers, and which of them makes what."""

from collections.abc import Sequence

from core.providers.port import Offering, Provider, Recipient


class Registry:
    """The providers of this process, in the order of configuration."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        """Take the providers over; ``aclose`` gives all of them back.

        Raises:
            ValueError: two providers have one name, two offerings one id, or an offering is made
                by somebody who is not among its provider's recipients.
        """
        self._providers = tuple(providers)
        names = [provider.name for provider in self._providers]
        ids = [offering.id for offering in self.offerings()]
        for kind, values in (("provider", names), ("offering", ids)):
            if twice := sorted({value for value in values if values.count(value) > 1}):
                raise ValueError(f"the same {kind} twice: {', '.join(twice)}")
        for provider in self._providers:
            known = {one.processor for one in provider.recipients()} | {""}
            if strange := {one.processor for one in provider.offerings()} - known:
                raise ValueError(f"no registered recipient: {', '.join(sorted(strange))}")

    def providers(self) -> tuple[Provider, ...]:
        """Return the providers, in order."""
        return self._providers

    def offerings(self) -> tuple[Offering, ...]:
        """Return everything that can be ordered now; no network."""
        return tuple(offering for one in self._providers for offering in one.offerings())

    def recipients(self) -> tuple[Recipient, ...]:
        """Return everybody whom anything is sent: complete, since nothing else can leave."""
        return tuple(one for provider in self._providers for one in provider.recipients())

    def offering(self, offering_id: str) -> Offering | None:
        """Return an offering by its id; None when it is not configured (any more)."""
        return next((one for one in self.offerings() if one.id == offering_id), None)

    def provider_of(self, offering_id: str) -> Provider | None:
        """Return who makes an offering; None when it is not configured (any more)."""
        for provider in self._providers:
            if any(offering.id == offering_id for offering in provider.offerings()):
                return provider
        return None

    async def aclose(self) -> None:
        """Give back every provider's connections and processes."""
        for provider in self._providers:
            await provider.aclose()
