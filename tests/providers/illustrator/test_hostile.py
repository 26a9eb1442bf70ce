"""Prompts that try to break the illustrator: never an error, never markup of theirs in the SVG."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.providers.illustrator.picture import compose, frame_of, settle, svg
from core.providers.illustrator.reading import read
from tests.providers.illustrator.drawings import drawn

HOSTILE = [
    '"/><script>alert(1)</script><svg onload="x">',
    "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x; fox",
    "<image href='http://127.0.0.1/x'/> url(#sky) #ff0000 {style}",
    "🦊🌕❄️ 👩‍👩‍👧‍👦 🏳️‍🌈",
    "ثعلب أحمر تحت القمر \u202e reversed \u202c",
    "f\u200bo\u200dx \x00\x01\x1b[31m\x7f \ufeff \ud83d",
    "fox " * 1000,
    "猫" * 4000,
    "a" * 4000,
    "-" * 4000,
    "no " * 1300 + "fox",
    "红" * 2000 + "猫",
    "under on beside in front of behind over " * 100,
    "9" * 4000 + " cats",
    "²³ ٣ Ⅷ ½ cats",
    "%s %n {0} ${x} \\u0000 ../../etc",
]


def document_of(prompt: str, negative: str = "") -> str:
    frame = frame_of(settle(read(prompt, negative).scene, "1", 0.5), 64, 64, "1")
    return svg(frame, compose(frame), 64, 64)


@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_drawn_around(prompt: str) -> None:
    assert drawn(prompt, negative=prompt[::-1], width_px=256, height_px=256).data
    text = document_of(prompt)
    assert not any(
        mark in text
        for mark in ("script", "onload", "DOCTYPE", "ENTITY", "<image", "http://127", "passwd")
    )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_can_be_read_and_composed(prompt: str, negative: str) -> None:
    document_of(prompt, negative)
    for word in read(prompt).unknown_words:
        assert len(word) <= 40


def test_reported_words_are_few_and_short() -> None:
    reading = read(" ".join(f"zorb{'q' * 60}{at}" for at in range(60)))
    assert len(reading.unknown_words) <= 20
    assert all(len(word) <= 40 for word in reading.unknown_words)
