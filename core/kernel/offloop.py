"""Threads for heavy picture work: few, and at a low priority, so that answers come first."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")

_NICE = 10
_QUICK_THREADS = 2


def step_back() -> None:
    """Lower the calling thread's priority; does nothing where threads have none of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


@cache
def _heavy_threads() -> ThreadPoolExecutor:
    # One core is left to the event loop and the databases' threads.
    workers = max(1, (os.cpu_count() or 2) - 1)
    return ThreadPoolExecutor(workers, thread_name_prefix="limner-heavy", initializer=step_back)


@cache
def _quick_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_QUICK_THREADS, thread_name_prefix="limner-quick")


async def quick(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Run a few milliseconds of work that a person waits for, in threads that nothing else blocks.

    The loop's own threads are the durable engine's while it runs, and those wait for the database.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_quick_threads(), partial(work, *args, **kwargs))


async def heavy(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Run CPU-bound work (decoding, encoding, signing) off the event loop, behind everything else.

    It waits its turn among all heavy work of the process; what ``work`` raises is raised here.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_heavy_threads(), partial(work, *args, **kwargs))
