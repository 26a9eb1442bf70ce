"""What a judge can say of a text or a picture: a level, a category, a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a room is for; the surface knows it from its platform, nobody can claim it."""

    SAFE = "safe"
    """Safe for work: the default everywhere."""
    ADULT = "adult"
    """Only where the platform itself has marked the room as age-restricted."""


class Category(StrEnum):
    """Why something is refused; the order is from gravest to mildest, and the gravest is named."""

    SEXUAL_MINORS = "sexual-minors"
    """Sexual depiction of anybody under 18, real or drawn: never, nowhere."""
    TERROR = "terror"
    """Praise of terror and of mass killings."""
    HATE = "hate"
    """Slurs and symbols against people for what they are."""
    SEXUAL_VIOLENCE = "sexual-violence"
    """Sex by force or with animals."""
    PRIVATE_PERSON = "private-person"
    """Undressing or faking a real person, forging papers."""
    SELF_HARM = "self-harm"
    """Suicide and self-injury."""
    SEXUAL = "sexual"
    """Sexual acts and pornography."""
    NUDITY = "nudity"
    """Naked people."""
    GORE = "gore"
    """Mutilation and cruelty shown in detail."""

    def is_refused_at(self, level: Level) -> bool:
        """Say whether a room of this level refuses the category."""
        return level is Level.SAFE or self not in _ADULTS_MAY


_ADULTS_MAY = frozenset({Category.SEXUAL, Category.NUDITY, Category.GORE})
_GRAVITY = {category: place for place, category in enumerate(Category)}


def gravest(categories: Iterable[Category]) -> Category | None:
    """Return the gravest of some categories, or None when there are none."""
    return min(categories, key=_GRAVITY.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """What a judge says of a text. It never carries the words that were found."""

    category: Category | None
    """None: nothing against it at the level asked for."""
    span_count: int = 0
    """How many places of the text led to the verdict."""


@dataclass(frozen=True, slots=True)
class PictureVerdict:
    """What a judge says of a picture."""

    category: Category | None
    """None: nothing against it at the level asked for."""
    score: float = 0.0
    """How sure the judge is that the picture is not safe for work, 0 to 1."""
