"""``/quota``, ``/settings`` and ``/cancel``: what belongs to the person, answered in private."""

from bots.telegram import keyboards
from bots.telegram.desk import Desk, Visit
from core.accounts.values import Person
from core.generation.cancelling import cancel_all
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import duration
from core.quotas import queries


async def quota(desk: Desk, visit: Visit) -> None:
    """``/quota``: what can be spent and when it refills."""
    view = await queries.quota(desk.app, visit.actor)
    lines = [
        visit.say(
            "quota-line",
            available=view.available,
            free=view.free_left,
            daily=view.daily_credits,
            extra=view.credits,
        ),
        visit.say("quota-reset", resets_in=duration(view.resets_in_s, visit.language)),
        visit.say(
            "quota-plan",
            plan=view.plan,
            running=view.running_at_once,
            waiting=view.waiting_at_most,
            monthly=view.monthly_credits,
        ),
    ]
    desk.later(visit, desk.say_in_private(visit, "\n".join(lines), None, "quota"))


def settings_text(person: Person, language: Language) -> str:
    """Return what is chosen now."""
    region = (
        keyboards.country_name(person.region, language)
        if person.region
        else text("settings-region-unset", language)
    )
    return "\n".join(
        [
            f"<b>{text('settings-title', language)}</b>",
            text("settings-language", language, language=text(f"language-{language}", language)),
            text("settings-region", language, region=region),
        ]
    )


async def settings(desk: Desk, visit: Visit) -> None:
    """``/settings``: language and region."""
    line = settings_text(visit.person, visit.language)
    markup = keyboards.settings(visit.language)
    desk.later(visit, desk.say_in_private(visit, line, markup, "settings"))


async def cancel(desk: Desk, visit: Visit) -> None:
    """``/cancel``: end everything of this person that waits or runs."""
    done = await cancel_all(desk.app, visit.actor)
    line = (
        visit.say("credits-returned", n=done.credits_returned)
        if done.count
        else visit.say("messenger-nothing-to-cancel")
    )
    desk.later(visit, desk.say(visit.address, line))
