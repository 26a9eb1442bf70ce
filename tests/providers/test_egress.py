"""What leaves this machine goes to registered recipients, encrypted, to who they say they are."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from core.generation.rows import RequestRow
from core.providers.catalogue.loader import load_dialect
from core.providers.egress import NotRegisteredError, client_for, origin_of
from core.providers.openai_compat.download import download
from core.providers.openai_compat.provider import OpenAICompat
from core.providers.port import FailureKind, Recipient
from core.providers.registry import Registry
from tests.architecture import outgoing
from tests.architecture.source import ROOT
from tests.factories import a_request, a_service, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider, RecordingSurface, an_offering
from tests.providers.contract import Setup, an_order, events_of, submitted

TIMES = httpx.Timeout(5)


@dataclass
class Site:
    """A server on loopback that counts who came."""

    port: int = 0
    connections: int = 0
    requests: int = 0
    location: str = ""

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests += bool(head)
            status = f"302 Found\r\nlocation: {self.location}" if self.location else "200 OK"
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def a_site(context: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1 that nobody has vouched for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.promise("FA-11.2")
async def test_a_service_with_an_unknown_certificate_gets_nothing(tmp_path: Path) -> None:
    async with a_site(self_signed(tmp_path)) as site:
        provider = OpenAICompat(
            dialect=load_dialect("openai"),
            base_url=f"https://127.0.0.1:{site.port}/v1",
            api_key="sk-test",
            self_hosted=True,
        )
        setup = Setup(provider, provider.offerings()[0])
        ref = await submitted(setup, an_order(setup.offering))
        ending = (await events_of(provider, ref))[-1]
        await provider.aclose()

    assert (ending.kind, ending.provider_code) == (FailureKind.UNAVAILABLE, "no-connection")  # type: ignore[union-attr]
    assert site.requests == 0


@pytest.mark.promise("FA-11.2")
def test_nothing_in_the_code_switches_the_check_of_certificates_off() -> None:
    assert outgoing.trusts_anybody(ROOT) == []


@pytest.mark.promise("AX-26")
def test_there_is_no_other_way_out() -> None:
    assert outgoing.goes_out_elsewhere(ROOT) == []


@pytest.mark.promise("AX-26")
async def test_a_request_to_nobody_registered_never_leaves() -> None:
    async with a_site() as known, a_site() as stranger:
        recipients = [Recipient("Known", frozenset({known.http}))]
        async with client_for(recipients, TIMES) as client:
            assert (await client.get(f"{known.http}/x")).text == "ok"
            for address in (
                f"{stranger.http}/x",
                f"http://localhost:{known.port}/x",
                f"https://127.0.0.1:{known.port}/x",
                "http://169.254.169.254/latest",
            ):
                with pytest.raises(NotRegisteredError):
                    await client.get(address)
            known.location = f"{stranger.http}/x"
            with pytest.raises(NotRegisteredError):
                await client.get(f"{known.http}/x", follow_redirects=True)
            assert (await client.get(f"{known.http}/x")).status_code == httpx.codes.FOUND

    assert stranger.connections == 0


@pytest.mark.promise("AX-26")
async def test_a_picture_by_address_comes_from_registered_recipients_only() -> None:
    """Even where a list of hosts would allow an address, the wall does not."""
    async with a_site() as known, a_site() as stranger:
        own = httpx.URL(known.http)
        async with client_for([Recipient("Known", frozenset({known.http}))], TIMES) as client:
            data = await download(client, "/1.png", own=own, others=frozenset(), headers={})
            assert data == b"ok"
            with pytest.raises(NotRegisteredError):
                await download(
                    client,
                    f"{stranger.http}/1.png",
                    own=httpx.URL(stranger.http),
                    others=frozenset(),
                    headers={},
                )
            with pytest.raises(NotRegisteredError):
                await download(
                    client,
                    "https://files.example/1.png",
                    own=own,
                    others=frozenset({"files.example"}),
                    headers={},
                )

    assert stranger.connections == 0


@pytest.mark.promise("AX-26", "FA-8.10")
def test_nobody_makes_pictures_who_is_no_registered_recipient() -> None:
    class Unregistered(FakeProvider):
        def recipients(self) -> tuple[Recipient, ...]:
            return ()

    with pytest.raises(ValueError, match="no registered recipient: Elsewhere"):
        Registry([Unregistered(offering=an_offering(processor="Elsewhere"))])
    registry = Registry([FakeProvider(offering=an_offering(processor="Elsewhere"))])
    assert [one.processor for one in registry.recipients()] == ["Elsewhere"]


@pytest.mark.promise("AX-26")
async def test_each_request_records_whom_it_went_to() -> None:
    us = frozenset({"US"})
    facts = replace(an_offering().privacy, regions=us, jurisdictions=us)
    offering = replace(an_offering(), processor="Elsewhere", privacy=facts)
    surface = RecordingSurface()
    async with an_app(providers=[FakeProvider(offering=offering)]) as app, a_service(app, surface):
        actor = await an_adult(app)
        asked = await accepted(app, a_request(actor))
        await until(app, actor, asked.request_id)
        async with app.transaction() as tx:
            receipt = await tx.scalar(select(RequestRow.route_receipt))

    assert receipt is not None
    assert receipt["chosen"] == offering.id
    assert receipt["confirmed"]["processor"] == "Elsewhere"
    assert receipt["controls"]["no_training"] is True


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of(httpx.URL("https://API.example.com/v1/x?y")) == "https://api.example.com:443"
    assert origin_of(httpx.URL("http://127.0.0.1:8080")) == "http://127.0.0.1:8080"
