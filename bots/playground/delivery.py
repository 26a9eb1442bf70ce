"""Brings progress and outcomes to the open pages; what nobody sees now stands in the history."""

from bots.playground.draw import card_of
from bots.playground.events import Hub
from bots.playground.person import SURFACE, message_address
from core.generation.delivery_port import DeliveryResult, Parcel, ProgressNote, Sent


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
