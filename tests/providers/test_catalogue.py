"""The catalogue is data that a person keeps: what it says, and what it refuses to be."""

import re
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.catalogue.loader import (
    DIALECTS,
    CatalogueError,
    load_dialect,
    parse_dialect,
    self_hosted_facts,
)
from core.providers.openai_compat.offerings import offerings_of
from core.providers.openai_compat.provider import OpenAICompat
from core.providers.openai_compat.wire import body_of, clean
from core.providers.port import Failure, FailureKind, Limits, Offering
from core.providers.registry import Registry
from core.providers.sizing import choose_size, is_allowed, parse_wish
from tests.providers.contract import an_order

ORDER = {
    "prompt": "a fox <lora:x:1>",
    "negative": "a dog",
    "seed": 7,
    "style": "ink",
    "image_format": "webp",
}


def offered(name: str, host: str, **options: object) -> tuple[Offering, ...]:
    values: dict[str, object] = {"models": (), "self_hosted": False, "privacy": None}
    found = offerings_of(load_dialect(name), host, **(values | options))  # type: ignore[arg-type]
    return tuple(one.offering for one in found)


@pytest.mark.promise("FA-3.4", "FA-7.2")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "openai",
            {
                "model": "gpt-image-2",
                "prompt": "a fox, ink style\n\nThe picture must not show: a dog",
                "n": 1,
                "size": "1024x1024",
                "moderation": "auto",
                "quality": "medium",
                "output_format": "webp",
                "stream": True,
                "partial_images": 3,
            },
        ),
        (
            "localai",
            {
                "model": "stablediffusion",
                "prompt": "a fox, ink style",
                "negative_prompt": "a dog",
                "n": 1,
                "seed": 7,
                "size": "1024x1024",
                "response_format": "b64_json",
            },
        ),
        (
            "sdcpp",
            {
                "model": "sd-cpp-local",
                "prompt": "a fox, ink style<sd_cpp_extra_args>"
                '{"seed": 7, "negative_prompt": "a dog"}</sd_cpp_extra_args>',
                "n": 1,
                "size": "1024x1024",
                "output_format": "webp",
            },
        ),
        (
            "together",
            {
                "model": "black-forest-labs/FLUX.1-schnell",
                "prompt": "a fox, ink style",
                "negative_prompt": "a dog",
                "n": 1,
                "seed": 7,
                "steps": 4,
                "width": 1024,
                "height": 1024,
                "response_format": "base64",
                "output_format": "png",
            },
        ),
    ],
)
def test_each_dialect_says_the_same_order_in_its_own_way(
    name: str, expected: dict[str, object]
) -> None:
    dialect = load_dialect(name)
    listed = offerings_of(dialect, "x", models=(), self_hosted=True, privacy=None)[0]
    assert body_of(dialect, listed.model, an_order(listed.offering, **ORDER)) == expected


def test_a_grid_is_not_streamed_because_its_pictures_carry_no_number() -> None:
    dialect = load_dialect("openai")
    listed = offerings_of(dialect, "x", models=(), self_hosted=True, privacy=None)[0]
    body = body_of(dialect, listed.model, an_order(listed.offering, count=4))
    assert not isinstance(body, Failure)
    assert body["n"] == 4
    assert "stream" not in body


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a fox", "a fox"),
        ("a <lora:evil:1.0> fox", "a fox"),
        ("a <LoRA: evil > fox", "a fox"),
        ('x<sd_cpp_extra_args>{"steps": 900}</sd_cpp_extra_args>y', "x y"),
        ('x<sd_cpp_extra_args>{"a":\n1}</SD_CPP_EXTRA_ARGS>y', "x y"),
        ("x <sd_cpp_extra_args> y", "x y"),
        ("<lo<lora:a>ra:b> z", "<lo ra:b> z"),
        ("<hypernet:a:1><embedding:b> z", "z"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<lora:a>", ""),
    ],
)
def test_commands_to_the_server_are_taken_out_of_prompts(text: str, left: str) -> None:
    assert clean(text) == left


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "/", "lora:", "sd_cpp_extra_args", "<lora:a>", "<sd_cpp_extra_args>", "x"]
        ),
        max_size=14,
    ).map("".join)
)
def test_no_arrangement_of_pieces_leaves_a_command(text: str) -> None:
    left = clean(text)
    assert not re.search(r"<\s*/?\s*sd_cpp_extra_args\s*>|<\s*lora\s*:[^<>]*>", left)
    assert clean(left) == left


def test_a_prompt_of_commands_alone_is_refused_before_it_is_sent() -> None:
    dialect = load_dialect("sdcpp")
    listed = offerings_of(dialect, "x", models=(), self_hosted=True, privacy=None)[0]
    refused = body_of(dialect, listed.model, an_order(listed.offering, prompt="<lora:a>"))
    assert refused == Failure(FailureKind.INVALID, field="prompt")


def test_the_facts_of_a_company_hold_at_its_own_address_only() -> None:
    (offering, *_) = offered("openai", "api.openai.com")
    assert (offering.privacy.trains, offering.processor) == ("never", "OpenAI")
    (offering, *_) = offered("openai", "cheap-relay.example")
    assert (offering.privacy.trains, offering.processor) == ("unknown", "cheap-relay.example")
    (offering, *_) = offered("openai", "127.0.0.1")
    assert offering.privacy.trains == "unknown", "a relay on this machine may still pass it on"


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("gpu", True),
        ("gpu.lan", True),
        ("203.0.114.9", False),
        ("images.example.com", False),
    ],
)
def test_a_server_of_ones_own_is_known_by_its_address(host: str, is_ours: bool) -> None:
    (offering,) = offered("localai", host)
    assert (offering.processor == "") is is_ours
    assert (offering.privacy == self_hosted_facts()) is is_ours
    (vouched,) = offered("localai", host, self_hosted=True)
    assert (vouched.processor, vouched.privacy) == ("", self_hosted_facts())


