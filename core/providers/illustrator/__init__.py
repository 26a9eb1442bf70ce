"""The built-in illustrator: draws a prompt as a layered picture, with no AI model and no network."""

from core.providers.illustrator.drawing import STYLES, Drawing, DrawOrder, draw

__all__ = ["STYLES", "DrawOrder", "Drawing", "draw"]
