"""Moderation and provenance as the narrow ports that use-cases call."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

from core.app import Reading, Stamp
from core.generation.provenance.inspection import inspect
from core.generation.provenance.manifest import SignatureState
from core.generation.provenance.signer import Signer
from core.generation.provenance.stamping import stamp
from core.moderation.screen import Screen
from core.moderation.verdicts import Level

_SIGN_BIT = 1 << 63
_STATES: dict[SignatureState, Literal["ours", "other", "damaged", "none"]] = {
    SignatureState.OURS: "ours",
    SignatureState.OTHER: "other",
    SignatureState.BROKEN: "damaged",
    SignatureState.NONE: "none",
}


class ScreenGate:
    """Asks every judge; an adult room is one that the platform itself has marked."""

    def __init__(self, screen: Screen, prepare: Callable[[], Awaitable[None]]) -> None:
        self._screen = screen
        self._prepare = prepare

    async def prepare(self) -> None:
        """Load the picture judges' models."""
        await self._prepare()

    async def refuse_text(self, text: str, *, adult_room: bool) -> str | None:
        """Return the category the words are refused for, or None; see ``Screen.judge_text``."""
        return (await self._screen.judge_text(text, _level(adult_room=adult_room))).category

    async def refuse_picture(self, picture: bytes, *, adult_room: bool) -> str | None:
        """Return the category the picture is refused for, or None; see ``judge_picture``."""
        return (await self._screen.judge_picture(picture, _level(adult_room=adult_room))).category


def _level(*, adult_room: bool) -> Level:
    return Level.ADULT if adult_room else Level.SAFE


class ProvenanceGate:
    """Stamps and reads pictures with this installation's certificate."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    async def stamp(
        self, picture: bytes, mime: str, *, is_ai_model: bool, made_at: datetime
    ) -> Stamp:
        """Write the digital source type and sign; see ``stamping.stamp`` for the errors."""
        made_by: Literal["ai", "illustrator"] = "ai" if is_ai_model else "illustrator"
        stamped = await stamp(picture, mime, made_by, made_at, self._signer)
        return Stamp(
            data=stamped.data,
            manifest_id=stamped.manifest_id,
            sha256=stamped.sha256,
            perceptual_hash=signed(stamped.perceptual_hash),
        )

    async def read(self, picture: bytes) -> Reading:
        """Read what a picture says of itself; see ``inspection.inspect`` for the errors."""
        found = await inspect(picture, self._signer)
        return Reading(
            signature=_STATES[found.state],
            digital_source_type=found.digital_source_type,
            sha256=hashlib.sha256(picture).hexdigest(),
            perceptual_hash=signed(found.perceptual_hash),
        )


def signed(value: int) -> int:
    """Return 64 bits as a signed integer, which is what databases store."""
    return value - (_SIGN_BIT << 1) if value & _SIGN_BIT else value


def unsigned(value: int) -> int:
    """Return the 64 bits of a stored signed integer."""
    return value & ((_SIGN_BIT << 1) - 1)
