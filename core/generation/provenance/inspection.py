"""Says of any picture what its own data prove about where it came from."""

from dataclasses import dataclass

from PIL import Image

from core.generation.provenance import manifest
from core.generation.provenance.likeness import hash_of_image
from core.generation.provenance.manifest import SignatureState
from core.generation.provenance.signer import Signer
from core.generation.provenance.source_type import term_in_xmp
from core.kernel.offloop import heavy
from core.moderation.decoding import open_picture


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a picture; ``perceptual_hash`` is for the look-up in the registry."""

    state: SignatureState
    manifest_id: str
    """URN of the C2PA manifest, empty if there is none that can be read."""
    digital_source_type: str
    """IPTC term, signed if possible, else from XMP (anybody can write that); may be empty."""
    perceptual_hash: int


async def inspect(picture: bytes, signer: Signer) -> Inspection:
    """Check the signature and metadata of a picture, in a thread; nothing is fetched or kept.

    Raises:
        NotAPicture: the bytes can't be opened.
        PictureTooLarge: over the limits of ``open_picture``.
    """
    return await heavy(_inspect, picture, signer)


def _inspect(picture: bytes, signer: Signer) -> Inspection:
    image, mime = open_picture(picture)
    found = manifest.read(picture, mime, signer)
    return Inspection(
        state=found.state,
        manifest_id=found.manifest_id,
        digital_source_type=found.digital_source_type or _term_in(image),
        perceptual_hash=hash_of_image(image),
    )


def _term_in(image: Image.Image) -> str:
    xmp = image.info.get("xmp", b"")
    return term_in_xmp(xmp if isinstance(xmp, bytes) else str(xmp).encode())
