"""Makes pictures for tests, small ones unless a test says otherwise."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.providers.illustrator import Drawing, DrawOrder, draw


def an_order(prompt: str, **changes: Any) -> DrawOrder:
    values: dict[str, Any] = {
        "prompt": prompt,
        "negative": "",
        "seed": 5,
        "width_px": 320,
        "height_px": 320,
        "style": "natural",
        "image_format": "png",
    }
    return DrawOrder(**(values | changes))


def drawn(prompt: str, **changes: Any) -> Drawing:
    return draw(an_order(prompt, **changes))


def pixels_of(drawing: Drawing) -> NDArray[np.int16]:
    """Height × width × (red, green, blue)."""
    with Image.open(BytesIO(drawing.data)) as picture:
        return np.asarray(picture.convert("RGB")).astype(np.int16)


def share_of(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean())
