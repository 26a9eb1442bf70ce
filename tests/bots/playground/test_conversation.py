"""What a person does on the page, told at the level of its requests."""

from pathlib import Path

import httpx
import pytest

from bots.playground.person import ROOM
from core.generation.commands import request_images
from core.generation.queries import picture_file
from core.generation.values import Accepted, ImageWish, RequestImages
from core.kernel.ids import PictureId, new_id
from core.kernel.people import ReplyTo
from core.providers.port import Failure, FailureKind
from core.quotas.queries import quota
from tests.bots.playground.service import a_playground
from tests.factories import an_adult
from tests.fakes import FakeProvider, a_picture


def actions(card: dict[str, object]) -> list[str]:
    buttons = card["buttons"]
    assert isinstance(buttons, list)
    return [str(button["action"]) for button in buttons]


async def test_a_first_visit_says_what_this_is_and_asks_for_the_age() -> None:
    async with a_playground(is_adult=False) as page:
        state = await page.read("/api/state")
        again = await page.read("/api/state")

    assert "Example Studio" in " ".join(state["welcome"]["paragraphs"])
    assert [button["action"] for button in state["welcome"]["buttons"]] == ["age-yes", "age-no"]
    assert again["welcome"] == state["welcome"]
    assert "FIRST_TOKEN or SECOND_TOKEN" in state["banner"]


async def test_a_prompt_before_the_answer_about_age_goes_on_with_the_press() -> None:
    async with a_playground(is_adult=False) as page:
        waiting = await page.asked("a fox")
        assert waiting["state"] == "waiting-age"
        assert actions(waiting) == ["age-yes", "age-no"]

        pressed = await page.post("/api/age", is_adult=True, pending_id=waiting["id"])

        assert pressed.json()["card"]["id"] == waiting["id"]
        assert (await page.until(waiting["id"], "done"))["prompt"] == "a fox"


async def test_somebody_younger_gets_no_pictures_but_help_and_privacy() -> None:
    async with a_playground(is_adult=False) as page:
        waiting = await page.asked("a fox")
        pressed = await page.post("/api/age", is_adult=False, pending_id=waiting["id"])
        refused = await page.say("another fox")
        helped = await page.say("/help")
        private = await page.say("/privacy")
        state = await page.read("/api/state")

    assert "notice" in pressed.json()
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "age-declined"
    assert helped.status_code == private.status_code == 200
    assert state["cards"] == []


@pytest.mark.promise("FA-5.0a")
async def test_a_prompt_becomes_a_card_that_ends_with_its_picture() -> None:
    async with a_playground() as page:
        accepted = await page.asked("a lighthouse in a storm")
        done = await page.until(accepted["id"], "done")

    assert accepted["state"] == "waiting"
    assert accepted["line"].startswith("In line: no. 1")
    assert actions(accepted) == ["cancel"]
    assert [picture["alt"] for picture in done["pictures"]] == ["a lighthouse in a storm"]
    assert actions(done) == ["vary", "again", "words", "original", "delete"]
    assert done["revision"] > accepted["revision"]


async def test_chips_are_used_and_what_is_typed_wins_over_them() -> None:
    async with a_playground() as page:
        card = await page.asked("/imagine a fox --n 2 --ar 16:9", count=4, aspect="1:1", seed=7)
        done = await page.until(card["id"], "done")

    assert (card["count"], card["width"], card["height"]) == (2, 16, 9)
    assert card["options"] == ["16:9", "×2", "seed 7"]
    assert [picture["index"] for picture in done["pictures"]] == [1, 2]
    assert actions(done)[:2] == ["open", "open"]


async def test_the_original_is_downloaded_byte_for_byte() -> None:
    async with a_playground() as page:
        (picture,) = (await page.made("a fox"))["pictures"]
        kept = await picture_file(page.app, page.actor, PictureId(picture["id"]))
        original = await page.client.get(picture["original"])
        shown = await page.client.get(picture["url"])

    assert original.content == shown.content == kept.data
    assert original.headers["content-type"] == "image/png"
    disposition = original.headers["content-disposition"]
    assert disposition == f'attachment; filename="{picture["file_name"]}"'
    assert shown.headers["cache-control"] == "no-store"


async def test_the_same_press_sent_twice_makes_one_job_and_one_charge() -> None:
    async with a_playground() as page:
        before = (await quota(page.app, page.actor)).available
        first = await page.say("a fox", key="the-same-key")
        second = await page.say("a fox", key="the-same-key")
        card = first.json()["card"]
        await page.until(card["id"], "done")
        after = (await quota(page.app, page.actor)).available

    assert second.json()["card"]["id"] == card["id"]
    assert before - after == 2


