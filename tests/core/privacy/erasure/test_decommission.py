"""The end of the service: nothing of anybody is left but what must stay."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.kernel.errors import CannotStart
from core.migrations.tables import all_tables
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.decommission import decommission
from core.privacy.erasure.plan import tables_of_people
from core.storage.envelope import Unreadable
from tests.core.privacy.erasure.filling import a_canary
from tests.core.privacy.erasure.scanning import in_files, in_tables
from tests.core.privacy.erasure.stage import a_person_with_pictures, an_order, erased
from tests.factories import a_worker, an_app


@pytest.mark.promise("PL-T2")
async def test_everything_of_everybody_goes_and_only_receipts_stay(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    async with an_app(folder=folder, database_url=database_url) as app:
        _, gone, _ = await a_person_with_pictures(app, 1, native_id="gone")
        assert await erased(app, (await begin_erasure(app, an_order(gone))).erasure_id) == "done"
        a, b = await a_canary(app, "a"), await a_canary(app, "b")

        done = await decommission(app)

        assert done.kept == {"erasures": 3}
        assert done.files > 0
        assert done.keys >= 2
        for table, person in tables_of_people(all_tables()):
            async with app.transaction() as tx:
                count = await tx.scalar(
                    select(func.count()).select_from(table).where(person.is_not(None))
                )
            assert count == 0, table.name
        assert await app.engine.some_ids(10) == []
        for one in (a, b):
            with pytest.raises(Unreadable):
                await app.keys.unseal(*next(iter(one.sealed.values()))[:2])
            wanted = one.all_bytes()
            assert in_tables(wanted, database_url) == []
            assert in_files(wanted, folder) == []
        again = await decommission(app)
        assert (again.keys, again.files, again.rows) == (0, 0, 0), "a repeat finds nothing"


async def test_while_a_worker_lives_nothing_is_deleted() -> None:
    async with an_app() as app:
        _, owner, made = await a_person_with_pictures(app, 1)
        async with a_worker(app):
            with pytest.raises(CannotStart):
                await decommission(app)
        assert [str(one) for one in await app.vault.blobs_of(owner)] == [made[0][1]]
