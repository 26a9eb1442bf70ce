"""Which pictures of a copy may live here, and with which words: retention counts from back then."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.policy.profile import Profile
from core.policy.retention import Fate, Item, due
from core.privacy.importing.past import Past, PastPicture, PastRequest

PICTURES, WORDS = "generated_pictures", "prompts"
"""The retention classes of pictures, and of what was asked for."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pictures that can be brought in, and how many can't."""

    pictures: tuple[PastPicture, ...]
    over: int
    """Their time would be over here."""
    missing: int
    """The copy has no file of them."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How long this instance keeps things."""

    profile: Profile
    horizons: Mapping[str, datetime]
    """Up to when things of a class have expired for good."""
    now: datetime

    def is_over(self, retention: str, began: datetime) -> bool:
        """Say whether something that began then would have left already."""
        told = due(Item(retention, began), self.profile, self.now, self.horizons.get(retention))
        return told.fate is not Fate.KEEP


def chosen(past: Past, periods: Periods) -> Chosen:
    """Return which pictures of a copy may live here."""
    young = [one for one in past.pictures if not periods.is_over(PICTURES, one.created_at)]
    there = [one for one in young if one.path is not None]
    return Chosen(
        pictures=tuple(there),
        over=len(past.pictures) - len(young),
        missing=len(young) - len(there),
    )


def as_kept(request: PastRequest, periods: Periods) -> PastRequest:
    """Return a request as a sweep would have left it: its words go when their own time is over."""
    if not periods.is_over(WORDS, request.created_at):
        return request
    return replace(request, prompt=None, negative=None, unknown_words=None)
