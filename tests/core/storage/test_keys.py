"""Keys are made once, kept private and apart, and what they sealed dies with them."""

import multiprocessing
import shutil
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text, update

from core.kernel.ids import AccountId, new_id
from core.storage.envelope import Place, Unreadable, seal, unseal
from core.storage.keys import PERSON_KEYS, KeyStore, WrongKeys, prove_shredding

SECRET = b"a fox under a blue moon"


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
def keys_url(request: pytest.FixtureRequest) -> str | None:
    """Where people's keys are: a file in the keys folder, or a database of their own."""
    if request.param == "file":
        return None
    url: str = request.getfixturevalue("postgres_url")
    return url


def a_person(keys: KeyStore) -> AccountId:
    owner = AccountId(new_id())
    keys.make_sync(owner)
    return owner


def place(owner: AccountId, *, table: str = "requests", column: str = "prompt") -> Place:
    return Place(table, column, "row-1", owner)


@pytest.mark.promise("AX-20")
def test_what_was_sealed_opens_again_in_its_own_place(tmp_path: Path, keys_url: str | None) -> None:
    keys = KeyStore(tmp_path / "keys", keys_url)
    owner = a_person(keys)
    sealed = keys.seal_sync(owner, SECRET, place(owner))
    keys.close()
    again = KeyStore(tmp_path / "keys", keys_url)

    assert SECRET not in sealed
    assert again.unseal_sync(owner, sealed, place(owner)) == SECRET
    again.close()


