"""Counting how often things are asked for, and how that ends; see core/accounts/usage.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.accounts.usage import OK, note_use_of
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.people import Actor


@asynccontextmanager
async def refusals_noted(app: App, actor: Actor, feature: str) -> AsyncIterator[None]:
    """Record a use that is refused; one that works is recorded with what it does."""
    try:
        yield
    except CoreError as refusal:
        await note_use_of(app, actor, feature, refusal.code)
        raise


@asynccontextmanager
async def noted(app: App, actor: Actor, feature: str) -> AsyncIterator[None]:
    """Record a use, however it ends."""
    async with refusals_noted(app, actor, feature):
        yield
    await note_use_of(app, actor, feature, OK)
