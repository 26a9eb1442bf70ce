"""An export holds everything that is held of a person, and says what it does not hold."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from core.app import App
from core.generation.rows import PictureRow, RequestRow
from core.generation.values import RequestState
from core.kernel.ids import AccountId, BlobId
from core.policy.profile import SHIPPED
from core.privacy.export.gather import exported as exported_tables
from core.privacy.export.values import PART_AT_MOST_BYTES
from core.privacy.subject.shelves import shelves
from core.providers.routing import Wish, route
from tests.core.privacy.export.reading import SMALL, Export, check, exported
from tests.core.privacy.retention.things import MARK, a_request_with_a_picture
from tests.core.privacy.subject.people import also_known_on, somebody
from tests.factories import a_request, a_worker, accepted, an_adult, an_app, until
from tests.fakes import AN_OFFERING, an_offering

WHILE_IT_IS_MADE = {"letters", "export_parts"}
"""Rows that come with the making of the export itself."""


@pytest.mark.promise("AX-38")
@pytest.mark.promise("FA-14.a")
@pytest.mark.promise("FA-14.g")
async def test_every_record_is_there_validates_and_is_counted(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, mine = await somebody(app, "1", pictures=4)
        await somebody(app, "2", pictures=2)

        copy = await exported(app, actor=actor)

        (part,) = copy.parts
        check(part)
        for shelf in exported_tables():
            async with app.transaction() as tx:
                query = select(func.count()).select_from(shelf.table)
                count = await tx.scalar(query.where(shelf.owner == mine)) or 0
            if shelf.name not in WHILE_IT_IS_MADE:
                assert len(copy.records(shelf.name)) == count, shelf.name
        assert copy.row.counts["files"] == len(copy.media()) == 4
        assert {one["prompt"] for one in copy.records("requests")} == {f"{MARK} a heron"}
        assert set(copy.media().values()) == {f"{MARK} picture".encode()}


async def _stored(app: App, picture_id: str) -> bytes:
    async with app.transaction() as tx:
        row = await tx.get_one(PictureRow, picture_id)
    return await app.vault.get(AccountId(row.account_id), BlobId(row.blob))


@pytest.mark.promise("AX-06")
@pytest.mark.promise("FA-2.1c")
async def test_what_was_asked_for_comes_back_field_by_field() -> None:
    wish = {
        "prompt": "a heron in the mist",
        "negative": "people",
        "aspect": "16:9",
        "count": 2,
        "seed": 77,
        "style": "ink",
        "image_format": "jpeg",
    }
    async with an_app() as app, a_worker(app):
        actor = await an_adult(app)
        asked = await accepted(app, a_request(actor, **wish))  # type: ignore[arg-type]
        await until(app, actor, asked.request_id, RequestState.ENDED)

        copy = await exported(app, actor=actor)

        (record,) = copy.records("requests")
        assert {name: record[name] for name in wish} == wish
        assert record["offering_id"] == AN_OFFERING.id
        pictures = copy.records("pictures")
        assert [one["mime"] for one in pictures] == ["image/jpeg"] * 2
        for one in pictures:
            path = one["blob_file"]
            assert copy.media()[path] == await _stored(app, one["id"])
            assert path.startswith("media/outputs/")
            assert path.endswith(".jpg")
            assert f'"{path}":{{"prompt":"a heron in the mist"' in copy.parts[0].page


@pytest.mark.promise("FA-9.1")
async def test_each_picture_says_who_made_it_and_where(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, _ = await somebody(app, pictures=3)
        facts = replace(
            AN_OFFERING.privacy, jurisdictions=frozenset({"US"}), regions=frozenset({"SG"})
        )
        far = an_offering(id="far/model", processor="Far Pictures Ltd", privacy=facts)
        receipts = {
            far.id: route(Wish(third_party_allowed=True), [far], app.clock.now()),
            AN_OFFERING.id: route(Wish(), [AN_OFFERING], app.clock.now()),
        }
        async with app.transaction() as tx:
            ids = list(await tx.scalars(select(RequestRow.id)))
            for request_id, (name, receipt) in zip(ids, receipts.items(), strict=False):
                chosen = update(RequestRow).where(RequestRow.id == request_id)
                written = json.loads(receipt.to_json())
                await tx.execute(chosen.values(offering_id=name, route_receipt=written))

        copy = await exported(app, actor=actor)

        made: dict[str, Any] = {
            one["request_id"]: one.get("_made") for one in copy.records("pictures")
        }
        assert made[ids[0]]["region"] == ["SG"]
        assert made[ids[0]]["processor"] == "Far Pictures Ltd"
        assert made[ids[0]]["no_training"] == {"asked": True, "confirmed": True}
        assert made[ids[1]]["on_own_machine"]
        assert made[ids[2]] is None, "a request without a receipt names nobody"
        told = {one["offering"]: one for one in copy.parts[0].about["recipients"]}
        assert told["far/model"]["requests"] == 1
        assert told["far/model"]["region"] == ["SG"]


@pytest.mark.promise("FA-2.3a")
async def test_each_record_says_what_the_platform_told_and_what_the_person_told() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        copy = await exported(app, actor=actor)

        (identity,) = copy.records("identities")
        assert identity["native"] == "1"
        assert identity["_sources"] == {"surface": "platform", "native": "platform"}
        (account,) = copy.records("accounts")
        assert account["_sources"]["region"] == "person"
        (request,) = copy.records("requests")
        assert request["_sources"]["prompt"] == "person"
        schema = copy.parts[0].schemas["identities"]
        assert schema["properties"]["native"]["x-limner"]["source"] == "platform"


@pytest.mark.promise("FA-0.4")
@pytest.mark.parametrize("policy", SHIPPED)
async def test_every_part_names_who_answers_for_the_data(policy: str) -> None:
    async with an_app(LIMNER_POLICY=policy) as app:
        actor, _ = await somebody(app, pictures=1)
        copy = await exported(app, actor=actor)

        for part in copy.parts:
            for who in (part.manifest["controller"], part.about["controller"]):
                assert who["operator"] == "Example Studio"
                assert who["privacy_contact"] == "privacy@example.org"
                assert who["company"] == app.profile.controller.name
        if policy == "flux-art":
            assert copy.parts[0].about["controller"]["company"] == "MORNING STAR INDUSTRY LIMITED"


@pytest.mark.promise("FA-14.4a")
async def test_categories_sources_and_recipients_are_mapped_to_californias() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        copy = await exported(app, actor=actor)

        mapped = {one["category"]: one for one in copy.parts[0].about["california"]}
        held = {field.declaration.category for shelf in exported_tables() for field in shelf.shown}
        assert set(mapped) == held
        assert mapped["account"]["statutory_category"] == "A. Identifiers"
        assert mapped["account"]["sources"] == ["person", "platform", "service"]
        assert mapped["content"]["recipients"] == ["provider", "surface"]
        assert not any(one["sold"] or one["shared"] for one in mapped.values())


async def test_what_is_left_out_is_named_with_the_reason() -> None:
    async with an_app() as app:
        actor, mine = await somebody(app, pictures=3)
        async with app.transaction() as tx:
            rows = list(await tx.scalars(select(PictureRow)))
        gone, damaged = rows[0], rows[1]
        await app.vault.delete(mine, BlobId(gone.blob))
        async with app.transaction() as tx:
            await tx.execute(
                update(RequestRow)
                .where(RequestRow.id == damaged.request_id)
                .values(prompt_sealed=b"")
            )

        copy = await exported(app, actor=actor)

        (part,) = copy.parts
        check(part)
        files = part.manifest["left_out"]["files"]
        assert files == [{"table": "pictures", "record": gone.id, "reason": "gone"}]
        by_id = {one["id"]: one for one in copy.records("pictures")}
        assert by_id[gone.id]["blob_file"] is None
        assert by_id[gone.id]["_missing"] == {"blob": "gone"}
        requests = {one["id"]: one for one in copy.records("requests")}
        assert requests[damaged.request_id]["prompt"] is None
        assert requests[damaged.request_id]["_missing"]["prompt"] == "expired"
        named = {(one["table"], one["column"]) for one in part.manifest["left_out"]["columns"]}
        assert named == {(s.name, f.column.name) for s in shelves() for f in s.left_out}
        assert all(one["reason"] for one in part.manifest["left_out"]["columns"])
        assert copy.row.counts["missing"] == 1


def _all_ids(copy: Export, table: str) -> list[str]:
    return [one["id"] for one in copy.records(table)]


async def test_parts_open_alone_keep_their_limit_and_share_everything_once(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        actor, mine = await somebody(app, pictures=0)
        for _ in range(9):
            _, picture_id = await a_request_with_a_picture(app, mine, app.clock.now())
            await app.vault.put(mine, BlobId(picture_id), b"\x89PNG\r\n\x1a\n" + b"p" * 70_000)

        copy = await exported(app, actor=actor, traits=SMALL)

        assert len(copy.parts) >= 3
        for number, part in enumerate(copy.parts, start=1):
            check(part)
            assert part.manifest["part"] == number
            assert part.manifest["is_last"] == (number == len(copy.parts))
            assert "README.html" in part.names
            for one in part.records.get("pictures", []):
                assert one["blob_file"] in part.names
        for table in ("pictures", "requests", "holds"):
            ids = _all_ids(copy, table)
            assert len(ids) == len(set(ids)) == 9
        assert len(copy.media()) == 9


async def test_a_picture_larger_than_a_part_is_named_and_a_link_has_room_for_it() -> None:
    async with an_app(LIMNER_PUBLIC_URL="https://pictures.example") as app:
        actor, mine = await somebody(app, pictures=2)
        async with app.transaction() as tx:
            large = (await tx.scalars(select(PictureRow).limit(1))).one()
        await app.vault.put(mine, BlobId(large.blob), b"\x89PNG\r\n\x1a\n" + b"p" * 900_000)

        copy = await exported(app, actor=actor, traits=SMALL)

        left_out = [one for part in copy.parts for one in part.manifest["left_out"]["files"]]
        assert left_out == [{"table": "pictures", "record": large.id, "reason": "too-large"}]
        assert copy.row.counts["too_large"] == 1
        by_link = await exported(app, "link", actor=actor, traits=SMALL)
        assert by_link.row.counts["too_large"] == 0
        assert len(by_link.media()) == 2


async def test_a_picture_that_is_larger_than_parts_usually_are_stands_in_one_of_its_own() -> None:
    async with an_app() as app:
        actor, mine = await somebody(app, pictures=3)
        async with app.transaction() as tx:
            large = (await tx.scalars(select(PictureRow).limit(1))).one()
        size = PART_AT_MOST_BYTES + 4_000_000
        roomy = replace(SMALL, part_limit_bytes=45_000_000)
        await app.vault.put(mine, BlobId(large.blob), b"\x89PNG\r\n\x1a\n" + b"p" * size)

        copy = await exported(app, actor=actor, traits=roomy)

        assert copy.row.counts["too_large"] == 0
        assert len(copy.media()) == 3
        sizes = [sum(map(len, part.media.values())) for part in copy.parts]
        assert max(sizes) == size + 8, "alone"
        for part in copy.parts:
            check(part)


async def test_two_linked_surfaces_have_one_export_with_both_identities() -> None:
    async with an_app() as app:
        actor, mine = await somebody(app, "1", pictures=2)
        other = await also_known_on(app, mine, "elsewhere", "77")

        for who in (actor, other):
            copy = await exported(app, actor=who)
            known = {(one["surface"], one["native"]) for one in copy.records("identities")}
            assert known == {("test", "1"), ("elsewhere", "77")}
            assert copy.parts[0].about["known_on"] == ["elsewhere", "test"]
            assert len(copy.media()) == 2


async def test_somebody_of_whom_little_is_held_gets_a_whole_copy() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=0)
        async with app.transaction() as tx:
            await tx.execute(delete(RequestRow))
        copy = await exported(app, actor=actor)
        (part,) = copy.parts
        check(part)
        assert copy.media() == {}
        assert len(copy.records("accounts")) == 1
