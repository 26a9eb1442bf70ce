"""Several pictures as one, with a number in each corner: what people see before they open one."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from core.generation.values import PictureFile
from core.kernel.offloop import heavy

GRID_SIDE_PX = 1600
_GAP_PX = 8
_BADGE = 0.09
_JPEG_QUALITY = 90


def _badge(canvas: Image.Image, number: int, corner: tuple[int, int], side_px: int) -> None:
    size = max(24, int(side_px * _BADGE))
    left, top = corner[0] + size // 3, corner[1] + size // 3
    draw = ImageDraw.Draw(canvas, "RGBA")
    draw.ellipse((left, top, left + size, top + size), fill=(0, 0, 0, 150))
    font = ImageFont.load_default(size * 0.62)
    centre = (left + size / 2, top + size / 2)
    draw.text(centre, str(number), font=font, fill=(255, 255, 255, 255), anchor="mm")


def _compose(files: tuple[PictureFile, ...]) -> PictureFile:
    width, height = files[0].width_px, files[0].height_px
    columns, rows = 2, (len(files) + 1) // 2
    scale = min(1.0, GRID_SIDE_PX / max(width * columns, height * rows))
    cell = (max(1, int(width * scale)), max(1, int(height * scale)))
    size = (
        cell[0] * columns + _GAP_PX * (columns - 1),
        cell[1] * rows + _GAP_PX * (rows - 1),
    )
    canvas = Image.new("RGB", size, (24, 24, 27))
    for number, file in enumerate(files):
        with Image.open(BytesIO(file.data)) as picture:
            small = picture.convert("RGB").resize(cell, Image.Resampling.LANCZOS)
        column, row = number % columns, number // columns
        corner = (column * (cell[0] + _GAP_PX), row * (cell[1] + _GAP_PX))
        if len(files) % columns and number == len(files) - 1:
            corner = ((size[0] - cell[0]) // 2, corner[1])
        canvas.paste(small, corner)
        _badge(canvas, number + 1, corner, min(cell))
    out = BytesIO()
    canvas.save(out, "JPEG", quality=_JPEG_QUALITY)
    return PictureFile(
        data=out.getvalue(),
        mime="image/jpeg",
        file_name="limner-grid.jpg",
        alt_text=files[0].alt_text,
        width_px=size[0],
        height_px=size[1],
    )


async def compose_grid(files: tuple[PictureFile, ...]) -> PictureFile | None:
    """Return one numbered JPEG of all pictures, or None when there are fewer than two.

    The numbers are places in the grid; work is done off the event loop.
    """
    if len(files) < 2:  # noqa: PLR2004 - one picture is its own grid
        return None
    return await heavy(_compose, files)
