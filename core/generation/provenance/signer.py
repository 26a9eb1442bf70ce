"""The key and certificates with which this deployment signs its pictures."""

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_FILE_NAME: Final = "provenance-signer.pem"
_ONLY_OWNER: Final = 0o600
_BACKDATED: Final = timedelta(days=1)
"""Clocks differ; a certificate must be valid when its first picture is checked elsewhere."""
_LIFETIME: Final = timedelta(days=20 * 365)
"""There is no time-stamp service behind it, so a signature is good as long as its certificate."""
_ORGANIZATION: Final = "Limner"
_CERTIFICATES: Final = 2


class SignerUnreadable(Exception):
    """The key file exists but is not a key and two certificates; it was left as it is."""


@dataclass(frozen=True, slots=True)
class Signer:
    """An ES256 key with a chain of its own: a signing certificate and the root that issued it.

    The root's key is thrown away when the chain is made, so that nobody can issue another
    certificate under it: "signed under this root" means "signed by this deployment".
    """

    key_pem: bytes = field(repr=False)
    chain_pem: bytes
    """Signing certificate first, root last."""
    root_pem: bytes

    @classmethod
    def open(cls, keys_folder: Path) -> Self:
        """Load the signer from the keys folder, or make it when there is none.

        The file appears whole and readable by its owner only. When several processes start at
        once, one of them makes it and all use that one.

        Raises:
            SignerUnreadable: the file is damaged; pictures signed before need it, so it is
                never replaced.
            OSError: the folder can't be read or written.
        """
        path = keys_folder / _FILE_NAME
        if not path.exists():
            keys_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, _new_bundle())
        return cls._parse(path.read_bytes())

    @classmethod
    def _parse(cls, bundle: bytes) -> Self:
        try:
            key = serialization.load_pem_private_key(bundle, password=None)
            certificates = x509.load_pem_x509_certificates(bundle)
        except (ValueError, TypeError) as broken:
            raise SignerUnreadable from broken
        if not isinstance(key, ec.EllipticCurvePrivateKey) or len(certificates) != _CERTIFICATES:
            raise SignerUnreadable
        if certificates[0].public_key() != key.public_key():
            raise SignerUnreadable
        pems = [each.public_bytes(serialization.Encoding.PEM) for each in certificates]
        return cls(key_pem=_key_pem(key), chain_pem=b"".join(pems), root_pem=pems[-1])


def _write_once(path: Path, bundle: bytes) -> None:
    """Make the file appear whole, unless somebody else's already has."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(bundle)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike a rename, this never replaces what is there
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _new_bundle() -> bytes:
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("Limner picture root"), _name("Limner pictures")
    root_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    root = (
        _certificate(root_name, root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(root_id, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    # The profile of C2PA 2.x, section 14.5.1: end entity, digitalSignature, emailProtection.
    signing = (
        _certificate(name, root_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    pems = [each.public_bytes(serialization.Encoding.PEM) for each in (signing, root)]
    return b"".join([_key_pem(key), *pems])


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _LIFETIME)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