def test_models_come_from_the_configuration_with_careful_prices_for_unknown_ones() -> None:
    known, unknown = offered("openai", "api.openai.com", models=("gpt-image-1-mini", "Next/Big 9"))
    assert (known.id, known.credits_each) == ("openai/gpt-image-1-mini", 2)
    assert (unknown.id, unknown.model) == ("openai/big-9", "Next/Big 9")
    dearest = max(o.price_each for o in offered("openai", "api.openai.com"))
    assert unknown.price_each >= dearest


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_paid_is_never_sent_again_after_a_crash(name: str) -> None:
    dialect = load_dialect(name)
    for offering in offered(name, "x"):
        assert offering.after_crash == ("lost" if offering.price_each else "resubmit")
    if dialect.privacy is not None:
        review = dialect.privacy.expires_on - dialect.privacy.reviewed_on
        assert timedelta() < review <= timedelta(days=190), "facts are looked at twice a year"
        assert dialect.privacy.evidence.startswith("https://")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('trains = "never"', 'trains = "maybe"', "trains"),
        ("retention_s = 2592000", "retention_seconds = 2592000", "retention_seconds"),
        ("connect_s = 10", 'connect_s = "soon"', "connect_s"),
        ('after_crash = "lost"', "", "after_crash"),
        ("[wire]", "[wires]", "wire"),
        ('name = "openai"', "name = ", "Invalid value"),
        ("credits_each = 4", "credits_each = 4.5", "credits_each"),
    ],
)
def test_a_mistake_in_the_catalogue_is_named(old: str, new: str, said: str) -> None:
    text = files("core.providers.catalogue").joinpath("openai.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(CatalogueError, match=said):
        parse_dialect(text.replace(old, new, 1))


def test_a_hosted_service_without_facts_is_no_entry() -> None:
    text = files("core.providers.catalogue").joinpath("openai.toml").read_text(encoding="utf-8")
    without = re.sub(r"\[privacy\].*?\n\n", "", text, flags=re.DOTALL)
    with pytest.raises(CatalogueError, match="privacy"):
        parse_dialect(without)
    with pytest.raises(CatalogueError, match="known: openai"):
        load_dialect("../openai")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"api_key": ""}, "key"),
        ({"base_url": "ftp://x"}, "http"),
        ({"base_url": "https://user:word@x/v1"}, "user name"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_at_start(
    changes: dict[str, str], said: str
) -> None:
    options = {"api_key": "sk-test"} | changes
    with pytest.raises(ValueError, match=said) as refused:
        OpenAICompat(dialect=load_dialect("openai"), **options)  # type: ignore[arg-type]
    assert "sk-test" not in str(refused.value)
    assert "word" not in str(refused.value)


async def test_the_registry_finds_who_makes_what() -> None:
    own = OpenAICompat(dialect=load_dialect("localai"))
    hosted = OpenAICompat(dialect=load_dialect("together"), api_key="k")
    registry = Registry([own, hosted])
    assert [o.id for o in registry.offerings()] == [
        "localai/stablediffusion",
        "together/flux-schnell",
    ]
    assert registry.provider_of("together/flux-schnell") is hosted
    assert registry.offering("nobody/nothing") is None
    assert registry.provider_of("nobody/nothing") is None
    with pytest.raises(ValueError, match="localai"):
        Registry([own, own])
    await registry.aclose()


FREE = Limits(min_side_px=256, max_side_px=1536, max_pixels=1536 * 1024, step_px=64)
LISTED = replace(FREE, sizes_px=((1024, 1024), (1536, 1024), (1024, 1536)))


@pytest.mark.parametrize(
    ("wished", "limits", "size"),
    [
        ("", FREE, (1024, 1024)),
        ("16:9", FREE, (1344, 768)),
        ("9:16", FREE, (768, 1344)),
        ("1024x768", FREE, (1024, 768)),
        ("1000 x 700", FREE, (1024, 704)),
        ("512x512", FREE, (512, 512)),
        ("4000x4000", FREE, (1216, 1216)),
        ("16:9", LISTED, (1536, 1024)),
        ("1:1", LISTED, (1024, 1024)),
        ("64x96", LISTED, (1024, 1536)),
        ("21:9", LISTED, None),
        ("99:1", FREE, None),
        ("0:1", FREE, None),
        ("wide", FREE, None),
        ("16:9:4", FREE, None),
    ],
)
def test_a_wished_shape_becomes_the_nearest_allowed_size(
    wished: str, limits: Limits, size: tuple[int, int] | None
) -> None:
    assert choose_size(wished, limits) == size


@given(width=st.integers(1, 9999), height=st.integers(1, 9999), mark=st.sampled_from(":x×"))
def test_a_chosen_size_is_always_allowed_and_near_the_wished_shape(
    width: int, height: int, mark: str
) -> None:
    assert parse_wish(f"{width}{mark}{height}") == (width, height, mark != ":")
    for limits in (FREE, LISTED):
        size = choose_size(f"{width}{mark}{height}", limits)
        if size is not None:
            assert is_allowed(*size, limits)
            ratio = size[0] / size[1] / (width / height)
            assert 1 / 1.41 < ratio < 1.41
        elif limits is FREE:
            assert max(width / height, height / width) > 5
