"""How much CPU a picture of the illustrator costs; called by the benchmarks."""

import time
from dataclasses import dataclass
from statistics import median

from core.providers.illustrator import STYLES, draw
from tests.providers.illustrator.drawings import an_order

PROMPTS = (
    "a red fox under a blue moon in a snowy forest",
    "three purple cats in a neon city at night",
    "white sailboat at sunset",
    "a panda in a bamboo forest",
    "a quiet library",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU of one picture of 1024 × 1024 as PNG, with previews, in this process."""

    style: str
    median_cpu_s: float
    worst_cpu_s: float


def measure(styles: tuple[str, ...] = STYLES, side_px: int = 1024) -> list[Cost]:
    """Draw five scenes in each style; the lists are loaded first and not counted."""
    draw(an_order(PROMPTS[0]))
    costs = []
    for style in styles:
        spent = []
        for seed, prompt in enumerate(PROMPTS):
            order = an_order(prompt, seed=seed, width_px=side_px, height_px=side_px, style=style)
            before = time.process_time()
            draw(order, lambda _percent, _picture: None)
            spent.append(time.process_time() - before)
        costs.append(Cost(style, median(spent), max(spent)))
    return costs
