"""A picture can name an address for its manifest; checking it must not call there."""

import asyncio
from io import BytesIO
from pathlib import Path

import c2pa
import pytest

from core.generation.provenance.inspection import inspect
from core.generation.provenance.manifest import SignatureState
from core.generation.provenance.signer import Signer
from core.generation.provenance.source_type import term_uri
from tests.core.moderation.pictures import a_scene, encode


def with_remote_manifest(address: str, signer: Signer) -> bytes:
    info = c2pa.C2paSignerInfo(b"es256", signer.chain_pem, signer.key_pem, None)
    target = BytesIO()
    action = {"action": "c2pa.created", "digitalSourceType": term_uri("ai")}
    definition = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]}
    with c2pa.Signer.from_info(info) as native_signer, c2pa.Builder(definition) as builder:
        builder.set_no_embed()
        builder.set_remote_url(address)
        builder.sign(native_signer, "image/jpeg", BytesIO(encode(a_scene(), "JPEG")), target)
    return target.getvalue()


@pytest.mark.promise("FA-11.3")
async def test_an_address_in_a_picture_is_not_called(tmp_path: Path) -> None:
    calls: list[object] = []

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    address = f"http://127.0.0.1:{port}/manifest.c2pa"
    signer = Signer.open(tmp_path)
    picture = with_remote_manifest(address, signer)
    assert address.encode() in picture

    found = await inspect(picture, signer)
    calls_of_ours = len(calls)
    with pytest.raises(c2pa.C2paError):  # left to itself, the library does call
        await asyncio.to_thread(c2pa.Reader, "image/jpeg", BytesIO(picture))
    server.close()
    await server.wait_closed()

    assert calls_of_ours == 0
    assert len(calls) == 1
    assert found.state is SignatureState.NONE
