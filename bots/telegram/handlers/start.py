"""``/start``, with what a deep link carries, and ``/help`` by topic."""

from bots.telegram import keyboards
from bots.telegram.asking import welcome_text
from bots.telegram.desk import Desk, Visit
from bots.telegram.handlers import account
from bots.telegram.handlers.imagine import WORDS_PAYLOAD, command_words
from bots.telegram.handlers.words import ask_for_words
from core.accounts.commands import welcome
from core.generation.queries import offerings, style_names
from core.kernel.ids import RequestId, is_id
from core.privacy.counter.counter import COMMANDS
from core.privacy.notice.history import policy_seen

AGE_PAYLOAD = "age_"


async def start(desk: Desk, visit: Visit) -> None:
    """The first contact, or the private end of something that began in a room."""
    payload = command_words(visit.message)
    if not visit.room.is_private:
        await show_help(desk, visit)
        return
    if payload.startswith(WORDS_PAYLOAD) and is_id(payload.removeprefix(WORDS_PAYLOAD)):
        request_id = RequestId(payload.removeprefix(WORDS_PAYLOAD))
        await ask_for_words(desk, visit, request_id)
        return
    match payload:
        case "settings":
            await account.settings(desk, visit)
        case "quota":
            await account.quota(desk, visit)
        case _:
            desk.later(visit, _welcome(desk, visit, payload.removeprefix(AGE_PAYLOAD)))


async def _welcome(desk: Desk, visit: Visit, pending: str) -> None:
    lines, markup = [welcome_text(desk, visit)], None
    match visit.person.age:
        case "unknown":
            lines.append(visit.say("age-question"))
            waiting = pending if is_id(pending) else ""
            markup = keyboards.age(waiting, visit.language, elsewhere=bool(waiting))
        case "minor":
            lines.append(visit.say("age-declined"))
        case "adult":
            lines.append(visit.say("help-imagine"))
    await desk.say(visit.address, "\n\n".join(lines), markup)
    await welcome(desk.app, visit.actor)
    await policy_seen(desk.app, visit.person.account_id)


def help_text(desk: Desk, visit: Visit, topic: str) -> str:
    """Return one topic of help, or the overview."""
    title = f"<b>{visit.say('help-title')}</b>"
    support = desk.app.settings.support_contact
    if topic not in keyboards.HELP_TOPICS:
        lines = [title, visit.say("help-imagine"), visit.say("messenger-help-ways")]
        if support:
            lines.append(visit.say("help-support", support=support))
        return "\n\n".join(lines)
    lines = [title, visit.say(f"help-{topic}")]
    if topic == "options":
        styles, models = style_names(desk.app), offerings(desk.app)
        if styles:
            lines.append(visit.say("messenger-help-styles", styles=", ".join(styles)))
        names = ", ".join(f"{model.id} ({model.title})" for model in models)
        lines.append(visit.say("messenger-help-models", models=names))
    if topic == "privacy":
        rights = (f"/{right.name} · {visit.say(right.about)}" for right in COMMANDS)
        lines.append("\n".join(rights))
    return "\n\n".join(lines)


async def show_help(desk: Desk, visit: Visit) -> None:
    """``/help [topic]``."""
    topic = command_words(visit.message).lower()
    line = help_text(desk, visit, topic)
    desk.later(visit, desk.say(visit.address, line, keyboards.help_topics(visit.language)))


async def unknown_command(desk: Desk, visit: Visit) -> None:
    """A command that does not exist, in the private chat."""
    desk.later(visit, desk.say(visit.address, visit.say("messenger-unknown-command")))


async def forwarded(desk: Desk, visit: Visit) -> None:
    """Somebody else's words are drawn only when that is asked for."""
    desk.later(visit, desk.say(visit.address, visit.say("messenger-forwarded")))
