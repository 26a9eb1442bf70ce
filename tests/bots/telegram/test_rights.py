"""Rights in the chat: every command for everybody, in private, by typing and by pressing."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from core.accounts.commands import known_person, meet
from core.accounts.rows import AccountRow
from core.kernel.ids import AccountId
from core.kernel.people import Language, language_of
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS
from core.privacy.notice.history import publish_policy
from core.privacy.notice.rows import PolicySeenRow
from tests.bots.telegram.stage import Stage, a_stage
from tests.bots.telegram.test_rooms import follow
from tests.emulators.telegram import Chat, Message, Person

KINDS = ("ordinary", "banned", "minor", "unknown")
NAMES = [command.name for command in COMMANDS]
AT_ONCE = 4
"""So many commands one person gives: a chat takes two messages at once, then one a second."""
TAGS: tuple[tuple[str, Language], ...] = (("", "en"), ("zh", "zh_Hans"))
_CHINESE = re.compile("[\u4e00-\u9fff]")


async def somebody(stage: Stage, kind: str, language_code: str) -> Person:
    if kind == "unknown":
        return stage.emulator.person("Uma", language_code=language_code)
    person = await stage.adult(kind.title(), language_code)
    actor = stage.actor_of(person)
    account_id = (await meet(stage.app, actor)).account_id
    kinds: dict[str, dict[str, Any]] = {
        "ordinary": {"age": "adult"},
        "banned": {"banned_at": stage.app.clock.now()},
        "minor": {"age": "minor"},
    }
    async with stage.app.transaction() as tx:
        change = update(AccountRow).where(AccountRow.id == account_id)
        await tx.execute(change.values(kinds[kind]))
    return person


async def asks_all(stage: Stage, person: Person, names: list[str], room: Chat | None) -> None:
    """Give every command and look at each answer."""
    language = language_of(person.user.language_code or "")
    for name in names:
        before = len(person.received)
        person.says(f"/{name}", room)
        await arrived(stage, partial(has_more, person, before))
        check_answer(person.received[before], language)
    if room is not None:
        quiet = [text("messenger-answered-in-private", language)] * len(names)
        await arrived(stage, lambda: told(stage, room) == quiet)


def has_more(person: Person, than: int) -> bool:
    return len(person.received) > than


async def arrived(stage: Stage, is_there: Callable[[], bool]) -> None:
    await stage.emulator.until(is_there, 60)


def told(stage: Stage, chat: Chat) -> list[str]:
    return [message.text or "" for message in chat.sent_by(stage.emulator.bot)]


def check_answer(message: Message, language: Language) -> None:
    shown = message.text or ""
    assert message.entities, shown
    assert any(one["type"] == "bold" for one in message.entities), shown
    assert bool(_CHINESE.search(shown)) == (language == "zh_Hans"), shown
    assert text("internal-error", language) not in shown


async def everybody_asks(
    stage: Stage, people: list[tuple[str, str]], *, in_groups: bool = False
) -> None:
    """Let people of each kind and language give every command, a few commands a person."""
    at_once = asyncio.Semaphore(3 if in_groups else 6)

    async def visit(kind: str, code: str, names: list[str]) -> None:
        async with at_once:
            person = await somebody(stage, kind, code)
            room = stage.emulator.group(person) if in_groups else None
            await asks_all(stage, person, names, room)
        if kind == "unknown":
            assert await known_person(stage.app, stage.actor_of(person)) is None

    # The calls of the start count as well, for a second.
    await stage.emulator.until(lambda: len(stage.emulator.calls_of("setMyDescription")) == 2)
    await stage.settled(1.1)
    parts = [NAMES[start : start + AT_ONCE] for start in range(0, len(NAMES), AT_ONCE)]
    await asyncio.gather(*(visit(*one, part) for one in people for part in parts))


@pytest.mark.promise("PL-T1")
async def test_every_command_is_answered_to_somebody_known_and_to_a_stranger() -> None:
    async with a_stage(worker=False) as stage:
        await everybody_asks(stage, [("ordinary", "en"), ("unknown", "zh-hans")])


@pytest.mark.slow
@pytest.mark.promise("PL-T1")
async def test_every_command_is_answered_to_everybody_in_both_languages() -> None:
    async with a_stage(worker=False) as stage:
        people = [(kind, code) for kind in KINDS for code in ("en", "zh-hans")]
        await everybody_asks(stage, people)


@pytest.mark.slow
@pytest.mark.promise("PL-T1")
@pytest.mark.parametrize("code", ["en", "zh-hans"])
async def test_every_command_given_in_a_group_is_answered_in_private(code: str) -> None:
    async with a_stage(worker=False) as stage:
        await everybody_asks(stage, [(kind, code) for kind in KINDS], in_groups=True)


async def test_commands_are_registered_for_private_chats_and_the_best_known_for_groups() -> None:
    async with a_stage(worker=False) as stage:
        await stage.emulator.until(lambda: len(stage.emulator.calls_of("setMyCommands")) == 4)
        listed = {
            (call["scope"]["type"], call.get("language_code", "")): {
                one["command"]: one["description"] for one in call["commands"]
            }
            for call in stage.emulator.calls_of("setMyCommands")
        }

        for tag, language in TAGS:
            private, rooms = listed["all_private_chats", tag], listed["all_group_chats", tag]
            assert set(NAMES) <= private.keys()
            assert private["privacy"] == text("rights-about-privacy", language)
            rights = {
                "privacy",
                "terms",
                "mydata",
                "export",
                "delete",
                "correct",
                "consent",
                "support",
            }
            assert {"imagine", "verify", *rights} <= rooms.keys() <= private.keys()


async def test_pages_turn_in_place_also_after_a_restart() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/privacy")
        page = await stage.said(ada.chat, "Privacy · ")
        assert "I can remove my own messages for two days" in (page.text or "")
        await stage.restart()

        answer = await ada.presses(page, "How long")
        await stage.said(ada.chat, "• prompts:")
        await ada.presses(page, "At a glance")
        await stage.said(ada.chat, "Privacy · ")

        assert (answer.text, answer.show_alert) == ("", False)
        assert ada.received == [page]


async def test_a_press_under_a_message_that_is_gone_is_answered_in_a_new_one() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/terms")
        page = await stage.said(ada.chat, "Terms of use")
        ada.deletes(page)

        await ada.presses(page, "Privacy")

        await stage.said(ada.chat, "Privacy · ")


async def test_who_never_opened_the_private_chat_is_led_there_and_stays_unknown() -> None:
    async with a_stage(worker=False) as stage:
        bob = stage.emulator.person("Bob", started=False)
        room = stage.emulator.group(bob)
        bob.says("/providers", room)
        link = await stage.said(room, "only for you")

        await follow(stage, bob, link)

        await stage.said(bob.chat, "Who receives data")
        assert link.buttons[0]["url"].endswith("?start=providers")
        assert await known_person(stage.app, stage.actor_of(bob)) is None


async def test_a_link_can_name_a_command_but_put_no_words_behind_it() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/start privacy table")

        await stage.said(ada.chat, "I make pictures from words.")


async def test_too_quick_is_told_in_private_and_as_an_alert() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada)
        ada.says("/terms")
        page = await stage.said(ada.chat, "Terms of use")
        now_s = asyncio.get_running_loop().time()
        key = f"telegram:{ada.id}"
        while stage.app.counter_pace.wait_s(key, now_s) == 0:
            pass

        answer = await ada.presses(page, "Privacy")
        ada.says("/terms", room)

        assert answer.show_alert
        assert "Nothing is lost" in answer.text
        await stage.said(ada.chat, "Nothing is lost")
        await stage.said(room, "Answered in private.")


@pytest.mark.promise("AX-44", "FA-19.1")
async def test_a_change_of_the_policy_is_told_once_to_who_knew_the_version_before() -> None:
    async with a_stage() as stage:
        await publish_policy(stage.app)
        ada = stage.emulator.person("Ada")
        ada.says("/start")
        await stage.said(ada.chat, "I make pictures from words.")
        person = await meet(stage.app, stage.actor_of(ada))
        await seen(stage, person.account_id)
        await stage.stop()
        periods = {**stage.app.profile.retention_days, "support": 365}
        profile = replace(stage.app.profile, retention_days=periods)
        stage.app = replace(stage.app, profile=profile)
        await publish_policy(stage.app)
        await stage.start()

        room = stage.emulator.group(ada)
        ada.says("/help", room)
        news = await stage.said(ada.chat, "was 3 years, is now 1 year")
        await stage.settled()
        ada.says("/terms")
        await stage.said(ada.chat, "Terms of use")
        ada.says("/quota")
        await stage.said(ada.chat, "can be spent now")
        await stage.restart()
        ada.says("/quota")
        await stage.emulator.until(lambda: len(ada.received) == 5)
        await stage.settled()

        told_of = [m for m in ada.received if "is now 1 year" in (m.text or "")]
        assert told_of == [news]
        # A record of what changed stays when its step is pressed.
        await ada.presses(news, "Privacy")
        await stage.said(ada.chat, "Privacy · ")
        assert "is now 1 year" in (news.text or "")


async def seen(stage: Stage, account_id: AccountId) -> None:
    """Wait until it is recorded which version somebody was shown."""
    async with asyncio.timeout(10):
        while True:
            async with stage.app.transaction() as tx:
                if (await tx.scalars(select(PolicySeenRow.account_id))).all() == [account_id]:
                    return
            await asyncio.sleep(0.02)
