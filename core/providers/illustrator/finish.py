"""The last step of a style: what happens to the pixels after the scene is rasterised."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

Pixels = NDArray[np.float32]
"""Height × width × 3, each channel 0..1."""
_PAPER = (0.965, 0.945, 0.9)


def _pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def _picture(pixels: Pixels) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")


def _noise(size: tuple[int, int], cell_px: int, seed: int) -> Pixels:
    """Soft noise around 0 (±1), with blotches of about ``cell_px``; height × width × 1."""
    chance = np.random.default_rng(seed)
    small = chance.integers(
        0, 256, (max(2, size[1] // cell_px), max(2, size[0] // cell_px)), np.uint8
    )
    grown = Image.fromarray(small, "L").resize(size, Image.Resampling.BICUBIC)
    centred: Pixels = np.asarray(grown, dtype=np.float32)[..., None]
    return ((centred - 128) / 128).astype(np.float32)


def _edges(picture: Image.Image, width_px: float) -> Pixels:
    """How strongly each pixel lies on an edge, 0..1; height × width × 1."""
    channels = [
        ImageChops.difference(
            band.filter(ImageFilter.GaussianBlur(width_px * 0.5)),
            band.filter(ImageFilter.GaussianBlur(width_px)),
        )
        for band in picture.split()
    ]
    strongest = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    values = np.asarray(strongest, dtype=np.float32)[..., None] / 255
    return np.clip(values * 9 - 0.12, 0, 1)


def _grey(pixels: Pixels) -> Pixels:
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return (pixels @ weights)[..., None]


def _unit(picture: Image.Image) -> float:
    """Pixels of a thousandth of the short side, at least a third of a pixel."""
    return max(0.34, min(picture.size) / 1000)


def _vignette(picture: Image.Image, strength: float) -> Image.Image:
    side = 64
    ramp = np.linspace(-1, 1, side, dtype=np.float32)
    far = ramp[None, :] ** 2 + ramp[:, None] ** 2
    mask = (255 * (1 - strength * np.clip(far - 0.55, 0, 1.3) / 1.3)).astype(np.uint8)
    shade = Image.fromarray(mask, "L").resize(picture.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(picture, Image.merge("RGB", (shade, shade, shade)))


def _glow(picture: Image.Image, floor: int, radius: float, share: float) -> Image.Image:
    """Light bleeding out of bright places, worked out at an eighth of the size."""
    small = picture.resize(
        (max(8, picture.width // 8), max(8, picture.height // 8)), Image.Resampling.BOX
    )
    bright = small.point(lambda value: max(0, value - floor) * 255 // (255 - floor))
    soft = bright.filter(ImageFilter.GaussianBlur(radius / 8)).resize(
        picture.size, Image.Resampling.BICUBIC
    )
    return ImageChops.screen(picture, soft.point(lambda value: int(value * share)))


def _flat(picture: Image.Image, steps: int) -> Image.Image:
    """Few steps of brightness with the hue kept, so that small bright things stay what they are."""
    hue, saturation, value = picture.convert("HSV").split()
    size = 255 / steps
    value = value.point(lambda level: min(255, int((level // size + 0.75) * size)))
    saturation = saturation.point(lambda level: min(255, int((level // 36 + 0.6) * 36)))
    hue = hue.point(lambda level: int((level // 8 + 0.5) * 8))
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def _evened(picture: Image.Image, gamma: float) -> Pixels:
    """Brightness stretched to the full range and lifted, so that a night can be drawn on paper."""
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    return ((np.asarray(grey, dtype=np.float32)[..., None] / 255) ** gamma).astype(np.float32)


def natural(picture: Image.Image, seed: int) -> Image.Image:
    """A breath of bloom and a vignette."""
    del seed
    return _vignette(_glow(picture, 190, 34 * _unit(picture), 0.28), 0.2)


def poster(picture: Image.Image, seed: int) -> Image.Image:
    """Few flat colours inside a paper border, like a printed travel poster."""
    del seed
    strong = ImageEnhance.Color(ImageEnhance.Contrast(picture).enhance(1.12)).enhance(1.25)
    printed = _flat(strong.filter(ImageFilter.MedianFilter(3)), 6)
    border = round(34 * _unit(picture))
    inner = printed.crop((border, border, printed.width - border, printed.height - border))
    sheet = Image.new("RGB", printed.size, (247, 238, 218))
    sheet.paste(inner, (border, border))
    return sheet


def paper_cut(picture: Image.Image, seed: int) -> Image.Image:
    """Cut edges that catch the light, and the fibre of coloured paper."""
    unit = _unit(picture)
    pixels = 0.84 * _pixels(picture) + 0.16 * np.array([0.98, 0.93, 0.85], dtype=np.float32)
    tone = np.asarray(picture.convert("L"), dtype=np.float32)[..., None] / 255
    step = max(1, round(2.4 * unit))
    bevel = np.clip(tone - np.roll(tone, (step, step), (0, 1)), -0.3, 0.3)
    fine = 0.03 * _noise(picture.size, max(1, round(2.4 * unit)), seed)
    return _picture(
        pixels + 0.5 * bevel + fine + 0.02 * _noise(picture.size, round(9 * unit) + 2, seed + 1)
    )


def neon(picture: Image.Image, seed: int) -> Image.Image:
    """Glowing outlines over a dark picture."""
    del seed
    unit = _unit(picture)
    edges = _edges(picture, 2.2 * unit)
    hue, _, value = ImageEnhance.Color(picture).enhance(1.6).convert("HSV").split()
    full = Image.new("L", picture.size, 225)
    vivid = _pixels(
        Image.merge("HSV", (hue, full, value.point(lambda level: max(190, level)))).convert("RGB")
    )
    tubes = vivid * edges * 1.25
    dim = _pixels(picture)
    base = _grey(dim) * np.array([0.20, 0.07, 0.34], dtype=np.float32) + dim * 0.2
    lines = _picture(tubes)
    small = lines.resize(
        (max(8, lines.width // 4), max(8, lines.height // 4)), Image.Resampling.BOX
    )
    halo = small.filter(ImageFilter.GaussianBlur(max(1.0, 5 * unit))).resize(
        lines.size, Image.Resampling.BICUBIC
    )
    return _picture(base + tubes + 1.5 * _pixels(halo))


def _soaked(picture: Image.Image) -> Image.Image:
    """The picture without its small specks, worked out at half the size."""
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
    return half.filter(ImageFilter.MedianFilter(5)).resize(picture.size, Image.Resampling.BICUBIC)


def ink(picture: Image.Image, seed: int) -> Image.Image:
    """Grey washes and dark strokes on rice paper; only strong reds keep a little colour."""
    unit = _unit(picture)
    soft = _soaked(picture)
    pixels = _pixels(soft)
    tone = _evened(soft, 0.6)
    wet = tone + 0.1 * _noise(picture.size, round(44 * unit) + 2, seed) * (1 - tone)
    tone = (0.5 * wet + 0.5 * np.floor(wet * 5 + 0.5) / 5).astype(np.float32)
    red = np.clip(
        (pixels[..., :1] - np.maximum(pixels[..., 1:2], pixels[..., 2:3])) * 2.4 - 0.25, 0, 0.85
    )
    paper = np.array(_PAPER, dtype=np.float32)
    fibre = 0.02 * _noise(picture.size, max(2, round(5 * unit)), seed + 1)
    wash = paper * (0.13 + 0.87 * np.clip(tone, 0, 1)) + fibre
    seal = np.array([0.78, 0.2, 0.13], dtype=np.float32)
    tinted = wash * (1 - red) + seal * (0.5 + 0.5 * tone) * red
    return _picture(tinted * (1 - 0.8 * _edges(soft, 4 * unit)))


def pixel(picture: Image.Image, seed: int) -> Image.Image:
    """Large square pixels in few colours."""
    del seed
    scale = 144 / min(picture.size)
    small = picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BOX
    )
    vivid = ImageEnhance.Color(ImageEnhance.Contrast(small).enhance(1.1)).enhance(1.3)
    few = vivid.quantize(48, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert("RGB")
    return few.resize(picture.size, Image.Resampling.NEAREST)


def watercolor(picture: Image.Image, seed: int) -> Image.Image:
    """Running edges, pigment that gathers at borders, and paper that shines through."""
    unit = _unit(picture)
    width, height = picture.size
    reach = 5.0 * unit
    shift_x = _noise(picture.size, round(22 * unit) + 2, seed)[..., 0] * reach
    shift_y = _noise(picture.size, round(22 * unit) + 2, seed + 1)[..., 0] * reach
    rows = np.clip(np.arange(height)[:, None] + shift_y, 0, height - 1).astype(np.intp)
    columns = np.clip(np.arange(width)[None, :] + shift_x, 0, width - 1).astype(np.intp)
    run = Image.fromarray(np.asarray(picture)[rows, columns], "RGB")
    pixels = _pixels(run)
    rim = _edges(run, 4 * unit)
    pooled = _noise(picture.size, round(90 * unit) + 2, seed + 2) + 0.6 * _noise(
        picture.size, round(31 * unit) + 2, seed + 5
    )
    pale = 1 - (1 - pixels) * (0.8 + 0.1 * pooled)
    grain = 0.035 * _noise(picture.size, max(1, round(2 * unit)), seed + 3)
    paper = np.array(_PAPER, dtype=np.float32)
    washed = (pale * (1 - 0.22 * rim) + grain) * (0.4 + 0.6 * paper)
    ramp_x = np.minimum(np.arange(width), np.arange(width)[::-1])[None, :, None]
    ramp_y = np.minimum(np.arange(height), np.arange(height)[::-1])[:, None, None]
    border = np.minimum(ramp_x, ramp_y) / (46 * unit) + 0.5 * _noise(
        picture.size, round(30 * unit) + 2, seed + 4
    )
    keep = np.clip((border - 0.35) * 5, 0, 1).astype(np.float32)
    return _picture(washed * keep + paper * (1 - keep))


def blueprint(picture: Image.Image, seed: int) -> Image.Image:
    """White lines on blue with a drawing grid."""
    unit = _unit(picture)
    lines = _edges(picture, 1.8 * unit)
    blue = np.array([0.06, 0.2, 0.45], dtype=np.float32) + 0.1 * _grey(_pixels(picture))
    page = np.broadcast_to(blue, (picture.height, picture.width, 3)).copy() + 0.012 * _noise(
        picture.size, 3, seed
    )
    step = max(8, round(25 * unit))
    for every, light in ((step, 0.05), (step * 4, 0.09)):
        page[::every] += light
        page[:, ::every] += light
    return _picture(page * (1 - lines) + np.array([0.88, 0.95, 1.0], dtype=np.float32) * lines)


def sketch(picture: Image.Image, seed: int) -> Image.Image:
    """Pencil lines and hatching on cream paper."""
    unit = _unit(picture)
    tone = _evened(picture.filter(ImageFilter.GaussianBlur(1.5 * unit)), 0.6)
    rows, columns = np.mgrid[0 : picture.height, 0 : picture.width].astype(np.float32)
    wobble = 3 * _noise(picture.size, round(30 * unit) + 2, seed)[..., 0]
    one = np.sin((rows + columns + wobble) / (2.6 * unit))[..., None]
    two = np.sin((rows - columns + wobble) / (2.6 * unit))[..., None]
    hatch = 0.3 * np.clip(0.62 - tone, 0, 1) * (one > 0) + 0.35 * np.clip(0.38 - tone, 0, 1) * (
        two > 0
    )
    grain = 0.05 * _noise(picture.size, max(1, round(1.6 * unit)), seed + 1)
    paper = np.array([0.97, 0.955, 0.92], dtype=np.float32)
    graphite = 0.86 * _edges(picture, 1.8 * unit) + 1.5 * hatch + (1 - tone) * 0.1
    return _picture(paper * (1 - np.clip(graphite * (1 + 4 * grain), 0, 0.92)) + grain * 0.3)


def pop(picture: Image.Image, seed: int) -> Image.Image:
    """Loud flat colours, dots in the shades and thick outlines."""
    del seed
    unit = _unit(picture)
    loud = ImageEnhance.Color(ImageOps.autocontrast(picture, cutoff=2)).enhance(2.1)
    flat = _pixels(ImageOps.posterize(loud.filter(ImageFilter.MedianFilter(3)), 2)) * 1.22 + 0.03
    tone = _grey(_pixels(picture))
    rows, columns = np.mgrid[0 : picture.height, 0 : picture.width].astype(np.float32)
    cell = 5.5 * unit
    wave = (np.sin((rows + columns) / cell) * np.sin((rows - columns) / cell))[
        ..., None
    ] * 0.5 + 0.5
    dots = (wave > 0.35 + 0.75 * tone).astype(np.float32) * 0.35
    white = (wave > 1.5 - 0.8 * tone).astype(np.float32) * 0.3
    outline = np.clip(_edges(picture, 3 * unit) * 1.4, 0, 1)
    return _picture((flat * (1 - dots) + white) * (1 - outline))


def vintage(picture: Image.Image, seed: int) -> Image.Image:
    """A faded, warm old print with a white border."""
    unit = _unit(picture)
    pixels = _pixels(picture)
    grey = _grey(pixels)
    sepia = grey * np.array([1.02, 0.86, 0.64], dtype=np.float32) + np.array(
        [0.1, 0.07, 0.05], dtype=np.float32
    )
    faded = 0.28 * pixels + 0.72 * sepia
    worn = (
        faded * 0.86
        + 0.07
        + 0.03 * _noise(picture.size, max(1, round(2 * unit)), seed)
        + 0.03 * _noise(picture.size, round(120 * unit) + 2, seed + 1)
    )
    aged = _vignette(_picture(worn), 0.5)
    border = round(30 * unit)
    sheet = Image.new("RGB", picture.size, (243, 234, 214))
    sheet.paste(
        aged.crop((border, border, aged.width - border, aged.height - border)), (border, border)
    )
    return sheet


def woodcut(picture: Image.Image, seed: int) -> Image.Image:
    """Carved black lines that swell with the shade, over three printed tones."""
    unit = _unit(picture)
    tone = _evened(
        picture.filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(2 * unit)), 0.62
    )
    rows = np.arange(picture.height, dtype=np.float32)[:, None]
    wobble = 9 * unit * _noise(picture.size, round(70 * unit) + 2, seed)[..., 0]
    wave = np.sin((rows + wobble) / (2.3 * unit))[..., None] * 0.5 + 0.5
    carved = (wave > 0.3 + 1.15 * tone).astype(np.float32)
    few = _flat(ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(1.2)).enhance(1.35), 4)
    tint = 0.62 * _pixels(few) + 0.38 * np.array([0.93, 0.87, 0.74], dtype=np.float32)
    black = np.clip(carved + _edges(picture, 3 * unit), 0, 1)
    return _picture(tint * (1 - black) + np.array([0.1, 0.08, 0.09], dtype=np.float32) * black)


FINISHES: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "natural": natural,
    "poster": poster,
    "paper-cut": paper_cut,
    "neon": neon,
    "ink": ink,
    "pixel": pixel,
    "watercolor": watercolor,
    "blueprint": blueprint,
    "sketch": sketch,
    "pop": pop,
    "vintage": vintage,
    "woodcut": woodcut,
}
