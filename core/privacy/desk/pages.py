"""Pages of the desk that several commands share."""

from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked
from core.privacy.notice.wording import Line, Page

SUPPORT = Step(Line("desk-step-support"), "support")
REQUESTS = Step(Line("desk-step-requests"), "requests")
PRIVACY = Step(Line("rights-step-privacy"), "privacy")


def unknown(asked: Asked, title: str) -> Answer:
    """Tell somebody unknown that nothing is held, which is an answer too (PDPO, section 19)."""
    lines = [Line("desk-unknown")]
    contact = asked.app.settings.privacy_contact
    if contact:
        lines.append(Line("desk-unknown-contact", {"contact": contact}))
    return Answer(Page("desk", Line(title), tuple(lines)), asked.language, (PRIVACY,))
