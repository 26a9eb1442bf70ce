from tests.bots.telegram.stage import a_stage


async def test_a_prompt_becomes_one_message_that_ends_as_the_picture() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        asked = ada.says("/imagine a lighthouse in a storm --seed 7")

        shown = await stage.picture(ada.chat)

        assert shown.media is not None
        assert shown.media.kind == "photo"
        assert shown.reply_to is asked
        assert "a lighthouse in a storm" in (shown.caption or "")
        assert "made by AI · Squares · seed 7 · 2 credits" in (shown.caption or "")
        assert (shown.history[0].text or "").startswith("In line: no. 1 · about")
        assert ada.received == [shown]
        labels = [button["text"] for button in shown.buttons]
        assert labels == ["Vary", "Again", "Change words", "Original", "Delete"]
        assert await stage.credits_of(ada) == 22
