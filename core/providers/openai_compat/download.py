"""Fetches a picture from an address that a service gave, and from no other place."""

import ipaddress

import httpx

from core.providers.openai_compat.answers import TooMuchError, read_capped
from core.providers.openai_compat.pictures import MAX_PICTURE_BYTES, UnusablePictureError


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_own_network(host: str) -> bool:
    """Say whether a host is this machine or one of the operator's own network, by its name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        own = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
        return "." not in host or host.endswith(own)
    return address.is_loopback or address.is_private


def is_allowed(url: httpx.URL, own: httpx.URL, others: frozenset[str]) -> bool:
    """Say whether a picture may be fetched from there: the service itself, or a host on the list.

    Always over TLS, except on this machine.
    """
    if url.userinfo or (url.scheme != "https" and not is_loopback(url.host)):
        return False
    return _is_origin(url, own) or (url.scheme == "https" and url.host in others)


async def download(
    client: httpx.AsyncClient,
    address: str,
    *,
    own: httpx.URL,
    others: frozenset[str],
    headers: dict[str, str],
) -> bytes:
    """Fetch one picture; the key goes to the service's own address only, redirects nowhere.

    Raises:
        UnusablePictureError: the address is not allowed, answers no success, or sends too much.
        httpx.HTTPError: the connection failed.
    """
    try:
        url = own.join(address)
    except httpx.InvalidURL as error:
        raise UnusablePictureError("not-a-picture") from error
    if not is_allowed(url, own, others):
        raise UnusablePictureError("not-a-picture")
    sent = headers if _is_origin(url, own) else {}
    async with client.stream("GET", url, headers=sent, follow_redirects=False) as response:
        if not response.is_success:
            raise UnusablePictureError("not-a-picture")
        try:
            return await read_capped(response, MAX_PICTURE_BYTES)
        except TooMuchError as error:
            raise UnusablePictureError("too-large") from error


def _is_origin(url: httpx.URL, own: httpx.URL) -> bool:
    return (url.scheme, url.host, _port(url)) == (own.scheme, own.host, _port(own))


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
