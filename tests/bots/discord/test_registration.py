"""Commands are sent to Discord when they changed, and only then."""

from bots.discord.mentions import Mentions
from bots.discord.registration import same
from tests.bots.discord.stage import Stage, a_stage, the_bot

OVERWRITE = "PUT /applications/{application_id}/commands"


def _overwrites(stage: Stage) -> int:
    return sum(call.route == OVERWRITE for call in stage.emulator.world.calls)


async def test_a_second_start_does_not_register_again() -> None:
    async with a_stage(starts_bot=False) as stage:
        async with the_bot(stage.app, stage.emulator):
            assert _overwrites(stage) == 1
        async with the_bot(stage.app, stage.emulator):
            assert _overwrites(stage) == 1
        stage.emulator.world.commands[None][0]["description"] = "something older"
        async with the_bot(stage.app, stage.emulator):
            assert _overwrites(stage) == 2


async def test_commands_can_be_kept_to_one_server() -> None:
    async with a_stage(starts_bot=False) as stage:
        guild_id = stage.guild.id
        async with the_bot(stage.app, stage.emulator, LIMNER_DISCORD_GUILDS=str(guild_id)):
            assert stage.emulator.world.commands[None] == []
            ann = await stage.adult()
            assert "Privacy" in (await ann.uses("privacy").response()).text
        before = len(stage.emulator.world.calls)
        async with the_bot(stage.app, stage.emulator, LIMNER_DISCORD_GUILDS=str(guild_id)):
            routes = [call.route for call in stage.emulator.world.calls[before:]]
            assert not any(route.startswith("PUT") for route in routes)


def test_a_changed_word_is_noticed_and_discords_additions_are_not() -> None:
    ours = [{"name": "a", "description": "b", "options": [], "nsfw": False, "type": 1}]
    theirs = [{"id": "1", "version": "2", "name": "a", "description": "b", "type": 1}]
    assert same(ours, theirs)
    assert not same(ours, [{**theirs[0], "description": "c"}])
    assert not same(ours, [])


async def test_commands_in_a_text_can_be_pressed_where_they_are_registered_for_everybody() -> None:
    async with a_stage() as stage:
        ann = await stage.adult()
        panel = await ann.uses("privacy").response()
        [export] = [one for one in stage.emulator.world.commands[None] if one["name"] == "export"]
        shown = "".join(str(part.get("content", "")) for part in panel.parts())
        assert f"</export:{export['id']}>" in shown
        listed = await ann.uses("help", topic="privacy").response()
        assert "`/export`" in listed.text


def test_only_whole_commands_become_mentions_and_only_where_they_fit() -> None:
    mentions = Mentions()
    mentions.learn({"export": 7})
    assert mentions.linked("see /export, /exports or a/export", 100) == (
        "see </export:7>, /exports or a/export"
    )
    assert mentions.linked("`/export` \\/export </export:1> 用/export。", 100) == (
        "`/export` \\/export </export:1> 用</export:7>。"
    )
    assert mentions.linked("/export", 7) == "/export"
    assert Mentions().linked("/export", 100) == "/export"
