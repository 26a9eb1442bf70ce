"""A worker that makes exports and brings their letters, and can be told where to die.

``python -m tests.recovery.export_process FOLDER PLATFORM DATABASE [DIE_AT]``, where DIE_AT is
``before:<step>``, ``inside:<step>``, ``after:<step>``, ``before:bring``, ``after:bring``, or
``stored:<n>``: right after the n-th thing was put into the vault.
"""

import asyncio
import hashlib
import sys
from pathlib import Path

import httpx

from core.bootstrap import running_app
from core.generation.delivery_port import DeliveryResult, Later, Sent
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Language
from core.privacy.letters.loop import LetterLoop
from core.privacy.letters.port import Letter
from core.storage.vault import Vault
from core.worker import working
from tests.factories import settings_for
from tests.recovery.process import SURFACE, die, die_around


class WireLetters:
    """Makes one message per letter, then edits it; a file is shown by its digest."""

    surface = SURFACE

    def __init__(self, url: str, die_at: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=5, trust_env=False)
        self._die_at = die_at

    def private_address(self, native_id: str) -> str:
        """Return where only this person reads."""
        return f"person {native_id}"

    async def bring(self, letter: Letter) -> DeliveryResult:
        """Show the letter; the moments to die are those around a file."""
        has_file = letter.attachment is not None
        if has_file and self._die_at == "before:bring":
            die()
        try:
            address = letter.message_address
            if not address:
                address = (await self._client.post("/messages", content="waiting")).text
                await letter.remember(address)
            shown = "words"
            if letter.attachment is not None:
                shown = f"file {hashlib.sha256(letter.attachment.data).hexdigest()}"
            await self._client.put(f"/messages/{address}", content=f"{letter.letter_id} {shown}")
        except httpx.TransportError:
            return Later(0.1)
        if has_file and self._die_at == "after:bring":
            die()
        return Sent(address)

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        """Remove a message."""
        del language
        return Sent(message_address)


def die_after_storing(count: int) -> None:
    """Make the n-th thing put into the vault the last that this process does."""
    put, done = Vault.put, 0

    async def mortal(self: Vault, owner: AccountId, blob: BlobId, data: bytes | memoryview) -> None:
        nonlocal done
        await put(self, owner, blob, data)
        done += 1
        if done == count:
            die()

    Vault.put = mortal  # type: ignore[method-assign]


async def main(folder: str, platform: str, url: str = "", at: str = "") -> None:
    when, _, name = at.partition(":")
    if when == "stored":
        die_after_storing(int(name))
    elif at:
        die_around(at)
    async with running_app(settings_for(Path(folder), url)) as app, working(app):
        await LetterLoop(app, WireLetters(platform, at)).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
