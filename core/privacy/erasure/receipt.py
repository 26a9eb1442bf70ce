"""The receipt of an erasure: what went, what stays and why, signed so that anybody can check it."""

import base64
import binascii
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.app import App
from core.policy.versions import version_of
from core.privacy.erasure.copies import ProviderShare
from core.privacy.erasure.plan import category_of
from core.privacy.erasure.rows import ErasureRow
from core.storage.keys import KeyStore

Json = dict[str, Any]

FORMAT = "limner-erasure-receipt"
VERSION = 1
FILE_NAME = "receipt.json"
_MAX_BYTES = 64 * 1024
_KEY_ID_CHARS = 16


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a receipt turned out to be."""

    state: Literal["genuine", "changed", "foreign"]
    """``foreign``: whole, but signed by another deployment."""
    erasure_id: str
    ended_at: str
    """As an ISO time."""
    service: str


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")


def _canonical(receipt: Mapping[str, Any]) -> bytes:
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    return json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def key_id_of(public_key: bytes) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:_KEY_ID_CHARS]


def signed(keys: KeyStore, receipt: Json) -> Json:
    """Return a receipt with the public key, its name, and the signature over all of it."""
    public_key = keys.receipt_key()
    whole = receipt | {
        "public_key": base64.b64encode(public_key).decode(),
        "key_id": key_id_of(public_key),
    }
    return whole | {"signature": base64.b64encode(keys.sign(_canonical(whole))).decode()}


def as_file(receipt: Json) -> bytes:
    """Return a receipt as the file that people get."""
    return (json.dumps(receipt, indent=2, ensure_ascii=False) + "\n").encode()


def _decoded(value: object) -> bytes:
    return base64.b64decode(str(value), validate=True)


def check_receipt(keys: KeyStore, data: bytes) -> CheckedReceipt | None:
    """Say whether a file is a receipt that this deployment signed; None when it is no receipt."""
    if len(data) > _MAX_BYTES:
        return None
    try:
        receipt = json.loads(data)
    except ValueError:
        return None
    if not isinstance(receipt, dict) or receipt.get("format") != FORMAT:
        return None
    return CheckedReceipt(
        state=_state(keys, receipt),
        erasure_id=str(receipt.get("id", "")),
        ended_at=str(receipt.get("ended_at", "")),
        service=str(receipt.get("service", "")),
    )


def _state(keys: KeyStore, receipt: Json) -> Literal["genuine", "changed", "foreign"]:
    try:
        public_key = _decoded(receipt.get("public_key"))
        signature = _decoded(receipt.get("signature"))
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _canonical(receipt))
    except (InvalidSignature, ValueError, binascii.Error):
        return "changed"
    return "genuine" if public_key == keys.receipt_key() else "foreign"


def draw_up(app: App, row: ErasureRow, shares: tuple[ProviderShare, ...], now: datetime) -> Json:
    """Return the receipt of an erasure that every store has acknowledged, not signed yet."""
    profile, deletion = app.profile, app.profile.deletion
    rows: dict[str, int] = row.stores["rows"]
    categories: Counter[str] = Counter()
    for table, count in rows.items():
        categories[category_of(table)] += count
    suppression = profile.keeps_for("suppression")
    assert suppression is not None
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": row.id,
        "service": profile.service,
        "policy": {"name": profile.name, "version": version_of(profile)},
        "controller": {
            "name": profile.controller.name,
            "website": profile.controller.website,
            "registered_office": profile.controller.registered_office,
        },
        "operator": app.settings.operator,
        "contact": app.settings.privacy_contact,
        "requester": row.requester,
        "reason": row.reason,
        "asked_at": _iso(row.confirmed_at),
        "unreadable_at": row.stores["unreadable_at"],
        "ended_at": _iso(now),
        "erased": dict(sorted(categories.items())),
        "erased_rows": dict(sorted(rows.items())),
        "erased_files": row.stores["files"],
        "kept": _kept(row, _iso(now + suppression)),
        "gone_by": {
            "live_copies": _iso(now),
            "live_copies_promised": _iso(row.run_at + timedelta(days=deletion.live_days)),
            "backups": _iso(now + timedelta(days=deletion.backup_days)),
            "backups_unreadable": _iso(now + timedelta(days=deletion.key_backup_days)),
        },
        "providers": [
            {
                "processor": one.processor,
                "deleted": one.deleted,
                "nothing_stored": one.nothing_stored,
                "expires": one.expires,
                "until": None if one.until is None else _iso(one.until),
                "cannot_be_asked": one.unsupported,
            }
            for one in shares
        ],
        "chat_messages": {
            "removal_asked": row.stores["messages"]["removable"],
            "only_you_can_remove": row.stores["messages"]["left"],
        },
    }


TOMBSTONES, LEDGER, RECORD = "tombstones", "deletion-ledger", "erasure-record"


def _kept(row: ErasureRow, until: str) -> list[Json]:
    """Return what stays, with the reason and the end."""
    kept: list[Json] = [
        {
            "what": LEDGER,
            "count": 1,
            "why": "a keyed hash, so that a restored backup is searched and erased again",
            "until": until,
        },
        {
            "what": RECORD,
            "count": 1,
            "why": "shows that the erasure happened; numbers and dates, no name",
            "until": until,
        },
    ]
    if row.stores["tombstones"]:
        kept.append(
            {
                "what": TOMBSTONES,
                "count": row.stores["tombstones"],
                "why": "keyed hashes that keep a ban, a choice or a used-up allowance alive",
                "until": until,
            }
        )
    kept += [
        {"what": table, "count": count, "why": "the law wants it kept; no name is left on it"}
        for table, count in sorted(row.stores.get("kept_rows", {}).items())
    ]
    return kept
