"""The page answers this computer and itself, nobody else."""

import logging

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from bots.playground.guard import POLICY, Guard, is_local_host
from tests.bots.playground.service import a_playground


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:8080", "LOCALHOST:80"]
)
def test_this_computers_names_are_served(host: str) -> None:
    assert is_local_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:99999",
        "127.0.0.1:port",
        "0.0.0.0:8080",
        "[::1",
        "192.168.1.7:8080",
    ],
)
def test_any_other_name_is_a_rebound_one(host: str) -> None:
    assert not is_local_host(host)


@pytest.mark.promise("FA-11.3")
async def test_other_hosts_and_origins_get_nothing() -> None:
    async with a_playground(works=False) as page:
        port = page.url.rpartition(":")[2]
        body = {"text": "a fox", "key": "12345678"}

        async def answer(method: str, path: str, **headers: str) -> httpx.Response:
            async with httpx.AsyncClient(base_url=page.url, trust_env=False) as bare:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                content = body if method == "POST" else None
                return await bare.request(method, path, headers=sent, json=content)

        rebound = await answer("GET", "/api/state", host="evil.example")
        rebound_page = await answer("GET", "/", host=f"evil.example:{port}")
        foreign = await answer("POST", "/api/say", origin="https://evil.example")
        other_port = await answer("POST", "/api/say", origin="http://127.0.0.1:1")
        opaque = await answer("POST", "/api/say", origin="null")
        none = await answer("POST", "/api/say")
        embedded = await answer(
            "GET", "/api/state", sec_fetch_site="cross-site", sec_fetch_mode="no-cors"
        )
        framed = await answer(
            "GET", "/api/state", sec_fetch_site="cross-site", sec_fetch_mode="navigate"
        )
        linked = await answer("GET", "/", sec_fetch_site="cross-site", sec_fetch_mode="navigate")
        own = await answer("POST", "/api/say", origin=page.url)
        named = await answer("GET", "/api/state", host=f"localhost:{port}")
        state = await page.read("/api/state")

    refused = [rebound, rebound_page, foreign, other_port, opaque, none, embedded, framed]
    assert [one.status_code for one in refused] == [403] * len(refused)
    assert rebound.json()["error"]["code"] == "page-wrong-host"
    assert foreign.json()["error"]["code"] == "page-wrong-origin"
    assert (linked.status_code, own.status_code, named.status_code) == (200, 200, 200)
    assert len(state["cards"]) == 1


@pytest.mark.promise("FA-2.2c")
async def test_every_answer_forbids_what_is_not_from_here() -> None:
    async with a_playground(works=False) as page:
        answers = [
            await page.client.get(path)
            for path in ("/", "/static/js/main.js", "/api/state", "/api/nothing")
        ]
        refused = await page.client.get("/", headers={"host": "evil.example"})

    for answer in [*answers, refused]:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


@pytest.mark.promise("FA-2.2b")
async def test_a_bug_is_told_in_plain_words_and_logged_without_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise RuntimeError("a secret prompt")

    transport = httpx.ASGITransport(Guard(broken), raise_app_exceptions=True)
    with caplog.at_level(logging.DEBUG, "limner.playground"):
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/", headers={"accept-language": "zh-CN"})

    assert answer.status_code == 500
    assert answer.json()["error"]["text"].startswith("这里出了问题")
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text + answer.text


async def test_a_page_that_works_is_passed_through() -> None:
    async def hello(scope: object, receive: object, send: object) -> None:
        request = Request(scope)  # type: ignore[arg-type]
        await PlainTextResponse(request.url.path)(scope, receive, send)  # type: ignore[arg-type]

    transport = httpx.ASGITransport(Guard(hello))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/somewhere")

    assert answer.text == "/somewhere"
