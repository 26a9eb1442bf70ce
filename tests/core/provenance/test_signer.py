"""The signing key: made once, kept private, never replaced."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.generation.provenance.signer import Signer, SignerUnreadable

OPEN_AND_PRINT = (
    "import sys; from pathlib import Path; from core.generation.provenance.signer import Signer; "
    "sys.stdin.readline(); print(Signer.open(Path(sys.argv[1])).chain_pem.decode())"
)


def test_the_same_key_is_loaded_again(tmp_path: Path) -> None:
    assert Signer.open(tmp_path) == Signer.open(tmp_path)


def test_the_key_is_never_printed(tmp_path: Path) -> None:
    assert "PRIVATE" not in repr(Signer.open(tmp_path))


def test_only_the_owner_can_read_the_key(tmp_path: Path) -> None:
    Signer.open(tmp_path / "keys")
    files = list((tmp_path / "keys").iterdir())

    assert len(files) == 1
    assert files[0].stat().st_mode & 0o777 == 0o600


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AND_PRINT, str(tmp_path / "keys")]
    root = Path(__file__).parents[3]
    started = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    chains = {process.communicate(timeout=60)[0] for process in started}

    assert len(chains) == 1
    assert "BEGIN CERTIFICATE" in chains.pop()
    assert len(list((tmp_path / "keys").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nxx\n"])
def test_a_damaged_key_file_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    Signer.open(tmp_path)
    file = next(tmp_path.iterdir())
    file.write_bytes(content)

    with pytest.raises(SignerUnreadable):
        Signer.open(tmp_path)

    assert file.read_bytes() == content


def test_a_key_that_does_not_fit_its_certificate_is_refused(tmp_path: Path) -> None:
    one, other = Signer.open(tmp_path / "one"), Signer.open(tmp_path / "other")
    file = next((tmp_path / "one").iterdir())
    file.write_bytes(other.key_pem + one.chain_pem)

    with pytest.raises(SignerUnreadable):
        Signer.open(tmp_path / "one")
