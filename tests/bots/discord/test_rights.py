"""Every command about people's rights on Discord: who may ask, where, and how it is drawn."""

import asyncio

import pytest
from sqlalchemy import select, update

from bots.discord.counter import TRAITS
from core.accounts.commands import find_person, set_age, welcome
from core.accounts.rows import AccountRow
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS
from tests.bots.discord.stage import Stage, actor
from tests.emulators.discord import Person
from tests.emulators.discord.state import Channel, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLASH, TEXT_LIMIT = 1, 4000
SHORT, PARAGRAPH = 1, 2
MENU, FORM = 3, 9
EVERYWHERE, ALWAYS_AND_BY_PEOPLE = [0, 1, 2], [0, 1]


async def _ordinary(stage: Stage, locale: str) -> Person:
    return await stage.adult(locale=locale, installed_the_app=True)


async def _minor(stage: Stage, locale: str) -> Person:
    person = stage.emulator.person("Kim", locale=locale, installed_the_app=True)
    await welcome(stage.app, actor(person))
    await set_age(stage.app, actor(person), is_adult=False)
    return person


async def _banned(stage: Stage, locale: str) -> Person:
    person = await _ordinary(stage, locale)
    async with stage.app.transaction() as tx:
        known = await find_person(stage.app, tx, actor(person))
        assert known is not None
        await tx.execute(
            update(AccountRow)
            .where(AccountRow.id == known.account_id)
            .values(banned_at=stage.app.clock.now())
        )
    return person


async def _unknown(stage: Stage, locale: str) -> Person:
    return stage.emulator.person("Nobody", locale=locale, installed_the_app=True)


PEOPLE = {"ordinary": _ordinary, "minor": _minor, "banned": _banned, "unknown": _unknown}


async def _elsewhere(stage: Stage) -> Channel:
    """A server that has not invited the bot: only the person's own installation is there."""
    foreign = await stage.emulator.guild("Elsewhere", has_bot=False)
    return await stage.emulator.text_channel(foreign)


async def _accounts(stage: Stage) -> int:
    async with stage.app.transaction() as tx:
        return len(list(await tx.scalars(select(AccountRow.id))))


@pytest.mark.promise("PL-D1")
@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize(
    ("place", "locale"), [("server", "en-US"), ("dm", "zh-CN"), ("installed", "en-US")]
)
async def test_everybody_is_answered_in_private(
    stage: Stage, kind: str, place: str, locale: str
) -> None:
    if kind in {"minor", "unknown"}:
        locale = "zh-CN" if locale == "en-US" else "en-US"
    person = await PEOPLE[kind](stage, locale)
    room = await _elsewhere(stage) if place == "installed" else stage.room
    before = await _accounts(stage)
    for command in COMMANDS:
        asked = person.uses(command.name, channel=None if place == "dm" else room, dm=place == "dm")
        answer = await asked.response()
        assert answer.ephemeral is (place != "dm"), command.name
        assert text("internal-error", "en") not in answer.text
        assert text("internal-error", "zh_Hans") not in answer.text
        assert _is_chinese(answer.text) is (locale == "zh-CN"), answer.text
    assert room.messages == []
    assert await _accounts(stage) == before


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in words)


@pytest.mark.promise("PL-D1")
async def test_all_commands_are_offered_everywhere_in_both_languages(stage: Stage) -> None:
    offered = {
        command["name"]: command
        for command in stage.emulator.world.commands[None]
        if command["type"] == SLASH
    }
    assert len(offered) <= 100
    for command in COMMANDS:
        found = offered[command.name]
        assert found["contexts"] == EVERYWHERE
        assert found["integration_types"] == ALWAYS_AND_BY_PEOPLE
        assert found["description"] == text(command.about, "en")
        assert found["description_localizations"] == {"zh-CN": text(command.about, "zh_Hans")}
        options = found.get("options") or []
        assert [one["name"] for one in options] == [one.name for one in command.options]
        for option, wanted in zip(options, command.options, strict=True):
            assert not option.get("required")
            assert option["description_localizations"] == {"zh-CN": text(wanted.label, "zh_Hans")}
            values = [choice["value"] for choice in option.get("choices") or []]
            assert values == [choice.value for choice in wanted.choices]


