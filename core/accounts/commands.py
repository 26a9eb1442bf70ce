"""First contact, age, language and region: the use-cases that change who a person is to us."""

import re
from functools import cache
from typing import cast

from babel.core import Locale
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.afterlife import take_up
from core.accounts.rows import AccountRow, IdentityRow
from core.accounts.values import Age, Person, Standing
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, new_id
from core.kernel.people import LANGUAGES, Actor, Language, language_of
from core.storage.envelope import Place

_NO_REGION = ""
_CODE_CHARS = 2
_SUBDIVISION = re.compile("[A-Z0-9]{1,3}")
_OWN_CLOCKS = frozenset({("US", "CA")})
"""Parts of countries with a law of their own that the policies name."""
_ALSO_SAID = {"UK": "GB"}
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Unions, pseudo-locales and "unknown" in Unicode's list."""


class LanguageUnknown(CoreError):
    """The language is not offered; nothing changed."""

    code = "language-unknown"


class RegionUnknown(CoreError):
    """The region is no two-letter country code; nothing changed."""

    code = "region-unknown"


@cache
def countries() -> frozenset[str]:
    """Return the two letters of every country and territory (ISO 3166)."""
    known = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in known if len(code) == _CODE_CHARS) - _NO_COUNTRIES


def _person(row: AccountRow) -> Person:
    return Person(
        account_id=AccountId(row.id),
        language=cast("Language", row.language),
        age=cast("Age", row.age),
        age_declared_at=row.age_declared_at,
        region=row.region,
        subdivision=row.subdivision,
        plan=row.plan,
        epoch=row.epoch,
        is_new=row.welcomed_at is None,
        standing=cast("Standing", row.standing),
        is_banned=row.banned_at is not None,
    )


async def find_person(app: App, tx: AsyncSession, actor: Actor) -> Person | None:
    """Return the person behind an actor, or None when there was no contact yet."""
    query = (
        select(AccountRow)
        .join(IdentityRow, IdentityRow.account_id == AccountRow.id)
        .where(
            IdentityRow.surface == actor.surface,
            IdentityRow.native_hash == _native_hash(app, actor),
        )
    )
    row = await tx.scalar(query)
    return None if row is None else _person(row)


async def known_person(app: App, actor: Actor) -> Person | None:
    """Return the person behind an actor in a transaction of its own; makes no account."""
    async with app.transaction() as tx:
        return await find_person(app, tx, actor)


def _native_hash(app: App, actor: Actor) -> str:
    return app.keys.fingerprint("identity", actor.surface, actor.native_id)


async def meet(app: App, actor: Actor) -> Person:
    """Return the person, making the account at first contact.

    Only the surface's id (sealed) and the platform's language are stored; nothing else is.
    """
    async with app.transaction() as tx:
        known = await find_person(app, tx, actor)
    if known is not None:
        return known
    account_id, identity_id = AccountId(new_id()), new_id()
    # The key first: a key without a row is harmless, a row without a key unreadable.
    await app.keys.make(account_id)
    place = Place("identities", "native_sealed", identity_id, account_id)
    sealed = await app.keys.seal(place, actor.native_id.encode())
    now = app.clock.now()
    row = AccountRow(
        id=account_id,
        created_at=now,
        language=language_of(actor.language_hint),
        language_chosen=False,
        age="unknown",
        age_declared_at=None,
        region=_NO_REGION,
        subdivision="",
        plan=app.settings.first_plan(actor.surface),
        welcomed_at=None,
        epoch=0,
        standing="active",
        closed_at=None,
        banned_at=None,
        last_used_at=None,
        closing_warned_at=None,
    )
    identity = IdentityRow(
        id=identity_id,
        account_id=account_id,
        surface=actor.surface,
        native_hash=_native_hash(app, actor),
        native_sealed=sealed,
        created_at=now,
    )
    try:
        async with app.transaction() as tx:
            tx.add(row)
            await tx.flush()
            tx.add(identity)
            await tx.flush()
            if await take_up(app, tx, actor, account_id):
                await tx.refresh(row)
    except IntegrityError:
        # Two first messages at once: the other one made the account.
        await app.keys.destroy(account_id)
        async with app.transaction() as tx:
            known = await find_person(app, tx, actor)
        if known is None:
            raise
        return known
    return _person(row)


async def welcome(app: App, actor: Actor) -> None:
    """Record that the person was shown the first message."""
    person = await meet(app, actor)
    async with app.transaction() as tx:
        await tx.execute(
            update(AccountRow)
            .where(AccountRow.id == person.account_id, AccountRow.welcomed_at.is_(None))
            .values(welcomed_at=app.clock.now())
        )


async def put(tx: AsyncSession, account_id: AccountId, **values: object) -> Person:
    """Change values of an account in the caller's transaction; return who the person is then."""
    row = (
        await tx.scalars(
            update(AccountRow)
            .where(AccountRow.id == account_id)
            .values(**values)
            .returning(AccountRow)
            .execution_options(populate_existing=True)
        )
    ).one()
    return _person(row)


async def lock_person(tx: AsyncSession, account_id: AccountId) -> Person:
    """Return a person whose account nobody else can change until this transaction ends.

    By a write: a read alone locks nothing in SQLite.
    """
    return await put(tx, account_id, epoch=AccountRow.epoch)


async def set_age(app: App, actor: Actor, *, is_adult: bool) -> Person:
    """Record what the person said of their age; the answer can be given again."""
    person = await meet(app, actor)
    age = "adult" if is_adult else "minor"
    async with app.transaction() as tx:
        return await put(tx, person.account_id, age=age, age_declared_at=app.clock.now())


async def choose_language(app: App, actor: Actor, language: str) -> Person:
    """Speak this language with the person from now on, on every surface.

    Raises:
        LanguageUnknown: it is not offered; nothing changed.
    """
    if language not in LANGUAGES:
        raise LanguageUnknown(offered=" ".join(LANGUAGES))
    person = await meet(app, actor)
    async with app.transaction() as tx:
        return await put(tx, person.account_id, language=language, language_chosen=True)


def read_region(said: str) -> tuple[str, str]:
    """Return the country and, where it changes what holds, the part of it that somebody said.

    ``US-CA`` is California; of other parts (``US-NY``) only the country is kept.

    Raises:
        RegionUnknown: no country's two letters (ISO 3166), or more than letters behind them.
    """
    code, dash, part = said.strip().upper().partition("-")
    code = _ALSO_SAID.get(code, code)
    if code not in countries() or (dash and not _SUBDIVISION.fullmatch(part)):
        raise RegionUnknown
    return code, part if (code, part) in _OWN_CLOCKS else ""


async def choose_region(app: App, actor: Actor, region: str) -> Person:
    """Store where the person says they are; it decides whose law and which providers count.

    Raises:
        RegionUnknown: no country's two letters (ISO 3166); nothing changed.
    """
    code, subdivision = read_region(region)
    person = await meet(app, actor)
    async with app.transaction() as tx:
        return await put(tx, person.account_id, region=code, subdivision=subdivision)
