"""Where somebody came from: what a deep link carries is stored nowhere."""

import pytest

from core.accounts.commands import meet
from tests.bots.telegram.stage import a_stage
from tests.core.storage.live_schema import all_cells

CAMPAIGN = "summer-canary-4711"


@pytest.mark.promise("FA-2.2a")
async def test_the_payload_of_a_link_that_led_here_is_kept_nowhere() -> None:
    async with a_stage(worker=False) as stage:
        ada = stage.emulator.person("Ada")
        ada.says(f"/start {CAMPAIGN}")
        await stage.said(ada.chat, "AI")
        await meet(stage.app, stage.actor_of(ada))
        ada.says("/quota")
        await stage.said(ada.chat, "24")

        engine = stage.app.database.sync_engine()
        cells = list(all_cells(engine))
        engine.dispose()
        assert cells
        assert [place for place, value in cells if CAMPAIGN.encode() in value] == []
