"""The buttons under a result: again, vary, other words; also after a restart."""

from pathlib import Path

import pytest

from core.app import App
from core.generation.commands import repeat_request
from core.generation.errors import FlagUnknown, NotFound, NotYours, PromptEmpty
from core.generation.queries import history
from core.generation.values import Accepted, RepeatRequest, RequestState
from core.kernel.ids import RequestId, new_id
from core.kernel.people import Actor, ReplyTo, Room
from core.moderation.errors import PromptRejected
from tests.core.generation.sight import a_provider, ledger_of, row_of
from tests.factories import a_request, a_worker, accepted, an_actor, an_adult, an_app, until


def _press(actor: Actor, request_id: str, change: str, **more: object) -> RepeatRequest:
    return RepeatRequest(
        actor=actor,
        room=Room("room", is_private=True),
        request_id=RequestId(request_id),
        change=change,  # type: ignore[arg-type]
        reply_to=ReplyTo("test", "somewhere"),
        **{"request_key": f"test:{new_id()}"} | more,  # type: ignore[arg-type]
    )


async def test_again_asks_for_the_same_with_another_seed() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        first = await accepted(
            app, a_request(person, aspect="3:2", count=2, seed=7, style="ink", negative="rain")
        )

        again = await repeat_request(app, _press(person, first.request_id, "again"))

        assert isinstance(again, Accepted)
        assert again.request_id != first.request_id
        wish, before = again.status.wish, first.status.wish
        assert (wish.prompt, wish.aspect, wish.count) == (before.prompt, "3:2", 2)
        assert (wish.style, wish.negative) == ("ink", "rain")
        assert again.status.seed != 7
        assert (await row_of(app, again.request_id)).parent_id == first.request_id
        assert await ledger_of(app) == [("hold", 4), ("hold", 4)]


async def test_every_press_of_vary_gives_another_picture_and_a_replay_none() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        first = await accepted(app, a_request(person, seed=7, count=1))
        press = _press(person, first.request_id, "vary", request_key="test:one")

        one = await _accepted(app, press)
        same = await _accepted(app, press)
        other = await _accepted(
            app, _press(person, first.request_id, "vary", request_key="test:two")
        )

        assert same.request_id == one.request_id
        assert len({7, one.status.seed, other.status.seed}) == 3
        assert len(await ledger_of(app)) == 3


async def test_vary_of_a_press_is_the_same_wherever_it_is_handled(tmp_path: Path) -> None:
    async with an_app(folder=tmp_path) as app:
        person = await an_adult(app)
        first = await accepted(app, a_request(person, seed=7))
        press = _press(person, first.request_id, "vary", request_key="test:one", index=2)
        one = await _accepted(app, press)

    async with an_app(folder=tmp_path) as app:
        replayed = await _accepted(app, press)

    assert replayed.is_replay
    assert (replayed.request_id, replayed.status.seed) == (one.request_id, one.status.seed)


async def _accepted(app: App, press: RepeatRequest) -> Accepted:
    done = await repeat_request(app, press)
    assert isinstance(done, Accepted)
    return done


async def test_the_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with an_app(folder=tmp_path, providers=[a_provider()]) as app, a_worker(app):
        person = await an_adult(app)
        first = await accepted(app, a_request(person, prompt="a blue heron"))
        await until(app, person, first.request_id, state=RequestState.ENDED)

    async with an_app(folder=tmp_path, providers=[a_provider()]) as app, a_worker(app):
        again = await _accepted(app, _press(person, first.request_id, "again"))
        ended = await until(app, person, again.request_id, state=RequestState.ENDED)

        assert ended.wish.prompt == "a blue heron"
        assert ended.outcome is not None
        assert len(ended.outcome.pictures) == 1


async def test_other_words_keep_what_they_leave_out_and_honour_their_flags() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        first = await accepted(app, a_request(person, aspect="3:2", count=2, style="ink"))

        words = await _accepted(
            app, _press(person, first.request_id, "words", prompt="a wolf --n 1 --no snow")
        )
        flags = await _accepted(app, _press(person, first.request_id, "words", prompt="--ar 1:1"))

        wish = words.status.wish
        assert (wish.prompt, wish.count, wish.negative) == ("a wolf", 1, "snow")
        assert (wish.aspect, wish.style) == ("3:2", "ink")
        assert flags.status.wish.prompt == first.status.wish.prompt
        assert flags.status.wish.aspect == "1:1"


@pytest.mark.parametrize(
    ("words", "refusal"),
    [("", PromptEmpty), ("a fox --zoom 3", FlagUnknown), ("a nude woman", PromptRejected)],
)
async def test_other_words_are_held_to_the_same_rules(words: str, refusal: type[Exception]) -> None:
    async with an_app() as app:
        person = await an_adult(app)
        first = await accepted(app, a_request(person))

        with pytest.raises(refusal):
            await repeat_request(app, _press(person, first.request_id, "words", prompt=words))

        assert len(await history(app, person)) == 1


@pytest.mark.parametrize("change", ["again", "vary", "words"])
async def test_a_strangers_buttons_do_nothing(change: str) -> None:
    async with an_app() as app:
        first = await accepted(app, a_request(await an_adult(app, "2")))
        stranger = await an_adult(app, "1")

        with pytest.raises(NotYours):
            await repeat_request(app, _press(stranger, first.request_id, change, prompt="a fox"))
        with pytest.raises(NotYours):
            await repeat_request(app, _press(an_actor("3"), first.request_id, change))
        for nonsense in (new_id(), "nonsense", "\x00", "x" * 5000):
            with pytest.raises(NotFound):
                await repeat_request(app, _press(stranger, nonsense, change, prompt="a fox"))

        assert await ledger_of(app) == [("hold", 2)]
