"""A browser's opt-out signal for a known account, by a link that is made in the person's chat.

Source: Flux Art 14.4 (FA-14.4c): where the signal "can be linked to a known user account", it holds
for that account. The link is sealed with the person's own key: nobody else can make or read one,
and it is dead as soon as the account is erased.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import select

from core.accounts.choices import choices_of
from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, is_id
from core.kernel.people import Language
from core.privacy.answers import Answer, Step
from core.privacy.choosing.decisions import opt_out
from core.privacy.choosing.offers import words_of
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import draft, letter_id_of, post
from core.privacy.notice.wording import Line, Page
from core.storage.envelope import Place, Unreadable

PATH = "o"
"""Under the public address: ``/o/<token>``."""
VALID_FOR = timedelta(days=7)
TOKEN_CHARS = 300
_DOT = "."


class SignalLinkWrong(CoreError):
    """The link was not made here, is somebody's who is gone, or was changed; nothing happened."""

    code = "signal-link-wrong"


class SignalLinkExpired(CoreError):
    """The link's days are over; nothing happened."""

    code = "signal-link-expired"


@dataclass(frozen=True, slots=True)
class Honoured:
    """What the signal did."""

    is_new: bool
    """False when the account was opted out before; then nothing is sent to the chat."""
    since: datetime


def _place(account_id: AccountId) -> Place:
    return Place("links", "signal", account_id, account_id)


async def signal_address(app: App, account_id: AccountId) -> str:
    """Return a person's own link; empty where there are no public pages, or no signal counts."""
    if not app.settings.public_url or not app.profile.sale.browser_signal:
        return ""
    until = int((app.clock.now() + VALID_FOR).timestamp())
    sealed = await app.keys.seal(_place(account_id), str(until).encode())
    token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return f"{app.settings.public_url.rstrip('/')}/{PATH}/{account_id}{_DOT}{token}"


async def owner_of(app: App, token: str) -> AccountId:
    """Return whose link a token is; looking changes nothing.

    Raises:
        SignalLinkWrong, SignalLinkExpired: it is nobody's.
    """
    name, _, sealed = token.partition(_DOT)
    if len(token) > TOKEN_CHARS or not is_id(name):
        raise SignalLinkWrong
    account_id = AccountId(name)
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        until = int(await app.keys.unseal(_place(account_id), raw))
    except (binascii.Error, Unreadable) as wrong:
        raise SignalLinkWrong from wrong
    if app.clock.now() >= datetime.fromtimestamp(until, UTC):
        raise SignalLinkExpired
    return account_id


async def honour_signal(app: App, token: str) -> Honoured:
    """Opt the link's account out of sale and sharing, and say so once in its chat.

    Raises:
        SignalLinkWrong, SignalLinkExpired: nothing happened.
    """
    account_id = await owner_of(app, token)
    async with app.transaction() as tx:
        language = await tx.scalar(select(AccountRow.language).where(AccountRow.id == account_id))
    if language is None:
        raise SignalLinkWrong
    spoken = cast("Language", language)
    words = words_of("marketing", app.profile, spoken)
    stopped = await opt_out(app, account_id, "sale", words, source="signal")
    async with app.transaction() as tx:
        since = (await choices_of(tx, account_id)).since.get("sale")
    if since is None:
        # Erased, or taken back in the chat, at this very moment.
        raise SignalLinkWrong
    if stopped.is_new:
        await _tell(app, account_id, spoken, since)
    return Honoured(stopped.is_new, since)


async def _tell(app: App, account_id: AccountId, language: Language, since: datetime) -> None:
    reply_to = await private_reply_to(app, account_id)
    if reply_to is None:
        return
    page = Page("optout", Line("signal-title"), (Line("signal-done"), Line("optout-for-good")))
    steps = (Step(Line("choices-step-optout"), "optout"),)
    letter = await draft(
        app,
        letter_id_of(app, account_id, f"signal-{since.isoformat()}"),
        account_id=account_id,
        about=account_id,
        reply_to=reply_to,
        answer=Answer(page, language, steps),
        is_last=True,
    )
    async with app.transaction() as tx:
        await post(tx, letter, await app.database.now(tx))
