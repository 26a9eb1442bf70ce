"""The only way out to services: a request leaves for a registered recipient, or not at all.

Source: Artiflux, Information Sharing (AX-26): nothing goes to outside parties but trusted partners,
and Flux Art 11 (FA-11.2): what travels is encrypted, and certificates are checked.
"""

from collections.abc import Iterable, Sequence

import httpx

from core.providers.port import Recipient

_PORTS = {"https": 443, "http": 80}


class NotRegisteredError(httpx.TransportError):
    """The address belongs to no registered recipient; nothing left this machine."""


def origin_of(url: httpx.URL) -> str:
    """Return the part of an address that says who answers: scheme, host and port."""
    port = url.port or _PORTS.get(url.scheme, 0)
    return f"{url.scheme}://{url.host.lower()}:{port}"


class _Wall(httpx.AsyncBaseTransport):
    """Looks at every request right before it leaves, redirects and downloads included."""

    def __init__(self, inner: httpx.AsyncBaseTransport, recipients: Iterable[Recipient]) -> None:
        self._inner = inner
        self._origins = frozenset(
            origin_of(httpx.URL(origin)) for one in recipients for origin in one.origins
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if origin_of(request.url) not in self._origins:
            # Without the address: it may be what a service made up, or hold what somebody wrote.
            raise NotRegisteredError("the address belongs to no registered recipient")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def client_for(recipients: Sequence[Recipient], timeout: httpx.Timeout) -> httpx.AsyncClient:
    """Return a client that reaches these recipients and nobody else.

    Certificates are always checked. Neither proxies nor certificates come from the environment,
    and redirects are not followed.
    """
    through = httpx.AsyncHTTPTransport(
        verify=True,
        trust_env=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
    )
    return httpx.AsyncClient(
        transport=_Wall(through, recipients),
        trust_env=False,
        follow_redirects=False,
        timeout=timeout,
        headers={"User-Agent": "Limner"},
    )
