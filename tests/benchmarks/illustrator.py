"""CPU that the built-in illustrator takes for one picture of 1024 x 1024 pixels."""

import asyncio
import time

from core.providers.illustrator.drawing import STYLES, DrawOrder, draw
from tests.benchmarks.table import Row, Scale, median_of

PART = "6. Illustrator"
SIDE_PX = 1024
PROMPTS = (
    "a red fox under a blue moon in a snowy forest",
    "月光下的雪林里有一只红狐狸",
    "a lighthouse in a storm at night",
    "three sailing boats on a calm sea at sunset",
    "a castle on a hill in autumn rain",
    "a cat on a windowsill in a city at night",
    "an astronaut on the moon",
    "a desert with camels and palm trees at noon",
    "a whale under water with fish and corals",
    "a cup of coffee on a wooden table",
    "a village by a river in spring",
    "a flurbish grommet",
)


async def measure(scale: Scale) -> list[Row]:
    """Draw prompts with the default style, then one prompt in each style."""
    return await asyncio.to_thread(_draw_all, scale)


def _draw_all(scale: Scale) -> list[Row]:
    _cost_s(PROMPTS[0], STYLES[0])
    natural = [_cost_s(prompt, STYLES[0]) for prompt in PROMPTS[: scale.prompts]]
    styles = STYLES if scale.prompts == len(PROMPTS) else STYLES[:2]
    styled = {style: _cost_s(PROMPTS[0], style) for style in styles}
    slowest = max(styled, key=lambda style: styled[style])
    count = len(natural)
    previews = "with its previews, in the drawing process"
    return [
        Row(PART, "one picture, median", median_of(natural), "CPU s", count, previews),
        Row(PART, "one picture, worst prompt", max(natural), "CPU s", count),
        Row(PART, "slowest style", styled[slowest], "CPU s", len(styled), slowest),
    ]


def _cost_s(prompt: str, style: str) -> float:
    began_s = time.process_time()
    draw(DrawOrder(prompt, "", 7, SIDE_PX, SIDE_PX, style, "png"), lambda _percent, _data: None)
    return time.process_time() - began_s
