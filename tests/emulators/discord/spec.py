"""The published OpenAPI description of Discord, where ``LIMNER_SPECS`` names its folder."""

from __future__ import annotations

import copy
import functools
import json
import os
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.emulators.discord.state import Json

FILE_NAME = "discord-openapi-v10.json"
ROOT = "urn:discord"


class Spec:
    """Checks bodies against the description; unknown fields are errors too."""

    def __init__(self, document: Json) -> None:
        self._paths = _strict(document["paths"])
        contents = {"components": _strict(document["components"])}
        resource = DRAFT202012.create_resource(contents)
        registry: Registry[Any] = Registry()
        self._registry = registry.with_resource(ROOT, resource)
        self._compiled: dict[tuple[str, str], Draft202012Validator | None] = {}

    def request_problems(self, route: str, body: Any) -> list[str]:
        """What the description forbids in a request; the known gaps are forgiven."""
        method, path = route.split(" ", 1)
        if method == "GET" or path.endswith("/skus"):
            return []
        operation = self._paths.get(path, {}).get(method.lower())
        if operation is None:
            return [f"spec: no operation {route}"]
        validator = self._validator(route, "request", operation.get("requestBody"))
        if validator is None:
            return [] if body is None else [f"spec: {route} takes no body"]
        return _first_error(validator, _forgiven(route, body))

    def answer_problems(self, route: str, status: int, body: Any) -> list[str]:
        """What the description forbids in an answer of the emulator."""
        method, path = route.split(" ", 1)
        operation = self._paths.get(path, {}).get(method.lower())
        if path.endswith("/skus"):
            return []
        if operation is None:
            return [f"spec: no operation {route}"]
        responses = operation["responses"]
        if status >= 400:
            return []
        if str(status) not in responses:
            return [f"spec: {route} never answers {status}"]
        validator = self._validator(route, str(status), responses[str(status)])
        if validator is None:
            return [] if body is None else [f"spec: {route} answers no body with {status}"]
        return _first_error(validator, body)

    def _validator(self, route: str, part: str, holder: Any) -> Draft202012Validator | None:
        key = (route, part)
        if key not in self._compiled:
            schema = (holder or {}).get("content", {}).get("application/json", {}).get("schema")
            self._compiled[key] = (
                None if schema is None else Draft202012Validator(schema, registry=self._registry)
            )
        return self._compiled[key]


def _first_error(validator: Draft202012Validator, body: Any) -> list[str]:
    error = best_match(validator.iter_errors(body))
    if error is None:
        return []
    return [f"spec: {error.json_path}: {error.message[:300]}"]


def _forgiven(route: str, body: Any) -> Any:
    """Drop what the real service takes although its description does not say so."""
    body = copy.deepcopy(body)
    if isinstance(body, list):
        for command in body:
            if isinstance(command, dict):
                command.pop("nsfw", None)
        return body
    if not isinstance(body, dict):
        return body
    if "recipient_id" in body:
        body["recipient_id"] = str(body["recipient_id"])
    message = body.get("data") if route.endswith("/callback") else body
    if isinstance(message, dict):
        _forgive_numbers(message)
        if route.startswith("PATCH") or body.get("type") == 7:
            message.pop("tts", None)
    return body


def _forgive_numbers(message: Json) -> None:
    """Ids sent as numbers, and empty embed flags; the real service takes both."""
    reference = message.get("message_reference") or {}
    for key in ("message_id", "channel_id", "guild_id"):
        if isinstance(reference.get(key), int):
            reference[key] = str(reference[key])
    for entry in message.get("attachments") or []:
        entry["id"] = str(entry["id"])
    for embed in message.get("embeds") or []:
        if embed.get("flags") == 0:
            del embed["flags"]
    mentions = message.get("allowed_mentions") or {}
    for key in ("users", "roles"):
        if key in mentions:
            mentions[key] = [str(number) for number in mentions[key]]


def _strict(node: Any, *, inside_all_of: bool = False) -> Any:
    """Close every object that lists its properties, and make references absolute."""
    if isinstance(node, list):
        return [_strict(child) for child in node]
    if not isinstance(node, dict):
        return node
    done: Json = {}
    for key, child in node.items():
        if key == "$ref" and isinstance(child, str):
            done[key] = child.replace("#/", f"{ROOT}#/", 1)
        elif key == "allOf":
            done[key] = [_strict(part, inside_all_of=True) for part in child]
        else:
            done[key] = _strict(child)
    closed = "properties" in done and done.get("type") == "object"
    if closed and not inside_all_of and "allOf" not in done:
        done.setdefault("additionalProperties", False)
    return done


@functools.cache
def _loaded(path: Path) -> Spec:
    return Spec(json.loads(path.read_text(encoding="utf-8")))


def published_spec() -> Spec | None:
    """The description in the folder that ``LIMNER_SPECS`` names; read once per process."""
    folder = os.environ.get("LIMNER_SPECS")
    if not folder:
        return None
    path = Path(folder) / FILE_NAME
    return _loaded(path) if path.exists() else None
