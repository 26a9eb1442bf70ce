"""The process that draws: orders come in on standard input, pictures go out on standard output.

Each message is one line of JSON, followed by as many bytes as its ``size`` says. The process ends
when its input ends, so it never outlives the one that started it.
"""

import json
import os
import sys
from typing import Any, BinaryIO

from core.providers.illustrator.drawing import DrawOrder, draw

NICENESS = 10
"""Drawing yields to everything that answers people."""


def _send(out: BinaryIO, head: dict[str, Any], payload: bytes) -> None:
    out.write(json.dumps({**head, "size": len(payload)}).encode() + b"\n" + payload)
    out.flush()


def serve(orders: BinaryIO, out: BinaryIO) -> None:
    """Draw every order that comes in, one after the other, until the input ends."""
    for line in orders:
        order = DrawOrder(**json.loads(line))
        drawing = draw(
            order, lambda percent, data: _send(out, {"kind": "preview", "percent": percent}, data)
        )
        head = {
            "kind": "done",
            "mime": drawing.mime,
            "drawn_words": drawing.drawn_words,
            "unknown_words": drawing.unknown_words,
        }
        _send(out, head, drawing.data)


if __name__ == "__main__":
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
