"""Who has nothing new to hear about the policy, so that most updates ask no database."""

from collections import OrderedDict

from core.app import App
from core.kernel.ids import AccountId
from core.privacy.notice.history import PolicyNews, policy_news

_REMEMBERED = 10_000


class News:
    """What changed in the policy since a person last saw it; each person is looked up once."""

    def __init__(self) -> None:
        self._looked: OrderedDict[AccountId, None] = OrderedDict()

    async def look(self, app: App, account_id: AccountId) -> PolicyNews | None:
        """Return what is new for a person; only the first to ask gets it, and shows it."""
        if account_id in self._looked:
            return None
        self._looked[account_id] = None
        while len(self._looked) > _REMEMBERED:
            self._looked.popitem(last=False)
        return await policy_news(app, account_id)

    def untold(self, account_id: AccountId) -> None:
        """Note that what was looked up was not shown: the next one to ask gets it."""
        self._looked.pop(account_id, None)
