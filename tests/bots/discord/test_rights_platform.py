"""What Discord's own policy asks for, whatever a deployment's policy allows."""

import pytest
from sqlalchemy import select

from bots.discord.counter import TRAITS
from core.accounts.rows import ConsentRow
from tests.bots.discord.stage import a_stage


@pytest.mark.promise("PL-D4", "PL-D5")
@pytest.mark.parametrize("purpose", ["training", "marketing"])
async def test_where_a_policy_allows_training_it_is_still_never_offered_here(purpose: str) -> None:
    assert not TRAITS.allows_training
    assert not TRAITS.allows_advertising
    async with a_stage(policy="artiflux") as stage:
        ann = await stage.adult()
        shown = await ann.uses("consent").response()
        written = [str(part.get("custom_id", "")) for part in shown.parts()]
        assert not [one for one in written if "training" in one or "marketing" in one]
        typed = await ann.uses("consent", what=purpose, turn="on").response()
        assert "You have not agreed" in typed.text
        async with stage.app.transaction() as tx:
            assert list(await tx.scalars(select(ConsentRow))) == []
