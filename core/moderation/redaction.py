"""Takes payment card numbers out of a prompt before it is stored."""

import re

_CANDIDATE = re.compile(r"(?<!\d)\d(?:[ \t\u00a0.\-\u2010-\u2015]?\d){12,}(?!\d)")
_GROUP = re.compile(r"\d+")
_MIN_DIGITS = 13
_MAX_DIGITS = 19
_TEN = 10
_NINE = 9
REDACTED = "[card number removed]"


def redact_card_numbers(text: str) -> str:
    """Replace every card number in a text, written together or in groups, by a fixed mark.

    A card number is 13 to 19 digits with a valid check digit (ISO/IEC 7812-1, Luhn); its groups
    may be separated by single spaces, dots or dashes, and other groups may stand beside them.
    Other numbers (phones, seeds, dates) stay.
    """
    return _CANDIDATE.sub(lambda found: _redact_run(found.group()), text)


def _redact_run(run: str) -> str:
    groups = list(_GROUP.finditer(run))
    kept: list[str] = []
    done = 0  # characters of the run that are already in `kept`
    first = 0
    while first < len(groups):
        last = _card_end(groups, first)
        if last is not None:
            kept += [run[done : groups[first].start()], REDACTED]
            done = groups[last].end()
            first = last
        first += 1
    return "".join([*kept, run[done:]])


def _card_end(groups: list[re.Match[str]], first: int) -> int | None:
    """Return the last group of the longest card number that begins with a group."""
    number = ""
    found = None
    for last in range(first, len(groups)):
        number += groups[last].group()
        if len(number) > _MAX_DIGITS:
            break
        if len(number) >= _MIN_DIGITS and number.strip("0") and _passes_luhn(number):
            found = last
    return found


def _passes_luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(number))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - _NINE if doubled > _NINE else doubled
    return total % _TEN == 0