async def test_the_buttons_under_a_picture_make_new_requests() -> None:
    async with a_playground() as page:
        first = await page.made("a fox --ar 16:9 --seed 5")
        path = f"/api/requests/{first['id']}/repeat"
        again = await page.post(path, change="again", key=new_id())
        vary = await page.post(path, change="vary", index=1, key=new_id())
        words = await page.post(path, change="words", prompt="an owl", key=new_id())
        cards = [answer.json()["card"] for answer in (again, vary, words)]
        done = [await page.until(card["id"], "done") for card in cards]

    assert [card["prompt"] for card in done] == ["a fox", "a fox", "an owl"]
    assert {card["width"] / card["height"] for card in done} == {16 / 9}
    assert len({card["id"] for card in done}) == 3


async def test_cancel_ends_the_card_and_returns_the_credits() -> None:
    async with a_playground(works=False) as page:
        before = (await quota(page.app, page.actor)).available
        one = await page.asked("a fox")
        two = await page.asked("an owl")
        cancelled = await page.post(f"/api/requests/{one['id']}/cancel")
        said = await page.say("/cancel")
        nothing = await page.say("/cancel")
        after = (await quota(page.app, page.actor)).available
        other = await page.read(f"/api/requests/{two['id']}")

    assert cancelled.json()["card"]["state"] == other["state"] == "cancelled"
    assert said.json()["notice"]["title"] == "Cancelled. Your credits are back."
    assert said.json()["notice"]["paragraphs"] == ["2 credits returned."]
    assert nothing.json()["notice"]["paragraphs"] == ["Nothing is waiting or running."]
    assert before == after


async def test_deleting_one_picture_and_then_all_of_them() -> None:
    async with a_playground() as page:
        card = await page.made("a fox --n 3")
        first, second, third = card["pictures"]
        one = await page.delete(f"/api/requests/{card['id']}/pictures/{second['id']}")
        left = one.json()["card"]
        all_gone = await page.delete(f"/api/requests/{card['id']}")
        missing = [await page.client.get(picture["url"]) for picture in (first, second, third)]

    assert [picture["id"] for picture in left["pictures"]] == [first["id"], third["id"]]
    assert all_gone.json()["card"]["state"] == "deleted"
    assert [answer.status_code for answer in missing] == [404, 404, 404]


async def test_refusals_say_what_to_change_in_the_persons_language() -> None:
    async with a_playground(language="zh-CN") as page:
        flag = await page.say("一只狐狸 --ar 99:1")
        empty = await page.say("/imagine")

    assert (flag.status_code, flag.json()["error"]["code"]) == (422, "flag-invalid")
    assert "没有扣费" in flag.json()["error"]["text"]
    assert empty.json()["error"]["code"] == "prompt-empty"


async def test_commands_answer_and_unknown_ones_say_what_works() -> None:
    async with a_playground() as page:
        told = {name: await page.say(name) for name in ("/quota", "/help", "/start")}
        topic = await page.say("/help options")
        opened = [(await page.say(name)).json() for name in ("/settings", "/verify")]
        unknown = await page.say("/fly")

    for answer in told.values():
        assert answer.json()["notice"]["paragraphs"]
    assert len(topic.json()["notice"]["paragraphs"]) == 2
    assert opened == [{"open": "settings"}, {"open": "picture"}]
    assert unknown.status_code == 422
    assert "/imagine" in unknown.json()["error"]["text"]


@pytest.mark.promise("LW-3")
async def test_verify_recognises_our_picture_and_not_another() -> None:
    async with a_playground() as page:
        (picture,) = (await page.made("a fox"))["pictures"]
        ours = (await page.client.get(picture["original"])).content
        headers = {"content-type": "image/png"}
        known = await page.client.post("/api/verify", content=ours, headers=headers)
        strange = a_picture(99, 300, 200)
        unknown = await page.client.post("/api/verify", content=strange, headers=headers)
        broken = await page.client.post("/api/verify", content=b"no picture", headers=headers)

    assert known.json()["notice"]["paragraphs"][0].startswith("This picture was made here")
    assert "Marked as made by AI." in known.json()["notice"]["paragraphs"]
    assert unknown.json()["notice"]["paragraphs"] == [
        "I find no signature, and I don't recognise this picture."
    ]
    assert (broken.status_code, broken.json()["error"]["code"]) == (422, "not-a-picture")


