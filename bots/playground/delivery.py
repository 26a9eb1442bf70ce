"""Brings progress, outcomes and letters to the open pages; what nobody sees now is kept."""

from bots.playground.counter import letter_address, letter_card, letter_of
from bots.playground.draw import card_of
from bots.playground.events import Hub
from bots.playground.person import SURFACE, Installation, message_address
from core.app import App
from core.generation.delivery_port import DeliveryResult, Gone, Parcel, ProgressNote, Sent
from core.generation.errors import NotFound
from core.kernel.people import Language
from core.privacy.letters.port import Letter
from core.privacy.letters.queries import letter_at, withdraw_letter


class PageDelivery:
    """The page's delivery port. A repeat is invisible: a card is replaced by its request's id."""

    surface = SURFACE

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def show_progress(self, note: ProgressNote) -> None:
        """Redraw the request's one card on every open page."""
        self._hub.publish("card", card_of(note.status))

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        """Show the outcome; the page reads the pictures from the core when it draws them."""
        address = parcel.message_address or message_address(parcel.status.request_id)
        self._hub.publish("card", card_of(parcel.status))
        return Sent(address)


class PageLetters:
    """The page's letters. Every open page shows the newest words; the core keeps them for later."""

    surface = SURFACE

    def __init__(self, app: App, hub: Hub, installation: Installation) -> None:
        self._app = app
        self._hub = hub
        self._installation = installation
        self._mine = installation.reply_to()

    def private_address(self, native_id: str) -> str:
        """Return the address of an installation's pages."""
        return Installation(native_id).reply_to().address

    async def bring(self, letter: Letter) -> DeliveryResult:
        """Put the letter's words into its card on every open page, or a card that is new.

        Another installation's letter is no page's of this process: the core keeps it for theirs.
        """
        if letter.reply_to == self._mine.address:
            try:
                kept = await letter_at(
                    self._app, self._installation.actor(), self._mine, letter.letter_id
                )
            except NotFound:
                return Gone("withdrawn")
            self._hub.publish("letter", letter_card(kept))
        return Sent(letter_address(letter.letter_id))

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        """Remove a letter's card from every open page, and its words from the core."""
        del language  # nothing is left to say it in
        letter_id = letter_of(message_address)
        if letter_id:
            await withdraw_letter(self._app, letter_id)
        self._hub.publish("gone", {"id": message_address})
        return Sent(message_address)
