"""First contact makes one account with nothing more than needed; people say who they are."""

import asyncio
import hashlib
import hmac
from typing import Any

import pytest
from sqlalchemy import text

from core.accounts.commands import (
    LanguageUnknown,
    RegionUnknown,
    choose_language,
    choose_region,
    countries,
    meet,
    set_age,
    welcome,
)
from core.accounts.rows import IdentityRow
from core.app import App
from core.kernel.ids import is_id
from core.storage.envelope import Place
from tests.core.storage.live_schema import all_cells
from tests.factories import an_actor, an_app
from tests.fakes import MovingClock

NATIVE_ID = "4815162342"


async def rows(app: App, table: str) -> list[dict[str, Any]]:
    async with app.transaction() as tx:
        found = await tx.execute(text(f"SELECT * FROM {table}"))
        return [dict(row) for row in found.mappings()]


async def test_first_contacts_at_the_same_moment_make_one_account(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        met = await asyncio.gather(*(meet(app, an_actor(NATIVE_ID)) for _ in range(12)))
        assert len({person.account_id for person in met}) == 1
        assert len(await rows(app, "accounts")) == 1
        assert len(await rows(app, "identities")) == 1
        with app.keys._engine.connect() as connection:
            made = connection.execute(text("SELECT account_id FROM person_keys")).scalars()
            assert {one for one in made if is_id(one)} == {met[0].account_id}


@pytest.mark.promise("AX-02", "AX-08", "FA-2.1a", "FA-6.2")
async def test_first_contact_writes_nothing_more_than_needed(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        before = await everything(app)
        person = await meet(app, an_actor(NATIVE_ID, language_hint="zh-Hant-TW"))
        (account,) = await rows(app, "accounts")
        (identity,) = await rows(app, "identities")
        after = await everything(app)

    told = {name for name, value in account.items() if value not in (None, "", 0, False)}
    assert told == {"id", "created_at", "language", "age", "plan", "standing"}
    assert account["standing"] == "active"
    assert account["age"] == "unknown"
    assert account["language"] == "zh_Hans"
    assert account["plan"] == "free"
    assert set(identity) == {
        "id",
        "account_id",
        "surface",
        "native_hash",
        "native_sealed",
        "created_at",
    }
    assert identity["surface"] == "test"
    changed = {name for name in after if after[name] != before.get(name)}
    assert {name.partition(".")[0] for name in changed} == {"accounts", "identities"}
    assert person.is_new
    assert person.region == ""


async def everything(app: App) -> dict[str, list[bytes]]:
    """Every cell of the database but the signs of life of processes."""
    engine = app.database.sync_engine()
    found: dict[str, list[bytes]] = {}
    for where, raw in all_cells(engine):
        found.setdefault(where, []).append(raw)
    engine.dispose()
    return found


@pytest.mark.promise("FA-9.5")
async def test_the_native_id_is_sealed_and_its_hash_needs_the_pepper(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await meet(app, an_actor(NATIVE_ID))
        (identity,) = await rows(app, "identities")
        place = Place("identities", "native_sealed", identity["id"], person.account_id)
        assert await app.keys.unseal(place, bytes(identity["native_sealed"])) == NATIVE_ID.encode()
        other = app.keys.fingerprint("identity", "elsewhere", NATIVE_ID)

    hashed = identity["native_hash"]
    guesses = [
        NATIVE_ID,
        f"test:{NATIVE_ID}",
        f"test{NATIVE_ID}",
        f"identity\x1ftest\x1f{NATIVE_ID}",
    ]
    for guess in guesses:
        for kind in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256"):
            assert hashlib.new(kind, guess.encode()).hexdigest()[:64] != hashed
        for pepper in (b"", bytes(32), b"limner"):
            assert hmac.new(pepper, guess.encode(), "sha256").hexdigest() != hashed
    assert other != hashed, "the same id on two surfaces must not be linkable"


async def test_the_same_id_on_two_surfaces_is_two_people() -> None:
    async with an_app() as app:
        here = await meet(app, an_actor(NATIVE_ID, "one"))
        there = await meet(app, an_actor(NATIVE_ID, "two"))
        assert here.account_id != there.account_id


async def test_people_are_new_until_they_were_welcomed() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        actor = an_actor(NATIVE_ID)
        assert (await meet(app, actor)).is_new
        assert (await meet(app, actor)).is_new
        await welcome(app, actor)
        first = (await rows(app, "accounts"))[0]["welcomed_at"]
        clock.move(days=1)
        await welcome(app, actor)
        assert not (await meet(app, actor)).is_new
        assert (await rows(app, "accounts"))[0]["welcomed_at"] == first


async def test_age_is_what_the_person_said_last() -> None:
    async with an_app() as app:
        actor = an_actor(NATIVE_ID)
        assert (await meet(app, actor)).age == "unknown"
        assert (await set_age(app, actor, is_adult=False)).age == "minor"
        assert (await set_age(app, actor, is_adult=True)).age == "adult"
        assert (await meet(app, actor)).age == "adult"
        assert (await rows(app, "accounts"))[0]["age_declared_at"] is not None


async def test_a_chosen_language_stays_whatever_the_platform_says() -> None:
    async with an_app() as app:
        actor = an_actor(NATIVE_ID, language_hint="de")
        assert (await meet(app, actor)).language == "en"
        assert (await choose_language(app, actor, "zh_Hans")).language == "zh_Hans"
        again = an_actor(NATIVE_ID, language_hint="en-GB")
        assert (await meet(app, again)).language == "zh_Hans"


@pytest.mark.parametrize("language", ["", "de", "zh", "EN", "en\n"])
async def test_a_language_that_is_not_offered_changes_nothing(language: str) -> None:
    async with an_app() as app:
        actor = an_actor(NATIVE_ID)
        with pytest.raises(LanguageUnknown) as refused:
            await choose_language(app, actor, language)
        assert "zh_Hans" in str(refused.value.facts["offered"])
        assert await rows(app, "accounts") == []


@pytest.mark.promise("FA-9.3")
async def test_a_region_is_only_ever_what_the_person_gave() -> None:
    async with an_app() as app:
        actor = an_actor(NATIVE_ID, language_hint="zh-CN")
        assert (await meet(app, actor)).region == ""
        assert (await choose_region(app, actor, " hk ")).region == "HK"
        assert (await meet(app, actor)).region == "HK"
        assert (await choose_region(app, actor, "uk")).region == "GB"


def test_every_country_can_be_chosen() -> None:
    assert {"CN", "HK", "TW", "DE", "US", "GB", "AQ", "XK"} <= countries()
    assert 240 < len(countries()) < 270
    assert all(code.isalpha() and code.isupper() for code in countries())


@pytest.mark.parametrize("region", ["", "H", "HKG", "12", "Ü1", "zz", "XX", "EU", "hong kong"])
async def test_what_is_no_country_is_refused_and_nothing_changes(region: str) -> None:
    async with an_app() as app:
        actor = an_actor(NATIVE_ID)
        await choose_region(app, actor, "DE")
        with pytest.raises(RegionUnknown):
            await choose_region(app, actor, region)
        assert (await meet(app, actor)).region == "DE"


async def test_the_database_refuses_a_second_identity_of_the_same_person(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        person = await meet(app, an_actor(NATIVE_ID))
        (known,) = await rows(app, "identities")
        with pytest.raises(Exception, match=r"(?i)unique"):
            await add_identity(app, person.account_id, known)


async def add_identity(app: App, account_id: str, known: dict[str, Any]) -> None:
    async with app.transaction() as tx:
        tx.add(
            IdentityRow(
                id="0" * 26,
                account_id=account_id,
                surface=known["surface"],
                native_hash=known["native_hash"],
                native_sealed=b"",
                created_at=app.clock.now(),
            )
        )
