"""Looks through every byte that there is: files, logs of the database, tables, objects, keys."""

from collections.abc import Mapping
from pathlib import Path

import obstore
from obstore.store import ObjectStore

from core.storage.database import Database
from tests.core.storage.live_schema import all_cells


def in_files(wanted: Mapping[str, bytes], *folders: Path) -> list[str]:
    """Where something stands in a file, its name included."""
    found = []
    for file in (path for folder in folders for path in sorted(folder.rglob("*"))):
        raw = str(file).encode() + (file.read_bytes() if file.is_file() else b"")
        found += [f"{what} in {file.name}" for what, value in wanted.items() if value in raw]
    return found


def in_tables(wanted: Mapping[str, bytes], url: str) -> list[str]:
    """Where something stands in any cell of the database, the engine's tables included."""
    engine = Database(url).sync_engine()
    found = [
        f"{what} in {where}"
        for where, raw in all_cells(engine)
        for what, value in wanted.items()
        if value in raw
    ]
    engine.dispose()
    return found


async def in_objects(wanted: Mapping[str, bytes], store: ObjectStore) -> list[str]:
    """Where something stands in the picture store, names of objects included."""
    found = []
    async for batch in obstore.list(store):
        for item in batch:
            path = str(item["path"])
            raw = path.encode() + bytes(await (await obstore.get_async(store, path)).bytes_async())
            found += [f"{what} in {path}" for what, value in wanted.items() if value in raw]
    return found
