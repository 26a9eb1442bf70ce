"""The canvas of one picture: its size in drawing units, its horizon and its source of chance."""

import random
from dataclasses import dataclass

from core.providers.illustrator.palette import Palette
from core.providers.illustrator.scene import Scene

SHORT_SIDE = 1000.0
"""Drawing units of the shorter side, whatever the size in pixels."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things go; y grows downwards, all lengths in drawing units."""

    width: float
    height: float
    horizon: float
    scene: Scene
    palette: Palette
    seed: str

    def dice(self, purpose: str) -> random.Random:
        """Chance of its own for each purpose, so that one layer never changes another."""
        return random.Random(f"{self.seed}/{purpose}")  # noqa: S311 - pictures, not secrets

    @property
    def body_at(self) -> tuple[float, float]:
        """Centre of the sun or moon."""
        dice = self.dice("body")
        side = dice.choice((0.2, 0.28, 0.66, 0.74, 0.8))
        high = dice.uniform(0.26, 0.4)
        if self.scene.body is None and self.scene.time in {"sunset", "dawn"}:
            high = dice.uniform(0.72, 0.86)
        elif self.scene.body and self.scene.body.kind == "sun" and self.scene.time == "sunset":
            high = dice.uniform(0.5, 0.66)
        return side * self.width, max(140.0, high * self.horizon)

    @property
    def is_snowy(self) -> bool:
        """Whether snow lies on the ground."""
        scene = self.scene
        if "snow" in scene.without:
            return False
        cold = scene.weather == "snow" or scene.season == "winter" or scene.place == "snowfield"
        return cold or scene.place == "arctic"

    def is_wanted(self, *idents: str) -> bool:
        """Whether none of these was asked away."""
        return not any(ident in self.scene.without for ident in idents)


def num(value: float) -> str:
    """A coordinate for SVG, with one decimal."""
    return f"{value:.1f}"


def points(*pairs: tuple[float, float]) -> str:
    """Path commands that begin at the first pair and draw lines to the others."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pairs)
