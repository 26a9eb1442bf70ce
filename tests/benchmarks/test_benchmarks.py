"""The benchmark measures everything that it promises, whatever the numbers are."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks.holds import TOGETHER

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(400)]

EXPECTED = {
    "1. CPU per delivered picture": [
        *(
            f"{chat}, {what}"
            for chat in ("Telegram", "Discord")
            for what in ("bare handler", "Limner", "Limner / bare")
        ),
        "of Limner's: screening (Open NSFW)",
        "of Limner's: provenance (C2PA, XMP, read back)",
        "of Limner's: sealing (AES, two puts, three gets)",
    ],
    "2. Acknowledgement latency": [
        f"{who}, {what}"
        for who in (
            "Telegram, idle",
            "Telegram, busy",
            "Discord, idle",
            "Discord, busy",
            "request_images alone",
        )
        for what in ("median", "p99", "worst")
    ],
    "3. Jobs in flight in one process": [
        "20: all at the provider after",
        "20: memory, all in flight",
        "20: threads, all in flight",
        "20: all delivered after",
        "20: lost",
    ],
    "4. Holds at 64-way concurrency": [
        f"{database}, {what}"
        for database in ("SQLite", "PostgreSQL")
        for what in (
            f"{TOGETHER} people",
            "one person",
            "over-admission",
            "whole requests over budget",
        )
    ],
    "5. Start and idle": [
        "limner run, playground answers, new database",
        "limner run, idle memory",
        "limner run, idle CPU",
        "limner telegram, connected",
        "limner discord, connected",
    ],
    "6. Illustrator": ["one picture, median", "slowest style"],
    "7. Export": ["100 MB, rate", "100 MB, memory at the peak", "locked, rate"],
    "8. Erasing an account": [
        f"{database}, {what}"
        for database in ("SQLite", "PostgreSQL")
        for what in (
            "confirmation answered",
            "nothing can be read after",
            "every store has acknowledged after",
        )
    ],
}


async def test_every_number_is_there_and_nobody_got_more_than_there_was(tmp_path: Path) -> None:
    file = tmp_path / "numbers.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks", "--quick", "--json", str(file)),
        cwd=Path(__file__).parents[2],
    )
    assert await process.wait() == 0
    told = json.loads(file.read_text("utf-8"))

    rows = {(row["part"], row["name"]): row for row in told["rows"]}
    missing = [(part, name) for part in EXPECTED for name in EXPECTED[part]]
    assert [one for one in missing if one not in rows] == []
    for (_, name), row in rows.items():
        if "over-admission" in name or "over budget" in name or "lost" in name:
            assert row["value"] == 0, name
        assert row["samples"] > 0
    assert {"cores", "Python", "SQLite"} <= told["machine"].keys()
