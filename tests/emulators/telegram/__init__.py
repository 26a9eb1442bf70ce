"""A Telegram Bot API on loopback that checks every request and every answer.

In a test, with the real library::

    async with Emulator() as emulator:
        builder = ApplicationBuilder().token(emulator.token)
        builder = builder.base_url(emulator.base_url).base_file_url(emulator.base_file_url)
        ada = emulator.person("Ada", language_code="zh-hans")
        painters = emulator.group(ada, topics=("Sketches",))     # a forum
        asked = ada.says("/imagine a lighthouse")                 # or sends_photo, edits, forwards
        await emulator.until(lambda: any(m.media for m in ada.received))
        picture = ada.received[-1]      # .text .caption .media.data .buttons .history .reply_to
        answer = await ada.presses(picture, "Again")              # label or callback data
        found = await ada.asks_inline("a fox")                    # and ada.chooses(found, "1", …)
        emulator.faults.add("sendPhoto", Fault.timeout_after_effect(6))
        emulator.redeliver(asked.update_id)
        assert emulator.violations == []
        assert emulator.rates.observations == []

Set ``NO_PROXY=127.0.0.1`` and, because warnings are errors, ``PTB_TIMEDELTA=true``. Ready-made
pieces for the library (an application, a picture, a keyboard) are in ``library``. A method or
parameter that is not in ``contract`` is a violation: add it there when the bot begins to use it.
``emulator.calls`` records the calls at the wire, ``emulator.profile`` what the bot says of itself.
For tests that kill processes, ``python -m tests.emulators.telegram --port N`` keeps the state in a
process of its own, which ``RemoteEmulator`` drives with the same words.
"""

from tests.emulators.telegram.emulator import Emulator
from tests.emulators.telegram.faults import ApiError, Fault
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.questions import CallbackAnswer, InlineAnswer
from tests.emulators.telegram.remote import RemoteChat, RemoteEmulator, RemoteMessage, RemotePerson
from tests.emulators.telegram.state import Chat, Media, Message

__all__ = [
    "ApiError",
    "CallbackAnswer",
    "Chat",
    "Emulator",
    "Fault",
    "InlineAnswer",
    "Media",
    "Message",
    "Person",
    "RemoteChat",
    "RemoteEmulator",
    "RemoteMessage",
    "RemotePerson",
]