def test_the_same_words_are_never_sealed_to_the_same_bytes(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    assert len({keys.seal_sync(owner, SECRET, place(owner)) for _ in range(20)}) == 20
    keys.close()


@pytest.mark.parametrize("part", ["table", "column", "row", "owner"])
def test_a_ciphertext_moved_elsewhere_does_not_open(tmp_path: Path, part: str) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner, other = a_person(keys), a_person(keys)
    home = {"table": "requests", "column": "prompt", "row": "r1", "owner": owner}
    sealed = keys.seal_sync(owner, SECRET, Place(**home))
    away = home | {part: other if part == "owner" else "elsewhere"}
    for reader in (owner, other):
        with pytest.raises(Unreadable):
            keys.unseal_sync(reader, sealed, Place(**away))
    keys.close()


def test_parts_of_a_place_cannot_be_shifted_into_each_other() -> None:
    key = bytes(32)
    sealed = seal(key, 1, SECRET, Place("ab", "c", "d", "e"))
    with pytest.raises(Unreadable):
        unseal(key, sealed, Place("a", "bc", "d", "e"))


def test_any_changed_or_missing_byte_is_noticed(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    sealed = keys.seal_sync(owner, SECRET, place(owner))
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        with pytest.raises(Unreadable):
            keys.unseal_sync(owner, bytes(changed), place(owner))
    for length in (0, 1, 16, len(sealed) - 1):
        with pytest.raises(Unreadable):
            keys.unseal_sync(owner, sealed[:length], place(owner))
    keys.close()


def test_a_changed_wrapped_key_opens_nothing(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    sealed = keys.seal_sync(owner, SECRET, place(owner))
    engine = create_engine(f"sqlite:///{tmp_path / 'keys' / 'keys.db'}")
    with engine.begin() as connection:
        wrapped = connection.scalar(
            select(PERSON_KEYS.c.wrapped).where(PERSON_KEYS.c.account_id == owner)
        )
        assert wrapped is not None
        spoiled = bytes([wrapped[0] ^ 1]) + wrapped[1:]
        connection.execute(
            update(PERSON_KEYS).where(PERSON_KEYS.c.account_id == owner).values(wrapped=spoiled)
        )
    engine.dispose()
    with pytest.raises(Unreadable):
        keys.unseal_sync(owner, sealed, place(owner))
    keys.close()


def test_a_key_swapped_with_another_persons_opens_nothing(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner, other = a_person(keys), a_person(keys)
    sealed = keys.seal_sync(owner, SECRET, place(owner))
    engine = create_engine(f"sqlite:///{tmp_path / 'keys' / 'keys.db'}")
    with engine.begin() as connection:
        theirs = select(PERSON_KEYS.c.wrapped).where(PERSON_KEYS.c.account_id == other)
        connection.execute(
            update(PERSON_KEYS)
            .where(PERSON_KEYS.c.account_id == owner)
            .values(wrapped=theirs.scalar_subquery())
        )
    engine.dispose()
    with pytest.raises(Unreadable):
        keys.unseal_sync(owner, sealed, place(owner))
    keys.close()


def test_destroying_a_key_makes_everything_unreadable_and_spares_others(
    tmp_path: Path, keys_url: str | None
) -> None:
    keys = KeyStore(tmp_path / "keys", keys_url)
    owner, other = a_person(keys), a_person(keys)
    gone = keys.seal_sync(owner, SECRET, place(owner))
    kept = keys.seal_sync(other, SECRET, place(other))

    assert keys.destroy_sync(owner) == 1
    assert keys.destroy_sync(owner) == 0
    with pytest.raises(Unreadable):
        keys.unseal_sync(owner, gone, place(owner))
    with pytest.raises(Unreadable):
        keys.seal_sync(owner, SECRET, place(owner))
    assert keys.unseal_sync(other, kept, place(other)) == SECRET
    keys.close()


def test_a_new_key_does_not_open_what_a_destroyed_one_sealed(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    sealed = keys.seal_sync(owner, SECRET, place(owner))
    keys.destroy_sync(owner)
    keys.make_sync(owner)
    with pytest.raises(Unreadable):
        keys.unseal_sync(owner, sealed, place(owner))
    keys.close()


def test_a_destroyed_key_is_gone_from_every_byte_of_the_keys_folder(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    engine = create_engine(f"sqlite:///{tmp_path / 'keys' / 'keys.db'}")
    with engine.connect() as connection:
        wrapped = connection.scalar(
            select(PERSON_KEYS.c.wrapped).where(PERSON_KEYS.c.account_id == owner)
        )
    engine.dispose()
    assert wrapped is not None

    def is_there() -> bool:
        return any(wrapped in file.read_bytes() for file in (tmp_path / "keys").iterdir())

    assert is_there()
    keys.destroy_sync(owner)
    assert not is_there()
    keys.close()


def _start_and_fingerprint(folder: Path) -> tuple[str, bytes]:
    keys = KeyStore(folder)
    owner = a_person(keys)
    sealed = keys.seal_sync(owner, SECRET, place(owner))
    assert keys.unseal_sync(owner, sealed, place(owner)) == SECRET
    keys.close()
    return keys.fingerprint("identity", "1"), (folder / "master.key").read_bytes()


def test_processes_that_start_at_once_make_one_master_key(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        for round_number in range(3):
            folder = tmp_path / f"keys-{round_number}"
            seen = set(pool.map(_start_and_fingerprint, [folder] * 8))
            assert len(seen) == 1
            assert sorted(file.name for file in folder.iterdir() if "-" not in file.name) == [
                "keys.db",
                "master.key",
                "pepper.key",
                "receipt.key",
            ]


def test_other_users_of_the_machine_can_read_nothing(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    keys.seal_sync(owner, SECRET, place(owner))
    folder = tmp_path / "keys"

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert "keys.db-wal" in modes
    keys.close()


@pytest.mark.parametrize("lost", ["master.key", "pepper.key"])
def test_a_lost_secret_is_not_quietly_replaced_by_a_new_one(
    tmp_path: Path, lost: str, keys_url: str | None
) -> None:
    keys = KeyStore(tmp_path / "keys", keys_url)
    keys.close()
    (tmp_path / "keys" / lost).unlink()
    with pytest.raises(WrongKeys):
        KeyStore(tmp_path / "keys", keys_url)


def test_a_truncated_master_key_is_refused(tmp_path: Path) -> None:
    KeyStore(tmp_path / "keys").close()
    (tmp_path / "keys" / "master.key").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"master\.key"):
        KeyStore(tmp_path / "keys")


@pytest.mark.postgres
def test_two_hosts_share_a_key_database_only_with_the_same_secrets(
    tmp_path: Path, postgres_url: str
) -> None:
    first = KeyStore(tmp_path / "first", postgres_url)
    owner = a_person(first)
    sealed = first.seal_sync(owner, SECRET, place(owner))
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    second = KeyStore(tmp_path / "second", postgres_url)
    assert second.unseal_sync(owner, sealed, place(owner)) == SECRET
    assert not (tmp_path / "first" / "keys.db").exists()
    with pytest.raises(WrongKeys):
        KeyStore(tmp_path / "stranger", postgres_url)
    first.close()
    second.close()


def test_look_ups_cannot_be_guessed_without_the_pepper(tmp_path: Path) -> None:
    here, there = KeyStore(tmp_path / "here"), KeyStore(tmp_path / "there")
    assert here.fingerprint("identity", "s", "1") == here.fingerprint("identity", "s", "1")
    assert here.fingerprint("identity", "s", "1") != there.fingerprint("identity", "s", "1")
    assert here.fingerprint("identity", "s", "1") != here.fingerprint("request", "s", "1")
    assert here.fingerprint("identity", "s1") != here.fingerprint("identity", "s", "1")
    here.close()
    there.close()


def test_the_start_up_proof_passes_and_leaves_nothing(tmp_path: Path, keys_url: str | None) -> None:
    keys = KeyStore(tmp_path / "keys", keys_url)
    prove_shredding(keys)
    prove_shredding(keys)
    url = make_url(keys_url or f"sqlite:///{tmp_path / 'keys' / 'keys.db'}")
    driver = "postgresql+psycopg" if keys_url else "sqlite"
    engine = create_engine(url.set(drivername=driver))
    with engine.connect() as connection:
        left = connection.scalars(text("SELECT account_id FROM person_keys")).all()
    engine.dispose()
    keys.close()

    assert left == ["0-installation"]


def test_the_start_up_proof_fails_where_keys_are_only_said_to_be_destroyed(tmp_path: Path) -> None:
    class Forgetful(KeyStore):
        def destroy_sync(self, owner: AccountId) -> int:
            return 1 if owner else 0

    keys = Forgetful(tmp_path / "keys")
    with pytest.raises(RuntimeError, match="stays readable"):
        prove_shredding(keys)
    keys.close()


def test_the_start_up_proof_fails_where_destruction_is_undone(tmp_path: Path) -> None:
    class Restoring(KeyStore):
        """Like a key database that a replica writes back."""

        def destroy_sync(self, owner: AccountId) -> int:
            query = select(PERSON_KEYS.c.wrapped).where(PERSON_KEYS.c.account_id == owner)
            with self._engine.begin() as connection:
                wrapped = connection.scalar(query)
            count = super().destroy_sync(owner)
            with self._engine.begin() as connection:
                values = {"account_id": owner, "version": 1, "wrapped": wrapped}
                connection.execute(PERSON_KEYS.insert().values(values))
            return count

    keys = Restoring(tmp_path / "keys")
    with pytest.raises(RuntimeError, match="stays readable"):
        prove_shredding(keys)
    keys.close()


@pytest.mark.promise("PL-T4")
async def test_an_old_copy_of_the_data_is_unreadable_once_the_key_is_destroyed(
    tmp_path: Path,
) -> None:
    keys = KeyStore(tmp_path / "keys")
    owner = a_person(keys)
    backup = tmp_path / "backup.bin"
    backup.write_bytes(await keys.seal(place(owner), SECRET))
    await keys.destroy(owner)
    with pytest.raises(Unreadable):
        await keys.unseal(place(owner), backup.read_bytes())
    keys.close()
