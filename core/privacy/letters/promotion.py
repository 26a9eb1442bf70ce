"""Advertising by letter: only with a consent, only where the platform lets us, never after a no.

FA-3.9, FA-15.1, FA-15.2, PL-D5. Limner itself advertises nothing and ships no such text; this is
the one way in which an operator's words could be sent, and it asks first.
"""

from collections.abc import Sequence

from sqlalchemy import select, update

from core.accounts.choices import Choices, choices_of
from core.accounts.consents import Consent, consents_of, living
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId
from core.kernel.people import Language, ReplyTo
from core.privacy.answers import Answer, Step, with_steps
from core.privacy.letters.post import draft, post
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Line, Page

UNSUBSCRIBED = "gone:unsubscribed"


class AdvertisingRefused(CoreError):
    """The person has not asked for advertising there; nothing was written or sent."""

    code = "advertising-refused"


def may_advertise(surface: str, choices: Choices, consents: Sequence[Consent]) -> bool:
    """Say whether somebody may be sent advertising on a surface.

    A consent given there, and no opt-out. A platform that forbids advertising is never asked for
    the consent (``offers.why_not_offered``), so it never has one.
    """
    return (
        not choices.said_no_to("marketing") and living(consents, "marketing", surface) is not None
    )


async def send_promotion(
    app: App,
    letter_id: str,
    account_id: AccountId,
    reply_to: ReplyTo,
    words: str,
    language: Language,
) -> None:
    """Put one piece of advertising on its way; it ends with a step that unsubscribes in one tap.

    Raises:
        AdvertisingRefused: no consent there, or an opt-out; nothing was written or sent.
    """
    unsubscribe = Step(Line("promotion-step-unsubscribe"), "unsubscribe")
    page = Page("promotion", Line("promotion-title"), (Line("policy-word", {"word": words}),))
    letter = await draft(
        app,
        letter_id,
        account_id=account_id,
        about=letter_id,
        reply_to=reply_to,
        answer=with_steps(Answer(page, language), unsubscribe),
        is_last=True,
    )
    async with app.transaction() as tx:
        choices = await choices_of(tx, account_id)
        consents = await consents_of(tx, account_id)
        is_allowed = may_advertise(reply_to.surface, choices, consents)
        if is_allowed:
            await post(tx, letter, await app.database.now(tx))
            await tx.execute(
                update(LetterRow).where(LetterRow.id == letter_id).values(is_promotional=True)
            )
    if not is_allowed:
        await app.keys.destroy(AccountId(letter_id))
        raise AdvertisingRefused


async def drop_promotions(app: App, account_id: AccountId) -> int:
    """End every piece of advertising that has not been sent yet; return how many there were."""
    async with app.transaction() as tx:
        ids = list(
            await tx.scalars(
                select(LetterRow.id).where(
                    LetterRow.account_id == account_id,
                    LetterRow.is_promotional.is_(True),
                    LetterRow.state != "done",
                )
            )
        )
        await tx.execute(
            update(LetterRow)
            .where(LetterRow.id.in_(ids))
            .values(state="done", result=UNSUBSCRIBED, body_sealed=b"", reply_to_sealed=b"")
        )
    for letter_id in ids:
        await app.keys.destroy(AccountId(letter_id))
    return len(ids)
