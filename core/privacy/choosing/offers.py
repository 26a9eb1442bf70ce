"""Which consents may be asked for, where; and the very words that are asked with."""

import hashlib

from core.accounts.consents import PURPOSES, Purpose, Words
from core.kernel.people import Language
from core.policy.profile import Profile
from core.policy.versions import version_of
from core.privacy.notice.wording import Line, said

_DIGEST_CHARS = 8
_TEXTS: dict[Purpose, str] = {
    "training": "consent-text-training",
    "marketing": "consent-text-marketing",
}


def why_not_offered(
    purpose: Purpose, profile: Profile, *, allows_training: bool, allows_advertising: bool
) -> str | None:
    """Return the code of why a consent can't be given here, or None where it is offered.

    AX-19, FA-5.1, PL-T3, PL-D4, PL-D5: training only under a profile that allows it, and only
    where the surface's platform lets people be asked; advertising only where the platform does.
    """
    if purpose == "training":
        if profile.training_on_content == "never":
            return "consent-not-training-profile"
        return None if allows_training else "consent-not-training-platform"
    return None if allows_advertising else "consent-not-marketing-platform"


def words_of(purpose: Purpose, profile: Profile, language: Language) -> Words:
    """Return what a person is shown before they say yes, as it will be recorded."""
    shown = said(Line(_TEXTS[purpose], {"service": profile.service}), language)
    return Words(shown, language, version_of(profile))


def digest_of(words: Words) -> str:
    """Return a short mark of a text: a yes counts only for the text that stood above it."""
    return hashlib.sha256(words.text.encode()).hexdigest()[:_DIGEST_CHARS]


def purpose_of(word: str) -> Purpose | None:
    """Return the purpose that a word names, or None."""
    return next((one for one in PURPOSES if one == word), None)
