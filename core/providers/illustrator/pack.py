"""Maintenance: gathers the drawings that the word lists name into one data file.

``python -m core.providers.illustrator.pack FOLDER`` where FOLDER holds the unpacked npm tarballs of
``@iconify-json/noto`` and ``@iconify-json/fluent-emoji-flat`` as ``noto/`` and ``fluent/``.
"""

import gzip
import io
import json
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import resvg_py
from PIL import Image

from core.providers.illustrator.colour import HEX, channels
from core.providers.illustrator.lexicon import lexicon

HERE = Path(__file__).parent / "art"
TARGET = HERE / "art.json.gz"
SAMPLE_PX = 160
EXTRAS = {"noto:umbrella-on-ground", "noto:teacup-without-handle"}
"""Art that places use and no subject names."""
_VIEWBOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_ROOT = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_DIGITS = re.compile(r"(\.\d\d)\d+")
_NAMES = {"white": "#ffffff", "black": "#000000", "red": "#ff0000"}


@cache
def _collection(folder: Path, name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((folder / name / "icons.json").read_text("utf-8"))
    return table


def _source(folder: Path, name: str) -> tuple[str, float, float]:
    collection, _, icon = name.partition(":")
    if collection == "own":
        text = (HERE / "own" / f"{icon}.svg").read_text("utf-8")
        box, root = _VIEWBOX.search(text), _ROOT.search(text)
        assert box is not None
        assert root is not None
        return root.group(1).strip(), float(box.group(1)), float(box.group(2))
    data = _collection(folder, collection)
    entry = data["icons"][icon]
    body = str(entry["body"])
    for word, value in _NAMES.items():
        body = body.replace(f'"{word}"', f'"{value}"')
    return (
        body,
        float(entry.get("width", data["width"])),
        float(entry.get("height", data["height"])),
    )


def _raster(body: str, box: tuple[float, float, float, float]) -> Image.Image:
    left, top, width, height = box
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{left} {top} {width} {height}" width="{SAMPLE_PX * 2}" '
        f'height="{SAMPLE_PX * 2 * height / width:.0f}">{body}</svg>'
    )
    return Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))


def _nearest(pixel: tuple[int, ...], palette: list[str]) -> str:
    def distance(value: str) -> float:
        return sum((part - pixel[at] / 255) ** 2 for at, part in enumerate(channels(value)))

    return min(palette, key=distance)


def _main_colour(picture: Image.Image, body: str) -> str:
    """The colour that covers most, counted with its shades, near-blacks and whites last."""
    palette = sorted({found.group(0).lower() for found in HEX.finditer(body)})
    small = picture.resize((48, 48), Image.Resampling.BILINEAR)
    counts: Counter[str] = Counter()
    for pixel in small.get_flattened_data():
        assert isinstance(pixel, tuple)
        if pixel[3] > 200:  # noqa: PLR2004 - opaque
            counts[_nearest(pixel, palette)] += 1
    return counts.most_common(1)[0][0]


def _entry(folder: Path, name: str) -> dict[str, object]:
    body, width, height = _source(folder, name)
    margin = max(width, height) * 0.4
    frame = (-margin, -margin, width + 2 * margin, height + 2 * margin)
    picture = _raster(body, frame)
    box = picture.getchannel("A").point(lambda alpha: 255 if alpha > 24 else 0).getbbox()  # noqa: PLR2004
    assert box is not None
    unit = frame[2] / picture.width
    left, top, right, bottom = (edge * unit - margin for edge in box)
    return {
        "body": _DIGITS.sub(r"\1", re.sub(r"\s*\n\s*", "", body)),
        "box": [round(part, 2) for part in (left, top, right - left, bottom - top)],
        "main": _main_colour(picture.crop(box), body),
    }


def build(folder: Path) -> bytes:
    """Return the compressed data file; equal drawings give equal bytes."""
    names = sorted({facts.art for facts in lexicon().subjects.values()} | EXTRAS)
    table = {name: _entry(folder, name) for name in names}
    text = json.dumps(table, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


if __name__ == "__main__":
    TARGET.write_bytes(build(Path(sys.argv[1])))
