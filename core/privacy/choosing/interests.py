"""What rests on a legitimate interest: why, weighed against people's own, and who may stop it.

GDPR Article 21, Flux Art section 4: an objection stops a purpose unless there are grounds that
override it, and then the person is told which. Every such purpose of the inventory stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.storage.inventory import Base, declarations


@dataclass(frozen=True, slots=True)
class Interest:
    """The outcome of weighing one purpose."""

    weighed: str
    """The code of what it is for and why people's interests do not outweigh it."""
    is_overriding: bool
    """True: an objection can't stop it, and the text says why."""


INTERESTS: Mapping[str, Interest] = {
    "analytics": Interest("object-why-analytics", is_overriding=False),
    "transparency": Interest("object-why-transparency", is_overriding=False),
    "security": Interest("object-why-security", is_overriding=True),
    "abuse": Interest("object-why-abuse", is_overriding=True),
    "rights": Interest("object-why-rights", is_overriding=True),
}


def interests_used() -> tuple[str, ...]:
    """Return the purposes that rest on a legitimate interest somewhere in the inventory."""
    used = {
        purpose
        for one in declarations(Base.metadata).values()
        if one.basis == "legitimate_interest"
        for purpose in one.purposes
    }
    return tuple(sorted(used))


def stoppable() -> tuple[str, ...]:
    """Return the purposes that an objection stops, as far as the inventory has them."""
    return tuple(
        name for name in interests_used() if name in INTERESTS and not INTERESTS[name].is_overriding
    )
