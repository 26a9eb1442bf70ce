"""``/privacy``: what is kept, why, how long, who receives it, the rights, and who runs this."""

from bots.telegram.desk import Desk, Visit
from core.generation.queries import PrivacyGlance, privacy_glance
from core.policy.profile import UNTIL_DELETED

_CODES = {
    "generated_pictures": ("privacy-pictures-until", "privacy-pictures-days"),
    "prompts": ("privacy-prompts-until", "privacy-prompts-days"),
}


def _period(visit: Visit, glance: PrivacyGlance, retention: str) -> str:
    days = glance.profile.retention_days[retention]
    until, for_days = _CODES[retention]
    said = visit.say(until) if days == UNTIL_DELETED else visit.say(for_days, days=days)
    if f"retention_days.{retention}" in glance.profile.chosen:
        return f"{said} {visit.say('privacy-chosen')}"
    return said


async def privacy(desk: Desk, visit: Visit) -> None:
    """Answer at a glance; needs no age and is given in private."""
    glance = await privacy_glance(desk.app, visit.actor)
    processors = ", ".join(glance.processors)
    trains = glance.profile.training_on_content
    lines = [
        f"<b>{visit.say('privacy-title', service=glance.profile.service)}</b>",
        visit.say("privacy-what"),
        visit.say("privacy-why"),
        _period(visit, glance, "generated_pictures"),
        _period(visit, glance, "prompts"),
        visit.say("privacy-recipients", processors=processors)
        if processors
        else visit.say("privacy-recipients-nobody"),
        visit.say("privacy-training-never" if trains == "never" else "privacy-training-consent"),
        visit.say("privacy-rights", contact=glance.privacy_contact),
        visit.say("privacy-who", operator=glance.operator, support=glance.support_contact),
        visit.say("messenger-privacy-copies"),
    ]
    desk.later(visit, desk.say_in_private(visit, "\n\n".join(lines), None, "privacy"))