async def test_options_and_steps_lead_to_the_same_page(stage: Stage) -> None:
    ann = await stage.adult()
    typed = await ann.uses("privacy", topic="who").response()
    panel = await ann.uses("privacy").response()
    assert panel.text != typed.text
    ann.picks(panel, "What next?", text("policy-topic-who", "en"))
    await stage.emulator.until(lambda: panel.text == typed.text, 10, "the page")
    back = ann.presses(panel, "At a glance")
    await back.edited()
    assert "Privacy ·" in panel.text


@pytest.mark.promise("PL-D1")
async def test_a_long_answer_is_turned_over_leaf_by_leaf(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.discord.answers.LEAF_CHARS", 900)
    ann = await stage.adult()
    panel = await ann.uses("privacy", topic="table").response()
    read = [panel.text]
    while "Next page" in [button.get("label") for button in panel.buttons()]:
        await ann.presses(panel, "Next page").edited()
        read.append(panel.text)
    assert len(read) > 1
    assert all(len(one) <= TEXT_LIMIT for one in read)
    assert f"Page {len(read)} of {len(read)}" in read[-1]
    whole = "\n".join(read)
    assert whole.count("kept") >= 10
    await ann.presses(panel, "Back a page").edited()
    assert panel.text == read[-2]


def _ways(message: Message) -> list[tuple[str, str]]:
    """Every step that is shown: a button's custom id, or a menu's with one of its values."""
    buttons = [(part["custom_id"], "") for part in message.buttons() if "custom_id" in part]
    menus = [part for part in message.parts() if part["type"] == MENU]
    entries = [(menu["custom_id"], one["value"]) for menu in menus for one in menu["options"]]
    return buttons + entries


async def _take_each_step(stage: Stage, command: str) -> int:
    ann = await stage.adult("Ann" + command)
    ways = _ways(await ann.uses(command).response())
    for custom_id, value in ways:
        panel = await ann.uses(command).response()
        if (custom_id, value) not in _ways(panel):
            continue  # it led to something that is done once
        taken = ann.picks(panel, custom_id, value) if value else ann.presses(panel, custom_id)
        kind = await taken.acknowledged()
        answer = panel if kind == FORM else await taken.response()
        assert text("internal-error", "en") not in answer.text, (command, custom_id, value)
    return len(ways)


@pytest.mark.slow
async def test_every_step_of_every_answer_leads_on(stage: Stage) -> None:
    taken = [await _take_each_step(stage, command.name) for command in COMMANDS]
    assert sum(taken) > len(COMMANDS)


async def test_a_form_takes_words_to_the_people_who_run_this(stage: Stage) -> None:
    ann = await stage.adult()
    panel = await ann.uses("support").response()
    form = await ann.presses(panel, "Write").modal()
    assert form.data["components"][0]["component"]["style"] == PARAGRAPH
    asked = ann.submits(form, {"typed": "It *never*\nfinishes, <@1>"})
    await asked.edited()
    shown = await ann.uses("requests").response()
    assert "internal" not in panel.text + shown.text
    country = await ann.presses(await ann.uses("region").response(), "Give a country").modal()
    assert country.data["components"][0]["component"]["style"] == SHORT
    panel = await ann.uses("region").response()
    form = await ann.presses(panel, "Give a country").modal()
    await ann.submits(form, {"typed": "Germany"}).edited()
    assert "Germany" in panel.text or "DE" in panel.text


async def test_too_many_questions_are_refused_with_a_time(stage: Stage) -> None:
    nobody = stage.emulator.person("Eve")
    before = await _accounts(stage)
    asked = [nobody.uses("terms") for _ in range(31)]
    answers = await asyncio.gather(*(one.response() for one in asked))
    assert any("very quick" in one.text for one in answers)
    assert all(one.ephemeral for one in answers)
    assert await _accounts(stage) == before


async def test_nobody_here_is_asked_for_training_or_sent_advertising() -> None:
    assert not TRAITS.allows_training
    assert not TRAITS.allows_advertising
