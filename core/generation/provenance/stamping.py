"""Writes into a finished picture how it was made, and signs that."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from core.generation.provenance import manifest
from core.generation.provenance.containers import with_xmp
from core.generation.provenance.likeness import hash_of_image
from core.generation.provenance.signer import Signer
from core.generation.provenance.source_type import MadeBy, xmp_packet
from core.kernel.offloop import heavy
from core.moderation.decoding import open_picture
from core.moderation.errors import NotAPicture


class StampFailed(Exception):
    """The manifest was not written, or does not hold when read back; deliver nothing."""


@dataclass(frozen=True, slots=True)
class StampedPicture:
    """A picture with its provenance, and what the registry keeps to know it again."""

    data: bytes
    manifest_id: str
    """URN of the C2PA manifest."""
    sha256: str
    """Of ``data``, in hexadecimal."""
    perceptual_hash: int
    """64 bits, see likeness.py."""


async def stamp(
    picture: bytes, mime: str, made_by: MadeBy, when: datetime, signer: Signer
) -> StampedPicture:
    """Replace the metadata of a picture by ours and sign it, in a thread; the pixels stay.

    XMP with the IPTC DigitalSourceType comes first, so that the signature covers it. Neither
    prompt nor person is named, and what the provider wrote (often the prompt) is taken out. The
    signature is read back before it is trusted.

    Raises:
        NotAPicture: not PNG, JPEG or WebP, or not of the type given.
        PictureTooLarge: over the limits of ``open_picture``.
        StampFailed: the manifest can't be written or does not hold.
    """
    return await heavy(_stamp, picture, mime, made_by, when, signer)


def _stamp(
    picture: bytes, mime: str, made_by: MadeBy, when: datetime, signer: Signer
) -> StampedPicture:
    image, real_mime = open_picture(picture)
    if real_mime != mime:
        raise NotAPicture(reason="unknown-format")
    described = with_xmp(picture, mime, xmp_packet(made_by, when), image.size)
    try:
        signed = manifest.sign(described, mime, made_by, when, signer)
    except manifest.WriteFailed as fault:
        raise StampFailed from fault
    written = manifest.read(signed, mime, signer)
    if written.state is not manifest.SignatureState.OURS:
        raise StampFailed
    return StampedPicture(
        data=signed,
        manifest_id=written.manifest_id,
        sha256=hashlib.sha256(signed).hexdigest(),
        perceptual_hash=hash_of_image(image),
    )
