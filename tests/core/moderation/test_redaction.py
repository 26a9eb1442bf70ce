"""Card numbers never reach the store; other numbers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.redaction import REDACTED, redact_card_numbers


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111–1111–1111–1111",
        "5500 0000 0000 0004",
        "3782 822463 10005",
        "4222222222222",
        "6304000000000000000",
    ],
)
def test_a_card_number_is_taken_out(number: str) -> None:
    expected = (
        f"pay with {REDACTED}, please" if passes_luhn(number) else f"pay with {number}, please"
    )

    assert redact_card_numbers(f"pay with {number}, please") == expected


@pytest.mark.parametrize(
    "text",
    [
        "seed 1234567890123",
        "call +49 30 1234567",
        "4111 1111 1111 1112",
        "on 2026-11-22 10:00:00",
        "0000000000000000",
        "1024x768, 16:9",
        "12 monkeys",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact_card_numbers(text) == text


def test_a_card_number_in_a_longer_run_is_found() -> None:
    assert "4111111111111111" not in redact_card_numbers("no. 12 4111 1111 1111 1111 12/29 123")
    assert REDACTED in redact_card_numbers("no. 12 4111 1111 1111 1111 12/29 123")


@given(st.lists(st.integers(0, 9), min_size=12, max_size=18), st.sampled_from(["", " ", "-"]))
def test_any_number_with_a_valid_check_digit_goes(digits: list[int], gap: str) -> None:
    check = next(last for last in range(10) if passes_luhn("".join(map(str, [*digits, last]))))
    number = gap.join(map(str, [*digits, check]))
    if not any(digits):
        return

    assert number not in redact_card_numbers(f"card {number}.")


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact_card_numbers(text)

    assert redact_card_numbers(once) == once


def passes_luhn(number: str) -> bool:
    digits = [int(char) for char in number if char.isdigit()][::-1]
    return sum(sum(divmod(d * 2, 10)) if i % 2 else d for i, d in enumerate(digits)) % 10 == 0
