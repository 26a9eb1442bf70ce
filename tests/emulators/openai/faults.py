"""What can go wrong at a service, in the shapes that real services use."""

import json
from dataclasses import dataclass

MESSAGE = "Your request was rejected: a very secret prompt"
"""Real services quote the request; nothing of this may come out of the adapter."""


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An HTTP answer with an error status."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()
    is_charged: bool = False


def _error(code: str | None, kind: str, param: str | None = None, **more: object) -> str:
    return json.dumps(
        {"error": {"message": MESSAGE, "type": kind, "param": param, "code": code, **more}}
    )


_USER = "image_generation_user_error"
ERRORS: dict[str, ErrorAnswer] = {
    "moderation-input": ErrorAnswer(
        400,
        _error(
            "moderation_blocked",
            _USER,
            moderation_details={"moderation_stage": "input", "categories": ["violence"]},
        ),
    ),
    "moderation-output": ErrorAnswer(
        400,
        _error("moderation_blocked", _USER, moderation_details={"moderation_stage": "output"}),
    ),
    "moderation-plain": ErrorAnswer(400, _error("moderation_blocked", _USER, "")),
    "bad-key": ErrorAnswer(401, _error("invalid_api_key", "invalid_request_error")),
    "forbidden": ErrorAnswer(403, _error(None, "invalid_request_error")),
    "no-model": ErrorAnswer(404, _error("model_not_found", "invalid_request_error", "model")),
    "payment": ErrorAnswer(402, _error("credit_limit", "credit_limit")),
    "quota": ErrorAnswer(429, _error("insufficient_quota", "insufficient_quota")),
    "billing": ErrorAnswer(400, _error("billing_hard_limit_reached", _USER)),
    "rate": ErrorAnswer(429, _error("rate_limit_exceeded", "requests"), (("Retry-After", "17"),)),
    "bad-size": ErrorAnswer(400, _error("invalid_value", "invalid_request_error", "size")),
    "unprocessable": ErrorAnswer(422, _error(None, "invalid_request_error", "width")),
    "server": ErrorAnswer(500, _error(None, "server_error")),
    "overloaded": ErrorAnswer(503, "upstream connect error", (("Retry-After", "5"),)),
    "gateway-timeout": ErrorAnswer(504, "<html>504</html>", is_charged=True),
    "plain-string": ErrorAnswer(500, json.dumps({"error": "generate_image returned no results"})),
    "redirect": ErrorAnswer(307, "", (("Location", "http://127.0.0.1:9/elsewhere"),)),
}

PICTURE_FAULTS = (
    "reset",
    "reset-mid-stream",
    "stream-error",
    "empty",
    "null-data",
    "black",
    "wrong-mime",
    "huge",
    "bomb",
    "not-a-picture",
    "bad-base64",
    "not-json",
    "url",
    "url-elsewhere",
    "url-redirect",
    "hidden-prompt",
)
"""Faults of an answer that says success; `server.py` plays them."""
