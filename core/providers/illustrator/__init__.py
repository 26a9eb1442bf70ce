"""The built-in illustrator: a prompt becomes a layered picture, with no AI model."""

from core.providers.illustrator.drawing import STYLES, Drawing, DrawOrder, draw

__all__ = ["STYLES", "DrawOrder", "Drawing", "draw"]
