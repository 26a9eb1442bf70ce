"""Whoever's account is not for making pictures now is told why, and nothing is stored or held."""

import pytest
from sqlalchemy import update

from core.accounts.commands import meet
from core.accounts.errors import (
    AccountBanned,
    AccountClosed,
    AccountErasing,
    AccountRestricted,
)
from core.accounts.rows import AccountRow
from core.generation.commands import request_images
from core.generation.queries import history
from core.kernel.errors import CoreError
from core.kernel.people import LANGUAGES
from core.messages.speech import refusal
from tests.factories import a_request, an_adult, an_app, balance_of

CASES = {
    "banned": AccountBanned,
    "restricted": AccountRestricted,
    "closed": AccountClosed,
    "erasing": AccountErasing,
}


@pytest.mark.parametrize("standing", CASES)
async def test_no_picture_is_made_and_the_reason_is_told(standing: str) -> None:
    async with an_app() as app:
        actor = await an_adult(app)
        before = await balance_of(app, actor)
        now = app.clock.now()
        values: dict[str, object] = {"standing": standing, "closed_at": now}
        if standing == "banned":
            values = {"banned_at": now}
        account_id = (await meet(app, actor)).account_id
        async with app.transaction() as tx:
            await tx.execute(update(AccountRow).where(AccountRow.id == account_id).values(**values))
        with pytest.raises(CASES[standing]) as refused:
            await request_images(app, a_request(actor))

        assert isinstance(refused.value, CoreError)
        assert all(refusal(refused.value, language) for language in LANGUAGES)
        assert await history(app, actor) == ()
        assert await balance_of(app, actor) == before
