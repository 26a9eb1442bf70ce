"""Measures Limner and prints one table: ``python -m tests.benchmarks [--quick] [--json FILE]``."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks import (
    acknowledgement,
    cpu,
    erasure,
    export,
    holds,
    illustrator,
    in_flight,
    machine,
    start,
)
from tests.benchmarks.table import FULL, QUICK, Row, Scale, print_table, write_json

Measure = Callable[[Scale], Awaitable[list[Row]]]


def _parts() -> dict[str, Measure]:
    given = os.environ.get("DATABASE_URL", "")
    return {
        "cpu": cpu.measure,
        "acknowledgement": acknowledgement.measure,
        "in-flight": in_flight.measure,
        "holds": lambda scale: holds.measure(scale, given),
        "start": start.measure,
        "illustrator": illustrator.measure,
        "export": export.measure,
        "erasure": lambda scale: erasure.measure(scale, given),
    }


def main() -> None:
    """Read the options, measure part by part, print."""
    parts = _parts()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short version of everything")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    parser.add_argument("--only", choices=tuple(parts), action="append", help="measure only this")
    asked = parser.parse_args()
    facts = machine.facts()
    rows: list[Row] = []
    for name, measure in parts.items():
        if asked.only and name not in asked.only:
            continue
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += asyncio.run(_measured(measure, QUICK if asked.quick else FULL))
    print_table(facts, rows)
    if asked.json:
        write_json(asked.json, facts, rows)


async def _measured(measure: Measure, scale: Scale) -> list[Row]:
    return await measure(scale)


if __name__ == "__main__":
    main()
