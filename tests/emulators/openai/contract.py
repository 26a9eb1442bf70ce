"""What requests and answers must look like: our own contract, and the published specs."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Json = dict[str, Any]

_COMMON = {"model": str, "prompt": str, "n": int}
_FIELDS: dict[str, dict[str, type]] = {
    "openai": _COMMON
    | {
        "size": str,
        "quality": str,
        "moderation": str,
        "output_format": str,
        "stream": bool,
        "partial_images": int,
    },
    "localai": _COMMON | {"size": str, "seed": int, "negative_prompt": str, "response_format": str},
    "sdcpp": _COMMON | {"size": str, "output_format": str},
    "together": _COMMON
    | {
        "width": int,
        "height": int,
        "seed": int,
        "steps": int,
        "negative_prompt": str,
        "response_format": str,
        "output_format": str,
    },
}
_NEEDED = {
    "openai": {"model", "prompt", "n", "size", "moderation"},
    "localai": {"model", "prompt", "n", "size", "seed", "response_format"},
    "sdcpp": {"prompt", "n", "size"},
    "together": {"model", "prompt", "width", "height", "response_format"},
}


def request_violations(dialect: str, headers: dict[str, str], body: Json) -> list[str]:
    """Return what is wrong with a request; names of fields only, never their content."""
    fields = _FIELDS[dialect]
    wrong = [f"unexpected field {name}" for name in body if name not in fields]
    wrong += [f"missing field {name}" for name in _NEEDED[dialect] if name not in body]
    wrong += [
        f"{name} is a {type(value).__name__}"
        for name, value in body.items()
        if name in fields and type(value) is not fields[name]
    ]
    if "user" in body or "safety_identifier" in body:
        wrong.append("says who asks")
    if not headers.get("idempotency-key"):
        wrong.append("no Idempotency-Key")
    if dialect in ("openai", "together") and not headers.get("authorization", "").startswith(
        "Bearer "
    ):
        wrong.append("no bearer token")
    if "cookie" in headers:
        wrong.append("sends a cookie")
    if "<lora:" in str(body.get("prompt", "")).lower():
        wrong.append("a command in the prompt")
    schema = _request_schema(dialect)
    if schema is not None:
        unknown = set(body) - set(schema["properties"])
        wrong += [f"{name} is not in the spec" for name in sorted(unknown)]
    return wrong + _against_spec(schema, body, "request")


def answer_violations(dialect: str, body: Json) -> list[str]:
    """Return what is wrong with a JSON answer of ours."""
    return _against_spec(_answer_schema(dialect), body, "answer")


def event_violations(event: Json) -> list[str]:
    """Return what is wrong with an event of a stream of ours."""
    return _against_spec(_event_schema(event["type"]), event, "event")


def _against_spec(schema: Json | None, value: Json, what: str) -> list[str]:
    if schema is None:
        return []
    errors = Draft202012Validator(schema).iter_errors(value)
    return [
        f"{what} against the spec: {'.'.join(map(str, e.absolute_path))} {e.validator}"
        for e in errors
    ]


@cache
def _spec(name: str) -> Json | None:
    folder = os.environ.get("LIMNER_SPECS")
    if not folder:
        return None
    text = (Path(folder) / name).read_text(encoding="utf-8")
    loaded: Json = json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    return loaded


def _closed(spec: Json, schema: Json) -> Json:
    """Return the schema with the definitions that its references point to."""
    roots: Json = {key: spec[key] for key in ("components", "definitions") if key in spec}
    return {**schema, **roots}


@cache
def _request_schema(dialect: str) -> Json | None:
    if dialect == "openai" and (spec := _spec("openai-images-moderations-videos.subset.json")):
        return _closed(spec, spec["components"]["schemas"]["CreateImageRequest"])
    if dialect == "together" and (spec := _spec("together-openapi.yaml")):
        post = spec["paths"]["/images/generations"]["post"]
        return _closed(spec, post["requestBody"]["content"]["application/json"]["schema"])
    if dialect == "localai" and (spec := _spec("localai-swagger.yaml")):
        # One schema describes every endpoint of LocalAI, and demands the sound file of another.
        shared = {**spec["definitions"]["schema.OpenAIRequest"], "required": ["model", "prompt"]}
        return _closed(spec, shared)
    return None


@cache
def _answer_schema(dialect: str) -> Json | None:
    if dialect == "openai" and (spec := _spec("openai-images-moderations-videos.subset.json")):
        return _closed(spec, spec["components"]["schemas"]["ImagesResponse"])
    if dialect == "together" and (spec := _spec("together-openapi.yaml")):
        return _closed(spec, spec["components"]["schemas"]["ImageResponse"])
    if dialect == "localai" and (spec := _spec("localai-swagger.yaml")):
        return _closed(spec, spec["definitions"]["schema.OpenAIResponse"])
    return None


@cache
def _event_schema(kind: str) -> Json | None:
    spec = _spec("openai-images-moderations-videos.subset.json")
    if spec is None:
        return None
    name = {
        "image_generation.partial_image": "ImageGenPartialImageEvent",
        "image_generation.completed": "ImageGenCompletedEvent",
    }[kind]
    return _closed(spec, spec["components"]["schemas"][name])
