"""Where a measured service lives: a folder, its settings, its people, and a picture to send."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.accounts.commands import set_age, welcome
from core.app import App
from core.kernel.people import Actor
from core.providers.illustrator.drawing import DrawOrder, draw
from tests.factories import an_app

PROMPT = "a red fox under a blue moon in a snowy forest"
_PLANS = """
[free]
daily_credits = {credits}
monthly_credits = {credits}
running_at_once = 4
waiting_at_most = 1000
lane = "standard"
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder of one service; nothing outside it is touched."""

    folder: Path

    @property
    def log(self) -> Path:
        """Where the service's complaints go."""
        return self.folder / "log.txt"

    def plans(self, credits_free: int) -> Path:
        """Write a plans file with one generous plan and return its path."""
        file = self.folder / f"plans-{credits_free}.toml"
        file.write_text(_PLANS.format(credits=credits_free), "utf-8")
        return file

    def environment(self, **more: str) -> dict[str, str]:
        """Return the settings of a service in this folder, as an operator would set them."""
        return {
            "LIMNER_DATA": str(self.folder / "data"),
            "LIMNER_KEYS": str(self.folder / "keys"),
            "LIMNER_OPERATOR": "Benchmark",
            "LIMNER_SUPPORT_CONTACT": "help@localhost",
            "LIMNER_PRIVACY_CONTACT": "privacy@localhost",
            "LIMNER_PLANS": str(self.plans(100_000)),
            "LIMNER_FIRST_PLANS": "playground=free",
            "PORT": "0",
            **more,
        }

    def picture(self, side_px: int = 1024) -> Path:
        """Draw a picture of the given size once and return the file."""
        file = self.folder / f"picture-{side_px}.png"
        if not file.exists():
            order = DrawOrder(PROMPT, "", 7, side_px, side_px, "natural", "png")
            file.write_bytes(draw(order).data)
        return file


@contextmanager
def a_ground() -> Iterator[Ground]:
    """Give a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="limner-bench-", ignore_cleanup_errors=True) as folder:
        yield Ground(Path(folder))


async def welcome_adults(app: App, surface: str, native_ids: Sequence[str]) -> None:
    """Make people known who have been welcomed and are of age."""
    for native_id in native_ids:
        actor = Actor(surface, native_id, "en")
        await welcome(app, actor)
        await set_age(app, actor, is_adult=True)


@asynccontextmanager
async def an_app_on(ground: Ground, **changes: object) -> AsyncIterator[App]:
    """Open the service's data in this process, with a generous plan unless told otherwise."""
    wanted = {"LIMNER_PLANS": ground.plans(100_000), "LIMNER_DEAD_AFTER": 15} | changes
    async with an_app(folder=ground.folder, **wanted) as app:  # type: ignore[arg-type]
        yield app
