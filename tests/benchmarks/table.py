"""What a measurement is, and the one table that all of them are printed in."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One number. ``samples`` says how many observations stand behind it."""

    part: str
    name: str
    value: float
    unit: str
    samples: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: enough to trust, or just enough to see that it works."""

    rounds: int
    burst: int
    """Pictures in one round of the CPU measurement."""
    repeats: int
    """Runs of a function whose cost is taken by itself."""
    asks: int
    """Requests whose first answer is timed."""
    jobs_in_flight: int
    """Jobs that run while answers are timed."""
    crowds: tuple[int, ...]
    holds: int
    starts: int
    idle_s: float
    prompts: int
    export_mb: int
    """How large an export is made; the pictures in it are made up."""
    erased: int
    """Pictures of the account that is erased."""


FULL = Scale(
    rounds=3,
    burst=20,
    repeats=20,
    asks=100,
    jobs_in_flight=100,
    crowds=(500, 2000),
    holds=1024,
    starts=3,
    idle_s=10,
    prompts=12,
    export_mb=10_000,
    erased=10_000,
)
QUICK = Scale(
    rounds=1,
    burst=4,
    repeats=3,
    asks=5,
    jobs_in_flight=6,
    crowds=(20,),
    holds=128,
    starts=1,
    idle_s=1,
    prompts=2,
    export_mb=100,
    erased=40,
)


def median_of(values: Iterable[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def percentile_of(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that ``percent`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def print_table(facts: dict[str, str], rows: Sequence[Row]) -> None:
    """Print the facts of the machine, then every row, grouped by part."""
    console = Console(width=150, highlight=False)
    console.print(" · ".join(f"{name} {value}" for name, value in facts.items()))
    table = Table("what", "value", "unit", "n", "how", pad_edge=False)
    last = ""
    for row in rows:
        if row.part != last:
            table.add_section()
            table.add_row(f"[bold]{row.part}[/bold]")
            last = row.part
        table.add_row(f"  {row.name}", f"{row.value:.4g}", row.unit, str(row.samples), row.note)
    table.columns[1].justify = table.columns[3].justify = "right"
    console.print(table)


def write_json(file: Path, facts: dict[str, str], rows: Sequence[Row]) -> None:
    """Write the same as JSON."""
    told = {"machine": facts, "rows": [asdict(row) for row in rows]}
    file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