async def test_language_and_region_are_chosen_and_wrong_ones_refused() -> None:
    async with a_playground() as page:
        await page.post("/api/settings", language="zh_Hans", region="HK")
        state = await page.read("/api/state")
        wrong = [
            await page.post("/api/settings", language="xx"),
            await page.post("/api/settings", region="nowhere"),
        ]

    assert state["person"] == {"language": "zh_Hans", "age": "adult", "region": "HK"}
    assert state["texts"]["page-send"] == "发送"
    assert [answer.json()["error"]["code"] for answer in wrong] == [
        "language-unknown",
        "region-unknown",
    ]


async def test_a_strangers_request_is_neither_shown_nor_touched() -> None:
    async with a_playground() as page:
        stranger = await an_adult(page.app, "somebody")
        command = RequestImages(
            stranger, ROOM, ImageWish("a secret"), ReplyTo("test", "there"), "test:1"
        )
        accepted = await request_images(page.app, command)
        assert isinstance(accepted, Accepted)
        path = f"/api/requests/{accepted.request_id}"
        answers = [
            await page.client.get(path),
            await page.delete(path),
            await page.post(f"{path}/cancel"),
            await page.post(f"{path}/repeat", change="again", key=new_id()),
            await page.client.get(f"{path}/preview"),
        ]
        state = await page.read("/api/state")

    assert {answer.status_code for answer in answers} == {403}
    assert not any("secret" in answer.text for answer in answers)
    assert state["cards"] == []


@pytest.mark.slow
async def test_earlier_pictures_come_page_by_page() -> None:
    async with a_playground(works=False) as page:
        ids = []
        for number in range(23):
            card = await page.asked(f"fox {number}")
            ids.append(card["id"])
            await page.post(f"/api/requests/{card['id']}/cancel")
        state = await page.read("/api/state")
        oldest = state["cards"][0]["id"]
        rest = await page.read(f"/api/history?before={oldest}")

    shown = [card["id"] for card in rest["cards"]] + [card["id"] for card in state["cards"]]
    assert shown == sorted(ids)
    assert (state["has_earlier"], rest["has_earlier"]) == (True, False)


@pytest.mark.slow
async def test_a_restart_keeps_the_conversation_and_its_buttons(tmp_path: Path) -> None:
    async with a_playground(folder=tmp_path) as page:
        card = await page.made("a fox")
        before = await page.client.get(card["pictures"][0]["url"])
    async with a_playground(folder=tmp_path, is_adult=False) as page:
        state = await page.read("/api/state")
        after = await page.client.get(card["pictures"][0]["url"])
        pressed = await page.post(
            f"/api/requests/{card['id']}/repeat", change="again", key=new_id()
        )
        again = await page.until(pressed.json()["card"]["id"], "done")

    assert [one["id"] for one in state["cards"]] == [card["id"]]
    assert before.content == after.content
    assert again["prompt"] == "a fox"


async def test_a_preview_is_shown_while_the_work_runs() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_playground(providers=[provider]) as page:
        card = await page.asked("a fox")
        running = await page.until(card["id"], "painting")
        while not running["preview"]:
            running = await page.read(f"/api/requests/{card['id']}")
        preview = await page.client.get(running["preview"])
        provider.gate.set()
        await page.until(card["id"], "done")
        late = await page.client.get(running["preview"])

    assert preview.status_code == httpx.codes.OK
    assert preview.headers["content-type"] == "image/jpeg"
    assert running["line"] == "Painting · 50 %"
    assert late.status_code == 404


async def test_a_failure_says_what_happened_and_can_be_tried_again() -> None:
    provider = FakeProvider(failure=Failure(FailureKind.TIMED_OUT))
    async with a_playground(providers=[provider]) as page:
        before = (await quota(page.app, page.actor)).available
        failed = await page.until((await page.asked("a fox"))["id"], "failed")
        after = (await quota(page.app, page.actor)).available
        provider.failure = None
        again = await page.post(
            f"/api/requests/{failed['id']}/repeat", change="again", key=new_id()
        )
        done = await page.until(again.json()["card"]["id"], "done")

    assert failed["line"] == "The service took too long. Your credits are back."
    assert actions(failed) == ["retry", "words"]
    assert before == after
    assert done["prompt"] == "a fox"


async def test_an_empty_account_is_told_when_it_refills(tmp_path: Path) -> None:
    plans = tmp_path / "plans.toml"
    plans.write_text(
        """
        [free]
        daily_credits = 1
        monthly_credits = 1
        running_at_once = 1
        waiting_at_most = 1
        lane = "standard"
        """,
        "utf-8",
    )
    async with a_playground(LIMNER_PLANS=plans) as page:
        refused = await page.say("a fox")

    assert (refused.status_code, refused.json()["error"]["code"]) == (402, "quota-exceeded")
    assert "refill in" in refused.json()["error"]["text"]
