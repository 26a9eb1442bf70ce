"""Whatever is sent, the answer is a clear refusal in JSON and never a stack trace."""

from dataclasses import dataclass

import httpx

from bots.playground.bodies import MAX_JSON_BYTES, MAX_PICTURE_BYTES
from core.kernel.ids import new_id
from tests.bots.playground.service import a_playground

JSON = "application/json"
GONE = new_id()
KEY = '"key":"12345678"'


@dataclass(frozen=True)
class Bad:
    """One thing that must not be sent, and what is answered."""

    method: str
    path: str
    status: int
    code: str
    body: bytes = b"{}"
    content_type: str = JSON


TABLE = [
    Bad("POST", "/api/say", 400, "page-bad-body", b"not json"),
    Bad("POST", "/api/say", 400, "page-bad-body", b""),
    Bad("POST", "/api/say", 400, "page-bad-body", b"\xff\xfe\x00"),
    Bad("POST", "/api/say", 400, "page-bad-body", b"[]"),
    Bad("POST", "/api/say", 400, "page-bad-body", b"null"),
    Bad("POST", "/api/say", 400, "page-bad-body", b"{}"),
    Bad("POST", "/api/say", 400, "page-bad-body", b'{"text":1,%s}' % KEY.encode()),
    Bad("POST", "/api/say", 400, "page-bad-body", b'{"text":"a","key":"short"}'),
    Bad("POST", "/api/say", 400, "page-bad-body", b'{"text":"a","key":"../../etc/passwd"}'),
    Bad("POST", "/api/say", 400, "page-bad-body", b'{"text":"a","key":"12345678\\n"}'),
    Bad("POST", "/api/say", 400, "page-bad-body", b'{"text":"a",%s,"more":1}' % KEY.encode()),
    Bad(
        "POST",
        "/api/say",
        400,
        "page-bad-body",
        b'{"text":"a",%s,"options":{"count":"4"}}' % KEY.encode(),
    ),
    Bad(
        "POST",
        "/api/say",
        422,
        "flag-invalid",
        b'{"text":"a fox",%s,"options":{"count":99}}' % KEY.encode(),
    ),
    Bad(
        "POST",
        "/api/say",
        422,
        "flag-invalid",
        b'{"text":"a fox",%s,"options":{"seed":-1}}' % KEY.encode(),
    ),
    Bad(
        "POST",
        "/api/say",
        422,
        "flag-invalid",
        b'{"text":"a fox",%s,"options":{"aspect":"7:0"}}' % KEY.encode(),
    ),
    Bad("POST", "/api/say", 400, "page-bad-body", b"[" * 5000),
    Bad("POST", "/api/say", 415, "page-wrong-type", b"text=a", "text/plain"),
    Bad("POST", "/api/say", 415, "page-wrong-type", b"text=a", "application/x-www-form-urlencoded"),
    Bad("POST", "/api/say", 413, "page-too-large", b" " * (MAX_JSON_BYTES + 1)),
    Bad("POST", "/api/say", 422, "prompt-empty", b'{"text":" ",%s}' % KEY.encode()),
    Bad(
        "POST",
        "/api/say",
        422,
        "prompt-too-long",
        b'{"text":"%s",%s}' % (b"fox " * 1000, KEY.encode()),
    ),
    Bad("POST", "/api/age", 400, "page-bad-body", b'{"is_adult":"yes"}'),
    Bad("POST", "/api/age", 400, "page-bad-body", b'{"is_adult":true,"pending_id":"nonsense"}'),
    Bad("POST", "/api/settings", 400, "page-bad-body", b'{"language":5}'),
    Bad("POST", "/api/settings", 422, "language-unknown", b'{"language":"tlh"}'),
    Bad("POST", "/api/verify", 415, "page-wrong-type", b"<svg/>", "image/svg+xml"),
    Bad("POST", "/api/verify", 422, "not-a-picture", b"", "image/png"),
    Bad("POST", "/api/verify", 422, "not-a-picture", b"\x89PNG\r\n\x1a\n", "image/png"),
    Bad(
        "POST",
        "/api/verify",
        413,
        "page-too-large",
        b"\x89PNG" + bytes(MAX_PICTURE_BYTES),
        "image/png",
    ),
    Bad("GET", "/api/requests/nonsense", 404, "not-found"),
    Bad("GET", f"/api/requests/{GONE}", 404, "not-found"),
    Bad("GET", f"/api/requests/{GONE}/preview", 404, "not-found"),
    Bad("DELETE", f"/api/requests/{GONE}", 404, "not-found"),
    Bad("DELETE", f"/api/requests/{GONE}/pictures/x", 404, "not-found"),
    Bad("POST", f"/api/requests/{GONE}/cancel", 404, "not-found"),
    Bad("POST", "/api/requests/%27%20OR%201=1/cancel", 404, "not-found"),
    Bad(
        "POST",
        f"/api/requests/{GONE}/repeat",
        400,
        "page-bad-body",
        b'{"change":"steal",%s}' % KEY.encode(),
    ),
    Bad(
        "POST",
        f"/api/requests/{GONE}/repeat",
        400,
        "page-bad-body",
        b'{"change":"vary","index":9,%s}' % KEY.encode(),
    ),
    Bad("GET", "/api/pictures/nonsense", 404, "not-found"),
    Bad("GET", f"/api/pictures/{'x' * 5000}", 404, "not-found"),
    Bad("GET", f"/api/pictures/{GONE}/original", 404, "not-found"),
    Bad("GET", "/api/history?before=yesterday", 404, "not-found"),
    Bad("GET", "/api/history", 404, "not-found"),
    Bad("GET", "/api/nothing", 404, "not-found"),
    Bad("GET", "/static/../app.py", 404, "not-found"),
    Bad("GET", "/static/%2e%2e/app.py", 404, "not-found"),
    Bad("GET", "/static/nothing.js", 404, "not-found"),
    Bad("GET", "/api/say", 405, "page-wrong-method"),
    Bad("PUT", "/api/state", 405, "page-wrong-method"),
]


async def test_every_bad_request_is_refused_clearly() -> None:
    wrong = []
    async with a_playground(works=False) as page:
        for bad in TABLE:
            answer = await page.client.request(
                bad.method,
                bad.path,
                content=None if bad.method == "GET" else bad.body,
                headers={"content-type": bad.content_type},
            )
            told = answer.json().get("error", {})
            is_clear = len(told.get("text", "")) > 10 and "Traceback" not in answer.text
            if (answer.status_code, told.get("code"), is_clear) != (bad.status, bad.code, True):
                wrong.append((bad.method, bad.path[:60], bad.body[:40], answer.text[:200]))
        state = await page.read("/api/state")

    assert wrong == []
    assert state["cards"] == []


async def test_an_endless_body_is_cut_off_although_no_length_was_announced() -> None:
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while True:
            sent += 64 * 1024
            yield b" " * 64 * 1024

    async with a_playground(works=False) as page:
        try:
            answer = await page.client.post(
                "/api/say",
                content=endless(),  # type: ignore[arg-type]
                headers={"content-type": JSON},
            )
        except (httpx.WriteError, httpx.ReadError):
            return  # The server has closed the door, which is a refusal as well.
        assert answer.status_code == 413
        assert sent < 64 * 1024 * 1024
