"""Asks every judge about a text or a picture and takes the strictest answer."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from core.kernel.offloop import quick
from core.moderation import rules
from core.moderation.errors import PictureRejected, PromptRejected, ScreenUnavailable
from core.moderation.verdicts import Level, PictureVerdict, TextVerdict, gravest

JUDGE_TIMEOUT_S: Final = 30.0
"""A judge that takes longer counts as failed."""

_log = logging.getLogger(__name__)
_Verdict = TypeVar("_Verdict", TextVerdict, PictureVerdict)


class JudgeFailed(Exception):
    """A judge could not answer; the cause is chained. It says nothing about the content."""


class TextJudge(Protocol):
    """Somebody who can say whether words may be drawn."""

    async def judge(self, text: str, level: Level) -> TextVerdict:
        """Judge a text for a room of this level.

        Raises:
            JudgeFailed: there is no verdict.
        """
        ...


class PictureJudge(Protocol):
    """Somebody who can say whether a picture may be shown."""

    async def judge(self, picture: bytes, level: Level) -> PictureVerdict:
        """Judge an encoded picture for a room of this level.

        Raises:
            JudgeFailed: there is no verdict.
            NotAPicture: the bytes can't be opened.
            PictureTooLarge: the picture is over the limits.
        """
        ...


class WordRules:
    """The text judge that is always there: the lists and rules of rules.py."""

    async def judge(self, text: str, level: Level) -> TextVerdict:
        """Judge a text; long ones leave the event loop free."""
        return await quick(rules.judge_text, text, level)


@dataclass(frozen=True, slots=True)
class Screen:
    """All judges of a deployment. One refusal is enough; no answer is a refusal too."""

    text_judges: Sequence[TextJudge] = field(default_factory=lambda: (WordRules(),))
    picture_judges: Sequence[PictureJudge] = ()
    timeout_s: float = JUDGE_TIMEOUT_S

    async def judge_text(self, text: str, level: Level) -> TextVerdict:
        """Return the gravest verdict of all text judges.

        Raises:
            ScreenUnavailable: no judge refuses, but one did not answer, or there is none.
        """
        verdicts = await self._ask_all([judge.judge(text, level) for judge in self.text_judges])
        category = gravest(each.category for each in verdicts if each.category)
        return TextVerdict(category, max(each.span_count for each in verdicts))

    async def judge_picture(self, picture: bytes, level: Level) -> PictureVerdict:
        """Return the gravest verdict of all picture judges.

        Raises:
            ScreenUnavailable: no judge refuses, but one did not answer, or there is none.
            NotAPicture: the bytes can't be opened.
            PictureTooLarge: the picture is over the limits.
        """
        asked = [judge.judge(picture, level) for judge in self.picture_judges]
        verdicts = await self._ask_all(asked)
        category = gravest(each.category for each in verdicts if each.category)
        return PictureVerdict(category, max(each.score for each in verdicts))

    async def require_text(self, text: str, level: Level) -> None:
        """Let a text pass, or raise.

        Raises:
            PromptRejected: a judge refuses it; nothing was charged.
            ScreenUnavailable: see ``judge_text``; nothing was charged.
        """
        if category := (await self.judge_text(text, level)).category:
            raise PromptRejected(category=category)

    async def require_picture(self, picture: bytes, level: Level) -> None:
        """Let a picture pass, or raise.

        Raises:
            PictureRejected: a judge refuses it; it must not be delivered.
            ScreenUnavailable: see ``judge_picture``; it must not be delivered.
            NotAPicture: the bytes can't be opened.
            PictureTooLarge: the picture is over the limits.
        """
        if category := (await self.judge_picture(picture, level)).category:
            raise PictureRejected(category=category)

    async def _ask_all(self, asked: Sequence[Coroutine[Any, Any, _Verdict]]) -> list[_Verdict]:
        answers = await asyncio.gather(*map(self._ask, asked))
        verdicts = [answer for answer in answers if answer is not None]
        has_refusal = any(verdict.category for verdict in verdicts)
        if not verdicts or (len(verdicts) < len(answers) and not has_refusal):
            raise ScreenUnavailable
        return verdicts

    async def _ask(self, asked: Coroutine[Any, Any, _Verdict]) -> _Verdict | None:
        """Wait for one judge; None means that it failed, so that the others are still heard."""
        try:
            async with asyncio.timeout(self.timeout_s):
                return await asked
        except (JudgeFailed, TimeoutError):
            _log.warning("judge-failed", exc_info=True)
            return None
