"""Several judges, one answer: the strictest; and none is a refusal."""

import asyncio
from dataclasses import dataclass, field

import pytest

from core.moderation.errors import PictureRejected, PromptRejected, ScreenUnavailable
from core.moderation.screen import JudgeFailed, Screen, TextJudge, WordRules
from core.moderation.verdicts import Category, Level, PictureVerdict, TextVerdict


@dataclass
class FixedTextJudge:
    category: Category | None
    asked: list[Level] = field(default_factory=list)

    async def judge(self, text: str, level: Level) -> TextVerdict:
        self.asked.append(level)
        return TextVerdict(self.category, 1 if self.category else 0)


class FailingTextJudge:
    async def judge(self, text: str, level: Level) -> TextVerdict:
        raise JudgeFailed


class SilentTextJudge:
    async def judge(self, text: str, level: Level) -> TextVerdict:
        await asyncio.Event().wait()
        return TextVerdict(None)


@dataclass
class FixedPictureJudge:
    verdict: PictureVerdict | None

    async def judge(self, picture: bytes, level: Level) -> PictureVerdict:
        if self.verdict is None:
            raise JudgeFailed
        return self.verdict


async def test_an_ordinary_prompt_passes() -> None:
    await Screen().require_text("a red fox in the snow", Level.SAFE)


async def test_a_refused_prompt_names_its_category_and_nothing_else() -> None:
    with pytest.raises(PromptRejected) as refusal:
        await Screen().require_text("a nude fox", Level.SAFE)

    assert refusal.value.code == "prompt-rejected"
    assert refusal.value.facts == {"category": Category.NUDITY}
    assert "fox" not in str(refusal.value)


async def test_every_judge_is_asked_with_the_room_s_level() -> None:
    judges = [FixedTextJudge(None), FixedTextJudge(None)]

    verdict = await Screen(text_judges=judges).judge_text("a fox", Level.ADULT)

    assert verdict == TextVerdict(None)
    assert [judge.asked for judge in judges] == [[Level.ADULT], [Level.ADULT]]


async def test_the_gravest_category_is_named() -> None:
    judges: list[TextJudge] = [
        FixedTextJudge(Category.GORE),
        FixedTextJudge(Category.HATE),
        WordRules(),
    ]

    verdict = await Screen(text_judges=judges).judge_text("a nude", Level.SAFE)

    assert verdict.category is Category.HATE


@pytest.mark.parametrize("judge", [FailingTextJudge(), SilentTextJudge()])
async def test_nothing_passes_when_a_judge_does_not_answer(
    judge: FailingTextJudge | SilentTextJudge,
) -> None:
    screen = Screen(text_judges=[WordRules(), judge], timeout_s=0.05)

    with pytest.raises(ScreenUnavailable):
        await screen.require_text("a fox", Level.SAFE)


async def test_a_refusal_counts_even_when_another_judge_fails() -> None:
    screen = Screen(text_judges=[FailingTextJudge(), WordRules()])

    with pytest.raises(PromptRejected):
        await screen.require_text("a nude", Level.SAFE)


async def test_nothing_passes_without_any_judge() -> None:
    with pytest.raises(ScreenUnavailable):
        await Screen(text_judges=()).require_text("a fox", Level.SAFE)
    with pytest.raises(ScreenUnavailable):
        await Screen().require_picture(b"", Level.SAFE)


async def test_a_picture_passes_when_all_judges_agree() -> None:
    judges = [FixedPictureJudge(PictureVerdict(None, 0.1)), FixedPictureJudge(PictureVerdict(None))]

    verdict = await Screen(picture_judges=judges).judge_picture(b"", Level.SAFE)

    assert verdict == PictureVerdict(None, 0.1)


async def test_one_judge_is_enough_to_refuse_a_picture() -> None:
    refusing = FixedPictureJudge(PictureVerdict(Category.NUDITY, 0.9))
    screen = Screen(picture_judges=[FixedPictureJudge(PictureVerdict(None)), refusing])

    with pytest.raises(PictureRejected) as refusal:
        await screen.require_picture(b"", Level.SAFE)

    assert refusal.value.code == "picture-rejected"
    assert refusal.value.facts == {"category": Category.NUDITY}


async def test_no_picture_passes_when_a_judge_fails() -> None:
    screen = Screen(picture_judges=[FixedPictureJudge(None)])

    with pytest.raises(ScreenUnavailable):
        await screen.require_picture(b"", Level.SAFE)
