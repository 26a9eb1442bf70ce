"""Before anything is held: are the words allowed, which offering, what does it cost."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from core.accounts.choices import Choices, choices_of
from core.accounts.values import Person
from core.app import App
from core.generation.errors import ModelUnknown, OfferingUnavailable
from core.generation.values import ImageWish
from core.kernel.units import Credits
from core.moderation.errors import PromptRejected
from core.moderation.verdicts import Category
from core.providers.routing import Reason, RouteReceipt, Wish, route, why_refused

_SEPARATORS = re.compile(r"[,;，、；\n]")
_MAX_LEFT_OUT = 20
_OWN_CHOICE: tuple[Reason, ...] = ("only-here", "excluded")


@dataclass(frozen=True, slots=True)
class Admission:
    """What an admitted wish will cost, in credits, at the offering chosen for now."""

    offering_id: str
    price: Credits
    lane: str


async def admit(app: App, person: Person, wish: ImageWish, *, adult_room: bool) -> Admission:
    """Screen the words and find an offering with its price.

    Raises:
        PromptRejected: screening refused the words; nothing was charged.
        ModelUnknown: there is no model of the wished name; nothing was charged.
        OfferingUnavailable: no offering can do it; nothing was charged.
    """
    words = f"{wish.prompt}\n{wish.style}"
    category = await app.screen.refuse_text(words, adult_room=adult_room)
    category = category or await _refused_absence(app, wish.negative, adult_room=adult_room)
    if category is not None:
        raise PromptRejected(category=Category(category))
    async with app.transaction() as tx:
        choices = await choices_of(tx, person.account_id)
    receipt = choose(app, person.region, wish, choices, max_credits=None, now=app.clock.now())
    if receipt.chosen is None:
        known = tuple(offering.id for offering in app.registry.offerings())
        if wish.offering_id and wish.offering_id not in known:
            raise ModelUnknown(known=known)
        raise OfferingUnavailable(model=wish.offering_id, reason=_why(receipt, wish))
    offering = app.registry.offering(receipt.chosen)
    assert offering is not None
    return Admission(offering.id, Credits(offering.credits_each * wish.count), "standard")


async def _refused_absence(app: App, negative: str, *, adult_room: bool) -> str | None:
    """Return the category that leaving something out amounts to, such as leaving out clothes.

    What is refused by itself may be left out: "no nudity" asks for the right thing.
    """
    for thing in _SEPARATORS.split(negative)[:_MAX_LEFT_OUT]:
        if not thing.strip() or await app.screen.refuse_text(thing, adult_room=adult_room):
            continue
        for absence in (f"without {thing.strip()}", f"不穿{thing.strip()}"):
            category = await app.screen.refuse_text(absence, adult_room=adult_room)
            if category is not None:
                return category
    return None


def _why(receipt: RouteReceipt, wish: ImageWish) -> str:
    """Return the reason that helps most: the wished model's own, else the most common one."""
    if wish.offering_id:
        return why_refused(receipt, wish.offering_id) or "unknown-offering"
    reasons = Counter(one.reason for one in receipt.refused)
    for own in _OWN_CHOICE:
        # What the person can change themselves helps more than what is common.
        if own in reasons:
            return own
    return reasons.most_common(1)[0][0] if reasons else "none-configured"


def choose(
    app: App,
    region: str,
    wish: ImageWish,
    choices: Choices,
    *,
    max_credits: int | None,
    now: datetime,
) -> RouteReceipt:
    """Route a wish among what is configured; pure but for the registry's memory of health."""
    asked = Wish(
        offering_id=wish.offering_id,
        aspect=wish.aspect,
        count=wish.count,
        image_format=wish.image_format,
        prompt_chars=max(len(wish.prompt), len(wish.negative)),
        region=region or None,
        # Making the picture is the contract; each processor is named in /privacy (FA-5.2, FA-8),
        # and a person's own no to one or all of them holds (FA-5.2c).
        third_party_allowed=not choices.is_only_here,
        is_excluded=choices.excludes,
        no_training=True,
        max_credits=max_credits,
    )
    return route(asked, app.registry.offerings(), now, health=app.health.health)
