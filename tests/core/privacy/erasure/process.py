"""A worker that can be told where to die, with a surface that writes down what it brings.

``python -m tests.core.privacy.erasure.process FOLDER DATABASE [DIE_AT]``, where DIE_AT is
``before:<step>``, ``inside:<step>``, ``after:<step>``, ``before:bring`` or ``after:bring``.
What is shown stands in ``shown`` in the folder, one line an edit: message, title.
"""

import asyncio
import sys
from pathlib import Path

from core.bootstrap import running_app
from core.generation.delivery_port import DeliveryResult, Sent
from core.kernel.ids import new_id
from core.kernel.people import Language
from core.privacy.letters.loop import LetterLoop
from core.privacy.letters.port import Letter
from core.worker import working
from tests.factories import settings_for
from tests.fakes import FakeProvider, an_offering
from tests.recovery.process import die, die_around

SURFACE = "test"


class WrittenSurface:
    """One message for each letter, edited in place; a message exists before it is filled."""

    surface = SURFACE

    def __init__(self, file: Path, die_at: str) -> None:
        self._file = file
        self._die_at = die_at

    def private_address(self, native_id: str) -> str:
        return native_id

    def _write(self, *words: str) -> None:
        with self._file.open("a") as file:
            file.write("\t".join(words) + "\n")

    async def bring(self, letter: Letter) -> DeliveryResult:
        if self._die_at == "before:bring":
            die()
        address = letter.message_address
        if not address:
            address = new_id()
            await letter.remember(address)
        name = letter.attachment.file_name if letter.attachment else ""
        self._write(address, letter.answer.page.title.code, name)
        if self._die_at == "after:bring":
            die()
        return Sent(address)

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        del language
        self._write(message_address, "taken")
        return Sent(message_address)


async def main(folder: str, url: str, at: str = "") -> None:
    if at and not at.endswith(":bring"):
        die_around(at)
    settings = settings_for(Path(folder), url)
    provider = FakeProvider(offering=an_offering(id="builtin/illustrator"))
    surface = WrittenSurface(Path(folder) / "shown", at)
    async with running_app(settings, providers=[provider]) as app, working(app):
        await LetterLoop(app, surface).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
