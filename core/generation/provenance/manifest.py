"""The C2PA manifest in a picture: written with our key, read with nothing but what is there."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

import c2pa

from core.generation.provenance.signer import Signer
from core.generation.provenance.source_type import MadeBy, term_of, term_uri, utc_text

WriteFailed = c2pa.C2paError
"""What ``sign`` raises."""

_CLAIM_GENERATOR: Final = "Limner"
_EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"
_KEPT_ELSEWHERE: Final = "Remote"
"""How the library's message begins; it has a class for this fault but does not raise it."""
_ACTION_LABELS: Final = ("c2pa.actions.v2", "c2pa.actions")


class SignatureState(StrEnum):
    """What the manifest of a picture proves."""

    OURS = "ours"
    """Signed by this deployment, and not a byte has changed since."""
    OTHER = "other"
    """Intact, but signed by somebody else."""
    BROKEN = "broken"
    """There is a manifest, but picture, manifest or signature do not fit."""
    NONE = "none"
    """No manifest in it: never signed, re-encoded since, or kept at an address not called."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest that counts, and whether it holds."""

    state: SignatureState
    manifest_id: str
    """Its URN; empty when there is none, or none that can be read."""
    digital_source_type: str
    """The term of its first action that names one; empty if none does."""


def sign(picture: bytes, mime: str, made_by: MadeBy, when: datetime, signer: Signer) -> bytes:
    """Return the picture with a signed manifest: made, how, when, by "Limner"; 3 kB.

    Raises:
        WriteFailed: the library can't write into this picture.
    """
    action = {
        "action": "c2pa.created",
        "when": utc_text(when),
        "digitalSourceType": term_uri(made_by),
    }
    definition = {
        "claim_generator_info": [{"name": _CLAIM_GENERATOR}],
        "format": mime,
        "assertions": [{"label": _ACTION_LABELS[0], "data": {"actions": [action]}}],
    }
    # No thumbnail (it would weigh more than some pictures). No time-stamp address: the library
    # wants None there; an empty one fails.
    settings = {"builder": {"thumbnail": {"enabled": False}}}
    info = c2pa.C2paSignerInfo(b"es256", signer.chain_pem, signer.key_pem, None)
    target = BytesIO()
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Signer.from_info(info) as native_signer,
        c2pa.Builder(definition, context=context) as builder,
    ):
        builder.sign(native_signer, mime, BytesIO(picture), target)
    return target.getvalue()


def read(picture: bytes, mime: str, signer: Signer) -> Manifest:
    """Check the manifest of a picture; nothing is fetched from the network, whatever it names."""
    settings = {
        "trust": {
            "trust_anchors": signer.root_pem.decode(),
            "trust_config": _EMAIL_PROTECTION,
        },
        "verify": {
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
    }
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(mime, BytesIO(picture), context=context) as reader,
        ):
            store = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return Manifest(SignatureState.NONE, "", "")
    except c2pa.C2paError as fault:
        is_elsewhere = fault.message.startswith(_KEPT_ELSEWHERE)
        return Manifest(SignatureState.NONE if is_elsewhere else SignatureState.BROKEN, "", "")
    return _summary(store)


def _summary(store: dict[str, Any]) -> Manifest:
    states = {"Trusted": SignatureState.OURS, "Valid": SignatureState.OTHER}
    manifest_id = store.get("active_manifest") or ""
    active = store.get("manifests", {}).get(manifest_id, {})
    return Manifest(
        state=states.get(store.get("validation_state", ""), SignatureState.BROKEN),
        manifest_id=manifest_id,
        digital_source_type=_first_term(active),
    )


def _first_term(manifest: dict[str, Any]) -> str:
    for assertion in manifest.get("assertions", []):
        if assertion.get("label") in _ACTION_LABELS:
            for action in assertion.get("data", {}).get("actions", []):
                if term := term_of(action.get("digitalSourceType")):
                    return term
    return ""
