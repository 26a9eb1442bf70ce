"""Tells each person once what a new version of the policy changed, after what they asked for."""

from bots.discord.answers import page_of
from bots.discord.reply import Reply
from core.accounts.values import Person
from core.app import App
from core.kernel.ids import AccountId
from core.privacy.answers import Answer, Step
from core.privacy.notice.history import policy_news, policy_seen
from core.privacy.notice.news import news_page
from core.privacy.notice.wording import Line


class News:
    """What people were not told yet."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._telling: set[AccountId] = set()

    async def tell(self, person: Person, reply: Reply, *, hidden: bool = True) -> None:
        """Show what changed since the version that the person was last shown, if anything did.

        Recorded only when it could be shown; while a form is open the next answer brings it.
        """
        account_id = person.account_id
        if not reply.takes_more or account_id in self._telling:
            return
        self._telling.add(account_id)
        try:
            news = await policy_news(self._app, account_id)
            if news is None:
                return
            steps = (Step(Line("rights-step-privacy"), "privacy"),)
            page = page_of(Answer(news_page(news), person.language, steps))
            if await reply.show(page, hidden=hidden):
                await policy_seen(self._app, account_id)
        finally:
            self._telling.discard(account_id)
