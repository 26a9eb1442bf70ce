"""The few ports and the database that every use-case gets, in one frozen value."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from core.engine.engine import Engine
from core.kernel.clock import Clock
from core.kernel.pace import Pace
from core.policy.profile import Profile
from core.providers.healthbook import HealthBook
from core.providers.registry import Registry
from core.settings import Settings
from core.storage.database import Database
from core.storage.keys import KeyStore
from core.storage.vault import Vault


class Screening(Protocol):
    """Says whether words or a picture may be made or shown; built from several judges."""

    async def prepare(self) -> None:
        """Load what the first picture needs, so that it does not wait for it."""
        ...

    async def refuse_text(self, text: str, *, adult_room: bool) -> str | None:
        """Return the category the words are refused for, or None.

        Raises:
            CoreError: ``screen-unavailable``; a judge failed, so nothing may pass.
        """
        ...

    async def refuse_picture(self, picture: bytes, *, adult_room: bool) -> str | None:
        """Return the category the picture is refused for, or None.

        Raises:
            CoreError: ``screen-unavailable``; a judge failed, so nothing may pass.
        """
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """A picture with its provenance written in, and what the registry keeps of it."""

    data: bytes
    manifest_id: str
    sha256: str
    perceptual_hash: int
    """64 bits, as a signed integer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a picture says of itself."""

    signature: Literal["ours", "other", "damaged", "none"]
    digital_source_type: str
    sha256: str
    perceptual_hash: int


class Provenance(Protocol):
    """Writes and reads the origin of pictures."""

    async def stamp(
        self, picture: bytes, mime: str, *, is_ai_model: bool, made_at: datetime
    ) -> Stamp:
        """Write the digital source type, then sign."""
        ...

    async def read(self, picture: bytes) -> Reading:
        """Read and check what is written.

        Raises:
            CoreError: ``not-a-picture`` or ``picture-too-large``.
        """
        ...


@dataclass(frozen=True, slots=True)
class App:
    """Built once in core/bootstrap.py; use-cases take it as their first argument."""

    settings: Settings
    clock: Clock
    database: Database
    keys: KeyStore
    vault: Vault
    engine: Engine
    registry: Registry
    health: HealthBook
    profile: Profile
    screen: Screening
    provenance: Provenance
    counter_pace: Pace
    """How quickly one person may give commands about their rights."""
    link_pace: Pace
    """How many codes that join accounts one person may try."""

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open one transaction; an exception undoes everything, the queued job included."""
        return self.database.transaction()
