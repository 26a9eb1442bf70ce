"""The IPTC term for how a picture came to be, in XMP."""

import re
from datetime import UTC, datetime
from typing import Final, Literal

MadeBy = Literal["ai", "illustrator"]

_VOCABULARY: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""IPTC NewsCodes, Digital Source Type."""
_TERMS: Final[dict[MadeBy, str]] = {
    "ai": "trainedAlgorithmicMedia",
    "illustrator": "algorithmicMedia",
}
_IN_XMP: Final = re.compile(
    rb"[\w.-]{1,40}:DigitalSourceType(?:\s*=\s*[\"']|\s*(?:\s[^<>]{0,200})?>\s*)"
    rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,60})"
)
"""The property as an attribute or as an element. No XML parser: the packet may be hostile."""
_MAX_XMP_BYTES: Final = 1024 * 1024

_PACKET: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" \
xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" \
xmp:CreatorTool="Limner" xmp:CreateDate="{when}" \
Iptc4xmpExt:DigitalSourceType="{term_uri}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def term_uri(made_by: MadeBy) -> str:
    """Return the term for a picture by a trained model, or by rules alone."""
    return _VOCABULARY + _TERMS[made_by]


def xmp_packet(made_by: MadeBy, when: datetime) -> bytes:
    """Return an XMP packet that says how and when a picture was made, and nothing of the person."""
    return _PACKET.format(when=utc_text(when), term_uri=term_uri(made_by)).encode()


def utc_text(when: datetime) -> str:
    """Return an aware time as ``2026-01-31T12:00:00Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def term_in_xmp(xmp: bytes) -> str:
    """Return the term of an XMP packet without its address, or "" when it has none."""
    found = _IN_XMP.search(xmp[:_MAX_XMP_BYTES])
    return found[1].decode() if found else ""


def term_of(uri: object) -> str:
    """Return the term of an address in the vocabulary, or "" for anything else."""
    if not isinstance(uri, str) or "/digitalsourcetype/" not in uri:
        return ""
    term = uri.rpartition("/")[2]
    return term if term.isalpha() else ""
