"""What an answer that is not a picture means, in the few words that all providers share."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from core.providers.catalogue.dialect import ErrorPlaces
from core.providers.port import Failure, FailureKind

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOO_MANY = 429
_PAYMENT = 402
_CLIENT = 400
_SERVER = 500
_SLOW = frozenset({408, 504})
_CONFIGURATION = frozenset({401, 403, 404, 405})
_LONGEST_RETRY_S = 24 * 3600
_FIELDS: Mapping[str, str] = {
    "size": "size",
    "width": "size",
    "height": "size",
    "n": "count",
    "output_format": "format",
    "negative_prompt": "negative",
    "prompt": "prompt",
    "seed": "seed",
}


def failure_of(
    status: int, headers: Mapping[str, str], body: bytes, places: ErrorPlaces
) -> Failure:
    """Read an HTTP answer with an error status. The provider's own words are not kept."""
    told = _parsed(body)
    code = _first_code(told, places.code)
    codes = _codes(told, places.code)
    retry_after_s = retry_after(headers.get("retry-after", ""), datetime.now(UTC))
    shown = code or f"http-{status}"
    if codes & places.blocked:
        return Failure(FailureKind.BLOCKED, stage=_stage(told, places), provider_code=shown)
    if status == _PAYMENT or codes & places.out_of_credit:
        return Failure(FailureKind.OUT_OF_CREDIT, provider_code=shown)
    if status == _TOO_MANY:
        return Failure(FailureKind.RATE_LIMITED, provider_code=shown, retry_after_s=retry_after_s)
    if status in _SLOW:
        return Failure(FailureKind.TIMED_OUT, provider_code=shown)
    if status in _CONFIGURATION:
        # The operator's key, model or address is wrong: nothing that a person could change.
        return Failure(FailureKind.UNAVAILABLE, provider_code=f"http-{status}")
    if status >= _SERVER or status < _CLIENT:
        return Failure(FailureKind.UNAVAILABLE, provider_code=shown, retry_after_s=retry_after_s)
    return Failure(FailureKind.INVALID, provider_code=shown, field=_field(told, places))


def stream_failure(event: object, places: ErrorPlaces) -> Failure:
    """Read an error that came inside a stream: the status line had already said 200."""
    codes = _codes(event, places.code)
    code = _first_code(event, places.code) or "stream-error"
    if codes & places.blocked:
        return Failure(FailureKind.BLOCKED, stage=_stage(event, places), provider_code=code)
    if codes & places.out_of_credit:
        return Failure(FailureKind.OUT_OF_CREDIT, provider_code=code)
    return Failure(FailureKind.UNAVAILABLE, provider_code=code)


def retry_after(value: str, now: datetime) -> int | None:
    """Read a Retry-After header (RFC 9110 §10.2.3): seconds from now, at most a day."""
    text = value.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(int(text), _LONGEST_RETRY_S)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0, min(int((when - now).total_seconds()), _LONGEST_RETRY_S))


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _at(told: object, path: str) -> object:
    for key in path.split("."):
        if not isinstance(told, dict):
            return None
        told = told.get(key)
    return told


def _codes(told: object, paths: tuple[str, ...]) -> set[str]:
    found = (_at(told, path) for path in paths)
    return {value for value in found if isinstance(value, str) and _CODE.fullmatch(value)}


def _first_code(told: object, paths: tuple[str, ...]) -> str:
    for path in paths:
        value = _at(told, path)
        if isinstance(value, str) and _CODE.fullmatch(value):
            return value
    return ""


def _stage(told: object, places: ErrorPlaces) -> Literal["input", "output", ""]:
    for path in places.stage:
        match _at(told, path):
            case "input":
                return "input"
            case "output":
                return "output"
            case _:
                continue
    return ""


def _field(told: object, places: ErrorPlaces) -> str:
    for path in places.field:
        value = _at(told, path)
        if isinstance(value, str) and value in _FIELDS:
            return _FIELDS[value]
    return ""
