"""Where a picture may be fetched from, and where never."""

from datetime import UTC, datetime

import httpx
import pytest

from core.providers.openai_compat.download import is_allowed
from core.providers.openai_compat.failures import retry_after

OWN = httpx.URL("https://api.example.com/v1/")
LOCAL = httpx.URL("http://127.0.0.1:8080/v1/")
OTHERS = frozenset({"files.example.com"})


@pytest.mark.promise("FA-11.3")
@pytest.mark.parametrize(
    ("address", "own", "is_fine"),
    [
        ("https://api.example.com/files/1.png", OWN, True),
        ("https://api.example.com:443/files/1.png", OWN, True),
        ("https://files.example.com/1.png", OWN, True),
        ("http://127.0.0.1:8080/files/1.png", LOCAL, True),
        ("http://api.example.com/files/1.png", OWN, False),
        ("http://files.example.com/1.png", OWN, False),
        ("https://api.example.com:8443/1.png", OWN, False),
        ("https://api.example.com.evil.test/1.png", OWN, False),
        ("https://api.example.com@evil.test/1.png", OWN, False),
        ("https://user@api.example.com/1.png", OWN, False),
        ("https://evil.test/1.png", OWN, False),
        ("http://169.254.169.254/latest", OWN, False),
        ("http://127.0.0.1:8081/1.png", LOCAL, False),
        ("http://127.0.0.1:8080/1.png", OWN, False),
        ("file:///etc/passwd", LOCAL, False),
        ("ftp://127.0.0.1:8080/x", LOCAL, False),
    ],
)
def test_pictures_come_from_the_service_or_the_list_only(
    address: str, own: httpx.URL, is_fine: bool
) -> None:
    assert is_allowed(httpx.URL(address), own, OTHERS) is is_fine


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        (" 5 ", 5),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("999999999", 86400),
        ("soon", None),
        ("-3", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_read_from_seconds_and_dates(value: str, seconds: int | None) -> None:
    assert retry_after(value, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds
