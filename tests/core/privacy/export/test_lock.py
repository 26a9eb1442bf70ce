"""A locked export opens with its passphrase, and with nothing else; nobody here keeps it."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.privacy.export import lock
from core.privacy.export.lock import FRAME_BYTES, HEADER_BYTES, LockedOut, unlocked
from tests.core.privacy.export.reading import (
    asked_for,
    check,
    letters_of,
    made,
    opened,
    raw_parts,
    the_export,
)
from tests.core.privacy.subject.people import somebody
from tests.factories import an_app

FEW = 1000
"""Rounds for tests that are not about them."""


def locked(plain: bytes, passphrase: str) -> bytes:
    return b"".join(lock.locked(plain, passphrase, rounds=FEW))


@given(
    plain=st.one_of(
        st.binary(max_size=200),
        st.sampled_from([FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1]).map(bytes),
    ),
    passphrase=st.text(min_size=8, max_size=40),
)
@settings(max_examples=30, deadline=None)
def test_what_is_locked_opens_again(plain: bytes, passphrase: str) -> None:
    sealed = locked(plain, passphrase)
    assert b"".join(unlocked(sealed, passphrase)) == plain
    assert b"".join(unlocked(sealed, f"  {passphrase}\n")) == plain, "blanks at the ends"


def test_composed_and_decomposed_letters_are_one_passphrase() -> None:
    sealed = locked(b"x", "caf\u00e9 au lait")
    assert b"".join(unlocked(sealed, "cafe\u0301 au lait")) == b"x"


def opens(sealed: bytes, passphrase: str = "a good passphrase") -> bool:
    try:
        list(unlocked(sealed, passphrase))
    except LockedOut:
        return False
    return True


def test_a_wrong_passphrase_and_any_change_are_noticed() -> None:
    sealed = locked(b"p" * (2 * FRAME_BYTES + 5), "a good passphrase")
    frame = FRAME_BYTES + 16
    first, second = (
        sealed[HEADER_BYTES + n * frame : HEADER_BYTES + (n + 1) * frame] for n in range(2)
    )
    rest = sealed[HEADER_BYTES + 2 * frame :]

    assert opens(sealed)
    assert not opens(sealed, "another passphrase")
    assert not opens(sealed[:HEADER_BYTES] + second + first + rest), "frames in another order"
    assert not opens(sealed[:-21]), "the last frame is gone"
    assert not opens(sealed[:-1])
    assert not opens(sealed + b"x")
    assert not opens(b"PK" + sealed[2:])
    assert not opens(b"")
    for at in (9, 20, 33, HEADER_BYTES, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert not opens(bytes(changed)), at


def files_under(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.promise("AX-21")
async def test_an_export_with_a_passphrase_is_unreadable_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    passphrase = "Correct horse battery staple"
    async with an_app(folder=tmp_path) as app:
        actor, mine = await somebody(app, pictures=2)
        await asked_for(app, f"protect {passphrase}", actor=actor)
        waiting = await the_export(app)
        assert waiting.passphrase_sealed is not None
        assert passphrase.encode() not in waiting.passphrase_sealed
        await made(app)

        row = await the_export(app)
        assert (row.state, row.is_locked, row.passphrase_sealed) == ("ready", True, None)
        (data,) = await raw_parts(app, row)
        with ZipFile(BytesIO(data)) as parcel:
            assert set(parcel.namelist()) == {
                "OPEN.html",
                f"my-data-{row.created_at:%Y-%m-%d}-1.zip.locked",
            }
            sealed = parcel.read(parcel.namelist()[1])
            page = parcel.read("OPEN.html").decode()
        # Whoever runs this has all keys of the installation, and still only these bytes.
        assert mine.encode() not in sealed
        assert b"README.html" not in sealed
        assert not opens(sealed, "correct horse battery staple")
        part = opened(b"".join(unlocked(sealed, passphrase)))
        check(part)
        (record,) = part.records["exports"]
        assert (record["passphrase"], record["_missing"]["passphrase"]) == (None, "secret")
        assert passphrase not in part.page
        assert len(part.media) == 2
        assert passphrase not in page
        assert len(await letters_of(app, row)) == 1
    assert passphrase not in caplog.text
    held = files_under(tmp_path)
    assert held
    assert [path for path, raw in held.items() if passphrase.encode() in raw] == []
