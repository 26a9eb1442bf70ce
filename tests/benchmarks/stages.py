"""What Limner does with a picture that a bare bot does not: each duty's cost by itself."""

import time
from collections.abc import Awaitable, Callable

from core.accounts.commands import meet
from core.kernel.ids import BlobId, new_id
from core.kernel.people import Actor
from core.providers.openai_compat.pictures import checked
from tests.benchmarks.ground import Ground, an_app_on
from tests.benchmarks.table import Row, Scale, median_of

PART = "1. CPU per delivered picture"


async def _cost_s(repeats: int, work: Callable[[], Awaitable[object]]) -> float:
    """Return the median CPU time of one call, all threads of this process together."""
    await work()
    costs = []
    for _ in range(repeats):
        began_s = time.process_time()
        await work()
        costs.append(time.process_time() - began_s)
    return median_of(costs)


async def duties(ground: Ground, data: bytes, scale: Scale) -> tuple[list[Row], bytes]:
    """Measure screening, provenance, sealing and the check of what a provider sent.

    Returns:
        The rows, and the picture with its provenance: the bytes that people get.
    """
    async with an_app_on(ground) as app:
        made_at = app.clock.now()
        stamped = await app.provenance.stamp(data, "image/png", is_ai_model=True, made_at=made_at)
        owner = (await meet(app, Actor("test", "1", "en"))).account_id

        async def screen() -> None:
            await app.screen.refuse_picture(data, adult_room=False)

        async def stamp() -> None:
            await app.provenance.stamp(data, "image/png", is_ai_model=True, made_at=made_at)

        async def seal() -> None:
            # Sealed twice (as made, as delivered) and opened three times on its way.
            raw, final = BlobId(new_id()), BlobId(new_id())
            await app.vault.put(owner, raw, data)
            await app.vault.get(owner, raw)
            await app.vault.get(owner, raw)
            await app.vault.put(owner, final, stamped.data)
            await app.vault.get(owner, final)
            await app.vault.delete(owner, raw)

        async def check() -> None:
            checked(data, "png", refuse_black=True)

        named = (
            ("screening (Open NSFW)", screen),
            ("provenance (C2PA, XMP, read back)", stamp),
            ("sealing (AES, two puts, three gets)", seal),
            ("checking what the provider sent", check),
        )
        rows = []
        for name, work in named:
            cost_s = await _cost_s(scale.repeats, work)
            note = "by itself, in this process"
            rows.append(Row(PART, f"of Limner's: {name}", cost_s * 1e3, "ms", scale.repeats, note))
    return rows, stamped.data
