"""The erasure of an account: frozen, unreadable, empty, acknowledged; then one signed receipt."""

import pytest
from sqlalchemy import select

from core.accounts.commands import find_person
from core.kernel.ids import BlobId
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.plan import count_rows
from core.privacy.erasure.rows import ProviderCopyRow
from core.storage.envelope import Unreadable
from tests.core.privacy.erasure.stage import (
    a_person_with_pictures,
    an_order,
    confirmed,
    erased,
    erasure_row,
    says,
    told,
    words_of,
)
from tests.core.privacy.retention.things import an_aging_app
from tests.factories import an_app
from tests.fakes import FakeProvider


@pytest.mark.promise("AX-37", "FA-14.c")
async def test_everything_of_one_person_is_gone_and_of_the_other_nothing(
    database_url: str,
) -> None:
    provider = FakeProvider()
    async with an_app(database_url=database_url, providers=[provider]) as app:
        _, owner, _ = await a_person_with_pictures(app, 3)
        _, other, kept = await a_person_with_pictures(app, 2, native_id="2")
        before = await count_rows(app, other)
        erasure = await begin_erasure(app, an_order(owner))

        assert await erased(app, erasure.erasure_id) == "done"

        assert await count_rows(app, owner) == {}
        assert await app.vault.blobs_of(owner) == ()
        with pytest.raises(Unreadable):
            await app.vault.put(owner, BlobId("late"), b"too late")
        assert await count_rows(app, other) == before
        assert await app.vault.get(other, BlobId(kept[0][1]))
        row = await erasure_row(app)
        assert (row.state, row.account_id) == ("done", None)
        assert row.receipt is not None
        assert row.receipt["erased_rows"]["pictures"] == 3
        assert row.receipt["erased_files"] == 3
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(ProviderCopyRow))) == []


async def test_the_grace_freezes_at_once_and_undoing_gives_everything_back() -> None:
    async with an_aging_app() as (app, clock):
        actor, owner, made = await a_person_with_pictures(app)
        frozen = await confirmed(app, "later")
        before = await count_rows(app, owner)
        async with app.transaction() as tx:
            person = await find_person(app, tx, actor)
        assert person is not None
        assert person.standing == "erasing"
        assert await erased(app, (await erasure_row(app)).id) == "stop", "its time has not come"

        clock.move(hours=47)
        assert "Undone" in says(await told(app, words_of(frozen, "undo")))

        clock.move(hours=2)
        assert await erased(app, (await erasure_row(app)).id) == "stop", "it was undone"
        async with app.transaction() as tx:
            person = await find_person(app, tx, actor)
        assert person is not None
        assert person.standing == "active"
        assert await count_rows(app, owner) | {"letters": 0} == before | {"letters": 0}
        assert await app.vault.get(owner, BlobId(made[0][1]))
