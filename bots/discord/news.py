"""Tells each person once what a new version of the policy changed, after what they asked for."""

from bots.discord.answers import page_of
from bots.discord.reply import Reply
from core.accounts.values import Person
from core.app import App
from core.privacy.answers import Answer, Step
from core.privacy.notice.history import policy_news, policy_seen
from core.privacy.notice.news import news_page
from core.privacy.notice.wording import Line


async def tell_news(app: App, person: Person, reply: Reply, *, hidden: bool = True) -> None:
    """Show what changed since the version that the person was last shown, if anything did.

    Recorded only when it could be shown; while a form is open the next answer brings it.
    """
    if not reply.takes_more:
        return
    news = await policy_news(app, person.account_id)
    if news is None:
        return
    steps = (Step(Line("rights-step-privacy"), "privacy"),)
    page = page_of(Answer(news_page(news), person.language, steps))
    if await reply.show(page, hidden=hidden):
        await policy_seen(app, person.account_id)
