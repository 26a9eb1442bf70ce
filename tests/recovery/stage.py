"""The stage of the recovery tests: databases, a paid provider, a platform, mortal processes."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from core.app import App
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.generation.values import OutcomeKind, RequestState
from core.quotas.rows import BalanceRow, HoldRow, LedgerRow
from tests.emulators.openai import server as openai
from tests.factories import an_app
from tests.recovery.platform import Platform, a_platform


@dataclass
class Stage:
    """Everything that survives the processes that die."""

    app: App
    """This process's own app: it accepts requests and looks at rows, but runs no job."""
    platform: Platform
    provider: openai.Emulator
    arguments: tuple[str, ...]
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, die_at: str = "") -> asyncio.subprocess.Process:
        """Start a worker with a surface in a process of its own."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.recovery.process", *self.arguments, die_at
        )
        self.processes.append(process)
        return process

    async def kill_all(self) -> None:
        """Kill what still lives."""
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()
        self.processes.clear()

    async def all_told(self, timeout_s: float) -> None:
        """Wait until every request has reached its person."""
        async with asyncio.timeout(timeout_s):
            while await self._count(RequestRow.state != RequestState.DELIVERED.value):
                await asyncio.sleep(0.1)

    async def _count(self, condition: object) -> int:
        async with self.app.transaction() as tx:
            query = select(func.count()).select_from(RequestRow).where(condition)  # type: ignore[arg-type]
            return await tx.scalar(query) or 0

    async def check_books(self, *, may_repeat_calls: bool, granted: int = 0) -> None:
        """Everything adds up: requests, messages, ledger, provider calls."""
        async with self.app.transaction() as tx:
            rows = list(await tx.scalars(select(RequestRow)))
            holds = {hold.id: hold for hold in await tx.scalars(select(HoldRow))}
            ledger = list(await tx.scalars(select(LedgerRow)))
            balances = list(await tx.scalars(select(BalanceRow)))
            outbox = list(await tx.scalars(select(OutboxRow)))
            pictures = list(await tx.scalars(select(PictureRow)))
        assert all(row.state == "done" for row in outbox)
        assert len(outbox) == len(rows)
        for row in rows:
            shown = self.platform.shown(row.id)
            assert shown == [f"{row.id} {row.outcome_kind}"], "delivered once, as it ended"
            assert row.hold_id is not None
            hold = holds[row.hold_id]
            made = [one for one in pictures if one.request_id == row.id]
            if row.outcome_kind == OutcomeKind.PICTURES.value:
                assert hold.state == "captured"
                assert hold.captured == row.credits
                assert len(made) == row.count
            else:
                assert hold.state == "released"
                assert not made
            calls = self.provider.state.charges[row.id]
            if not may_repeat_calls:
                assert calls <= row.count, "paid twice"
        captured = sum(one.credits for one in ledger if one.kind == "capture")
        assert captured == sum(hold.captured for hold in holds.values())
        spent = granted - sum(one.credits for one in balances)
        used = sum(one.month_used for one in balances)
        assert captured == spent + used, "every credit is where the ledger says"


@asynccontextmanager
async def a_stage(folder: Path, dialect: str, database_url: str = "") -> AsyncIterator[Stage]:
    """Set the stage; kill every process at the end."""
    async with (
        a_platform() as platform,
        openai.running(dialect) as provider,
        an_app(
            folder=folder,
            database_url=database_url,
            real_providers=True,
            OPENAI_BASE_URL=f"{provider.base_url}/v1",
            OPENAI_API_KEY="test-key",
            LIMNER_OPENAI_DIALECT=dialect,
            LIMNER_OPENAI_SELF_HOSTED=True,
            LIMNER_BUILTIN=False,
        ) as app,
    ):
        arguments = (str(folder), platform.url, f"{provider.base_url}/v1", dialect, database_url)
        stage = Stage(app, platform, provider, arguments)
        try:
            yield stage
        finally:
            await stage.kill_all()
