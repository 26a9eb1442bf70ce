"""What is sent: the body of one request, in a service's dialect."""

import json
import re

from core.providers.catalogue.dialect import Dialect, Model, Scalar, Wire
from core.providers.port import Failure, FailureKind, ImageOrder

Body = dict[str, Scalar]

# Words in a prompt that some servers obey as commands: load a file, change a setting.
_COMMANDS = re.compile(
    r"<\s*sd_cpp_extra_args\s*>.*?<\s*/\s*sd_cpp_extra_args\s*>"
    r"|<\s*/?\s*sd_cpp_extra_args\s*>"
    r"|<\s*(?:lora|lyco|lycoris|hypernet|embedding|ti|model|vae)\s*:[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


def clean(text: str) -> str:
    """Return the text without anything that a server takes for a command.

    Repeated until nothing is left, so that what remains after one removal forms no new command.
    """
    while (cleaned := _COMMANDS.sub(" ", text)) != text:
        text = cleaned
    return " ".join(text.split())


def is_streamed(dialect: Dialect, order: ImageOrder) -> bool:
    """Say whether the answer comes as a stream with previews."""
    wire = dialect.wire
    return wire.partial_images > 0 and order.count <= wire.stream_max_count


def body_of(dialect: Dialect, model: Model, order: ImageOrder) -> Body | Failure:
    """Return the JSON body; nothing in it says who asks.

    A prompt with nothing left after cleaning is ``Failure(INVALID, field="prompt")``.
    """
    wire = dialect.wire
    prompt = clean(order.prompt)
    if not prompt:
        return Failure(FailureKind.INVALID, field="prompt")
    if order.style and order.style not in model.limits.styles:
        prompt = f"{prompt}, {clean(order.style)} style"
    body: Body = {**wire.fixed, **model.extra, "model": model.model, "n": order.count}
    if wire.seed == "seed":
        body["seed"] = order.seed
    body["prompt"] = prompt + _said_after(wire, order)
    negative = clean(order.negative)
    if negative and wire.negative == "field":
        body["negative_prompt"] = negative
    body |= _size(wire, order) | _format(wire, order)
    if is_streamed(dialect, order):
        body |= {"stream": True, "partial_images": wire.partial_images}
    return body


def _said_after(wire: Wire, order: ImageOrder) -> str:
    """Return what the dialect wants behind the prompt: a plain sentence, or its own tag."""
    negative = clean(order.negative)
    if wire.negative == "prompt" and negative:
        return f"\n\nThe picture must not show: {negative}"
    tagged: Body = {}
    if wire.seed == "tag":
        tagged["seed"] = order.seed
    if wire.negative == "tag" and negative:
        tagged["negative_prompt"] = negative
    return f"<{wire.tag}>{json.dumps(tagged)}</{wire.tag}>" if tagged else ""


def _size(wire: Wire, order: ImageOrder) -> Body:
    if wire.size == "size":
        return {"size": f"{order.width_px}x{order.height_px}"}
    return {"width": order.width_px, "height": order.height_px}


def _format(wire: Wire, order: ImageOrder) -> Body:
    body: Body = {}
    if wire.response_format:
        body["response_format"] = wire.response_format
    if wire.format_field:
        asked = order.image_format if order.image_format in wire.formats else "png"
        body[wire.format_field] = asked
    return body
